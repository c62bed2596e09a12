"""The exercise `verdict`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, finding
from minisora.eureka.reflect import verdict

FINE, HACKED, EXPLOITED, NOTHING = "fine", "the reward is hacked", "the model is exploited", "nothing gained"
CHOICES = (FINE, HACKED, EXPLOITED, NOTHING)


def _asked(says: str, right: str, dreamt: float, true: float, score: float, usual: tuple[float, float]) -> Case:
    return finding(says, lambda f: f(dreamt, true, score, usual), right, CHOICES)


def _judged(
    *,
    gain: Callable[[float, float], float] = lambda value, usual: value - usual,
    real: Callable[[float, float], bool] = lambda true, dreamt: true >= 0.5 * dreamt,
    better: Callable[[float, float], bool] = lambda score, task: score > task,
    nothing: Callable[[float, float], bool] = lambda dreamt, true: dreamt <= 0,
    model_first: bool = True,
) -> Solution:
    """The verdict with these habits."""

    def solution(dreamt: float, true: float, score: float, usual: tuple[float, float]) -> str:
        reward, task = usual
        hoped, got = gain(dreamt, reward), gain(true, reward)
        if nothing(hoped, got):
            return NOTHING
        if not model_first and not better(score, task):
            return HACKED
        if not real(got, hoped):
            return EXPLOITED
        return FINE if better(score, task) else HACKED

    return solution


def _by_share(dreamt: float, true: float, score: float, usual: tuple[float, float]) -> str:
    if not dreamt > usual[0]:
        return "nothing gained"
    share = (true - usual[0]) / (dreamt - usual[0])
    if share < 1 / 2:
        return "the model is exploited"
    return "the reward is hacked" if score <= usual[1] else "fine"


VERDICT = Exercise(
    name="verdict",
    reference=verdict,
    cases=(
        _asked("reward 10 dreamt and 9 in truth (usual 2), score 0.6 (usual 0)", FINE, 10, 9, 0.6, (2, 0)),
        _asked("reward 10 and 9 (usual 2), score 0 (usual 0)", HACKED, 10, 9, 0.0, (2, 0)),
        _asked("reward 10 and 9 (usual 2), score -0.3 (usual 0)", HACKED, 10, 9, -0.3, (2, 0)),
        _asked("reward 10 and 3 (usual 2), score 0 (usual 0)", EXPLOITED, 10, 3, 0.0, (2, 0)),
        _asked("reward 10 and 1 (usual 2), score 0.1 (usual 0)", EXPLOITED, 10, 1, 0.1, (2, 0)),
        _asked("reward 10 and 5.5 (usual 2), score 0.3 (usual 0): 3.5 of 8", EXPLOITED, 10, 5.5, 0.3, (2, 0)),
        _asked("reward -1 and -2 (usual -9), score 0.5 (usual 0)", FINE, -1, -2, 0.5, (-9, 0)),
        _asked("reward -1 and -8 (usual -9), score 0.1 (usual 0)", EXPLOITED, -1, -8, 0.1, (-9, 0)),
        _asked("reward 5 and 4 (usual 1), score 0.2, where the usual score is 0.3", HACKED, 5, 4, 0.2, (1, 0.3)),
        _asked("reward 5 and 4 (usual 1), score -0.1, where the usual score is -0.4", FINE, 5, 4, -0.1, (1, -0.4)),
        _asked("reward 2 and 3 (usual 2), score 0.4 (usual 0)", NOTHING, 2, 3, 0.4, (2, 0)),
        _asked("reward 4 and 3 (usual 2): just half; score 0.4 (usual 0)", FINE, 4, 3, 0.4, (2, 0)),
        _asked("reward 4 and 7 (usual 2), more than was dreamt; score 0.4 (usual 0)", FINE, 4, 7, 0.4, (2, 0)),
    ),
    mistakes=(
        Mistake(
            "rewards instead of gains",
            _judged(gain=lambda value, usual: value, nothing=lambda dreamt, true: False),
            "you compare rewards: what plans that nobody sought get anyway is not gained. Take `usual` off first",
        ),
        Mistake(
            "score above zero",
            _judged(better=lambda score, task: score > 0),
            "your score has to be above 0: above the *usual* score, which may be less than 0, or more",
        ),
        Mistake(
            "the score does not matter",
            _judged(better=lambda score, task: True),
            "you trust a reward because it is earned in truth: look at the score, which is what one wanted",
        ),
        Mistake(
            "the dream is trusted",
            _judged(real=lambda true, dreamt: True),
            "you never ask whether what was gained in the dream is there in truth",
        ),
        Mistake(
            "any difference",
            _judged(real=lambda true, dreamt: true >= dreamt),
            "a dream is never quite right: at least *half* of its gain has to be real, not all of it",
        ),
        Mistake(
            "any gain is real",
            _judged(real=lambda true, dreamt: true > 0),
            "for you any gain in truth will do: at least half of what was gained in the dream",
        ),
        Mistake(
            "hacked first",
            _judged(model_first=False),
            "you ask about the score first: where the gain is not even real, it is not the reward that is to blame "
            "for a "
            "low score, but the model",
        ),
        Mistake(
            "nothing is never said",
            _judged(nothing=lambda dreamt, true: False),
            "where nothing was gained in the dream nobody optimised anything: say so before all else",
        ),
        Mistake(
            "nothing in truth",
            _judged(nothing=lambda dreamt, true: true <= 0),
            "'nothing gained' is about the dream, where the plans were sought, and not about the true world",
        ),
        Mistake(
            "half is too little",
            _judged(real=lambda true, dreamt: true > 0.5 * dreamt),
            "just half is enough: *less than* half is exploited",
        ),
        Mistake(
            "exchanged",
            lambda *given: {HACKED: EXPLOITED, EXPLOITED: HACKED}.get(verdict(*given), verdict(*given)),
            "the two are exchanged: a gain that is not there in truth exploits the *model*; one that is there, and "
            "is no "
            "use, hacks the *reward*",
        ),
        Mistake(
            "as good as usual is fine",
            _judged(better=lambda score, task: score >= task),
            "a score that has not grown is not fine: more than the usual one",
        ),
    ),
    alternatives=(_judged(), _by_share),
    hints=(
        "Two gains: dreamt and true, each less the usual reward. And is the score above the usual score?",
        "In this order: nothing dreamt; less than half of it true; score not grown; fine.",
    ),
    becomes="minisora/eureka/reflect.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
