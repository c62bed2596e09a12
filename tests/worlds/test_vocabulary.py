"""The words, their order, and what they stand for."""

import hashlib

import pytest
import torch

from minisora.errors import UserError
from minisora.worlds.caption import STYLES, caption
from minisora.worlds.scene import COLOURS, SHAPES, SIZES
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import (
    DIGITS,
    KNOWN,
    MEANT,
    NOT_HERE,
    SYNONYMS,
    VERBS,
    WORDS,
    known_words,
    nearest,
    split,
)

PINNED = 302  #: Words at the time of the first trained weights. Grow the list at its end; never change this prefix.


def test_the_order_is_fixed_for_good():
    prefix = hashlib.sha256(" ".join(WORDS[:PINNED]).encode()).hexdigest()
    assert prefix.startswith("ceb4849a2b6baa30")


def test_words_are_distinct_and_each_one_piece():
    assert len(KNOWN) == len(WORDS)
    assert all(split(word) == [word] for word in WORDS)


def test_everything_that_has_a_meaning_is_known():
    assert {*SHAPES, *COLOURS, *SIZES, *DIGITS} <= KNOWN
    assert {word for words in SYNONYMS.values() for word in words} <= KNOWN
    assert {form for verbs in VERBS.values() for verb in verbs for form in verb} <= KNOWN
    assert {word for words in MEANT.values() for offer in words for word in offer.split()} <= KNOWN
    assert not set(MEANT) & KNOWN


def test_a_word_has_one_meaning():
    words = [word for words in SYNONYMS.values() for word in words]
    assert len(set(words)) == len(words)
    assert not set(words) & set(SYNONYMS)


def test_split_understands_the_way_people_write():
    assert split("A Red-Circle: “moves” (left); it doesn’t stop!") == (
        ["a", "red", "circle", ",", "moves", "left", ",", "it", "does", "not", "stop", "."]
    )
    assert split(" \n\t ") == []


def test_unknown_words_are_named_with_the_nearest():
    with pytest.raises(UserError, match="unknown word 'sqare': try 'square'"):
        known_words("a red sqare")
    with pytest.raises(UserError, match="unknown word 'pink': try 'purple', 'red'"):
        known_words("a pink ball")
    with pytest.raises(
        UserError, match="words 'grene' \\(try 'green'\\), 'cat', 'sqare' \\(try 'square'\\) — minisora words"
    ):
        known_words("a grene cat, a grene sqare")
    with pytest.raises(UserError, match="unknown word '€' — minisora words --all lists all 302"):
        known_words("5 €")
    own = ["rabbit", "burrow", "red", *(f"word{i}" for i in range(13))]
    with pytest.raises(
        UserError, match=r"all 302 that are known, and these weights have learnt burrow, .*word6 and 3 more"
    ):
        known_words("a rabbit in the snow", also=own)
    with pytest.raises(UserError, match=r"unknown word 'rabit': try 'rabbit'$"):
        known_words("a rabit", also=own)
    with pytest.raises(UserError) as caught:
        known_words("x" * 10_000)
    assert len(str(caught.value)) < 200
    assert nearest("trianglle") == ["triangle"]
    assert nearest("fire") == nearest("tree") == []  # what is not drawn here is no slip of "five" or "three"
    assert not (NOT_HERE & KNOWN or NOT_HERE & set(MEANT))


@pytest.fixture(scope="module")
def said() -> set[str]:
    generator = torch.Generator().manual_seed(0)
    scenes = ShapesWorld(moving_camera=0.3).sample(1500, generator=generator)
    texts = [caption(scene, style=style, generator=generator) for scene in scenes for style in STYLES for _ in range(3)]
    return {word for text in texts for word in split(text)}


def test_captions_only_use_known_words(said: set[str]):
    assert said <= KNOWN


def test_every_word_is_learned_from_captions(said: set[str]):
    digits = {*DIGITS, *"0123456789", "handwritten", "digit", "digits", "number", "wall", "walls", "edge", "edges"}
    assert len(KNOWN - said - digits) < 10  # a few verb forms are too rare for a sample of this size
