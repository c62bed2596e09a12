"""A script becomes a film: shot by shot, each made once and kept, then joined between its cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from torch import Tensor

from minisora.camera import canvas
from minisora.clip import Clip
from minisora.film import kept
from minisora.film.cards import poster
from minisora.film.joins import joined
from minisora.film.script import Script, Shot
from minisora.film.shots import from_levels, key_of_shot, one_take, to_levels
from minisora.film.sounds import track_of
from minisora.film.takes import Check, best_take
from minisora.pipeline import Pipeline
from minisora.provenance import Keys, Origin
from minisora.video.audio import SOUND_CODECS
from minisora.worlds.claims import parse


class Progress(NamedTuple):
    """How far a film is: take ``take`` of shot ``shot`` (from 1) of ``shots`` is begun, or the shot is there."""

    shot: int
    shots: int
    take: int
    check: Check | None = None  #: when the shot is there
    again: bool = False  #: whether it was there before, and nothing had to be made


@dataclass(frozen=True)
class Film:
    """A finished film.

    Attributes:
        frames: ``3 t h w`` in [-1, 1], ``fps`` in a second: exactly ``script.seconds`` of them.
        shots: what was made for each shot, before any camera and any join, and one picture longer than it is shown.
        checks: what the judge found in each shot.
        track: the sound, one row of samples (``video.RATE`` a second) as long as the film; None for a silent one.
        made: how many shots were made now; the others were kept from before.
        origin: what made it; None where nobody knows the weights.
    """

    script: Script
    frames: Tensor
    fps: float
    shots: tuple[Tensor, ...]
    checks: tuple[Check, ...]
    track: Tensor | None
    made: int
    origin: Origin | None

    @property
    def seconds(self) -> float:
        return self.frames.shape[1] / self.fps

    def save(self, path: str | Path, *, sign: str | Path | Keys | None = None, sign_prompt: bool = False) -> Path:
        """Write it as mp4 or webm with its sound, or as a gif or a png (a filmstrip) without.

        Args:
            sign: keys, or where they are, to sign an mp4, gif or png with.
            sign_prompt: whether the signed file says the sentences of its shots.
        Raises: UserError as ``Clip.save``.
        """
        path = Path(path)
        sound = self.track if path.suffix.lower() in SOUND_CODECS else None
        said = "; ".join(shot.sentence for shot in self.script.shots)
        clip = Clip.of(self.frames, fps=self.fps, prompt=said, origin=self.origin)
        return clip.save(path, sound=sound, sign=sign, sign_prompt=sign_prompt)

    def poster(self) -> Image.Image:
        """A picture of the film with the title below: the middle of the longest shot with most things in it."""
        shots = self.script.shots
        fullest = max(range(len(shots)), key=lambda i: (len(parse(shots[i].words).objects), shots[i].seconds))
        middle = round((self.script.starts[fullest] + shots[fullest].seconds / 2) * self.fps)
        return poster(self.frames[:, middle], self.script.title)

    def report(self) -> dict[str, Any]:
        """What is known of it, as JSON: for each shot what the judge found, which seed it is, and when it begins."""
        rows = zip(self.script.starts, self.script.shots, self.checks, strict=True)
        return {
            "title": self.script.title,
            "author": self.script.author,
            "seconds": self.seconds,
            "right": sum(found.everything for found in self.checks),
            "shots": [
                {
                    "start": start,
                    "seconds": shot.seconds,
                    "sentence": shot.sentence,
                    "seed": shot.seed + found.take - 1,
                    **asdict(found),
                }
                for start, shot, found in rows
            ],
        }


def make_film(
    pipeline: Pipeline,
    script: Script,
    *,
    keep: Path | None = None,
    steps: int | None = None,
    guidance: float | None = None,
    progress: Callable[[Progress], object] = lambda _: None,
) -> Film:
    """All shots of a script, joined, with title and credits.

    Args:
        keep: a folder in which every shot is kept as soon as it is finished, under a name that follows from all that it
            is made of. A second call makes only what is not there. None: nothing is kept.
        steps, guidance: of every shot; None for the weights' own.
        progress: hears of each take, and of each finished shot.
    Raises: UserError for what these weights cannot make; what is finished until then is kept.
    """
    size = script.size or pipeline.size
    for shot in script.shots:
        pipeline.in_words(shot.words)
        pipeline.latent_shape(shot.seconds, canvas(size, shot.camera))
    keep = keep if pipeline.card.get("hashes") else None  # of whose weights nobody knows, nothing can be found again
    clips: list[Tensor] = []
    checks: list[Check] = []
    made, before, key = 0, None, ""
    for number, (shot, tail) in enumerate(zip(script.shots, script.tails, strict=True), 1):
        before = clips[-1][:, _frames(pipeline, script.shots[number - 2])] if shot.join == "continue" else None
        key = key_of_shot(pipeline, shot, size, tail=tail, before=key, steps=steps, guidance=guidance)
        there = kept.kept(keep, key) if keep is not None else None
        if there is None:
            made += 1

            def take(
                seed: int, shot: Shot = shot, number: int = number, tail: float = tail, before: Tensor | None = before
            ) -> Tensor:
                progress(Progress(number, len(script.shots), seed - shot.seed + 1))
                clip = one_take(pipeline, shot, seed, size, tail=tail, before=before, steps=steps, guidance=guidance)
                return from_levels(to_levels(clip))  # as it is kept, so that a film is the same when it is made again

            clip, found = best_take(shot, take, fps=pipeline.fps)
            if keep is not None:
                kept.keep(keep, key, to_levels(clip), found)
        else:
            clip, found = from_levels(there[0]), there[1]
        progress(Progress(number, len(script.shots), found.takes, found, again=there is not None))
        clips.append(clip)
        checks.append(found)
    frames = joined(script, clips, size, pipeline.fps)
    origin = origin_of(pipeline, script, checks, steps=steps, guidance=guidance)
    track = track_of(script, clips, fps=pipeline.fps) if script.sound else None
    return Film(script, frames, pipeline.fps, tuple(clips), tuple(checks), track, made, origin)


def origin_of(
    pipeline: Pipeline, script: Script, checks: list[Check], *, steps: int | None, guidance: float | None
) -> Origin | None:
    """What may be signed: what was made by which weights, and that there is more in a film than that."""
    if not (hashes := pipeline.card.get("hashes")):
        return None
    seeds = [str(shot.seed + found.take - 1) for shot, found in zip(script.shots, checks, strict=True)]
    cards = [name for name, there in (("title", script.title), ("credits", script.closing)) if there]
    return Origin(
        hashes,
        pipeline.card.get("preset") or "",
        pipeline.sampling.steps if steps is None else steps,
        pipeline.sampling.guidance if guidance is None else guidance,
        None,
        composed={
            "shots": str(len(script.shots)),
            "seeds": " ".join(seeds),
            "drawn": " and ".join(cards) or "nothing",
            "sound": "computed from the pictures" if script.sound else "none",
        },
    )


def _frames(pipeline: Pipeline, shot: Shot) -> int:
    return round(shot.seconds * pipeline.fps)
