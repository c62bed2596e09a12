"""A sentence says the same in every language, word for word once it is English."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from random import Random

import pytest
import torch

from minisora.errors import UserError
from minisora.language import LANGUAGES, describe, translate
from minisora.language.said import Said, Thing
from minisora.language.tongue import lexicon
from minisora.language.translation import language_of
from minisora.language.write import write
from minisora.request import check_prompt
from minisora.worlds.caption import canonical as canonical_shapes
from minisora.worlds.claims import parse
from minisora.worlds.digits import DigitsWorld
from minisora.worlds.drawn import DrawnScene, canonical
from minisora.worlds.scene import BACKGROUNDS, CAMERAS, COLOURS, DIRECTION, MOTIONS, SHAPES, SIZES, Scene
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import DIGITS, known_words

FOREIGN = LANGUAGES[1:]
BANK = Path(__file__).with_name("sentences.txt")


def bank(code: str) -> list[tuple[str, str]]:
    """Sentences of a language as people write them, and their English."""
    part = BANK.read_text(encoding="utf-8").split(f"[{code}]\n")[1].split("\n[")[0]
    pairs = [line.partition(" | ") for line in part.splitlines() if line]
    return [(sentence, english) for sentence, _, english in pairs]


@pytest.fixture(scope="module")
def scenes() -> list[DrawnScene]:
    """Of every world, with one to three objects, moving cameras and objects in front of others."""
    generator = torch.Generator().manual_seed(0)
    shapes = ShapesWorld(counts=(1, 1, 1), moving_camera=0.5, occlusion=0.3).sample(700, generator=generator)
    held_out = ShapesWorld(held_out=True).sample(150, generator=generator)
    return [*shapes, *held_out, *DigitsWorld(counts=(1, 1)).sample(250, generator=generator)]


def test_english_is_the_canonical_caption(scenes: list[DrawnScene]) -> None:
    for scene in scenes:
        assert describe(scene) == canonical(scene)
        if isinstance(scene, Scene):
            full = describe(scene, background=True, camera=True)
            assert full == canonical_shapes(scene, background=True, camera=True)


@pytest.mark.parametrize("code", FOREIGN)
def test_scenes_are_the_same_words_in_every_language(code: str, scenes: list[DrawnScene]) -> None:
    """So weights make the same clip, bit for bit: no point is lost to another language."""
    dice = Random(1)
    for scene in scenes:
        background, camera, relation = (dice.random() < 0.5 for _ in range(3))
        say = partial(describe, scene, background=background, camera=camera, relation=relation)
        said = translate(say(language=code))
        assert said.language == code
        assert said.english == say()


@pytest.mark.parametrize("code", FOREIGN)
def test_all_that_can_be_said_is_the_same_in_every_language(code: str) -> None:
    """Also what no scene shows: colours without sizes, things without motion, digits left of digits."""
    dice = Random(2)
    for _ in range(400):
        said = anything(dice)
        assert translate(write(said, language_of(code))).english == write(said, language_of("en"))


def anything(dice: Random) -> Said:
    """Something that can be said, with things that do not look the same.

    Of all it is said what they do, or of none: who "a star, a ring and a ball move" speaks of, no language tells.
    """
    moving = dice.random() < 0.7

    def maybe(values) -> str | None:
        return dice.choice(values) if dice.random() < 0.7 else None

    things: list[Thing] = []
    for _ in range(dice.choice((1, 1, 2, 3))):
        if dice.random() < 0.3:
            thing = Thing(
                dice.choice(DIGITS), maybe(COLOURS), None, dice.choice(("still", *DIRECTION)) if moving else None
            )
            thing.walls = thing.motion in DIRECTION and dice.random() < 0.5
        else:
            thing = Thing(dice.choice(SHAPES), maybe(COLOURS), maybe(SIZES), dice.choice(MOTIONS) if moving else None)
        if thing.motion in DIRECTION and dice.random() < 0.3:
            thing.pace = dice.choice(("slowly", "quickly"))
        if not any(thing.looks_like(other) for other in things):
            things.append(thing)
    relations = []
    if len(things) > 1 and dice.random() < 0.4:
        a, b = dice.sample(range(len(things)), 2)
        relations = [(dice.choice(("left of", "right of", "above", "below", "in front of")), a, b)]
    return Said(things, maybe(BACKGROUNDS), maybe(CAMERAS), relations)


def test_what_is_written_in_english_says_it_to_the_judge(scenes: list[DrawnScene]) -> None:
    for scene in scenes[::7]:
        claims = parse(describe(scene, background=True, camera=True, relation=True))
        digits = not isinstance(scene, Scene)
        shapes = [DIGITS[o.digit] if digits else o.shape for o in scene.objects]  # pyright: ignore
        assert [(o.shape, o.colour, o.motion) for o in claims.objects] == [
            (shape, o.colour, o.motion) for shape, o in zip(shapes, scene.objects, strict=True)
        ]
        if isinstance(scene, Scene):
            assert (claims.background, claims.camera) == (scene.background, scene.camera)


@pytest.mark.parametrize("code", FOREIGN)
def test_what_people_write(code: str) -> None:
    assert len(bank(code)) >= 25
    for sentence, english in bank(code):
        said = translate(sentence)
        assert (said.language, said.english) == (code, english), sentence
        parse(english)


@pytest.mark.parametrize("code", FOREIGN)
def test_sentences_without_their_special_letters(code: str, scenes: list[DrawnScene]) -> None:
    letters = {
        "de": {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"},
        "tr": dict(zip("ığşçöü", "igscou", strict=True)),
        "az": dict(zip("ığşçöüə", "igscoue", strict=True)),
        "ru": {"ё": "е"},
    }[code]
    for scene in scenes[::10]:
        plain = describe(scene, language=code, background=True).translate(str.maketrans(letters))
        assert translate(plain).english == describe(scene, background=True)
        assert translate(plain.upper()).english == describe(scene, background=True)


def test_english_stays_as_it_is_typed() -> None:
    for text in ("A tiny crimson ball", "Ring", "orange ring", "zoom in", "a small star, in a landscape"):
        assert translate(text) == type(translate(text))(text, "en", "English")


ERRORS = [
    ("ein grünre Kreis", "German: unknown word 'grünre': try 'grüner', 'grüne' — minisora words --language de"),
    ("ein rosa Kreis", "German: unknown word 'rosa': try 'violett', 'rot' —"),
    ("pembe bir daire", "Turkish: unknown word 'pembe': try 'mor', 'kırmızı' —"),
    ("çəhrayı dairə", "Azerbaijani: unknown word 'çəhrayı': try 'bənövşəyi', 'qırmızı' —"),
    ("розовый круг", "Russian: unknown word 'розовый': try 'фиолетовый', 'красный' —"),
    ("a rde circle", "unknown word 'rde': try 'red'"),
    ("ein red circle", "'ein' in German, the rest in English: say it in one language"),
    ("a roter Kreis moves", "'roter', 'kreis' in German, the rest in English: say it in one language"),
    ("kırmızı daire движется", "'движется' in Russian, the rest in Turkish: say it in one language"),
    ("ein Kreis auf rotem Hintergrund", "German: background 'red': it is one of 'black', 'grey', 'navy', 'sky'"),
    ("ein schwarzer Kreis", "German: black 'circle': objects are red"),
    ("ein Kreis hüpft und dreht sich", "German: the circle is said to be 'bounces' and 'spins'"),
    ("ein Kreis hüpft nicht", "only 'not moving' is understood"),
    ("nach rechts", 'German: nothing to show — say what, for example "'),
    ("die Kamera hüpft", "German: camera 'bounces': it does one thing, of"),
    ("ein Kreis ist links von einem Kreis", "German: left of: the two look the same"),
]


@pytest.mark.parametrize(("prompt", "message"), ERRORS)
def test_what_cannot_be_read_is_one_line_with_the_way_out(prompt: str, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        translate(prompt)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("code", FOREIGN)
def test_nonsense_is_read_or_refused(code: str) -> None:
    """Known words in any order are English words that can be read, or one line of complaint."""
    dice = Random(3)
    forms = [form for forms in lexicon(language_of(code)).plain.values() for form in forms] + [",", ".", "7"]
    read = 0
    for _ in range(300):
        try:
            said = translate(" ".join(dice.choice(forms) for _ in range(dice.randint(1, 9))))
        except UserError as error:
            assert "\n" not in str(error)
        else:
            read += known_words(said.english) != []
    assert read > 50


def test_prompts_in_any_language_may_be_asked_for() -> None:
    assert check_prompt("ein roter Kreis bewegt sich nach rechts", most=64) == "a red circle moves right"
    with pytest.raises(UserError, match="language 'xx': must be one of en, de, tr, az, ru"):
        language_of("xx")


def test_words_do_not_wait_for_torch() -> None:
    code = (
        "import sys; from minisora.language import translate; translate('roter Kreis'); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
