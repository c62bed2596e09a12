"""A reward as a small program: a sum of features with weights, in a text that is read and written (``GRAMMAR``).

``near(x)`` is exp(-x); ``change(x)`` is what x has grown by since the frame before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import torch
from torch import Generator, Tensor

from minisora.errors import UserError
from minisora.eureka.features import FEATURES

#: What :func:`parse` reads and a language model is told, in EBNF.
GRAMMAR = """\
program = [ "+" | "-" ], term, { ("+" | "-"), term }
term    = [ number, "*" ], ( feature | "near(" feature ")" | "change(" feature ")" )
"""
MOST = 12  #: Terms of a program.
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
        weight = Decimal(str(self.weight)).normalize()  # written without an exponent, which the grammar does not have
        return f"{weight:f} * {inner}"


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
        first, *others = map(str, self.terms)
        return first + "".join(f" - {term[1:]}" if term.startswith("-") else f" + {term}" for term in others)


def parse(text: str) -> Program:
    """The program of a text. Raises: UserError that says what is not understood, or that there are too many terms."""
    text, terms, at = text.strip(), [], 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or (terms and not match[1]) or bool(match[3]) != bool(match[5]):
            raise UserError(f"reward {text[at : at + 40]!r}: must be a term such as 2 * near(distance(ball, goal))")
        if len(terms) == MOST:
            raise UserError(f"reward {text[at : at + 40]!r}: there are {MOST} terms before it — leave some out")
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


def scaled(term: Term, factor: float) -> Term:
    """The term, its weight multiplied."""
    return replace(term, weight=term.weight * factor)


def _one_of(choices: tuple[str, ...], generator: Generator) -> str:
    return choices[int(torch.randint(len(choices), (1,), generator=generator))]
