"""Who has handed in what: the learners of a folder, and of each the notebook or why there is none.

A file for each learner (``anna.ipynb``), a folder for each, nbgrader's ``anna/02/``, and folders of such folders.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from minisora.errors import UserError

#: Files beside the learners' own that nobody has handed in: tables, score cards, a note of the teacher.
OURS = (".csv", ".json", ".log", ".md", ".txt")


@dataclass(frozen=True)
class Submission:
    """What a learner has handed in.

    Attributes:
        notebook: None if there is none that could be marked.
        remark: why there is none, or what else was found.
    """

    learner: str
    notebook: Path | None
    remark: str = ""


@dataclass
class _Found:
    """What lies in a learner's folder."""

    notebooks: list[Path] = field(default_factory=list)
    shadows: list[Path] = field(default_factory=list)  # macOS's companions of files, which hold nothing of them
    others: list[Path] = field(default_factory=list)


def find_submissions(folder: Path, number: str) -> list[Submission]:
    """Everybody of whom there is a trace in the folder, in the order of their names.

    Args:
        number: of the chapter, such as "02".
    Raises: UserError when there is no such folder, or nobody in it.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder — name the one with a file or a folder for each learner")
    people = _people(folder, number)
    found = [each for learner in sorted(people) for each in _choose(learner, people[learner], number)]
    if not found:
        raise UserError(f"nobody has handed in anything in {folder} — name the one with a folder for each learner")
    return found


def _people(folder: Path, number: str) -> dict[str, _Found]:
    people: dict[str, _Found] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        inside = tuple(name for name in Path(place).relative_to(folder).parts if name != "__MACOSX")
        learner = _learner(inside, names, number)
        if learner:
            people.setdefault(learner, _Found())
        for path in (Path(place, name) for name in sorted(names)):
            if learner or _handed_in(path):
                _sort(path, people.setdefault(learner or path.name.removeprefix("._").split(".")[0], _Found()), number)
    working = {learner for learner, found in people.items() if found.notebooks}
    for learner in sorted(people.keys() - working):
        # A folder without a notebook is a learner's, unless it holds learners' folders or lies in a learner's.
        above = {"/".join(learner.split("/")[:depth]) for depth in range(1, learner.count("/") + 1)}
        if above & people.keys() or any(other.startswith(f"{learner}/") for other in working):
            del people[learner]
    return people


def _learner(inside: tuple[str, ...], names: list[str], number: str) -> str:
    """The name that these folders give: without the chapter's, which nbgrader puts into the learner's."""
    *above, last = inside or ("",)
    chapter = above and re.fullmatch(r"\d\d", last)
    named = chapter and (last == number or not any(f"{number}_" in name for name in names))
    return "/".join(above if named else inside)


def _handed_in(path: Path) -> bool:
    """Whether a file beside the learners' folders is a learner's."""
    hidden = path.name.startswith(".") and not path.name.startswith("._")
    return not hidden and (".ipynb" in path.name.lower() or path.suffix.lower() not in OURS)


def _sort(path: Path, found: _Found, number: str) -> None:
    """Put a file where it belongs."""
    if path.name.startswith("._") or "__MACOSX" in path.parts:
        found.shadows.append(path)
    elif path.suffix.lower() == ".ipynb" and not path.name.startswith("."):
        chapter = re.fullmatch(r"\d\d", path.parent.name)
        elsewhere = chapter and chapter[0] != number and f"{number}_" not in path.stem
        (found.others if elsewhere else found.notebooks).append(path)
    elif not path.name.startswith("."):
        found.others.append(path)


def _choose(learner: str, found: _Found, number: str) -> list[Submission]:
    """The learner's notebook of the chapter; several submissions if there are several that could be anybody's."""
    if not found.notebooks:
        return [Submission(learner, None, _nothing(found, number))]
    alike = [path for path in found.notebooks if f"{number}_" in path.stem]  # browsers append (1), people their names
    exact = [path for path in alike if re.fullmatch(rf"{number}_[a-z_]+", path.stem)]
    unnamed = [path for path in found.notebooks if not re.match(r"\d\d_", path.stem)]
    for candidates in (exact, alike, unnamed if not alike else []):
        if len(candidates) == 1:
            others = [path for path in [*alike, *unnamed] if path != candidates[0]]
            return [Submission(learner, candidates[0], f"there is also {_names(others)}" if others else "")]
    if alike:
        return [Submission(learner, None, f"has {len(alike)} notebooks, {_names(alike)}: leave the one that counts")]
    if unnamed:
        return [Submission(f"{learner}/{path.stem}", path) for path in unnamed]
    return [Submission(learner, None, _nothing(_Found(others=found.notebooks), number))]


def _nothing(found: _Found, number: str) -> str:
    if found.others:
        return f"handed in no notebook of chapter {number}: there is {_names(found.others)}"
    if found.shadows:
        return f"only macOS's companion file {found.shadows[0].name} arrived: ask for the notebook itself"
    return "handed in nothing: the folder is empty"


def _names(paths: Iterable[Path]) -> str:
    names = [path.name for path in paths]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
