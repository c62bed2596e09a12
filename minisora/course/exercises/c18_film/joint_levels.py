"""The exercise `joint_levels`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.sound.joint import joint_levels

T = torch.tensor([0.9, 0.3])
V2S, S2V, BOTH = "video to sound", "sound to video", "both"


def _pair(answer: object) -> list[Tensor]:
    if not isinstance(answer, tuple | list) or len(answer) != 2 or not all(isinstance(x, Tensor) for x in answer):
        raise CheckFailed("return two tensors: the levels of the frames, and those of the sounds")
    return [x.float() for x in answer]


def _asked(says: str, task: str, *, given: int = 0, frames: int = 4, t: Tensor = T) -> Case:
    return Case(says, lambda f: _pair(f(task, t.clone(), frames, given=given)))


Level = Callable[[Tensor, Tensor], Tensor]


def _zero(full: Tensor, rest: Tensor) -> Tensor:
    return torch.zeros_like(full)


def _full(full: Tensor, rest: Tensor) -> Tensor:
    return full


def _rest(full: Tensor, rest: Tensor) -> Tensor:
    return rest


def _made(
    *,
    v2s: tuple[Level, Level] = (_zero, _full),
    s2v: tuple[Level, Level] = (_rest, _zero),
    both: tuple[Level, Level] = (_rest, _rest),
    late: Callable[[int, int], Tensor] = lambda frames, given: torch.arange(frames) >= given,
    time: Callable[[Tensor, int], Tensor] = lambda t, frames: t[:, None].expand(-1, frames),
) -> Solution:
    def solution(task: str, t: Tensor, frames: int, *, given: int = 0) -> tuple[Tensor, Tensor]:
        full = time(t, frames)
        rest = full * late(frames, given)
        first, second = {V2S: v2s, S2V: s2v, BOTH: both}[task]
        return first(full, rest), second(full, rest)

    return solution


def _by_assignment(task: str, t: Tensor, frames: int, *, given: int = 0) -> tuple[Tensor, Tensor]:
    video, sound = t.new_zeros(len(t), frames), t.new_zeros(len(t), frames)
    if task != S2V:
        sound[:] = t[:, None]
    if task != V2S:
        video[:, given:] = t[:, None]
    if task == BOTH:
        sound[:, :given] = 0
    return video, sound


JOINT_LEVELS = Exercise(
    name="joint_levels",
    reference=joint_levels,
    cases=(
        _asked("sound for a video", V2S),
        _asked("a video for a sound", S2V),
        _asked("both at once", BOTH),
        _asked("both, the first two frames given", BOTH, given=2),
        _asked("a video for a sound, the first frame given", S2V, given=1),
        _asked("sound for a video, the first three frames given", V2S, given=3),
        _asked("three clips of five frames", BOTH, given=1, frames=5, t=torch.tensor([1.0, 0.5, 0.0])),
    ),
    mistakes=(
        Mistake(
            "given is noise",
            _made(v2s=(_full, _zero), s2v=(_zero, _rest)),
            'the two tasks are exchanged: what is *given* has level 0, what is to be made has t. In "video to sound" '
            "the frames are given",
        ),
        Mistake(
            "everything at t",
            _made(v2s=(_full, _full), s2v=(_rest, _rest)),
            'in "video to sound" your frames are noisy, too, so that there is nothing to hear: they are given, at 0',
        ),
        Mistake(
            "given has level 1",
            lambda task, t, frames, *, given=0: tuple(
                torch.where(each == 0, 1.0, each) for each in joint_levels(task, t, frames, given=given)
            ),
            "what is given has level 1 with you, pure noise: 0 is clean",
        ),
        Mistake(
            "first frames forgotten",
            _made(late=lambda frames, given: torch.ones(frames, dtype=torch.bool)),
            "`given` does nothing with you: the first so many frames have level 0 where frames are made",
        ),
        Mistake(
            "the first frames at 1",
            lambda task, t, frames, *, given=0: tuple(
                torch.where((torch.arange(frames) < given) & (each == 0) & (task != V2S), 1.0, each) if made else each
                for made, each in zip(
                    (task != V2S, task == BOTH), joint_levels(task, t, frames, given=given), strict=True
                )
            ),
            "the first `given` frames have level 1 with you, pure noise: they are given, so they are clean, 0",
        ),
        Mistake(
            "first frames forgotten for a sound",
            _made(s2v=(_full, _zero)),
            'in "sound to video" `given` does nothing with you: the first so many frames are given there as well, at 0',
        ),
        Mistake(
            "first frames forgotten in both",
            _made(both=(_full, _full)),
            'in "both" `given` does nothing with you: the first frames and their sounds are given there, at 0',
        ),
        Mistake(
            "the last frames given",
            _made(late=lambda frames, given: torch.arange(frames) < frames - given),
            "you give the last frames: the first `given` ones",
        ),
        Mistake(
            "the others given",
            _made(late=lambda frames, given: torch.arange(frames) < given),
            "you give all but the first frames: those before `given` are at 0, the others at t",
        ),
        Mistake(
            "one too many",
            _made(late=lambda frames, given: torch.arange(frames) > given),
            "you give one frame too many: with `given` 0 none is",
        ),
        Mistake(
            "their sound is made anew",
            _made(both=(_rest, _full)),
            "where both are made, the given frames come with their sound: it is given as well, level 0",
        ),
        Mistake(
            "sound given where it is wanted",
            _made(v2s=(_zero, _rest)),
            'in "video to sound" all frames are given anyway, and all of the sound is wanted: `given` is about made '
            "frames",
        ),
        Mistake(
            "a level each frame",
            _made(time=lambda t, frames: torch.linspace(1, 0, frames) * t[:, None]),
            "your levels fall along the clip: all frames that are made have the clip's one t",
        ),
        Mistake(
            "the first clip's",
            _made(time=lambda t, frames: t[:1, None].expand(len(t), frames)),
            "all clips have the first one's time with you: each its own",
        ),
    ),
    alternatives=(_made(), _by_assignment),
    hints=(
        "What is given has level 0. Three rows for a start: all at t; all at 0; at t from frame `given` on.",
        "`t[:, None].expand(-1, frames)`, and times `torch.arange(frames) >= given`.",
        'In "video to sound" the sounds are all at t, whatever `given` is; in "both" frames and sounds are alike.',
    ),
    becomes="minisora/sound/joint.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
