"""A short prompt becomes a full caption that keeps all that was asked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
import torch

from minisora.errors import UserError
from minisora.language import upsample
from minisora.language.everyday import PASSED_OVER, dictionary
from minisora.worlds.claims import Claims, ObjectClaim, parse
from minisora.worlds.phrases import background_phrase, call, direction, doing, noun_phrase
from minisora.worlds.scene import BACKGROUNDS, COLOURS, DIRECTION, HELD_OUT, MOTIONS, SHAPES, SIZES, SceneObject
from minisora.worlds.vocabulary import DIGITS, KNOWN, NOT_HERE, split

PROMPTS = Path(__file__).parents[2] / "experiments" / "short_prompts.txt"


def dice(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def asked() -> Iterator[tuple[str, list[str]]]:
    """Every short prompt, and what it asks for."""
    for line in PROMPTS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            prompt, _, wants = line.partition(" | ")
            yield prompt, wants.split("; ")


def is_what(words: str, claim: ObjectClaim) -> bool:
    """Whether an object is as "large circle left/right" says."""
    groups = {"straight": set(DIRECTION), "digit": set(DIGITS)}
    there = {claim.shape, claim.colour, claim.size, claim.motion}
    return all(
        any(groups.get(option, {option}) & there for option in word.split("/"))  # pyright: ignore
        for word in words.split()
    )


def holds(wants: list[str], claims: Claims) -> bool:
    """Whether a caption has all that was asked for."""
    others = [want for want in wants if want.startswith(("on ", "camera ", "above ", "below ", "in front of "))]
    things = [want for want in wants if want not in others] or [""]
    if len(claims.objects) != len(things):
        return False

    def related(order: tuple[int, ...], want: str) -> bool:
        kind, a, b = want.rsplit(" ", 2)
        return any((r.kind, r.a, r.b) == (kind, order[int(a)], order[int(b)]) for r in claims.relations)

    def fits(order: tuple[int, ...]) -> bool:
        return all(is_what(words, claims.objects[i]) for words, i in zip(things, order, strict=True)) and all(
            related(order, want) for want in others if want[-1].isdigit()
        )

    if not any(map(fits, permutations(range(len(things))))):
        return False
    said = {f"on {claims.background}", f"camera {claims.camera}"}
    return all(want in said for want in others if not want[-1].isdigit())


def full(claims: Claims) -> bool:
    """Whether all is said of every object that can be."""
    return all(o.shape and o.colour and o.motion and (o.size or o.shape in DIGITS) for o in claims.objects)


def test_there_are_two_hundred_different_prompts() -> None:
    prompts = [prompt for prompt, _ in asked()]
    assert len(prompts) == len(set(prompts)) == 200
    unknown = sum(any(word not in KNOWN for word in split(prompt)) for prompt in prompts)
    assert unknown > 80  # what is upsampled is not only what was known before


@pytest.mark.parametrize("seed", range(4))
def test_what_two_hundred_prompts_ask_for_is_kept(seed: int) -> None:
    for prompt, wants in asked():
        caption = upsample(prompt, dice(seed)).caption
        claims = parse(caption)
        assert holds(wants, claims), (prompt, caption)
        assert full(claims), caption


def test_prompts_of_known_words_are_never_contradicted() -> None:
    """Random short prompts in the grammar of captions, of which each part may be missing."""
    random = Random(0)
    for seed in range(300):
        prompt = short(random)
        before, after = parse(prompt), parse(upsample(prompt, dice(seed)).caption)
        assert len(after.objects) == max(1, len(before.objects)), prompt
        for asked, said in zip(before.objects, after.objects, strict=False):
            for name in ("shape", "colour", "size", "motion"):
                assert getattr(asked, name) in (None, getattr(said, name)), (prompt, after)
        assert before.background in (None, after.background)
        assert full(after)


def short(random: Random) -> str:
    obj = SceneObject(random.choice(SHAPES), random.choice(COLOURS), random.choice(SIZES), random.choice(MOTIONS))
    parts = [noun_phrase(obj, random, usual=0.3, size=0.5)]
    if random.random() < 0.4:
        parts = [call(obj.shape, random, 0.3)]
    if random.random() < 0.6:
        straight = obj.motion in DIRECTION
        parts.append(direction(obj.motion, random, usual=0.4) if straight else doing(obj.motion, random, usual=0.4))
    if random.random() < 0.3:
        parts.append(background_phrase(random.choice(BACKGROUNDS), random, usual=0.3))
    return " ".join(parts)


def test_the_same_seed_is_the_same_caption_and_others_differ() -> None:
    captions = [upsample("a big ball", dice(seed)).caption for seed in (0, 0, *range(1, 12))]
    assert captions[0] == captions[1]
    assert len(set(captions)) > 8


def test_what_is_left_open_is_chosen_as_training_shows_it() -> None:
    seen = [parse(upsample("two things", dice(seed)).caption) for seed in range(120)]
    objects = [claim for claims in seen for claim in claims.objects]
    assert not any((o.colour, o.shape, o.motion) in HELD_OUT for o in objects)
    assert {o.motion for o in objects} == set(MOTIONS)
    assert {o.colour for o in objects} == set(COLOURS)
    assert {o.shape for o in objects} == set(SHAPES)
    assert all(len({(o.shape, o.colour) for o in claims.objects}) == 2 for claims in seen)
    assert 0.1 < sum(claims.background is not None for claims in seen) / len(seen) < 0.4


def test_it_says_what_became_of_each_word() -> None:
    why = upsample("please a big pink ball rolling over", dice(3)).why
    assert why.kept == ("big", "ball")
    assert why.replaced == (("pink", "purple"), ("rolling over", "rolling"))
    assert why.passed_over == ("please",)
    assert why.added[0] in ("left", "right")
    assert str(why).startswith("kept big, ball; replaced pink → purple, rolling over → rolling; added ")
    assert str(why).endswith("; passed over please")


def test_other_languages_are_translated_first() -> None:
    assert upsample("ein großer Ball rollt", dice(1)).caption.startswith("a large ")
    assert "star spins" in upsample("yıldız dönüyor", dice(1)).caption


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("", "empty prompt"),
        ("red " * 100, "prompt of 100 words: at most 64"),
        ("a cat dancing", "unknown word 'cat' — minisora words"),
        ("a sqare box", "unknown word 'sqare': try 'square'"),
        ("five stars", "5 objects: a clip shows at most 3"),
        ("a red ball that is blue", "is said to be 'red' and 'blue'"),
        ("eine Katze", "unknown word 'katze'"),
    ],
)
def test_what_cannot_be_made_full(prompt: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        upsample(prompt, dice(0))


def test_words_that_nobody_knows_may_be_asked_elsewhere() -> None:
    answers = {"kitten": "bubble", "zooms": None}
    full = upsample("a red kitten", dice(0), similar=answers.get)
    assert full.caption.split()[2:4] == ["red", "circle"]
    assert full.why.replaced == (("kitten", "circle"),)
    with pytest.raises(UserError, match="unknown word 'doggy'"):
        upsample("a red doggy", dice(0), similar=answers.get)


def test_the_dictionary_leads_to_known_words_and_hides_none() -> None:
    for phrase, known in dictionary().items():
        assert set(split(known.replace("~", " ").replace("|", " "))) <= KNOWN, known
        if len(phrase) == 1:
            assert phrase[0] not in KNOWN, phrase
        assert not set(phrase) & NOT_HERE or len(phrase) > 1, phrase
    assert not PASSED_OVER & KNOWN
    assert not PASSED_OVER & {phrase[0] for phrase in dictionary() if len(phrase) == 1}
