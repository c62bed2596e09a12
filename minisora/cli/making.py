"""What the commands that make a clip have in common: their options, the bar, the file's name, and what is printed."""

from __future__ import annotations

import functools
import hashlib
import inspect
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from minisora.errors import UserError
from minisora.files import reason, short_hash, slug
from minisora.processors import wait_asleep

if TYPE_CHECKING:
    from minisora.clip import Clip
    from minisora.edits import Settings
    from minisora.pipeline import Pipeline

Prompt = Annotated[
    str, typer.Argument(help="What to show: English, German, Turkish, Azerbaijani or Russian (see: minisora words).")
]
Seed = Annotated[int, typer.Option(help="Another seed makes another video of the same.")]
Steps = Annotated[int | None, typer.Option(help="More is better and slower.", show_default="the weights'")]
Guidance = Annotated[
    float | None,
    typer.Option(
        help="How strictly to follow the prompt: 0 ignores it, 1 adds nothing to it.", show_default="the weights'"
    ),
]
Negative = Annotated[str, typer.Option(help="What to steer away from, in known words.", show_default="nothing")]
Out = Annotated[
    Path | None,
    typer.Option(
        help="File to write: mp4, webm, gif, or png (a filmstrip).",
        show_default="out/PROMPT-SEED-….mp4, with all that is not as usual",
    ),
]
Weights = Annotated[
    Path | None, typer.Option(help="Text-to-video weights, or their folder.", show_default="the shipped ones")
]
CodecFile = Annotated[
    Path | None, typer.Option("--codec", help="The codec's weights.", show_default="beside the others")
]
Device = Annotated[
    str | None, typer.Option(help="cpu, cuda, or mps.", show_default="CUDA if there is any, else the CPU")
]

Mark = Annotated[bool, typer.Option("--mark", help="Stamp the letters AI into a corner of every frame.")]
Hidden = Annotated[
    bool, typer.Option("--watermark", help="Hide a number in every frame, which minisora verify finds again.")
]
HiddenNumber = Annotated[
    int | None, typer.Option("--watermark-number", help="Which; says --watermark as well.", show_default="17")
]


@dataclass(frozen=True)
class Options:
    """What can be asked of every command that makes a clip: its fields are the options, with their help."""

    seed: Seed = 0
    steps: Steps = None
    guidance: Guidance = None
    negative: Negative = ""
    out: Out = None
    weights: Weights = None
    codec: CodecFile = None
    device: Device = None
    mark: Mark = False
    watermark: Hidden = False
    watermark_number: HiddenNumber = None

    @property
    def hidden(self) -> int | None:
        """The number to hide, if any is."""
        from minisora.marks.message import DEFAULT

        return DEFAULT if self.watermark and self.watermark_number is None else self.watermark_number


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the fields of :class:`Options` as options after its own; it gets them as ``options``.

    Typer reads what a command takes from its signature.
    """
    own = [each for name, each in inspect.signature(command, eval_str=True).parameters.items() if name != "options"]
    kinds = get_type_hints(Options, include_extras=True)
    shared = [
        inspect.Parameter(
            each.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=each.default, annotation=kinds[each.name]
        )
        for each in fields(Options)
    ]

    @functools.wraps(command)
    def called(**values: Any) -> None:
        wait_asleep()  # people make clips beside their trainings
        command(options=Options(**{each.name: values.pop(each.name) for each in shared}), **values)

    setattr(called, "__signature__", inspect.Signature([*own, *shared]))  # noqa: B010 (a function's attribute)
    called.__annotations__ = {each.name: each.annotation for each in (*own, *shared)}
    return called


def make(
    options: Options,
    power: Callable[[Pipeline, Settings], Clip],
    *,
    prompts: Sequence[str],
    called: str = "",
    marks: Sequence[str] = (),
    sign: Path | None = None,
    sign_prompt: bool = False,
) -> None:
    """Load the weights, make a clip beside a bar, write it and a filmstrip, and print where they are.

    Args:
        power: makes the clip; its settings hold what was asked for, the bar, and who is told what was cropped.
        prompts: what is said; where it is not in English, it is shown what it says.
        called: what its file is called after, by default the prompt.
        marks: what else sets it apart from other clips of the same prompt, for the file's name.
        sign: where the keys are to sign the files with; ``sign_prompt``: whether they say the prompt.
    Raises: UserError, with nothing written, and nothing printed besides.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from minisora.files import check_writable
    from minisora.language import translate
    from minisora.pipeline import Pipeline
    from minisora.video import check_ending

    out = options.out
    if out is not None:
        check_ending(out)
    keys = None
    if sign is not None:
        from minisora.provenance import Keys, check_signable

        if out is not None:
            check_signable(out)
        keys = Keys.load(sign)
    if options.hidden is not None:
        from minisora.marks import load_watermark, message_of

        message_of(options.hidden)  # what cannot be hidden is said before anything is made
        load_watermark()
    check_writable(Path("out") if out is None else out.parent)
    pipeline = Pipeline.load(options.weights, codec=options.codec, device=options.device)
    for prompt in prompts:
        pipeline.in_words(prompt)  # what cannot be made is said before anything else
        said = translate(prompt, also=pipeline.own_words)
        if said.language != "en":
            print(f"{said.name}: {said.english}", file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} steps"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("sampling", total=pipeline.sampling.steps if options.steps is None else options.steps)
        told: list[str] = []

        def progress(done: int, steps: int) -> None:
            while told:  # only now: until the first step is done, an error may be all that there is to say
                bar.console.print(told.pop(0), markup=False, highlight=False, soft_wrap=True)
            bar.update(task, completed=done, total=steps)

        settings: Settings = {
            "seed": options.seed,
            "steps": options.steps,
            "guidance": options.guidance,
            "negative": options.negative,
            "progress": progress,
            "tell": told.append,
        }
        try:
            clip = power(pipeline, settings)
        except Exception:
            bar.live.transient = True  # no bar is left above the one line that says what is wrong
            raise
    if options.mark or options.hidden is not None:
        clip = clip.marked(visible=options.mark, watermark=options.hidden)
    if out is None:
        out = Path("out") / f"{name_of(clip, pipeline, options, called=called, marks=marks)}.mp4"
    print(clip.save(out, sign=keys, sign_prompt=sign_prompt))
    if out.suffix.lower() != ".png":
        print(clip.save(out.with_suffix(".png"), sign=keys, sign_prompt=sign_prompt))
    if keys is not None:
        says = "the prompt is in it" if sign_prompt else "the prompt is not in it, but may be the file's name"
        print(f"signed by {keys.name}{' (a test key)' if keys.test else ''}: {says}", file=sys.stderr)
    sys.stdout.flush()


def name_of(clip: Clip, pipeline: Pipeline, options: Options, *, called: str = "", marks: Sequence[str] = ()) -> str:
    """For a clip's file: its words, its seed, and whatever is not as ``Pipeline.generate`` makes it unless asked."""
    from minisora.pipeline import SECONDS

    steps = pipeline.sampling.steps if options.steps is None else options.steps
    guidance = pipeline.sampling.guidance if options.guidance is None else options.guidance
    height, width = clip.shape[2:]
    length, scale = plain(clip.seconds), plain(guidance)
    unusual = {
        f"{height}x{width}": (height, width) != pipeline.size,
        f"{length}s": clip.seconds != SECONDS,
        f"{steps}steps": steps != pipeline.sampling.steps,
        f"g{scale}": guidance != pipeline.sampling.guidance,
        f"without-{slug(options.negative)}": options.negative != "",
        "marked": options.mark,
        "watermarked": options.watermark and options.watermark_number is None,
        f"watermarked-{short_hash(str(options.watermark_number))}": options.watermark_number is not None,
        **dict.fromkeys(marks, True),
    }
    if (options.weights, options.codec) != (None, None):
        unusual[f"w{short_hash(''.join(pipeline.card['hashes'].values()))}"] = True
    words = called or slug(pipeline.in_words(clip.prompt))
    return "-".join([words, str(options.seed), *(says for says, there in unusual.items() if there)])


def plain(number: float) -> str:
    """As short as it can be said, and never the same for two numbers."""
    return repr(float(number)).removesuffix(".0")


def mark_of(path: Path) -> str:
    """A file's name and six digits of what is in it, so that clips made from two files have two names."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name another file") from error
    return f"{'-'.join(re.findall(r'[a-z0-9]+', path.stem.lower()))[:24].strip('-') or 'file'}-{digest[:6]}"


def shape_of(size: str | None) -> tuple[int, int] | None:
    """What --size says."""
    return None if size is None else parse_size(size)


def parse_size(text: str, name: str = "size") -> tuple[int, int]:
    """ "64x96" or "64" -> (height, width).

    Raises: UserError for anything else.
    """
    match = re.fullmatch(r"\s*(\d{1,9})(?:\s*[x×*,]\s*(\d{1,9}))?\s*", text.lower())
    if match is None:
        raise UserError(f"{name} {text[:40]!r}: must be HEIGHTxWIDTH in pixels — try 64x64")
    height, width = match.groups()
    return int(height), int(width or height)
