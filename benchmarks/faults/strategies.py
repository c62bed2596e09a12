"""What hostile inputs are made of: numbers, sentences, values, and files that are not as they were written."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from minisora.language import LANGUAGES
from minisora.language.tongue import lexicon
from minisora.language.translation import language_of
from minisora.worlds.vocabulary import WORDS

#: What is tried: a strategy of inputs, and what is done with each.
Target = tuple[st.SearchStrategy[Any], Callable[[Any], object]]

numbers = st.one_of(st.floats(), st.integers(-(2**70), 2**70), st.sampled_from([0, -0.0, 1, 16, 64, 1e308]))
small = st.one_of(st.integers(-1, 3), st.integers(-(2**70), 2**70))
plain = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
prompts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*WORDS, "snow", "☃"]), max_size=90).map(" ".join))
#: Words of every language that prompts may be in, each sentence mostly of one.
foreign = st.sampled_from(sorted(set(LANGUAGES) - {"en"})).flatmap(
    lambda code: st.lists(
        st.sampled_from([*sorted(lexicon(language_of(code)).spelt.values()), "red", "und", "и", "☃", ","]), max_size=30
    ).map(" ".join)
)


def spoiled(whole: bytes) -> st.SearchStrategy[bytes]:
    """A file cut off, with some bytes changed, with something in front, or something else altogether."""
    place = st.integers(0, max(len(whole) - 1, 0))
    changed = st.lists(st.tuples(place, st.integers(0, 255)), min_size=1, max_size=8)
    return st.one_of(
        st.binary(max_size=200),
        place.map(lambda end: whole[:end]),
        st.binary(min_size=1, max_size=9).map(lambda front: front + whole),
        changed.map(lambda changes: _changed(whole, changes)),
    )


def document(whole: bytes) -> st.SearchStrategy[bytes]:
    """A file of JSON, or of a line of it, spoiled, with another value for one of its names, or of other JSON."""
    try:
        there = json.loads(whole)
    except ValueError:
        there = json.loads(whole.splitlines()[0])
    entry = st.tuples(st.sampled_from(sorted(there)), plain)
    deep = st.just(b"[" * 100_000)
    return st.one_of(spoiled(whole), plain.map(as_bytes), deep, entry.map(lambda e: as_bytes({**there, e[0]: e[1]})))


#: Clips as people hand them in, of shapes and numbers that are none.
clips = st.tuples(
    st.lists(st.integers(0, 5), max_size=5) | st.tuples(st.just(3), st.integers(0, 9), st.just(16), st.just(16)),
    st.sampled_from([0.0, 0.5, -1.0, 3.0, math.nan, math.inf]),
).map(lambda v: _clip(list(v[0]), v[1]))


def as_bytes(value: object) -> bytes:
    """A value as a file of JSON."""
    return json.dumps(value).encode()


def _clip(shape: list[int], value: float) -> Tensor:
    return torch.full(shape, value)


def _changed(whole: bytes, changes: list[tuple[int, int]]) -> bytes:
    content = bytearray(whole)
    for place, value in changes:
        content[place] = value
    return bytes(content)
