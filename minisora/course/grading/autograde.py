"""Marks for a class with nbgrader: one learner after another, and whatever is wrong with one costs nobody else.

nbgrader itself stops for everybody at the first notebook that it cannot place, passes over files with another name, and
has no limit of memory nor of a whole notebook's time.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minisora.course.exercises import chapter_exercises
from minisora.course.grading.classroom import result
from minisora.course.grading.grade import Mark, end_process
from minisora.course.grading.report import Result
from minisora.course.grading.submissions import Submission, find_submissions
from minisora.course.notebooks.read import read_notebook
from minisora.errors import UserError

LOG = "autograde.log"  #: What nbgrader says, in the class's folder.
MARKED = ".marked"  #: Lies beside a staged notebook that nbgrader is through with.
STARTING = 180  #: Seconds that nbgrader may take to start.


@dataclass(frozen=True)
class NotebookLimits:
    """What a learner's notebook may use.

    Attributes:
        minutes: for the whole notebook; ``nbgrader_config.py`` says how long a cell may take.
        gigabytes: of memory (on Linux).
    """

    minutes: float = 10.0
    gigabytes: float = 4.0


def autograde_class(
    number: str, folder: Path, *, limits: NotebookLimits | None = None, again: bool = False
) -> tuple[int, Iterator[Result]]:
    """How many learners there are in nbgrader's folder of a class, and their results as they become known.

    What was handed in stays as it is. nbgrader reads copies with the names that it expects, in ``staged/``.

    Args:
        again: mark those too who have a mark for the same notebook.
    Raises: UserError when there is no such folder, nobody in it, or the chapter is not released there.
    """
    if os.name == "nt":
        raise UserError("nbgrader does not run on Windows — use WSL, or minisora class")
    number = number.zfill(2)
    chapter_exercises(number)
    submissions = find_submissions(folder / "submitted", number)
    return len(submissions), results(Nbgrader(number, folder, limits or NotebookLimits()), submissions, again=again)


def results(nbgrader: Nbgrader, submissions: Sequence[Submission], *, again: bool) -> Iterator[Result]:
    """The learners' results, each when nbgrader is done with it. Raises: UserError when nbgrader does not start."""
    with contextlib.closing(nbgrader):
        name = nbgrader.notebook()

        def examined(submission: Submission) -> tuple[Mark, ...]:
            assert submission.notebook is not None
            read_notebook(submission.notebook)
            learner = re.sub(r"[^\w.@ -]", "-", submission.learner)
            place = nbgrader.folder / "staged" / learner / nbgrader.number / f"{name}.ipynb"
            done = place.with_name(MARKED)
            if again or not done.exists() or place.read_bytes() != submission.notebook.read_bytes():
                _stage(submission.notebook, place)
            marks = nbgrader.mark(learner, submission.notebook, again=not done.exists())
            done.touch()
            return marks

        for submission in submissions:
            yield result(submission, examined)


def _stage(notebook: Path, place: Path) -> None:
    """Put a copy of a notebook, and of what lies beside it, where nbgrader finds it; nothing else stays there."""
    shutil.rmtree(place.parent, ignore_errors=True)
    if notebook.parent.name == "submitted":  # everybody's
        place.parent.mkdir(parents=True)
    else:
        ignored = shutil.ignore_patterns(".*", "__*", "*.ipynb")
        shutil.copytree(notebook.parent, place.parent, ignore=ignored, symlinks=True)
    shutil.copyfile(notebook, place)


@dataclass
class Nbgrader:
    """nbgrader in a process of its own, which is replaced when a learner's code takes it down."""

    number: str
    folder: Path
    limits: NotebookLimits
    command: tuple[str, ...] = ("-m", "minisora.course.grading.autograde_apart")
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def notebook(self) -> str:
        """The name of the chapter's notebook, as it was released."""
        names = self._start()["notebooks"]
        if len(names) != 1:
            raise UserError(
                f"chapter {self.number} is not released in {self.folder} — first: "
                f"cd {self.folder} && nbgrader generate_assignment {self.number}"
            )
        return names[0]

    def mark(self, learner: str, notebook: Path, *, again: bool) -> tuple[Mark, ...]:
        """The marks of what is staged for a learner. Raises: UserError with the reason when there are none."""
        if self.process is None:
            self._start()
        answer = self._ask({"learner": learner, "again": again}, 60 * self.limits.minutes)
        if self.process is None:  # what nbgrader has begun to write looks like a notebook without a right answer
            shutil.rmtree(self.folder / "autograded" / learner / self.number, ignore_errors=True)
        if "marks" not in answer:
            way_out = f"minisora check {self.number} {notebook} examines each exercise apart"
            raise UserError(f"{answer['reason']} {way_out}")
        return tuple(Mark(name.removeprefix("check-"), points, of, says) for name, points, of, says in answer["marks"])

    def close(self) -> None:
        """End the process, and the kernel that it may be waiting for."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.send_signal(signal.SIGTERM)  # nbclient then ends its kernel, which has a group of its own
            self.process.wait(10)
        end_process(self.process)
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process = None

    def _start(self) -> dict[str, Any]:
        # nbgrader calls programs that lie beside Python. The fast profile has the same checks.
        beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        environment = {"MINISORA_PROFILE": "fast", **os.environ, "PATH": beside}
        with (self.folder / LOG).open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command, self.number, str(self.limits.gigabytes)],
                cwd=self.folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        answer = self._ask(None, STARTING)
        if "notebooks" not in answer:
            raise UserError(f"nbgrader does not start in {self.folder} — see the end of {self.folder / LOG}")
        return answer

    def _ask(self, request: dict[str, Any] | None, seconds: float) -> dict[str, Any]:
        """The answer to a request, or a reason why there is none; the process is then gone."""
        process = self.process
        assert process is not None and process.stdin is not None and process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            if request is not None:
                process.stdin.write(json.dumps(request).encode() + b"\n")
                process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], seconds)
        answer = process.stdout.readline() if ready else b""
        if answer:
            return json.loads(answer)
        self.close()
        if ready:
            return {"reason": f"it ends nbgrader (exit code {process.returncode}): does it kill other processes?"}
        return {"reason": f"is not done after {seconds / 60:g} minutes: does a loop never end?"}
