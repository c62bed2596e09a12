"""Slips of the keyboard: which known words an unknown one may be."""

from __future__ import annotations

import pytest

from minisora.spelling import distance, named, slips

_KNOWN = "a three grey green red bounce bounces below yellow triangle a shapes flashes"
KNOWN = _KNOWN.split()


@pytest.mark.parametrize(
    ("a", "b", "far"),
    [
        ("green", "green", 0),
        ("grene", "green", 1),  # swapped
        ("gren", "green", 1),
        ("greeen", "green", 1),
        ("grean", "green", 1),
        ("grene", "three", 3),
        ("", "abc", 3),
        ("ca", "abc", 3),  # swapped letters are not torn apart again
    ],
)
def test_distance_counts_slips(a: str, b: str, far: int) -> None:
    assert distance(a, b) == distance(b, a) == far


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("grene", ["green"]),  # and not "three", "grey"
        ("rde", ["red"]),
        ("triangel", ["triangle"]),
        ("bounced", ["bounce", "bounces"]),
        ("yelow", ["yellow", "below"]),  # the same first letter in front
        ("whooshes", []),
        ("ab", []),
        ("x" * 41, []),
    ],
)
def test_only_the_nearest_are_offered(word: str, near: list[str]) -> None:
    assert slips(word, KNOWN) == near


def test_messages_name_every_word() -> None:
    offers = {"grene": ["green"], "rde": ["red", "rod"]}
    assert named(["grene"], offers) == "unknown word 'grene': try 'green'"
    assert named(["cat"], offers) == "unknown word 'cat'"
    assert (
        named(["grene", "cat", "rde"], offers) == "unknown words 'grene' (try 'green'), 'cat', 'rde' (try 'red', 'rod')"
    )
    many = named([f"w{i}" for i in range(7)], {})
    assert many == "unknown words 'w0', 'w1', 'w2', 'w3', 'w4', and 2 more"
    assert len(named(["x" * 999] * 2, {})) < 120
