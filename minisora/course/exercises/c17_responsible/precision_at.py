"""The exercise `precision_at`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from minisora.audit.filter import precision_at
from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution


def _asked(says: str, recall: float, alarm: float, share: float, expected: float | None = None) -> Case:
    known = None if expected is None else lambda: expected
    return Case(says, lambda f: float(f(recall, alarm, share=share)), known, tolerance=1e-6)


def _precision(
    *,
    caught: Callable[[float, float], float] = lambda recall, share: recall * share,
    wrongly: Callable[[float, float], float] = lambda alarm, share: alarm * (1 - share),
    end: Callable[[float, float], float] = lambda a, b: a / (a + b) if a + b else 0.0,
) -> Solution:
    """A precision with these habits."""
    return lambda recall, false_alarm, *, share: end(caught(recall, share), wrongly(false_alarm, share))


def _by_counting(recall: float, false_alarm: float, *, share: float) -> float:
    prompts = 1_000_000
    right, wrong = recall * share * prompts, false_alarm * (prompts - share * prompts)
    return right / (right + wrong) if right or wrong else 0.0


PRECISION_AT = Exercise(
    name="precision_at",
    reference=precision_at,
    cases=(
        _asked("a filter without false alarms", 0.6, 0.0, 0.1, 1.0),
        _asked("one that stops everything, where a tenth is forbidden", 1.0, 1.0, 0.1, 0.1),
        _asked("recall 1, 1 false alarm in 100, half forbidden", 1.0, 0.01, 0.5, 1 / 1.01),
        _asked("the same, one in 100 forbidden", 1.0, 0.01, 0.01, 0.01 / (0.01 + 0.0099)),
        _asked("recall 0.9, 5 false alarms in 100, one in 1000 forbidden", 0.9, 0.05, 0.001),
        _asked("recall 0.5, 20 false alarms in 100, a third forbidden", 0.5, 0.2, 1 / 3),
        _asked("one that stops nothing", 0.0, 0.0, 0.3, 0.0),
        _asked("nothing is ever forbidden", 0.9, 0.1, 0.0, 0.0),
    ),
    mistakes=(
        Mistake(
            "the share is ignored",
            _precision(caught=lambda recall, share: recall, wrongly=lambda alarm, share: alarm),
            "you take forbidden and harmless prompts to be equally frequent: weigh both by their shares",
        ),
        Mistake(
            "harmless ones are not weighed",
            _precision(wrongly=lambda alarm, share: alarm),
            "your false alarms are those of *all* prompts: only the harmless ones, 1 - share, can raise one",
        ),
        Mistake(
            "both by the share",
            _precision(wrongly=lambda alarm, share: alarm * share),
            "you weigh false alarms by the share of forbidden prompts: harmless ones are 1 - share",
        ),
        Mistake(
            "exchanged",
            _precision(caught=lambda recall, share: recall * (1 - share), wrongly=lambda alarm, share: alarm * share),
            "the shares are exchanged: `share` is that of the forbidden",
        ),
        Mistake(
            "one minus the false alarms",
            lambda recall, false_alarm, *, share: 1 - false_alarm,
            "1 - false alarms is how many harmless prompts pass (specificity): of all that is *stopped*, how much is "
            "forbidden?",
        ),
        Mistake(
            "accuracy",
            lambda recall, false_alarm, *, share: recall * share + (1 - false_alarm) * (1 - share),
            "that is accuracy, the share of right decisions: of all that is *stopped*, how much is forbidden?",
        ),
        Mistake(
            "caught",
            lambda recall, false_alarm, *, share: recall * share,
            "you return how much is caught of all prompts: divide by all that is stopped, rightly and wrongly",
        ),
        Mistake(
            "stopped",
            lambda recall, false_alarm, *, share: recall * share + false_alarm * (1 - share),
            "that is how much is stopped: which part of it is forbidden?",
        ),
        Mistake(
            "recall",
            lambda recall, false_alarm, *, share: recall,
            "you return the recall, how much of what is forbidden is stopped: the other way round, how much of what is "
            "*stopped* is forbidden?",
        ),
        Mistake(
            "over all that is forbidden",
            lambda recall, false_alarm, *, share: (
                recall * share / (share + false_alarm * (1 - share)) if share + false_alarm else 0.0
            ),
            "below the line you count all forbidden prompts: only those that are *stopped*",
        ),
        Mistake(
            "wrong ones above",
            _precision(end=lambda a, b: b / (a + b) if a + b else 0.0),
            "you return the share of false alarms among what is stopped: one minus that",
        ),
        Mistake(
            "odds",
            _precision(end=lambda a, b: a / b if b else (1.0 if a else 0.0)),
            "you divide what is caught by what is stopped wrongly (odds): by all that is stopped",
        ),
        Mistake(
            "all is well where nothing is stopped",
            _precision(end=lambda a, b: a / (a + b) if a + b else 1.0),
            "where nothing is stopped you say 1: 0.0 is asked for there",
        ),
        Mistake(
            "division by nothing",
            _precision(end=lambda a, b: a / (a + b)),
            "where nothing is stopped you divide by 0: say 0.0",
        ),
    ),
    alternatives=(_precision(), _by_counting),
    hints=(
        "Think of a million prompts: how many are forbidden, and how many of these are stopped? How many "
        "harmless ones?",
        "Of a million with one forbidden in a thousand, recall 0.98 and 1 false alarm in 100, the filter stops 980 "
        "rightly and 9,990 wrongly. Which of the three numbers makes each of these, and which part of both together "
        "is the first? (Then: what if both are 0?)",
    ),
    becomes="minisora/audit/filter.py",
    minutes=6,
    difficulty=1,
    points=1,
    trains=False,
)
