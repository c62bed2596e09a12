"""The learner's whole machine: the parts that they wrote, from their notebooks, in the places of the package's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode
from torch import Tensor

from minisora.course import plots
from minisora.course.checks.check import PATIENCE, examine
from minisora.course.checks.exercise import CheckFailed, Exercise, Solution
from minisora.course.checks.swap import SAME, swap
from minisora.course.checks.time_limit import NotDone, within
from minisora.course.exercises import chapter_exercises, chapters
from minisora.course.notebooks.compose import CHAPTERS
from minisora.course.notebooks.extract import NotThere, extract
from minisora.course.notebooks.read import read_notebook
from minisora.errors import UserError
from minisora.evaluation.metrics import psnr
from minisora.pipeline import Pipeline

#: What became of a part: it passes its check, it does not, it is still a stub, or there is no notebook or cell of it.
State = Literal["passes", "fails", "stub", "missing"]
MARKS: dict[State, str] = {"passes": "✓ passes", "fails": "✗ fails", "stub": "still a stub", "missing": "not there"}


@dataclass(frozen=True)
class Part:
    """One exercise in a learner's notebook.

    Attributes:
        works: the learner's part, if it passes.
        used: whether the package has a place for it.
        says: why it does not pass.
    """

    chapter: str
    name: str
    state: State
    used: bool
    works: Solution | None = None
    says: str = ""


@dataclass(frozen=True, repr=False)
class Mine:
    """A table of all parts, and the clip that the machine makes with those that are the learner's."""

    prompt: str
    fps: float
    parts: tuple[Part, ...]
    clip: Tensor
    whole: Tensor
    spoilers: tuple[str, ...] = ()

    @property
    def own(self) -> list[str]:
        """The learner's parts in the machine that made the clip."""
        return [part.name for part in self.parts if part.used and part.works]

    def __str__(self) -> str:
        passing = sum(part.state == "passes" for part in self.parts)
        made = "the same clip as the package's" if _same(self.clip, self.whole) else "another clip than the package's"
        head = (
            f"{passing} of {len(self.parts)} parts pass; {len(self.own)} of them took the places of the package's "
            f"(some are for training, and wait there), and what came out is {made}"
        )
        rows = [f"{p.chapter}  {p.name:24} {MARKS[p.state]:14} {_place(p)}" for p in self.parts]
        spoiled = [f"left out, since it spoils the clip although it passes: {name}" for name in self.spoilers]
        return "\n".join([head, *spoiled, *rows])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        alt = f"clips of '{self.prompt}': one made by the learner's parts, one by the package's alone"
        pictures = plots.strips({"yours": self.clip, "the package's": self.whole}, alt=alt, fps=self.fps)
        first, *lines = str(self).splitlines()[: 1 + len(self.spoilers)]
        said = "".join(f"<p>{plots.escaped(line)}</p>" for line in (first, *lines))
        cells = ((p.chapter, p.name, MARKS[p.state], _place(p), p.says) for p in self.parts)
        rows = "".join(f"<tr>{''.join(f'<td>{plots.escaped(c)}</td>' for c in row)}</tr>" for row in cells)
        head = "".join(f"<th>{each}</th>" for each in ("chapter", "part", "your check", "its place", "what it says"))
        return f"{pictures.html}{said}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def mine(
    folder: str | Path | None = None,
    *,
    prompt: str = "a red circle moves right",
    load: Callable[[], Pipeline] = Pipeline.load,
    seconds: float = 2.0,
    steps: int | None = None,
    seed: int = 0,
    only: Sequence[str] | None = None,
) -> Mine:
    """Make a clip with the learner's own parts, and list which those are.

    Their code runs in this process, as it did in its notebook: for notebooks of other people use ``minisora check``.

    Args:
        folder: where the notebooks are; by default ``chapters/``.
        load: makes the pipeline, anew for each mix of parts, so that networks are built of the learner's classes.
        only: chapters to look at, such as ``["02"]``; by default all.
    Raises: UserError when the folder does not exist, or one of the notebooks is none.
    """
    folder = CHAPTERS if folder is None else Path(folder)
    if not folder.is_dir():
        raise UserError(f"no folder {folder} — name the one with your notebooks")
    parts = [part for number in only or chapters() for part in _chapter(folder, number)]
    own = {part.name: part.works for part in parts if part.used and part.works}

    def make(names: dict[str, Solution]) -> Tensor:
        with swap(**names):
            return load().generate(prompt, seconds=seconds, steps=steps, seed=seed).frames

    fps, whole = load().fps, make({})
    clip = _attempt(make, own)
    spoilers: list[str] = []
    if clip is None or not _same(clip, whole):
        spoilers = [name for name in own if (one := _attempt(make, {name: own[name]})) is None or not _same(one, whole)]
        sound = {name: part for name, part in own.items() if name not in spoilers}
        clip = _attempt(make, sound)
        if clip is None:  # each is sound alone, and yet they do not work together
            spoilers = list(own)
    parts = [part if part.name not in spoilers else _without(part) for part in parts]
    return Mine(prompt, fps, tuple(parts), whole if clip is None else clip, whole, tuple(spoilers))


def _chapter(folder: Path, number: str) -> list[Part]:
    found = sorted(folder.glob(f"{number}_*.ipynb"))
    book = read_notebook(found[0]) if found else None
    return [_part(number, exercise, book) for exercise in chapter_exercises(number)]


def _part(number: str, exercise: Exercise, book: NotebookNode | None) -> Part:
    used = _has_a_place(exercise)
    if book is None:
        return Part(number, exercise.name, "missing", used, says=f"no notebook of chapter {number} here")
    page: dict[str, object] = {"__name__": "__main__"}
    try:
        code = compile(extract(book, exercise.name), f"chapter {number}", "exec")
        within(PATIENCE, lambda: exec(code, page))
        solution = page[exercise.name]
        if solution is exercise.reference or str(getattr(solution, "__module__", "")).startswith("minisora"):
            return Part(number, exercise.name, "missing", used, says="this is the package's own part")
        examine(exercise, solution)  # type: ignore[arg-type]
    except NotThere as error:
        return Part(number, exercise.name, "missing", used, says=str(error))
    except NotDone as error:
        says = f"its cell is not done after {error}: does a loop never end?"
        return Part(number, exercise.name, "fails", used, says=says)
    except CheckFailed as error:
        says = str(error).splitlines()[0]
        state: State = "stub" if "is still a stub" in says else "fails"
        return Part(number, exercise.name, state, used, says="" if state == "stub" else says)
    except (Exception, SystemExit) as error:
        says = f"its cell stops with {type(error).__name__}: {' '.join(str(error).split())[:160]}"
        return Part(number, exercise.name, "fails", used, says=says)
    return Part(number, exercise.name, "passes", used, works=solution)  # type: ignore[arg-type]


def _has_a_place(exercise: Exercise) -> bool:
    try:
        swap(**{exercise.name: exercise.reference})
    except UserError:
        return False
    return True


def _without(part: Part) -> Part:
    return Part(part.chapter, part.name, part.state, part.used, says="passes its check, and yet spoils the clip")


def _attempt(make: Callable[[dict[str, Solution]], Tensor], parts: dict[str, Solution]) -> Tensor | None:
    """A clip, or nothing where the machine stops."""
    try:
        return make(parts)
    except Exception:
        return None


def _same(clip: Tensor, other: Tensor) -> bool:
    return clip.shape == other.shape and float(psnr(clip[None], other[None]).mean()) > SAME


def _place(part: Part) -> str:
    if not part.used:
        return "stands for itself"
    return "in the machine" if part.works else "the package's is used"
