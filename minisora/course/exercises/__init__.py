"""The exercises, a folder a chapter: ``c02_patches`` has ``EXERCISES`` of chapter 02, in the order of the page."""

from __future__ import annotations

import difflib
from importlib import import_module
from pkgutil import iter_modules

from minisora.course.checks.exercise import Exercise
from minisora.errors import UserError


def chapters() -> dict[str, str]:
    """Number of each chapter with exercises -> module: ``{"02": "minisora.course.exercises.c02_patches"}``."""
    names = sorted(module.name for module in iter_modules(__path__) if module.name[:1] == "c" and "_" in module.name)
    return {name[1:].split("_")[0]: f"{__name__}.{name}" for name in names}


def chapter_exercises(number: str) -> tuple[Exercise, ...]:
    """The exercises of a chapter: "02" or "2".

    Raises: UserError naming the chapters that there are.
    """
    known = chapters()
    if number.zfill(2) not in known:
        raise UserError(f"no exercises for chapter {number!r}: try {', '.join(known)}")
    return import_module(known[number.zfill(2)]).EXERCISES


def find_exercise(name: str) -> Exercise:
    """The exercise of this name, whichever chapter has it.

    Raises: UserError with the nearest names.
    """
    names: list[str] = []
    for number in chapters():  # in order, so that a chapter needs nothing of later ones
        for exercise in chapter_exercises(number):
            if exercise.name == name:
                return exercise
            names.append(exercise.name)
    near = difflib.get_close_matches(name, names, n=3) or names[:8]
    raise UserError(f"no exercise {name!r}: did you mean {' or '.join(near)}?")
