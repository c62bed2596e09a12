"""A reward as a small program: a sum of features with weights, in a text that is read and written.

    program = term, { ("+" | "-"), term }
    term    = [ number, "*" ], ( feature | "near(" feature ")" | "change(" feature ")" )

``near(x)`` is exp(-x); ``change(x)`` is what x has grown by since the frame before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor

from minisora.errors import UserError
from minisora.eureka.features import FEATURES

FORMS = ("plain", "near", "change")
_TERM = re.compile(
    r"\s*([+-])?\s*(?:(\d+(?:\.\d+)?)\s*\*\s*)?((?:near|change)\()?([a-z]+\([a-z]+(?:, ?[a-z]+)?\))(\))?\s*"
)


@dataclass(frozen=True)
class Term:
    """A weight and a feature in one of three forms."""

    weight: float
    form: str
    feature: str

    def values(self, seen: Mapping[str, Tensor]) -> Tensor:
        """What it adds to the reward of each frame, ``n t``."""
        value = seen[self.feature]
        if self.form == "near":
            value = torch.exp(-value)
        elif self.form == "change":
            value = torch.cat([torch.zeros_like(value[:, :1]), value.diff(dim=1)], dim=1)
        return self.weight * value

    def __str__(self) -> str:
        inner = self.feature if self.form == "plain" else f"{self.form}({self.feature})"
        return f"{abs(self.weight):g} * {inner}"


@dataclass(frozen=True)
class Program:
    """A reward: the sum of its terms."""

    terms: tuple[Term, ...]

    def each(self, seen: Mapping[str, Tensor]) -> Tensor:
        """What each term has added up to after all frames but the first, ``n k``."""
        return torch.stack([term.values(seen)[:, 1:].sum(1) for term in self.terms], dim=1)

    def total(self, seen: Mapping[str, Tensor]) -> Tensor:
        """The reward of whole rollouts, ``n``."""
        return self.each(seen).sum(1)

    def __str__(self) -> str:
        first, *others = self.terms
        text = ("-" if first.weight < 0 else "") + str(first)
        return text + "".join((" - " if term.weight < 0 else " + ") + str(term) for term in others)


def parse(text: str) -> Program:
    """The program of a text. Raises: UserError that says what is not understood."""
    terms, at = [], 0
    while at < len(text.strip()) and len(terms) < 12:
        match = _TERM.match(text.strip(), at)
        rest = text.strip()[at:]
        if match is None or (terms and not match[1]) or bool(match[3]) != bool(match[5]):
            raise UserError(f"reward {rest[:40]!r}: must be a term such as 2 * near(distance(ball, goal))")
        feature = re.sub(r", ?", ", ", match[4])
        if feature not in FEATURES:
            raise UserError(f"feature {feature!r}: there is none — try {', '.join(FEATURES)}")
        weight = float(match[2] or 1) * (-1 if match[1] == "-" else 1)
        terms.append(Term(weight, match[3][:-1] if match[3] else "plain", feature))
        at = match.end()
    if not terms:
        raise UserError("an empty reward: write at least one term")
    return Program(tuple(terms))


def random_term(generator: Generator) -> Term:
    """Any term of the grammar, with a weight from 0.25 to 4 and either sign."""
    weight = 2.0 ** int(torch.randint(-2, 3, (1,), generator=generator))
    sign = 1 if torch.rand(1, generator=generator) < 0.5 else -1
    return Term(sign * weight, _one_of(FORMS, generator), _one_of(tuple(FEATURES), generator))


def random_program(generator: Generator, *, most: int = 3) -> Program:
    """Up to ``most`` random terms."""
    count = int(torch.randint(1, most + 1, (1,), generator=generator))
    return Program(tuple(random_term(generator) for _ in range(count)))


def with_weight(term: Term, factor: float) -> Term:
    """The term, its weight multiplied."""
    return replace(term, weight=term.weight * factor)


def _one_of(choices: tuple[str, ...], generator: Generator) -> str:
    return choices[int(torch.randint(len(choices), (1,), generator=generator))]
