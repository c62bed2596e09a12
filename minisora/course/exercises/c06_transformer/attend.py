"""The exercise `attend`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, call
from minisora.course.exercises.c06_transformer.common import drawn
from minisora.model.attention import attend

QUERY, KEY, VALUE = drawn(2, 3, 5, 4, seed=1), drawn(2, 3, 5, 4, seed=2), drawn(2, 3, 5, 6, seed=3)


FEWER_KEYS, FEWER_VALUES = drawn(1, 2, 3, 8, seed=4), drawn(1, 2, 3, 8, seed=5)


SEEN = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [0, 0, 0, 1, 1]]).bool()


ALIKE = torch.ones(1, 1, 3, 4)


def _scores(query: Tensor, key: Tensor) -> Tensor:
    return query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5


def _hidden(scores: Tensor, mask: Tensor | None) -> Tensor:
    return scores if mask is None else scores.masked_fill(~mask, -torch.inf)


def _attend_query_by_query(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    answers = []
    for i in range(query.shape[-2]):
        scores = (query[..., i : i + 1, :] * key).sum(-1) / math.sqrt(query.shape[-1])
        weights = scores.exp()
        if mask is not None:
            weights = weights * mask.expand(*weights.shape[:-1], query.shape[-2], weights.shape[-1])[..., i, :]
        answers.append((weights[..., None] * value).sum(-2) / weights.sum(-1, keepdim=True))
    return torch.stack(answers, dim=-2)


def _mask_after_softmax(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    weights = _scores(query, key).softmax(-1)
    return (weights if mask is None else weights * mask) @ value


ATTEND = Exercise(
    name="attend",
    reference=attend,
    cases=(
        call("two clips with three heads and five tokens, without a mask", QUERY, KEY, VALUE, None),
        Case(
            "queries and keys that are all alike, where everybody gets the mean of the values",
            lambda f: f(ALIKE, ALIKE, FEWER_VALUES[:, :1], None),
            expected=lambda: FEWER_VALUES[:, :1].mean(2, keepdim=True).expand(1, 1, 3, 8),
        ),
        call("the same with a mask, true where a token may look", QUERY, KEY, VALUE, SEEN),
        call("five queries that look at three keys", drawn(1, 2, 5, 8, seed=6), FEWER_KEYS, FEWER_VALUES, None),
        call("keys whose numbers are ten times as large", QUERY, 10 * KEY, VALUE, None),
    ),
    mistakes=(
        Mistake(
            "no root",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1), mask).softmax(-1) @ v,
            "your scores are not divided by the root of e, the length of a query: the longer the vectors, the more "
            "extreme the weights become",
        ),
        Mistake(
            "divided by the length itself",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1) / q.shape[-1], mask).softmax(-1) @ v,
            "you divide by e itself. The spread of a sum of e products grows with the root of e: divide by that",
        ),
        Mistake(
            "softmax over the queries",
            lambda q, k, v, mask: _hidden(_scores(q, k), mask).softmax(-2) @ v,
            "your weights add up to 1 over the queries. Each query has weights of its own: take the softmax over the "
            "keys, the last axis",
        ),
        Mistake(
            "mask upside down",
            lambda q, k, v, mask: _hidden(_scores(q, k), None if mask is None else ~mask).softmax(-1) @ v,
            "your mask hides what may be seen. It is true where a token may look: fill in minus infinity where it is "
            "false",
        ),
        Mistake(
            "mask ignored",
            lambda q, k, v, mask: _scores(q, k).softmax(-1) @ v,
            "you never use the mask: where it is false, the score has to become so small that its weight is 0",
        ),
        Mistake(
            "mask after the softmax",
            _mask_after_softmax,
            "you set weights to 0 after the softmax, and the rest no longer adds up to 1: hide the scores before it",
        ),
        Mistake(
            "masked scores set to zero",
            lambda q, k, v, mask: (_scores(q, k) if mask is None else _scores(q, k) * mask).softmax(-1) @ v,
            "you hide a key by giving it the score 0, but exp(0) is 1: it is still seen. Its score must be minus "
            "infinity",
        ),
        Mistake(
            "mask added",
            lambda q, k, v, mask: (_scores(q, k) if mask is None else _scores(q, k) + mask).softmax(-1) @ v,
            "you add the mask to the scores as it is: true is 1 and false is 0, so nothing is hidden. Where it is "
            "false, the score must become minus infinity",
        ),
        Mistake(
            "root of the values' length",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1) / v.shape[-1] ** 0.5, mask).softmax(-1) @ v,
            "you divide by the root of the values' length. A score is a sum of as many products as a query has "
            "numbers: take the root of query.shape[-1]",
        ),
        Mistake(
            "root of the number of keys",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1) / k.shape[-2] ** 0.5, mask).softmax(-1) @ v,
            "you divide by the root of the number of keys. A score is a sum of as many products as a query has "
            "numbers: take the root of query.shape[-1]",
        ),
        Mistake(
            "multiplied by the root",
            lambda q, k, v, mask: _hidden(q @ k.transpose(-2, -1) * q.shape[-1] ** 0.5, mask).softmax(-1) @ v,
            "you multiply the scores by the root of e; divide by it",
        ),
        Mistake(
            "softmax over the heads",
            lambda q, k, v, mask: _hidden(_scores(q, k), mask).softmax(1) @ v,
            "your weights add up to 1 over the heads. Each head and each query has weights of its own: take the "
            "softmax over the keys, the last axis",
        ),
        Mistake(
            "softmax over the clips",
            lambda q, k, v, mask: _hidden(_scores(q, k), mask).softmax(0) @ v,
            "your weights add up to 1 over the clips of the batch. Each query has weights of its own: take the softmax "
            "over the keys, the last axis",
        ),
        Mistake(
            "softmax over everything",
            lambda q, k, v, mask: (
                _hidden(_scores(q, k), mask).flatten(2).softmax(-1).unflatten(2, (-1, k.shape[2])) @ v
            ),
            "your weights add up to 1 over all pairs together. Each query has weights of its own: take the softmax "
            "over the keys, the last axis",
        ),
        Mistake(
            "None not thought of",
            lambda q, k, v, mask: _scores(q, k).masked_fill(~mask, -torch.inf).softmax(-1) @ v,
            "a mask of None hides nothing, and your code asks it for something all the same: `if mask is not None`",
        ),
        Mistake(
            "no softmax",
            lambda q, k, v, mask: (_scores(q, k) if mask is None else _scores(q, k).masked_fill(~mask, 0)) @ v,
            "you use the scores themselves as weights: they can be negative, and do not add up to 1. The softmax is "
            "missing",
        ),
    ),
    alternatives=(
        _attend_query_by_query,
        lambda q, k, v, mask: F.scaled_dot_product_attention(q, k, v, attn_mask=mask),
        lambda q, k, v, mask: torch.einsum("bhqk,bhke->bhqe", _hidden(_scores(q, k), mask).softmax(dim=3), v),
    ),
    hints=(
        "Four steps, as in the loop above: all the scores at once, hide what the mask hides, softmax over the keys, "
        "weighted mean of the values.",
        "`query @ key.transpose(-2, -1)` is every query with every key, for each clip and head: `b h n m`. Divide by "
        "`query.shape[-1] ** 0.5`.",
        "`scores.masked_fill(~mask, -torch.inf)` hides (if there is a mask at all); then `.softmax(-1) @ value`.",
    ),
    becomes="minisora/model/attention.py",
    minutes=12,
    difficulty=2,
    points=3,
)
