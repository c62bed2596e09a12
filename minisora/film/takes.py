"""Takes of a shot: the judge reads each, and the best is kept. Nothing else decides, and it is said which it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from torch import Tensor

from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.film.script import Shot
from minisora.worlds.claims import Claims, parse

#: What the judge is asked of a shot. Cameras are not: they move over what is made, and the judge sees all of that.
ASKED = ("count", "colour", "shape", "size", "motion", "binding", "relations", "background")


@dataclass(frozen=True)
class Check:
    """What the judge found in the take that was kept.

    Attributes:
        right: for each of :data:`ASKED`, whether it is as the sentence says; what it leaves open counts as right.
        take, takes: which take it is, counted from 1, and how many were made.
        why: why nothing could be read; empty where something could.
    """

    right: dict[str, bool]
    take: int = 1
    takes: int = 1
    why: str = ""

    @property
    def everything(self) -> bool:
        return not self.why and all(self.right.values())

    @property
    def score(self) -> int:
        """How many of the kinds are right."""
        return sum(self.right.values())

    @property
    def wrong(self) -> list[str]:
        return [name for name, right in self.right.items() if not right]

    def __str__(self) -> str:
        found = self.why or ("everything is right" if self.everything else f"wrong: {', '.join(self.wrong)}")
        return found if self.takes == 1 else f"{found} (take {self.take} of {self.takes})"


def claims_of_shot(shot: Shot) -> Claims:
    """What its sentence says that the judge is to find.

    Where a path was given, the first thing's motion is not asked for: it goes along the path, whatever the words say.
    """
    claims = replace(parse(shot.words), camera=None)
    if not shot.path:
        return claims
    first, *others = claims.objects
    return replace(claims, objects=(replace(first, motion=None), *others))


def check(clip: Tensor, shot: Shot, *, fps: float) -> Check:
    """What is right in a clip ``3 t h w``, before any camera moves over it."""
    try:
        verdict = judge(clip, claims_of_shot(shot), fps=fps)
    except UserError as error:
        return Check(dict.fromkeys(ASKED, False), why=str(error))
    return Check({name: getattr(verdict, name) for name in ASKED})


def best_take(shot: Shot, make: Callable[[int], Tensor], *, fps: float) -> tuple[Tensor, Check]:
    """A clip of a shot, and what the judge says of it.

    Takes are made with the seeds ``shot.seed``, ``shot.seed + 1``, … until the judge finds everything right in one, or
    there are ``shot.takes`` of them: then that with the most right is kept, and of equals the first.

    Args:
        make: the clip ``3 t h w`` of a seed.
    """
    best: tuple[Tensor, Check] | None = None
    count = 0
    for count in range(1, shot.takes + 1):
        clip = make(shot.seed + count - 1)
        found = replace(check(clip, shot, fps=fps), take=count)
        if best is None or found.score > best[1].score:
            best = clip, found
        if found.everything:
            break
    assert best is not None
    return best[0], replace(best[1], takes=count)
