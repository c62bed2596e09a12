"""The learner's parts in the finished machine: ``with swap(patchify=mine): ...``, and a report of what that does."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType, TracebackType

from torch import Tensor

from minisora.course import plots
from minisora.course.checks.check import reference
from minisora.course.checks.exercise import CheckFailed, Solution
from minisora.course.finished import finished_pipeline
from minisora.errors import UserError
from minisora.evaluation.metrics import psnr
from minisora.pipeline import Pipeline

#: Clips closer than this (dB) are called the same: the order of a sum may differ, the picture does not.
SAME = 60.0


class swap:
    """Use other parts wherever the package uses its own, within a ``with`` block; afterwards all is as it was.

    Parts go by the names of their exercises, any mix of them: ``swap(patchify=mine, coordinates=mine_too)``.
    Raises: UserError for a part that the pipeline has no use for.
    """

    def __init__(self, **parts: Solution) -> None:
        self.parts = parts
        self.places = {name: _places(name) for name in parts}
        self._kept: list[tuple[ModuleType, str, object]] = []

    def __enter__(self) -> swap:
        for name, places in self.places.items():
            for module, attribute in places:
                self._kept.append((module, attribute, getattr(module, attribute)))
                setattr(module, attribute, self.parts[name])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._kept:
            module, attribute, value = self._kept.pop()
            setattr(module, attribute, value)

    def report(
        self,
        prompt: str = "a red circle moves right",
        *,
        pipeline: Pipeline | None = None,
        seconds: float = 2.0,
        steps: int | None = None,
        seed: int = 0,
    ) -> Report:
        """The same clip from the package's parts, with each of these parts in turn, and with all of them."""
        if self._kept:
            raise UserError("the parts are in their places: ask for the report outside of the `with` block")
        pipeline = pipeline or finished_pipeline()

        def make() -> Tensor:
            return pipeline.generate(prompt, seconds=seconds, steps=steps, seed=seed).frames

        whole = make()
        mixes = {f"your {name}": {name: part} for name, part in self.parts.items()}
        if len(mixes) > 1:
            mixes["all of yours"] = self.parts
        clips: dict[str, Tensor | str] = {}
        for label, parts in mixes.items():
            try:
                with swap(**parts):
                    clips[label] = make()
            except (Exception, CheckFailed) as error:
                clips[label] = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
        return Report(prompt, pipeline.fps, whole, clips)


@dataclass(frozen=True, repr=False)
class Report:
    """What each mix of parts makes of one prompt: a clip, or the error that it stopped with."""

    prompt: str
    fps: float
    whole: Tensor
    clips: dict[str, Tensor | str]

    @property
    def spoilers(self) -> list[str]:
        """The mixes that do not make the package's clip."""
        return [label for label, clip in self.clips.items() if not self._same(clip)]

    def __str__(self) -> str:
        lines = [f"{label}: {self._verdict(clip)}" for label, clip in self.clips.items()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        shown = {"the package's parts": self.whole}
        # What is the same clip needs no second picture of it.
        shown |= {
            label: clip for label, clip in self.clips.items() if isinstance(clip, Tensor) and not self._same(clip)
        }
        alt = f"clips of '{self.prompt}', made by the package's parts and with the learner's in their place: {self}"
        strips = plots.strips(shown, alt=alt, fps=self.fps)
        verdicts = "".join(f"<li>{plots.escaped(line)}</li>" for line in str(self).splitlines())
        return f"{strips.html}<ul>{verdicts}</ul>"

    def _verdict(self, clip: Tensor | str) -> str:
        if isinstance(clip, str):
            return f"the pipeline stops with {clip}"
        if clip.shape != self.whole.shape:
            return f"the clip has the shape {tuple(clip.shape)}, not {tuple(self.whole.shape)}"
        level = _likeness(clip, self.whole)
        return "the same clip" if level > SAME else f"spoils the clip ({level:.0f} dB to the package's)"

    def _same(self, clip: Tensor | str) -> bool:
        return isinstance(clip, Tensor) and clip.shape == self.whole.shape and _likeness(clip, self.whole) > SAME


def _likeness(clip: Tensor, other: Tensor) -> float:
    return float(psnr(clip[None], other[None]).mean())


def _places(name: str) -> list[tuple[ModuleType, str]]:
    """Every name in the package's modules that means the package's own part."""
    part = reference(name)
    found = [
        (module, attribute)
        for path, module in list(sys.modules.items())
        if path.startswith("minisora.") and not path.startswith("minisora.course")
        for attribute, value in vars(module).items()
        if value is part
    ]
    if not found:
        raise UserError(f"no module of the pipeline uses {name!r}: it stands for itself, or is swapped already")
    return found
