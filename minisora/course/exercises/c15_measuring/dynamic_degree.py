"""The exercise `dynamic_degree`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.evaluation.dimensions import dynamic_degree


def _clips(*amounts: tuple[float, int, int], frames: int = 4) -> Tensor:
    """Grey clips of 10x10 pixels; so many pixels change by so much (of [-1, 1]) in one colour, for so many steps."""
    video = torch.zeros(len(amounts), 3, frames, 10, 10)
    for clip, (amount, pixels, steps) in zip(video, amounts, strict=True):
        flat = clip.flatten(2)
        for frame in range(1, frames):
            flat[:, frame] = flat[:, frame - 1]
            if frame <= steps:
                flat[1, frame, :pixels] += amount if frame % 2 else -amount
    return video


def _vector(answer: object) -> Tensor:
    if not isinstance(answer, Tensor) or answer.ndim != 1:
        raise CheckFailed("return a tensor b: 1 or 0 for each clip")
    if not answer.is_floating_point():
        raise CheckFailed(f"you return {str(answer.dtype).removeprefix('torch.')}: 1.0 or 0.0 for each clip, .float()")
    return answer


def _asked(says: str, video: Tensor, expected: list[float], **options: float) -> Case:
    return Case(
        says, lambda f: _vector(f(video.clone(), **options)), lambda: torch.tensor(expected, dtype=torch.float32)
    )


def _changes(video: Tensor) -> Tensor:
    return video.diff(dim=2)


def _moving(
    *,
    change: Callable[[Tensor], Tensor] = _changes,
    colours: Callable[[Tensor], Tensor] = lambda c: c.abs().amax(1),
    half: float = 0.5,
    largest: bool = True,
    all_pixels: bool = False,
    over: Callable[[Tensor], Tensor] = lambda most: most.mean((1, 2)),
    end: Callable[[Tensor, float], Tensor] = lambda found, threshold: (found > threshold).float(),
) -> Solution:
    """Dynamic degree with these habits."""

    def solution(video: Tensor, *, share: float = 0.05, threshold: float = 0.05) -> Tensor:
        pixels = half * colours(change(video)).flatten(2)
        count = pixels.shape[2] if all_pixels else max(1, round(share * pixels.shape[2]))
        return end(over(pixels.topk(count, dim=2, largest=largest).values), threshold)

    return solution


def _by_loops(video: Tensor, *, share: float = 0.05, threshold: float = 0.05) -> Tensor:
    answers = []
    for clip in video:
        steps = []
        for before, after in zip(clip.unbind(1)[:-1], clip.unbind(1)[1:], strict=True):
            change = ((after - before) / 2).abs().max(dim=0).values.flatten().sort(descending=True).values
            steps.append(change[: max(1, round(share * len(change)))].mean())
        answers.append(float(sum(steps) / len(steps) > threshold))  # type: ignore[arg-type]
    return torch.tensor(answers)


def _most_of_all_steps(video: Tensor, *, share: float = 0.05, threshold: float = 0.05) -> Tensor:
    pixels = 0.5 * video.diff(dim=2).abs().amax(1).flatten(1)
    return (pixels.topk(max(1, round(share * pixels.shape[1])), dim=1).values.mean(1) > threshold).float()


DYNAMIC_DEGREE = Exercise(
    name="dynamic_degree",
    reference=dynamic_degree,
    cases=(
        _asked(
            "a frozen clip beside one in which 5 pixels of 100 change by 0.4", _clips((0, 0, 3), (0.4, 5, 3)), [0, 1]
        ),
        _asked("60 pixels of 100 that change by 0.3", _clips((0.3, 60, 3)), [1]),
        _asked("2 pixels of 100 that change much: 0.6", _clips((0.6, 2, 3)), [1]),
        _asked("5 pixels that change by 0.08 of [-1, 1], which is 0.04 of the range", _clips((0.08, 5, 3)), [0]),
        _asked("5 pixels that change by 0.12, which is 0.06 of the range", _clips((0.12, 5, 3)), [1]),
        _asked("5 pixels that change by 0.16, in one step of three", _clips((0.16, 5, 1)), [0]),
        _asked(
            "a change of 0.2 to and fro, between two steps of which the clip ends as it began", _clips((0.2, 5, 2)), [1]
        ),
        _asked(
            "the whole picture, a twentieth of whose pixels change by 0.4, with a share of 0.5",
            _clips((0.4, 5, 3)),
            [0],
            share=0.5,
        ),
        _asked(
            "a threshold of 0.3 for changes of 0.4 and of 0.8", _clips((0.4, 5, 3), (0.8, 5, 3)), [0, 1], threshold=0.3
        ),
        _asked(
            "a plain picture that becomes brighter by 0.1 in one colour", _clips((0.1, 100, 3)), [0], threshold=0.06
        ),
        _asked("one step of eight in which a tenth of the picture changes by 0.5", _clips((0.5, 10, 1), frames=9), [0]),
        _asked("a share of 0.004, which is less than a pixel", _clips((0.4, 1, 3)), [1], share=0.004),
        _asked("a share of 0.016 of 100 pixels, which are two", _clips((0.15, 1, 3)), [0], share=0.016),
    ),
    mistakes=(
        Mistake(
            "all pixels",
            _moving(all_pixels=True),
            "you average over all pixels. What moves is small, and the ground around it stands still: only the "
            "`share` of pixels that change most counts",
        ),
        Mistake(
            "the least",
            _moving(largest=False),
            "you take the pixels that change *least*: the largest ones",
        ),
        Mistake(
            "signs cancel",
            _moving(colours=lambda c: c.amax(1)),
            "pixels that become darker count as nothing: take the absolute value of the change",
        ),
        Mistake(
            "mean of the colours",
            _moving(colours=lambda c: c.abs().mean(1)),
            "you average over the three colours. What changes in one of them changes: take the largest",
        ),
        Mistake(
            "range of 2",
            _moving(half=1.0),
            "your changes are of the range [-1, 1], which is 2 wide: halve them, since the threshold is of a range of "
            "1",
        ),
        Mistake(
            "booleans",
            _moving(end=lambda found, threshold: found > threshold),
            "you return bool: 1.0 or 0.0 for each clip, .float()",
        ),
        Mistake(
            "most of all steps",
            _most_of_all_steps,
            "you look for the pixels that change most in the whole clip: in *each step* its own, since a single jump "
            "is no motion",
        ),
        Mistake(
            "one step is enough",
            _moving(over=lambda most: most.mean(2).amax(1)),
            "for you a clip moves if a single step does: take the mean over the steps",
        ),
        Mistake(
            "against the first frame",
            _moving(change=lambda video: video[:, :, 1:] - video[:, :, :1]),
            "you compare every frame with the first one: with the one before it",
        ),
        Mistake(
            "first against last",
            _moving(change=lambda video: video[:, :, -1:] - video[:, :, :1]),
            "you compare the last frame with the first: what comes back has moved, too. All steps count",
        ),
        Mistake(
            "how much",
            _moving(end=lambda found, threshold: found),
            "you return how much moves: VBench asks *whether*, 1 or 0",
        ),
        Mistake(
            "still clips are 1",
            _moving(end=lambda found, threshold: (found <= threshold).float()),
            "your frozen clip is dynamic: 1 is for what moves",
        ),
        Mistake(
            "the batch as one",
            _moving(end=lambda found, threshold: (found.mean() > threshold).float().expand(len(found))),
            "all clips of a batch get the same answer: each is asked by itself",
        ),
    ),
    alternatives=(_moving(), _by_loops),
    hints=(
        "`video.diff(dim=2)` is what changes from frame to frame; its absolute value, and the largest of three "
        "colours, is what changes at a pixel.",
        "`change.flatten(2).topk(count, dim=2).values` are the largest; `count` is `share` times the pixels of a "
        "frame, rounded, and at least 1. Halve them.",
        "Their mean over steps and pixels is one number a clip: `.mean((1, 2))`. Above the threshold is 1.",
    ),
    becomes="minisora/evaluation/dimensions.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
