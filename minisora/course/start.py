"""The first cell of every chapter: see that the installation is the one that the chapter was written for."""

from __future__ import annotations

from importlib import metadata

import torch

import minisora
from minisora.course.profile import PROFILE
from minisora.doctor import CHECKOUT, requirements
from minisora.errors import UserError
from minisora.processors import limit_threads

WHAT = '-c requirements.lock -e ".[course]"' if (CHECKOUT / "requirements.lock").exists() else '"minisora[course]"'
MEND = f"pip install {WHAT}"  #: The command that installs what the chapters need.


def begin(chapter: str) -> None:
    """Check versions (not importability: code that imports can still behave differently), and say what runs where.

    From here on no more threads compute than a container's quota leaves processors for.

    The names of the chapter's exercises mean something from now on, so that the page goes on where a learner's cell
    stops with an error before it has defined its own.

    Raises: UserError naming what is missing or too old or new, and the command that mends it.
    """
    wrong = [each for extra in ("", "train", "course") for each in _wrong(extra)]
    if wrong:
        raise UserError(f"{', '.join(wrong)}: chapter {chapter} needs other versions — {MEND}")
    _name_exercises(chapter)
    limit_threads()
    device = "a GPU" if torch.cuda.is_available() else "the CPU"
    print(f"Chapter {chapter} · minisora {minisora.__version__} on {device} · {PROFILE} run")


def _name_exercises(chapter: str) -> None:
    from IPython import get_ipython  # here, since this module has to say what is missing, be it IPython

    from minisora.course.checks.check import no_cell
    from minisora.course.exercises import chapter_exercises

    if (shell := get_ipython()) is not None:
        for exercise in chapter_exercises(chapter):
            shell.user_ns.setdefault(exercise.name, no_cell(exercise.name))


def _wrong(extra: str) -> list[str]:
    found = []
    for requirement in requirements(extra):
        if requirement.name == "minisora":
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            found.append(f"{requirement.name} is not installed")
        else:
            if not requirement.specifier.contains(version, prereleases=True):
                found.append(f"{requirement.name} {version} is outside {requirement.specifier}")
    return found
