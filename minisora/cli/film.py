"""`minisora film`, `minisora gallery`: a storyboard becomes a film, and a folder of films a page."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minisora.cli.making import CodecFile, Device, Steps, Weights
from minisora.errors import UserError
from minisora.processors import wait_asleep

if TYPE_CHECKING:
    from minisora.film import Film, Progress, Script

#: Seconds of a server processor's core for a second of a 64x64 clip, the judge included: what the example took.
A_SECOND = 0.2


def film(
    file: Annotated[
        Path | None, typer.Argument(help="A storyboard in YAML (--example prints one).", metavar="STORYBOARD")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write: mp4, webm (both with sound), gif or png.", show_default="beside it, as mp4"),
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a storyboard to begin with.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the shot list and an estimate, and stop.")] = False,
    takes: Annotated[
        int | None, typer.Option(help="Of each shot, whatever the storyboard says: 1 to 16.", show_default="its own")
    ] = None,
    steps: Steps = None,
    sign: Annotated[
        Path | None,
        typer.Option(help="Sign the film (C2PA): a folder with key.pem and chain.pem.", show_default="unsigned"),
    ] = None,
    sign_prompt: Annotated[bool, typer.Option("--sign-prompt", help="Say the sentences in it.")] = False,
    weights: Weights = None,
    codec: CodecFile = None,
    device: Device = None,
) -> None:
    """Turn a storyboard into a film: shots, cuts, title, credits and sound; finished shots are kept beside it."""
    from dataclasses import replace

    from minisora.film import read_script
    from minisora.film.example import EXAMPLE
    from minisora.film.script import MOST_TAKES
    from minisora.request import check_range

    if example:
        print(EXAMPLE, end="")
        return
    if file is None:
        raise UserError("no storyboard: minisora film --example > my.yaml, and then minisora film my.yaml")
    if sign_prompt and sign is None:
        raise UserError("--sign-prompt says the sentences in a signature, and there is none — add --sign KEYS")
    script = read_script(file)
    if takes is not None:
        check_range("takes", takes, low=1, high=MOST_TAKES, advice="3")
        script = replace(script, shots=tuple(replace(shot, takes=takes) for shot in script.shots))
    if dry_run:
        print(shot_list(script))
        return
    wait_asleep()
    write(script, out or file.with_suffix(".mp4"), steps, sign, sign_prompt, (weights, codec, device))


def write(
    script: Script,
    out: Path,
    steps: int | None,
    sign: Path | None,
    sign_prompt: bool,
    using: tuple[Path | None, Path | None, str | None],
) -> None:
    """Make the film, beside a bar, and write it, a poster and a report."""
    from minisora.files import check_writable, replacing
    from minisora.film import make_film
    from minisora.pipeline import Pipeline
    from minisora.video import check_ending

    check_ending(out)
    keys = None
    if sign is not None:
        from minisora.provenance import Keys, check_signable

        check_signable(out)
        keys = Keys.load(sign)
    check_writable(out.parent)
    weights, codec, device = using
    pipeline = Pipeline.load(weights, codec=codec, device=device)
    made = make_film(pipeline, script, keep=out.with_suffix(".shots"), steps=steps, progress=told(script))
    print(made.save(out, sign=keys, sign_prompt=sign_prompt))
    if out.suffix.lower() != ".png":
        with replacing(out.with_suffix(".png")) as draft:
            made.poster().save(draft, optimize=True)
        print(out.with_suffix(".png"))
    with replacing(out.with_suffix(".json")) as draft:
        draft.write_text(json.dumps(made.report(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(out.with_suffix(".json"))
    print(summary(made), file=sys.stderr)
    if keys is not None:
        says = "the sentences are in it" if sign_prompt else "the sentences are not in it"
        print(f"signed by {keys.name}{' (a test key)' if keys.test else ''}: {says}", file=sys.stderr)


def told(script: Script) -> Callable[[Progress], None]:
    """What is printed as a film grows: a line for each finished shot."""

    def hear(progress: Progress) -> None:
        if progress.check is None:
            return
        shot = script.shots[progress.shot - 1]
        there = " (was there)" if progress.again else ""
        line = f"shot {progress.shot} of {progress.shots}: {shot.sentence} — {progress.check}{there}"
        print(line, file=sys.stderr, flush=True)

    return hear


def summary(made: Film) -> str:
    """One line: how long it is, and how much of it is right."""
    right, shots = sum(found.everything for found in made.checks), len(made.checks)
    takes = sum(found.takes for found in made.checks)
    return f"{made.seconds:g} s; everything is right in {right} of {shots} shots, by the judge ({takes} takes in all)"


def shot_list(script: Script) -> str:
    """What will be made, a line a shot with its times, who plays where, and how long it may take."""
    from minisora.film.script import cast_of, jumps

    rows = [f"{0:5.1f}  title     {script.title}"] if script.title else []
    for start, shot in zip(script.starts, script.shots, strict=True):
        how = [
            *([] if shot.camera == "static" else [shot.camera]),
            *([f"pace {shot.pace:g}"] if shot.pace != 1 else []),
            *(["along a path"] if shot.path else []),
            *([f"up to {shot.takes} takes"] if shot.takes > 1 else []),
        ]
        rows.append(f"{start:5.1f}  {shot.join:<9} {shot.sentence}{' — ' + ', '.join(how) if how else ''}")
    if script.closing:
        rows.append(f"{script.seconds - script.ending:5.1f}  credits   {' · '.join(script.closing)}")
    rows.append(f"{script.seconds:5.1f}  end")
    for name, shots in cast_of(script).items():
        plays = f"in shots {', '.join(map(str, shots))}" if shots else "in no shot"
        rows.append(f"{name}: {script.characters[name]}, {plays}")
    rows += [f"shot {i} is the shot before it once more: a jump cut — give it a seed of its own" for i in jumps(script)]
    least = estimate(script, takes=False)
    most = estimate(script)
    more = f", up to {most:.0f} s if all takes are needed" if most > least else ""
    rows.append(f"about {least:.0f} s of one core{more}, once the weights are read")
    return "\n".join(rows)


def estimate(script: Script, *, takes: bool = True) -> float:
    """Seconds that the shots take, from how long and how large they are."""
    from minisora.camera import canvas
    from minisora.film.cards import USUAL

    total = 0.0
    for shot, tail in zip(script.shots, script.tails, strict=True):
        height, width = canvas(script.size or USUAL, shot.camera)
        total += (shot.seconds + tail) * height * width / 64**2 * A_SECOND * (shot.takes if takes else 1)
    return total


def gallery(
    folder: Annotated[Path, typer.Argument(help="Films with their storyboards, in folders or not.", metavar="FOLDER")],
    out: Annotated[
        Path | None, typer.Option(help="The page to write.", show_default="index.html in the folder")
    ] = None,
    title: Annotated[str, typer.Option(help="Above the films.")] = "Films",
    beside: Annotated[
        bool, typer.Option("--beside", help="Leave the films where they are; the page then needs them beside it.")
    ] = False,
) -> None:
    """Show a folder of films on one page: posters, titles, authors and sentences. It needs no network."""
    from minisora.film.gallery import write_gallery

    page, films, told = write_gallery(folder, out or folder / "index.html", title=title, beside=beside)
    for line in told:
        print(line, file=sys.stderr)
    print(page)
    print(f"{films} films, {page.stat().st_size / 1e6:.1f} MB", file=sys.stderr)
