"""Fixed prompts and seeds on which weights are measured, with the floors beside every score.

A score is worth little alone: the judge errs, and the codec blurs before the model has drawn anything. So each suite
is scored three times: the scenes as drawn, the same through the codec, and what the model makes of their captions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.metrics import flicker, psnr, wilson
from minisora.files import from_json, reason
from minisora.worlds.claims import parse
from minisora.worlds.digits import DigitsWorld
from minisora.worlds.drawn import DrawnScene, DrawnWorld, canonical, draw, is_digits
from minisora.worlds.render import FPS
from minisora.worlds.scene import BACKGROUNDS, MOTIONS
from minisora.worlds.shapes import ShapesWorld

#: Captions, as many seeds, and the clips' frames, height and width -> clips ``b 3 f h w`` in [-1, 1].
Generate = Callable[[list[str], list[int], tuple[int, int, int]], Tensor]
#: Clips ``b 3 f h w`` -> the same through the codec.
Roundtrip = Callable[[Tensor], Tensor]
#: The prompt for a scene; what it says is judged by the canonical one.
Prompt = Callable[[DrawnScene], str]
#: ``watch(suite, source, done, total)`` after every batch.
Watch = Callable[[str, str, int, int], object]

SAID = ("colour", "shape", "size", "motion")  #: Of each object; a digit has no size that one could claim.
KINDS = ("count", *SAID, "binding", "everything")
DRAWN, THROUGH_CODEC, MODEL = "ground truth", "ground truth through the codec", "model"


@dataclass(frozen=True)
class Suite:
    """So many scenes of a world, always the same ones; ``seed`` also fixes the noise for each caption."""

    name: str
    world: DrawnWorld
    scenes: int
    seed: int
    frames: int = 17
    height: int = 64
    width: int = 64

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.frames, self.height, self.width

    def draw(self) -> list[DrawnScene]:
        """Every scene of the suite: the first n of a larger suite are those of a smaller one."""
        generator = torch.Generator().manual_seed(self.seed)
        duration, aspect = max(self.frames - 1, 1) / FPS, self.width / self.height
        one = partial(self.world.sample, 1, generator=generator, duration=duration, aspect=aspect)
        return [one()[0] for _ in range(self.scenes)]


ONE_OBJECT = ShapesWorld(counts=(1.0,), moving_camera=0.0, occlusion=0.0)
SUITES = (
    Suite("one object, seen", ONE_OBJECT, 100, 101),
    Suite(
        "one object, held out", ShapesWorld(counts=(1.0,), moving_camera=0.0, occlusion=0.0, held_out=True), 100, 102
    ),
    Suite("two objects", ShapesWorld(counts=(0.0, 1.0), moving_camera=0.0, occlusion=0.0), 50, 103),
    Suite("one digit", DigitsWorld(counts=(1.0,), split="test"), 50, 104),
)
#: Other durations and frames: one object, seen combinations.
OTHER_SIZES = tuple(
    Suite(f"{frames} frames of {height}x{width}", ONE_OBJECT, 20, 110 + i, frames, height, width)
    for i, (frames, height, width) in enumerate(
        ((9, 64, 64), (33, 64, 64), (17, 48, 80), (17, 80, 48), (17, 96, 96)),
    )
)


def within(worlds: Sequence[dict[str, Any]], suites: Sequence[Suite]) -> list[Suite]:
    """The suites with only such motions and backgrounds, and such numbers of objects, as ``worlds`` show.

    ``worlds`` are what a weights' card says that they were trained on; the first of shapes counts, and what it does not
    say is not restricted. Weights that know everything are measured on the suites as they are, and those of a smaller
    world on what they could have learnt.
    """
    shapes = next((world for world in worlds if not is_digits(world)), {})
    most = len(shapes.get("counts", (1,) * 9))

    def narrow(suite: Suite) -> Suite | None:
        if isinstance(suite.world, DigitsWorld):
            return suite if any(map(is_digits, worlds)) else None
        if len(suite.world.counts) > most:
            return None
        motions = tuple(m for m in suite.world.motions if m in shapes.get("motions", MOTIONS))
        backgrounds = tuple(b for b in suite.world.backgrounds if b in shapes.get("backgrounds", BACKGROUNDS))
        return replace(suite, world=replace(suite.world, motions=motions, backgrounds=backgrounds))

    return [narrowed for suite in suites if (narrowed := narrow(suite)) is not None]


@dataclass(frozen=True)
class Score:
    """How many of how many; ``low`` and ``high`` are the 95 % interval of the share (Wilson)."""

    right: int
    of: int
    share: float
    low: float
    high: float

    @classmethod
    def count(cls, marks: Sequence[bool]) -> Score:
        right, of = sum(marks), len(marks)
        return cls(right, of, right / max(of, 1), *wilson(right, of))


@dataclass(frozen=True)
class Row:
    """What one source (drawn, through the codec, model) scores in one suite: 0 of 0 in what its captions do not say."""

    suite: str
    source: str
    scores: dict[str, Score]
    flicker: float
    psnr: float | None = None  #: Mean over clips in dB; only where there is a clip to compare with.

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Row:
        return cls(**{**data, "scores": {kind: Score(**score) for kind, score in data["scores"].items()}})


def evaluate(
    suites: Sequence[Suite] = SUITES,
    *,
    generate: Generate | None = None,
    roundtrip: Roundtrip | None = None,
    batch: int = 10,
    prompt: Prompt = canonical,
    watch: Watch | None = None,
    log: Path | None = None,
    label: str = "",
) -> list[Row]:
    """Score every suite: as drawn, through the codec (if there is one), by the model (if there is one).

    Args:
        prompt: what the model is asked for, in another language, say.
        log: a file to which every judged clip is added, and from which a call that was stopped goes on.
        label: what distinguishes these weights from others in the log; a hash, say.
    """
    known = _Log(log, label)
    rows = []
    for suite in suites:
        scenes = suite.draw()
        sources: dict[str, Callable[[list[int], Tensor], Tensor]] = {DRAWN: lambda picked, drawn: drawn}
        if roundtrip is not None:
            sources[THROUGH_CODEC] = lambda picked, drawn: roundtrip(drawn)
        if generate is not None:
            sources[MODEL] = _prompted(generate, prompt, suite, scenes)
        for source, make in sources.items():
            marks: list[dict[str, Any]] = []
            for start in range(0, len(scenes), batch):
                picked = list(range(start, min(start + batch, len(scenes))))
                if not known.has(suite, source, picked):
                    with torch.no_grad():
                        drawn = _render([scenes[i] for i in picked], suite)
                        clips = make(picked, drawn)
                    known.add(
                        suite, source, picked, _mark(scenes, picked, clips, drawn if source == THROUGH_CODEC else None)
                    )
                marks += known.get(suite, source, picked)
                if watch is not None:
                    watch(suite.name, source, len(marks), len(scenes))
            rows.append(_summary(suite.name, source, marks))
    return rows


def _prompted(
    generate: Generate, prompt: Prompt, suite: Suite, scenes: list[DrawnScene]
) -> Callable[[list[int], Tensor], Tensor]:
    def make(picked: list[int], drawn: Tensor) -> Tensor:
        captions = [prompt(scenes[i]) for i in picked]
        return generate(captions, [1000 * suite.seed + i for i in picked], suite.shape)

    return make


def _render(scenes: list[DrawnScene], suite: Suite) -> Tensor:
    return draw(scenes, frames=suite.frames, height=suite.height, width=suite.width)


def _mark(scenes: list[DrawnScene], picked: list[int], clips: Tensor, drawn: Tensor | None) -> Iterator[dict[str, Any]]:
    """Which claims of its caption hold for each clip, and what was measured."""
    for position, (index, clip) in enumerate(zip(picked, clips, strict=True)):
        claims = parse(canonical(scenes[index]))
        verdict = judge(clip, claims, fps=FPS)
        unsaid = {kind for kind in SAID if all(getattr(claim, kind) is None for claim in claims.objects)}
        mark: dict[str, Any] = {kind: getattr(verdict, kind) for kind in KINDS if kind not in unsaid}
        mark["flicker"] = float(flicker(clip[None]))
        if drawn is not None:
            mark["psnr"] = float(psnr(clip[None], drawn[position : position + 1]))
        yield mark


def _summary(suite: str, source: str, marks: list[dict[str, Any]]) -> Row:
    return Row(
        suite=suite,
        source=source,
        scores={kind: Score.count([mark[kind] for mark in marks if kind in mark]) for kind in KINDS},
        flicker=sum(mark["flicker"] for mark in marks) / max(len(marks), 1),
        psnr=sum(mark["psnr"] for mark in marks) / len(marks) if source == THROUGH_CODEC and marks else None,
    )


class _Log:
    """Marks by suite, source, and index, in memory and, a line each, in a file."""

    def __init__(self, path: Path | None, label: str) -> None:
        self.path, self.label, self.marks = path, label, {}
        if path is None or not path.exists():
            return
        text = path.read_text(errors="replace")
        *lines, rest = text.split("\n")
        for number, line in enumerate(lines, start=1):
            try:
                key, mark = from_json(line)
                self.marks[tuple(key)] = {**mark}
            except (ValueError, TypeError) as error:
                raise UserError(
                    f"{path}, line {number}: no mark of a clip ({reason(error)}) — name another log"
                ) from error
        if rest:  # a call was stopped in the middle of a line
            path.write_text(text[: -len(rest)])

    def _key(self, suite: Suite, source: str, index: int) -> tuple[Any, ...]:
        # What is drawn does not depend on the weights, but on the codec's: one label for both is simple and safe.
        return (self.label, suite.name, suite.seed, *suite.shape, source, index)

    def has(self, suite: Suite, source: str, picked: list[int]) -> bool:
        return all(self._key(suite, source, i) in self.marks for i in picked)

    def get(self, suite: Suite, source: str, picked: list[int]) -> list[dict[str, Any]]:
        return [self.marks[self._key(suite, source, i)] for i in picked]

    def add(self, suite: Suite, source: str, picked: list[int], marks: Iterator[dict[str, Any]]) -> None:
        for index, mark in zip(picked, marks, strict=True):
            key = self._key(suite, source, index)
            self.marks[key] = mark
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a") as file:
                    file.write(json.dumps([key, mark]) + "\n")
