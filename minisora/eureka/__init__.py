"""Rewards as small programs: written, tried inside the learnt world, scored in the true one, and rewritten."""

from __future__ import annotations

from minisora.eureka.evolve import Generation, evolve
from minisora.eureka.features import features, score
from minisora.eureka.planner import imagined, search, truly
from minisora.eureka.program import Program, Term, parse
from minisora.eureka.reflect import reflect, verdict

__all__ = [
    "Generation",
    "Program",
    "Term",
    "evolve",
    "features",
    "imagined",
    "parse",
    "reflect",
    "score",
    "search",
    "truly",
    "verdict",
]
