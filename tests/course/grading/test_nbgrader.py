"""nbgrader for real: release chapters, hand in a good, a half-done and a hostile notebook, autograde, read scores."""

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from minisora.course.notebooks import compose

nbgrader = pytest.importorskip("nbgrader.apps")
SOURCES = [source for source in compose.sources() if compose.solution_path(source).exists()][:2]
pytestmark = pytest.mark.skipif(not SOURCES, reason="there are no chapters yet")


def handed_in(release, solution, *, solve, extra=""):
    """A learner's notebook: the released one with some exercises solved, and code before each check."""
    book = nbformat.read(release, as_version=4)
    right = {cell.id: cell.source for cell in nbformat.read(solution, as_version=4).cells}
    exercises = [cell for cell in book.cells if "exercise" in cell.metadata]
    for cell in exercises[:solve]:
        cell.source = right[cell.id]
    if extra:
        for cell in exercises:
            cell.source = extra
        for cell in book.cells:
            if "check" in cell.metadata:
                cell.source = "print('all right!')"
    return book


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    """(chapter, student) -> points."""
    root = tmp_path_factory.mktemp("class")
    config = nbgrader.NbGraderAPI().config.copy()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root}/grades.db"
    config.Execute.timeout = 300
    patch = pytest.MonkeyPatch()
    patch.setenv("MINISORA_PROFILE", "fast")
    patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # nbgrader calls alembic by its name
    api = nbgrader.NbGraderAPI(config=config)
    found = {}
    for source in SOURCES:
        chapter, name = source.name[:2], source.with_suffix(".ipynb").name
        (root / "source" / chapter).mkdir(parents=True)
        shutil.copy(compose.solution_path(source), root / "source" / chapter / name)
        done = api.generate_assignment(chapter)
        assert done["success"], done
        release = root / "release" / chapter / name
        for student, solve, extra in (("good", 99, ""), ("half", 2, ""), ("hostile", 0, "check = print")):
            folder = root / "submitted" / student / chapter
            folder.mkdir(parents=True)
            solution = compose.solution_path(source)
            nbformat.write(handed_in(release, solution, solve=solve, extra=extra), folder / name)
            done = api.autograde(chapter, student)
            assert done["success"], done
            with api.gradebook as book:
                found[chapter, student] = book.find_submission(chapter, student).score
    patch.undo()
    return found


@pytest.mark.parametrize("source", SOURCES, ids=[source.stem for source in SOURCES])
def test_scores(scores, source):
    exercises = compose.exercises_of(compose.compose(source))
    chapter = source.name[:2]
    assert scores[chapter, "good"] == sum(exercise.points for exercise in exercises)
    assert scores[chapter, "half"] == sum(exercise.points for exercise in exercises[:2])
    assert scores[chapter, "hostile"] == 0
