"""`minisora generate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minisora.cli.making import Options, Prompt, make, shape_of, with_options
from minisora.errors import UserError

if TYPE_CHECKING:
    from minisora.clip import Clip
    from minisora.edits import Settings
    from minisora.pipeline import Pipeline


@with_options
def generate(
    prompt: Prompt,
    size: Annotated[
        str | None, typer.Option(help="HEIGHTxWIDTH in pixels, multiples of 16.", show_default="the weights'")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long, from 0 (a single picture) to 60.")] = 2.0,
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
    shape = shape_of(size)
    if sign_prompt and sign is None:
        raise UserError("--sign-prompt says the prompt in a signature, and there is none — add --sign KEYS")
    said = in_full(prompt, seed=options.seed, yes=yes) if upsample else prompt

    def from_words(pipeline: Pipeline, settings: Settings) -> Clip:
        count = pipeline.sampling.steps if options.steps is None else options.steps
        bar = settings.get("progress")
        if (line := pipeline.beyond(seconds, shape)) is not None:
            settings.get("tell", print)(line)
        return pipeline.generate(
            said,
            seconds=seconds,
            size=shape,
            steps=count,
            guidance=options.guidance,
            negative=options.negative,
            seed=options.seed,
            watch=lambda done, _: bar and bar(done, count),
        )

    make(options, from_words, prompts=[said], sign=sign, sign_prompt=sign_prompt)


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
