"""The exercise `windows`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

from minisora.course.checks.exercise import Exercise, Mistake, Solution, call
from minisora.course.exercises.c11_sizes.common import refused

Window = tuple[int, int, int]


def windows(frames: int, size: int, held: int) -> list[Window]:
    """The calls that make ``frames`` latent frames, at most ``size`` at once: (first frame, how many given, end)."""
    if held >= size:
        raise ValueError(f"{held} of {size} latent frames given: nothing is left to make")
    made = min(size, frames)
    calls = [(0, 0, made)]
    while made < frames:
        end = min(made - held + size, frames)
        calls.append((made - held, held, end))
        made = end
    return calls


def _called(
    *,
    given: Callable[[int, int], int] = lambda held, made: held,
    back: Callable[[int], int] = lambda held: held,
    step: Callable[[int, int], int] = lambda size, held: size - held,
    first: Callable[[int, int], int] = lambda size, held: size,
    begun: int = 0,
    whole: bool = False,
    limit: Callable[[int, int], bool] = lambda held, size: held >= size,
    shown: Callable[[int, int, int], Window] = lambda start, held, end: (start, held, end),
    most: int = 10**6,
) -> Solution:
    """Window after window with a part exchanged."""

    def called(frames: int, size: int, held: int) -> list[Window]:
        if limit(held, size):
            raise ValueError("nothing is left")
        made = first(size, held) if whole else min(first(size, held), frames)
        calls = [shown(0, begun * held, made)]
        while made < frames and len(calls) < most:
            end = made + step(size, held)
            end = end if whole else min(end, frames)
            calls.append(shown(made - back(held), given(held, made), end))
            made = end
        return calls

    return called


def _last_moved_back(frames: int, size: int, held: int) -> list[Window]:
    *others, (start, given, end) = windows(frames, size, held)
    early = max(0, end - size)
    return [*others, (early, given + start - early if others else 0, end)]


def _by_numbers(frames: int, size: int, held: int) -> list[Window]:
    if size <= held:
        raise ValueError("held")
    later = range(size - held, max(frames - held, 0), size - held)
    return [(0, 0, min(size, frames)), *((start, held, min(start + size, frames)) for start in later)]


WINDOWS = Exercise(
    name="windows",
    reference=windows,
    cases=(
        call("17 latent frames, 5 at once, of which 2 are given", 17, 5, 2),
        call("10 latent frames, 5 at once, of which 2 are given", 10, 5, 2),
        call("9 latent frames, 5 at once, of which 4 are given", 9, 5, 4),
        call("9 latent frames, 5 at once, of which 1 is given", 9, 5, 1),
        call("7 latent frames, 3 at once, of which none is given", 7, 3, 0),
        call("5 latent frames, which one call can make", 5, 5, 2),
        call("3 latent frames, fewer than one call can make", 3, 5, 2),
        refused("5 at once, of which 5 are given", lambda f: f(17, 5, 5)),
    ),
    mistakes=(
        Mistake(
            "given frames not counted",
            _called(step=lambda size, held: size),
            "your windows are too long: the frames that are given are part of the `size` that the model knows, so that "
            "`size - held` new ones are left",
        ),
        Mistake(
            "no overlap",
            _called(back=lambda held: 0),
            "your windows begin with the first *new* frame, so that the frames called given have not been made: begin "
            "`held` frames earlier",
        ),
        Mistake(
            "nothing given",
            _called(given=lambda held, made: 0),
            "your windows overlap, but nothing is given: the overlap would be made anew, otherwise",
        ),
        Mistake(
            "all that is there given",
            _called(given=lambda held, made: made),
            "you give all frames that there are; a window holds `held` of them, its own first ones",
        ),
        Mistake(
            "something given to the first",
            _called(begun=1),
            "your first window is given frames that nobody has made: it begins with nothing, (0, 0, ...)",
        ),
        Mistake(
            "first window too short",
            _called(first=lambda size, held: size - held),
            "your first window makes `size - held` frames; nothing is given to it, so it makes `size`",
        ),
        Mistake(
            "beyond the end",
            _called(whole=True),
            "your last window goes beyond the last frame: it ends at `frames`, and may be shorter",
        ),
        Mistake(
            "last window moved back",
            _last_moved_back,
            "you move the last window back so that it is as long as the others, and more is given to it. Here every "
            "window is given `held` frames, and the last one is shorter",
        ),
        Mistake(
            "how many are new",
            _called(shown=lambda start, held, end: (start, held, end - start - held)),
            "the third number of a window is how many frames are new; it is to be where the window *ends*",
        ),
        Mistake(
            "length for the end",
            _called(shown=lambda start, held, end: (start, held, end - start)),
            "the third number of a window is its length; it is to be where the window *ends*",
        ),
        Mistake(
            "last index for the end",
            _called(shown=lambda start, held, end: (start, held, end - 1)),
            "a window ends *behind* its last frame, as slices do: clip[:, :, first:end]",
        ),
        Mistake(
            "nothing left is not refused",
            _called(limit=lambda held, size: False, most=50),
            "where all frames of a window are given nothing is left to make, and you go on: raise a ValueError if "
            "held >= size",
        ),
        Mistake(
            "one left is refused",
            _called(limit=lambda held, size: held >= size - 1),
            "you refuse windows that make one frame each. That is slow, but it works: refuse only held >= size",
        ),
        Mistake(
            "one window",
            _called(most=1),
            "you stop after the first window: go on until `frames` are made",
        ),
    ),
    alternatives=(_called(), _by_numbers),
    hints=(
        "Keep how many frames are made so far. The first call makes min(size, frames), with nothing given.",
        "Each later call begins at `made - held`, is given `held`, and ends `size` frames after its beginning, at most "
        "at `frames`.",
        "`while made < frames: end = min(made - held + size, frames); calls.append((made - held, held, end)); made = "
        "end`",
    ),
    becomes="minisora/course/exercises/c11_sizes/windows.py",
    minutes=8,
    difficulty=1,
    points=2,
    trains=False,
)
