"""`minisora generate`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minisora.errors import UserError
from minisora.files import short_hash, slug

if TYPE_CHECKING:
    from minisora.clip import Clip
    from minisora.pipeline import Pipeline


def generate(
    prompt: Annotated[
        str,
        typer.Argument(help="What to show: English, German, Turkish, Azerbaijani or Russian (see: minisora words)."),
    ],
    size: Annotated[
        str | None, typer.Option(help="HEIGHTxWIDTH in pixels, multiples of 16.", show_default="the weights'")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long, from 0 (a single picture) to 60.")] = 2.0,
    seed: Annotated[int, typer.Option(help="Another seed makes another video of the same.")] = 0,
    steps: Annotated[int | None, typer.Option(help="More is better and slower.", show_default="the weights'")] = None,
    guidance: Annotated[
        float | None,
        typer.Option(
            help="How strictly to follow the prompt: 0 ignores it, 1 adds nothing to it.", show_default="the weights'"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File to write: mp4, webm, gif, or png (a filmstrip).",
            show_default="out/PROMPT-SEED-….mp4, with all that is not as usual",
        ),
    ] = None,
    upsample: Annotated[
        bool,
        typer.Option("--upsample", help="Make a full caption of a short or free prompt, and ask whether to use it."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Use it without asking.")] = False,
    weights: Annotated[
        Path | None, typer.Option(help="Text-to-video weights, or their folder.", show_default="the shipped ones")
    ] = None,
    codec: Annotated[Path | None, typer.Option(help="The codec's weights.", show_default="beside the others")] = None,
    device: Annotated[
        str | None, typer.Option(help="cpu, cuda, or mps.", show_default="CUDA if there is any, else the CPU")
    ] = None,
) -> None:
    """Turn a sentence into a video, and a filmstrip beside it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from minisora.files import check_writable
    from minisora.language import translate
    from minisora.pipeline import Pipeline
    from minisora.video import check_ending

    shape = None if size is None else parse_size(size)
    if out is not None:
        check_ending(out)
    check_writable(Path("out") if out is None else out.parent)
    if upsample:
        prompt = in_full(prompt, seed=seed, yes=yes)
    pipeline = Pipeline.load(weights, codec=codec, device=device)
    pipeline.in_words(prompt)  # what cannot be made is said before anything else
    said = translate(prompt, also=pipeline.own_words)
    if said.language != "en":
        print(f"{said.name}: {said.english}", file=sys.stderr)
    steps = pipeline.sampling.steps if steps is None else steps
    guidance = pipeline.sampling.guidance if guidance is None else guidance
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} steps"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("sampling", total=steps)
        try:
            clip = pipeline.generate(
                prompt,
                seconds=seconds,
                size=shape,
                steps=steps,
                guidance=guidance,
                seed=seed,
                watch=lambda done, _: progress.update(task, completed=done),
            )
        except Exception:
            progress.live.transient = True  # no bar is left above the one line that says what is wrong
            raise
    if out is None:
        name = name_of(clip, pipeline, seed=seed, steps=steps, guidance=guidance)
        if (weights, codec) != (None, None):
            name += f"-w{short_hash(''.join(pipeline.card['hashes'].values()))}"
        out = Path("out") / f"{name}.mp4"
    print(clip.save(out))
    if out.suffix.lower() != ".png":
        print(clip.save(out.with_suffix(".png")))
    sys.stdout.flush()


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


def name_of(clip: Clip, pipeline: Pipeline, *, seed: int, steps: int, guidance: float) -> str:
    """For a clip's file: its words, its seed, and whatever is not as ``Pipeline.generate`` makes it unless asked."""
    from minisora.pipeline import SECONDS

    height, width = clip.shape[2:]
    length, scale = (repr(float(number)).removesuffix(".0") for number in (clip.seconds, guidance))
    unusual = {
        f"{height}x{width}": (height, width) != pipeline.size,
        f"{length}s": clip.seconds != SECONDS,
        f"{steps}steps": steps != pipeline.sampling.steps,
        f"g{scale}": guidance != pipeline.sampling.guidance,
    }
    return "-".join(
        [slug(pipeline.in_words(clip.prompt)), str(seed), *(says for says, there in unusual.items() if there)]
    )


def parse_size(text: str) -> tuple[int, int]:
    """ "64x96" or "64" -> (height, width).

    Raises: UserError for anything else.
    """
    match = re.fullmatch(r"\s*(\d{1,9})(?:\s*[x×*,]\s*(\d{1,9}))?\s*", text.lower())
    if match is None:
        raise UserError(f"size {text[:40]!r}: must be HEIGHTxWIDTH in pixels — try 64x64")
    height, width = match.groups()
    return int(height), int(width or height)
