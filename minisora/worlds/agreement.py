"""How far a caption is true: which of its claims hold of a scene, which do not, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from itertools import permutations
from typing import NamedTuple

from minisora.worlds.claims import ObjectClaim

KINDS = tuple(field.name for field in fields(ObjectClaim))  #: What is said of one thing.


class Agreement(NamedTuple):
    """Claims about things that are right, that are wrong, and that a full caption would have had."""

    right: int
    wrong: int
    left_out: int

    @property
    def everything(self) -> bool:
        """Whether all is said, and all of it is true."""
        return not self.wrong and not self.left_out


def agreement(said: Sequence[ObjectClaim], true: Sequence[ObjectClaim]) -> Agreement:
    """Which claims about the things that are said hold of the true ones, of which nothing is left open.

    Nobody says which thing of the scene is meant, so each thing that is said is read as one of the scene's, no two as
    the same, in the way that makes most claims right. A thing too many is wrong in all that is said of it.
    """
    claims = sum(value is not None for thing in said for value in astuple(thing))
    right, named = 0, 0
    # A caption may ramble on for a dozen things, a scene has three at most: who is said to be each?
    for chosen in permutations([*said, *[None] * len(true)], len(true)):
        pairs = [
            (one, other)
            for thing, there in zip(chosen, true, strict=True)
            if thing is not None
            for one, other in zip(astuple(thing), astuple(there), strict=True)
            if one is not None
        ]
        right, named = max((right, named), (sum(one == other for one, other in pairs), len(pairs)))
    return Agreement(right, claims - right, len(KINDS) * len(true) - named)
