"""Who has handed in what, whatever the folders look like: nobody is lost on the way."""

import pytest

from minisora.course.grading.submissions import find_submissions
from minisora.errors import UserError

NAME = "02_spacetime_patches.ipynb"


def found(tmp_path, *files):
    """learner -> (the notebook's path, remark)."""
    for file in files:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if file.endswith("/") else path.touch()
    return {
        each.learner: (each.notebook and each.notebook.relative_to(tmp_path).as_posix(), each.remark)
        for each in find_submissions(tmp_path, "02")
    }


@pytest.mark.parametrize(
    ("file", "learner"),
    [
        ("anna.ipynb", "anna"),
        (f"anna/02/{NAME}", "anna"),
        (f"anna/{NAME}", "anna"),
        ("anna/02/02_spacetime_patches (1).ipynb", "anna"),
        ("anna/Homework.IPYNB", "anna"),
        (f"Anna Berg_1234_file/{NAME}", "Anna Berg_1234_file"),
        (f"monday/anna/02/{NAME}", "monday/anna"),
        (f"groups/12/{NAME}", "groups/12"),
        (f"02/{NAME}", "02"),
    ],
)
def test_a_learner_is_called_as_the_file_or_folder(tmp_path, file, learner):
    assert found(tmp_path, file) == {learner: (file, "")}


def test_what_nobody_handed_in_is_no_learner(tmp_path):
    rubbish = ["points.csv", "anna.json", ".DS_Store", f"__MACOSX/anna/02/._{NAME}", f"anna/02/._{NAME}"]
    rubbish += [f"anna/02/.ipynb_checkpoints/{NAME}", "anna/02/pictures/cat.png", "anna/01/01_video_is_a_tensor.ipynb"]
    assert found(tmp_path, *rubbish, f"anna/02/{NAME}") == {"anna": (f"anna/02/{NAME}", "")}


@pytest.mark.parametrize(
    ("files", "learner", "says"),
    [
        ([f"anna/02/._{NAME}"], "anna", "only macOS's companion file ._02"),
        ([f"__MACOSX/anna/02/._{NAME}"], "anna", "only macOS's companion file ._02"),
        (["._anna.ipynb"], "anna", "only macOS's companion file ._anna"),
        (["anna/02/"], "anna", "the folder is empty"),
        (["anna/02/answer.pdf"], "anna", "no notebook of chapter 02: there is answer.pdf"),
        (["anna.zip"], "anna", "there is anna.zip"),
        (["anna.ipynb.txt"], "anna", "there is anna.ipynb.txt"),
        (["anna/01/01_video_is_a_tensor.ipynb"], "anna", "there is 01_video_is_a_tensor.ipynb"),
        (["anna/03_the_codec.ipynb"], "anna", "there is 03_the_codec.ipynb"),
        ([f"anna/a {NAME}", f"anna/b {NAME}"], "anna", "has 2 notebooks, a 02_spacetime_patches.ipynb, b 02"),
        (["monday/anna/", f"monday/bert/{NAME}"], "monday/anna", "the folder is empty"),
    ],
)
def test_without_a_notebook_there_is_a_reason(tmp_path, files, learner, says):
    notebook, remark = found(tmp_path, *files)[learner]
    assert notebook is None and says in remark


def test_of_several_notebooks_the_one_with_the_chapters_name_counts_and_the_others_are_named(tmp_path):
    other = "anna/02/02_spacetime_patches (1).ipynb"
    expected = (f"anna/02/{NAME}", "there is also 02_spacetime_patches (1).ipynb")
    assert found(tmp_path, f"anna/02/{NAME}", other) == {"anna": expected}


def test_files_that_could_be_anybodys_are_all_marked(tmp_path):
    assert found(tmp_path, "team/anna.ipynb", "team/bert.ipynb").keys() == {"team/anna", "team/bert"}


def test_no_folder_and_nobody_are_a_users_errors(tmp_path):
    with pytest.raises(UserError, match="is no folder"):
        find_submissions(tmp_path / "away", "02")
    with pytest.raises(UserError, match="nobody has handed in anything"):
        find_submissions(tmp_path, "02")
