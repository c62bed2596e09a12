"""The loop over a class goes on whatever happens, and its report has everybody."""

import csv
import io
import os

import nbformat
import pytest
from nbformat.v4 import new_notebook

from minisora import cli
from minisora.course.exercises import chapter_exercises
from minisora.course.grading import autograde, classroom
from minisora.course.grading.autograde import NotebookLimits
from minisora.course.grading.grade import Mark
from minisora.course.grading.report import Result, summary, table
from minisora.errors import UserError

EXERCISES = chapter_exercises("02")


def marks(*right):
    """Full points for these exercises of chapter 02."""
    return [
        Mark(each.name, each.points, each.points, "all answers are right")
        if each.name in right
        else Mark(each.name, 0, each.points, f"✗ {each.name}: the rows\n  are mixed up")
        for each in EXERCISES
    ]


@pytest.fixture
def graded(monkeypatch):
    """The notebooks that were marked; one of them breaks whatever reads it."""
    seen = []

    def grade(number, notebook, **limits):
        seen.append(notebook.stem)
        if notebook.stem == "bert":
            raise RecursionError("too\ndeep")
        if notebook.stem == "carl":
            raise UserError("carl.ipynb is empty")
        return notebook, marks("patchify")

    monkeypatch.setattr(classroom, "grade", grade)
    return seen


@pytest.fixture
def submitted(tmp_path):
    folder = tmp_path / "submitted"
    for name in ("anna", "bert", "carl", "doro"):
        (folder / name).with_suffix(".ipynb").parent.mkdir(exist_ok=True)
        (folder / f"{name}.ipynb").write_text(name)
    (folder / "emil.pdf").touch()
    return folder


def test_the_command_reports_everybody(graded, submitted, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["class", "2", str(submitted)])
    output = capsys.readouterr()
    rows = {row["learner"]: row for row in csv.DictReader(io.StringIO(output.out))}
    assert ended.value.code == 1 and list(rows) == ["anna", "bert", "carl", "doro", "emil"]
    assert rows["doro"]["points"] == "2" and rows["doro"]["of"] == "10" and rows["doro"]["packing_mask"] == "0"
    assert [rows[name]["points"] for name in ("bert", "carl", "emil")] == ["", "", ""]
    assert "RecursionError: too deep" in rows["bert"]["remark"] and "is empty" in rows["carl"]["remark"]
    assert "[3/5] carl: not marked, carl.ipynb is empty" in output.err and "2 of 5 marked" in output.err
    assert "emil.pdf" in rows["emil"]["remark"]


def test_what_is_known_is_printed_when_it_is_interrupted(submitted, capsys, monkeypatch):
    def grade(number, notebook, **limits):
        if notebook.stem == "bert":
            raise KeyboardInterrupt
        return notebook, marks()

    monkeypatch.setattr(classroom, "grade", grade)
    with pytest.raises(SystemExit) as ended:
        cli.main(["class", "02", str(submitted)])
    assert ended.value.code == 130 and "\nanna,0,10," in capsys.readouterr().out


def test_with_cards_only_what_has_changed_is_marked_again(graded, submitted, tmp_path):
    cards = tmp_path / "cards"
    first = list(classroom.mark_class("2", submitted, cards=cards)[1])
    assert "✓ patchify" in (cards / "anna.txt").read_text(encoding="utf-8")
    (submitted / "doro.ipynb").write_text("another")
    (cards / "anna.json").write_text("{" + (cards / "anna.json").read_text()[1:])
    graded.clear()
    assert list(classroom.mark_class("2", submitted, cards=cards)[1]) == first
    assert graded == ["bert", "carl", "doro"]


def test_summary_counts_and_quotes():
    results = [Result("a", tuple(marks("patchify"))), Result("b", tuple(marks())), Result("c", (), "is empty")]
    said = summary(results, EXERCISES)
    assert "patchify: 1 of 2 passed\n    1 x ✗ patchify: the rows are mixed up" in said
    assert said.endswith("2 of 3 marked\n    c: not marked, is empty")
    assert table(results[2:], EXERCISES).splitlines()[1] == "c,,10,,,,,,is empty"


#: Stands in for nbgrader: a process that some learners take down.
NBGRADER = """
import json, os, sys, time
print(json.dumps({"notebooks": ["02_spacetime_patches"]}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    learner = request["learner"]
    if learner == "dies": os._exit(3)
    if learner == "sleeps": time.sleep(60)
    if learner == "refused": answer = {"reason": f"its kernel died {request}"}
    else: answer = {"marks": [["check-patchify", 2, 2, f"again: {request['again']}"]]}
    print(json.dumps(answer), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="nbgrader does not run on Windows")
def test_whoever_takes_nbgrader_down_costs_nobody_else(tmp_path):
    for name in ("dies", "refused", "sleeps", "well"):
        (tmp_path / "submitted" / name).mkdir(parents=True)
        nbformat.write(new_notebook(), tmp_path / "submitted" / name / "work (2).ipynb")
        (tmp_path / "submitted" / name / "helper.py").touch()
        (tmp_path / "autograded" / name / "02").mkdir(parents=True)
    submissions = autograde.find_submissions(tmp_path / "submitted", "02")
    nbgrader = autograde.Nbgrader("02", tmp_path, NotebookLimits(minutes=0.05), command=("-c", NBGRADER))
    found = {result.learner: result for result in autograde.results(nbgrader, submissions, again=False)}
    assert "ends nbgrader (exit code 3)" in found["dies"].remark
    assert "its kernel died" in found["refused"].remark and "minisora check 02" in found["refused"].remark
    assert "not done after 0.05 minutes" in found["sleeps"].remark
    assert found["well"].marks == (Mark("patchify", 2, 2, "again: True"),)
    assert nbgrader.process is None
    assert [path.parent.name for path in sorted(tmp_path.glob("autograded/*/02"))] == ["refused", "well"]
    staged = tmp_path / "staged" / "well" / "02"
    assert {path.name for path in staged.iterdir()} == {".marked", "02_spacetime_patches.ipynb", "helper.py"}


@pytest.mark.skipif(os.name == "nt", reason="nbgrader does not run on Windows")
def test_who_has_a_mark_is_not_marked_again_unless_the_notebook_is_new(tmp_path):
    def says(*, again=False):
        nbgrader = autograde.Nbgrader("02", tmp_path, NotebookLimits(), command=("-c", NBGRADER))
        submissions = autograde.find_submissions(tmp_path / "submitted", "02")
        found = autograde.results(nbgrader, submissions, again=again)
        return {each.learner: "True" in (each.remark or each.marks[0].says) for each in found}

    for name in ("refused", "well"):
        (tmp_path / "submitted" / name).mkdir(parents=True)
        nbformat.write(new_notebook(), tmp_path / "submitted" / name / "work.ipynb")
    assert says() == {"refused": True, "well": True}
    assert says() == {"refused": True, "well": False}
    assert says(again=True) == {"refused": True, "well": True}
    nbformat.write(new_notebook(metadata={"later": True}), tmp_path / "submitted" / "well" / "work.ipynb")
    assert says() == {"refused": True, "well": True}


def test_a_chapter_that_is_not_released_is_a_users_error(tmp_path):
    (tmp_path / "submitted" / "anna").mkdir(parents=True)
    submissions = autograde.find_submissions(tmp_path / "submitted", "02")
    nbgrader = autograde.Nbgrader("02", tmp_path, NotebookLimits(), command=("-c", "print('{\"notebooks\": []}')"))
    with pytest.raises(UserError, match="nbgrader generate_assignment 02"):
        list(autograde.results(nbgrader, submissions, again=False))
    nbgrader = autograde.Nbgrader("02", tmp_path, NotebookLimits(), command=("-c", "raise SystemExit('no')"))
    with pytest.raises(UserError, match=r"autograde\.log"):
        list(autograde.results(nbgrader, submissions, again=False))
