"""`minisora generate`."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from minisora.cli.making import Options, Prompt, make, plain, shape_of, with_options
from minisora.errors import UserError
from minisora.files import short_hash

if TYPE_CHECKING:
    from minisora.clip import Clip
    from minisora.edits import Settings
    from minisora.pipeline import Pipeline
    from minisora.worlds.scene import Camera


@with_options
def generate(
    prompt: Prompt,
    size: Annotated[
        str | None, typer.Option(help="HEIGHTxWIDTH in pixels, multiples of 16.", show_default="the weights'")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long, from 0 (a single picture) to 60.")] = 2.0,
    camera: Annotated[
        str, typer.Option(help='"pans left", "pans right", "zooms in" or "zooms out", over a larger clip.')
    ] = "static",
    pace: Annotated[float, typer.Option(help="How fast things move, times what is usual: 0.25 to 3.")] = 1.0,
    path: Annotated[
        str | None,
        typer.Option(
            help='Where the first thing goes: "LEFT,TOP LEFT,TOP …" as shares of the frame.', show_default="as planned"
        ),
    ] = None,
    upsample: Annotated[
        bool,
        typer.Option("--upsample", help="Make a full caption of a short or free prompt, and ask whether to use it."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Use it without asking.")] = False,
    sign: Annotated[
        Path | None,
        typer.Option(
            help="Sign the files (C2PA): a folder with key.pem and chain.pem, or a PEM file with both.",
            show_default="unsigned",
        ),
    ] = None,
    sign_prompt: Annotated[
        bool, typer.Option("--sign-prompt", help="Say the prompt in them: everybody can read it there.")
    ] = False,
    *,
    options: Options,
) -> None:
    """Turn a sentence into a video, and a filmstrip beside it."""
    from minisora.directing import QUICK, along, length_of

    shape, way = shape_of(size), None if path is None else parse_path(path)
    if sign_prompt and sign is None:
        raise UserError("--sign-prompt says the prompt in a signature, and there is none — add --sign KEYS")
    said = in_full(prompt, seed=options.seed, yes=yes) if upsample else prompt

    def from_words(pipeline: Pipeline, settings: Settings) -> Clip:
        count = pipeline.sampling.steps if options.steps is None else options.steps
        bar = settings.get("progress")
        if (line := pipeline.beyond(seconds, shape)) is not None:
            settings.get("tell", print)(line)
        if way and (length := length_of(way)) > QUICK * seconds:
            told = f"path of {length:.1f} sides in {seconds:g} s: faster than what was trained, it may fray"
            settings.get("tell", print)(f"{told} — give it {math.ceil(length / QUICK)} s")
        clip = pipeline.generate(
            said,
            seconds=seconds,
            size=shape,
            steps=count,
            guidance=options.guidance,
            negative=options.negative,
            camera=cast("Camera", camera),
            pace=pace,
            direct=None if way is None else along(way),
            seed=options.seed,
            watch=lambda done, _: bar and bar(done, count),
        )
        if bar:
            bar(count, count)  # a student needs fewer calls
        return clip

    marks = [] if camera == "static" else [camera.replace(" ", "-")]
    marks += [*([f"pace{plain(pace)}"] if pace != 1 else []), *([f"path-{short_hash(path)}"] if path else [])]
    make(options, from_words, prompts=[said], marks=marks, sign=sign, sign_prompt=sign_prompt)


def parse_path(text: str) -> list[tuple[float, float]]:
    """ "0.2,0.8 0.5,0.2" -> [(0.2, 0.8), (0.5, 0.2)].

    Raises: UserError for anything else.
    """
    points = [point.split(",") for point in text.replace(";", " ").split()]
    try:
        return [(float(left), float(top)) for left, top in points]
    except ValueError:
        raise UserError(f'path {text[:40]!r}: must be "LEFT,TOP LEFT,TOP …" — try "0.2,0.8 0.5,0.2 0.8,0.8"') from None


def in_full(prompt: str, *, seed: int, yes: bool) -> str:
    """The full caption for a short prompt, shown on stderr with what became of its words, and agreed to.

    Raises: UserError when nobody can be asked. typer.Exit (code 1) when it is refused.
    """
    import torch

    from minisora.language import upsample
    from minisora.request import check_sampling

    check_sampling(steps=1, guidance=1.0, seeds=[seed])
    if not (yes or sys.stdin.isatty()):
        raise UserError("--upsample asks whether to go on, and there is no terminal to answer: add --yes")
    full = upsample(prompt, torch.Generator().manual_seed(seed))
    print(f"in full: {full.caption}\n  ({full.why})", file=sys.stderr)
    if not (yes or typer.confirm("make it?", default=True, err=True)):
        print("nothing was made — another --seed fills it in another way", file=sys.stderr)
        raise typer.Exit(1)
    return full.caption
