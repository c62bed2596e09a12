"""`minisora animate`, `extend`, `loop`, `connect`, `storyboard`, `edit`, `restyle`, `follow`: part of it is given."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from minisora.cli.making import Options, Prompt, make, mark_of, parse_size, plain, shape_of, with_options
from minisora.errors import UserError
from minisora.files import short_hash

PANEL = "From a picture, a clip, or several sentences"  #: Where the help lists these commands.

ClipFile = Annotated[Path, typer.Argument(help="A video, moving or still picture, of any size.", metavar="CLIP")]
Size = Annotated[
    str | None,
    typer.Option(
        help="HEIGHTxWIDTH in pixels, multiples of 16; what does not fit is cut off around the middle.",
        show_default="the shape of what is given, with about as many pixels as the weights know",
    ),
]


@with_options
def animate(
    picture: Annotated[Path, typer.Argument(help="A png, jpg, webp, …, or a video.", metavar="PICTURE")],
    prompt: Prompt,
    seconds: Annotated[float, typer.Option(help="How long, up to 60.")] = 2.0,
    at: Annotated[float, typer.Option(help="Of a video, the picture at so many seconds.")] = 0.0,
    size: Size = None,
    *,
    options: Options,
) -> None:
    """Let a picture move: the video begins with it."""
    marks = ["animated", mark_of(picture), *([f"at{plain(at)}s"] if at else [])]
    shape = shape_of(size)
    from minisora import edits

    make(
        options,
        lambda pipeline, settings: edits.animate(pipeline, picture, prompt, seconds, at=at, size=shape, **settings),
        prompts=[prompt],
        marks=marks,
    )


@with_options
def extend(
    clip: ClipFile,
    prompt: Prompt,
    after: Annotated[float, typer.Option(help="Seconds to add at the end.")] = 1.0,
    before: Annotated[float, typer.Option(help="Seconds to add at the beginning.")] = 0.0,
    context: Annotated[
        float, typer.Option(help="Seconds of the clip that are looked at; 0: one picture, the rest may move otherwise.")
    ] = 1.0,
    size: Size = None,
    *,
    options: Options,
) -> None:
    """Let a clip go on, or find out what came before it."""
    added = f"{plain(before)}s-before" * (before != 0), f"{plain(after)}s-after" * (after != 1)
    marks = ["extended", mark_of(clip), *filter(None, added), *([f"c{plain(context)}"] if context != 1 else [])]
    shape = shape_of(size)
    from minisora import edits

    make(
        options,
        lambda pipeline, settings: edits.extend(
            pipeline, clip, prompt, after, before=before, context=context, size=shape, **settings
        ),
        prompts=[prompt],
        marks=marks,
    )


@with_options
def loop(
    prompt: Prompt,
    clip: Annotated[
        Path | None,
        typer.Option(help="A clip to begin with; the way back is added.", show_default="none"),
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long, of which the way back is a part; not with --clip.")] = 2.0,
    back: Annotated[float, typer.Option(help="Seconds of the way back to the beginning.")] = 1.0,
    size: Size = None,
    *,
    options: Options,
) -> None:
    """Make a video without end: its last picture goes on in its first."""
    marks = ["looped", *([mark_of(clip)] if clip else []), *([f"back{plain(back)}s"] if back != 1 else [])]
    shape = shape_of(size)
    from minisora import edits

    make(
        options,
        lambda pipeline, settings: edits.loop(pipeline, prompt, seconds, clip=clip, back=back, size=shape, **settings),
        prompts=[prompt],
        marks=marks,
    )


@with_options
def connect(
    first: Annotated[Path, typer.Argument(help="The clip or picture to begin with.", metavar="FIRST")],
    last: Annotated[Path, typer.Argument(help="The clip or picture to end with.", metavar="LAST")],
    prompt: Prompt,
    seconds: Annotated[float, typer.Option(help="How long it takes from one to the other.")] = 1.0,
    size: Size = None,
    *,
    options: Options,
) -> None:
    """Let one clip become another."""
    marks = ["connected", mark_of(first), mark_of(last)]
    shape = shape_of(size)
    from minisora import edits

    make(
        options,
        lambda pipeline, settings: edits.connect(pipeline, first, last, prompt, seconds, size=shape, **settings),
        prompts=[prompt],
        marks=marks,
    )


@with_options
def storyboard(
    file: Annotated[
        Path,
        typer.Argument(help='A text of lines such as "0-2: a red circle moves right" (seconds).', metavar="FILE"),
    ],
    cut: Annotated[bool, typer.Option("--cut", help="Begin each shot anew, from its words alone.")] = False,
    context: Annotated[
        float, typer.Option(help="Seconds of the shot before that each goes on from; 0: its last picture.")
    ] = 0.0,
    size: Annotated[
        str | None, typer.Option(help="HEIGHTxWIDTH in pixels, multiples of 16.", show_default="the weights'")
    ] = None,
    *,
    options: Options,
) -> None:
    """Turn several sentences with times into one video; each shot goes on from the one before."""
    from minisora.edits import read_storyboard

    shots = read_storyboard(file)
    marks = [*(["cut"] if cut else []), *([f"c{plain(context)}"] if context else [])]
    shape = shape_of(size)
    from minisora import edits

    make(
        options,
        lambda pipeline, settings: edits.storyboard(pipeline, shots, cut=cut, context=context, size=shape, **settings),
        called=f"storyboard-{mark_of(file)}",
        prompts=[sentence for _, sentence in shots],
        marks=marks,
    )


@with_options
def edit(
    clip: ClipFile,
    prompt: Prompt,
    region: Annotated[
        list[str] | None,
        typer.Option(
            help="TOP,LEFT,HEIGHT,WIDTH in the clip's pixels: what to make anew, to whole tokens of 16 pixels; several"
            " times for several.",
            show_default="none",
        ),
    ] = None,
    canvas: Annotated[
        str | None,
        typer.Option(help="HEIGHTxWIDTH of a larger frame: what is around the clip?", show_default="none"),
    ] = None,
    size: Size = None,
    *,
    options: Options,
) -> None:
    """Make a region of a clip anew (--region), or what is around it (--canvas); all else stays."""
    if (not region) == (canvas is None):
        raise UserError("what is to be made anew? — name a --region TOP,LEFT,HEIGHT,WIDTH, or a larger --canvas 96x96")
    holes = sorted({parse_region(each) for each in region or ()})  # in whatever order they are named
    larger = None if canvas is None else parse_size(canvas, "canvas")
    shape = shape_of(size)
    from minisora import edits

    if holes:
        said = ["x".join(map(str, each)) for each in holes]
        part = f"region{said[0]}" if len(said) == 1 else f"{len(said)}regions-{short_hash(' '.join(said))}"
        make(
            options,
            lambda pipeline, settings: edits.edit(pipeline, clip, prompt, holes, size=shape, **settings),
            prompts=[prompt],
            marks=["edited", mark_of(clip), part],
        )
    elif larger is not None:
        make(
            options,
            lambda pipeline, settings: edits.expand(pipeline, clip, prompt, larger, size=shape, **settings),
            prompts=[prompt],
            marks=["expanded", mark_of(clip), *([f"from{size}"] if size else [])],
        )


@with_options
def restyle(
    clip: ClipFile,
    prompt: Prompt,
    strength: Annotated[float, typer.Option(help="From above 0 (hardly any change) to 1 (forgets the clip).")] = 0.8,
    size: Size = None,
    *,
    options: Options,
) -> None:
    """Make a clip anew in other words: the large stays, the small changes."""
    marks = ["restyled", mark_of(clip), f"s{plain(strength)}"]
    shape = shape_of(size)
    from minisora import edits

    make(
        options,
        lambda pipeline, settings: edits.restyle(pipeline, clip, prompt, strength, size=shape, **settings),
        prompts=[prompt],
        marks=marks,
    )


@with_options
def follow(
    clip: ClipFile,
    prompt: Prompt,
    size: Size = None,
    *,
    options: Options,
) -> None:
    """Let other things go the ways of those in a clip."""
    marks = ["followed", mark_of(clip)]
    shape = shape_of(size)
    from minisora import edits

    make(
        options,
        lambda pipeline, settings: edits.follow(pipeline, clip, prompt, size=shape, **settings),
        prompts=[prompt],
        marks=marks,
    )


#: In the order in which the help lists them.
COMMANDS = (animate, extend, loop, connect, storyboard, edit, restyle, follow)


def parse_region(text: str) -> tuple[int, int, int, int]:
    """ "16,16,32,32" -> (top, left, height, width).

    Raises: UserError for anything else.
    """
    match = re.fullmatch(r"\s*(\d{1,9})\s*[, x]\s*(\d{1,9})\s*[, x]\s*(\d{1,9})\s*[, x]\s*(\d{1,9})\s*", text)
    if match is None:
        raise UserError(f"region {text[:40]!r}: must be TOP,LEFT,HEIGHT,WIDTH in pixels — try 16,16,32,32")
    top, left, height, width = map(int, match.groups())
    return top, left, height, width
