"""Evolution of rewards: the best one of each generation is reflected on, and the next ones are written from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from minisora.errors import UserError
from minisora.eureka.features import features, score
from minisora.eureka.planner import truly
from minisora.eureka.program import Program, random_program, random_term, scaled
from minisora.eureka.reflect import reflect
from minisora.playing.world import State

#: ``(best program so far, its reflection) -> the programs to try next``: the grammar's own writer, or a language model.
Writer = Callable[[Program | None, Tensor | None], list[Program]]

#: ``program -> actions n t`` for each of the rooms.
Planner = Callable[[Program], Tensor]


@dataclass(frozen=True)
class Generation:
    """What one generation came to.

    Attributes:
        programs, scores: all that were tried, and the task's score of the plans that they liked.
        best: the best of all generations so far, with its score and reflection (``k 2``).
    """

    programs: list[Program]
    scores: list[float]
    best: Program
    best_score: float
    reflection: Tensor


def evolve(state: State, plan: Planner, write: Writer, *, generations: int = 5) -> Iterator[Generation]:
    """Evolve rewards on some rooms, a generation at a time.

    Args:
        plan: the actions that a reward likes best in the learnt world; they are then played, once a room, in the true
            one, which gives the score.
    Raises: UserError if the first generation holds no program.
    Source: Eureka (Ma et al. 2023, 2310.12931, algorithm 1); 16 programs and 5 generations are its defaults.
    """
    best: tuple[Program, float, Tensor] | None = None
    for _ in range(generations):
        programs = write(best[0], best[2]) if best else write(None, None)
        scores: list[float] = []
        for program in programs:
            cells = truly(state, plan(program))
            reached = score(cells)
            scores.append(float(reached.mean()))
            if best is None or scores[-1] > best[1]:
                best = program, scores[-1], reflect(program.each(features(cells)), reached)
        if best is None:
            raise UserError("no reward was written: the writer must return at least one program")
        yield Generation(programs, scores, *best)


def grammar_writer(generator: Generator, *, each: int = 16) -> Writer:
    """A writer that needs no network: at first anything, later children of the best one by :func:`rewritten`."""

    def write(best: Program | None, reflection: Tensor | None) -> list[Program]:
        if best is None or reflection is None:
            return [random_program(generator) for _ in range(each)]
        return [rewritten(best, reflection, generator) for _ in range(each)]

    return write


def rewritten(program: Program, reflection: Tensor, generator: Generator) -> Program:
    """A child: what the reflection says is taken to heart half of the time, and then something is changed by chance.

    A term that goes against the score changes its sign, one that decides nothing grows or goes, one that decides all
    alone shrinks.
    """
    terms = []
    for term, (share, correlation) in zip(program.terms, reflection.tolist(), strict=True):
        heeded = bool(torch.rand(1, generator=generator) < 0.5)
        if heeded and correlation < -0.2:
            term = scaled(term, -1)
        elif heeded and share < 0.05:
            if torch.rand(1, generator=generator) < 0.5:
                continue
            term = scaled(term, 4)
        elif heeded and share > 0.9 and len(program.terms) > 1:
            term = scaled(term, 0.5)
        terms.append(term)
    dice = float(torch.rand(1, generator=generator))
    if dice < 0.5 or not terms:
        terms.append(random_term(generator))
    elif dice < 0.75:
        terms[int(torch.randint(len(terms), (1,), generator=generator))] = random_term(generator)
    elif dice < 0.9:
        i = int(torch.randint(len(terms), (1,), generator=generator))
        terms[i] = scaled(terms[i], 0.5 if torch.rand(1, generator=generator) < 0.5 else 2.0)
    return Program(tuple(terms[-5:]))
