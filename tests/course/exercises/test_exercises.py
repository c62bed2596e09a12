"""Every exercise of every chapter: the right answers pass, and each mistake is told from all others."""

import time

import pytest

from minisora.course.checks.check import WRITE_THIS, examine, no_cell
from minisora.course.checks.exercise import CheckFailed
from minisora.course.checks.time_limit import Patience
from minisora.course.exercises import chapter_exercises, chapters

EXERCISES = [pytest.param(e, id=f"{n}-{e.name}") for n in chapters() for e in chapter_exercises(n)]
MISTAKES = [
    pytest.param(e, m, id=f"{n}-{e.name}-{m.name}")
    for n in chapters()
    for e in chapter_exercises(n)
    for m in e.mistakes
]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_and_other_right_answers_pass_quickly(exercise):
    assert exercise.alternatives
    for right in (exercise.reference, *exercise.alternatives):
        begin = time.process_time()
        examine(exercise, right)
        assert time.process_time() - begin < 2


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_a_mistake_is_caught_with_its_own_message(exercise, mistake):
    with pytest.raises(CheckFailed) as caught:
        examine(exercise, mistake.wrong)
    assert mistake.says in str(caught.value)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_is_complete(exercise):
    assert len(exercise.mistakes) >= 4 and len(exercise.hints) >= 2 and exercise.points > 0
    assert len({mistake.says for mistake in exercise.mistakes}) == len(exercise.mistakes)
    assert exercise.difficulty in (1, 2, 3) and 1 <= exercise.minutes <= 60


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_stub_is_told_to_be_one(exercise):
    def stub(*arguments, **options):
        raise NotImplementedError(WRITE_THIS)

    with pytest.raises(CheckFailed, match=r"still a stub.*YOUR CODE HERE"):
        examine(exercise, stub)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_never_ends_or_has_not_run_is_told(exercise, monkeypatch):
    def loops(*arguments, **options):
        while True:
            pass

    monkeypatch.setattr("minisora.course.checks.check.PATIENCE", Patience(computing=0.02, waiting=60))
    with pytest.raises(CheckFailed, match=r"is not done after .*: does a loop never end\?"):
        examine(exercise, loops)
    with pytest.raises(CheckFailed, match="its cell has not run to its end"):
        examine(exercise, no_cell(exercise.name))


def test_names_are_unique_in_the_course():
    names = [exercise.name for number in chapters() for exercise in chapter_exercises(number)]
    assert len(set(names)) == len(names)
