"""What the grammar reads: everyday prompts, and all of the generator's captions, of which everything must be true."""

import importlib

import hypothesis.strategies as st
import pytest
import torch
from hypothesis import given, settings

from minisora.errors import UserError
from minisora.worlds.caption import STYLES, Style, canonical, caption
from minisora.worlds.claims import Claims, ObjectClaim, Relation, claims_of, parse, sentence
from minisora.worlds.scene import MOTIONS, SHAPES, Scene, SceneObject
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import WORDS, split

SIZES = {"small", "tiny", "little", "medium", "large", "big", "huge", "giant"}


def obj(words: str) -> ObjectClaim:
    """ "red circle" or "small red circle left" or "- red circle left"."""
    parts = words.split()
    parts = ["-", *parts] if parts[0] not in ("-", "small", "medium", "large") else parts
    size, colour, shape, motion = (None if part == "-" else part for part in [*parts, "-"][:4])
    return ObjectClaim(shape, colour, size, motion)


EVERYDAY = {
    "": [],
    "red circle": ["red circle"],
    "red circle right": ["red circle right"],
    "small green diamond up left": ["small green diamond up-left"],
    "a tiny crimson ball slides to the left": ["small red circle left"],
    "a red circle moves right and a blue square bounces": ["red circle right", "blue square bounces"],
    "A RED CIRCLE!": ["red circle"],
    "a ball": ["- - circle"],
    "the ball is red": ["- red circle"],
    "a circle that is red and moves right": ["red circle right"],
    "There is a red circle. It moves up and to the left.": ["red circle up-left"],
    "a square is moving towards the top right corner": ["- - square up-right"],
    "a red circle and a blue square stay still": ["red circle still", "blue square still"],
    "a red circle and a blue square both move down": ["red circle down", "blue square down"],
    "a red circle and a blue square bounces": ["red circle", "blue square bounces"],
    "a giant violet pyramid doesn't move": ["large purple triangle still"],
    "an orange ball jumps up and down": ["orange circle bounces"],
    "an orange ball moves up and down": ["orange circle bounces"],
    "a red ball circles": ["red circle orbits"],
    "two circles": ["- - circle", "- - circle"],
    "two red squares move right": ["red square right", "red square right"],
    "two circles, a red one moving left and a blue one spinning": ["red circle left", "blue circle spins"],
    "two circles and a blue square": ["- - circle", "- - circle", "blue square"],
    "spinning red star, bouncing blue ball": ["red star spins", "blue circle bounces"],
    "a purple doughnut going round in circles": ["purple ring orbits"],
    "a light blue disc falls": ["cyan circle down"],
    "a medium-sized red ring gets bigger": ["medium red ring grows"],
    "watch a red cube rotate slowly on the spot": ["red square spins"],
    "a white circle on the left": ["white circle"],
    "a red circle moves": ["red circle"],
    "a handwritten seven moves left and bounces off the walls": ["- - seven left"],
    "the digit 7 moves left and bounces": ["- - seven left"],
    "two handwritten digits, a seven moving left and a two moving right": ["- - seven left", "- - two right"],
}


@pytest.mark.parametrize("prompt", EVERYDAY)
def test_everyday_prompts(prompt: str):
    assert parse(prompt) == Claims(tuple(obj(words) for words in EVERYDAY[prompt]))


@pytest.mark.parametrize(
    ("prompt", "relation"),
    [
        ("a yellow star in front of a blue ring", Relation("in front of", 0, 1)),
        ("a yellow star behind a blue ring", Relation("in front of", 1, 0)),
        ("a yellow star to the left of a blue ring", Relation("left of", 0, 1)),
        ("yellow star right of blue ring", Relation("right of", 0, 1)),
        ("a yellow star over a blue ring", Relation("above", 0, 1)),
        ("a yellow star is on top of a blue ring", Relation("above", 0, 1)),
        ("a yellow star beneath a blue ring that spins", Relation("below", 0, 1)),
        ("a blue ring and a yellow star. the yellow star is under the blue ring.", Relation("below", 1, 0)),
        ("a yellow star moves to the left, left of a blue ring", Relation("left of", 0, 1)),
    ],
)
def test_relations(prompt: str, relation: Relation):
    assert parse(prompt).relations == (relation,)
    assert len(parse(prompt).objects) == 2


@pytest.mark.parametrize(
    ("prompt", "background", "camera"),
    [
        ("on a grey background", "grey", None),
        ("a gray background", "grey", None),
        ("on a dark blue background", "navy", None),
        ("navy blue background, camera pans left", "navy", "pans left"),
        ("in front of a black background", "black", None),
        ("under a cloudy blue sky", "sky", None),
        ("over the green hills", "sky", None),
        ("the background is black. the camera does not move.", "black", "static"),
        ("outdoors, zoom in", "sky", "zooms in"),
        ("while the view is zooming out", None, "zooms out"),
        ("static camera", None, "static"),
        ("the camera moves to the right", None, "pans right"),
    ],
)
def test_background_and_camera(prompt: str, background: str | None, camera: str | None):
    for ball in ("", "a red ball, "):
        claims = parse(ball + prompt)
        assert (claims.background, claims.camera) == (background, camera)
        assert claims.objects == ((obj("red circle"),) if ball else ())
        assert claims.relations == ()


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("a red sqare", "unknown word 'sqare': try 'square'"),
        ("a red circle shrinks and grows", "'shrinks' and 'grows': an object has one motion"),
        ("a red circle moves left and right", "an object moves in one direction"),
        ("a red circle does not bounce", "only 'not moving'"),
        ("a black circle", "black is for backgrounds"),
        ("a red circle on a green background", "background 'green': it is one of 'black'"),
        ("the camera spins", "camera 'spins'"),
        ("camera pans left, camera zooms in", "camera 'zooms in': it does one thing"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(prompt: str, message: str):
    with pytest.raises(UserError, match=message) as caught:
        parse(prompt)
    assert "\n" not in str(caught.value)


@given(st.lists(st.sampled_from(WORDS), max_size=25))
@settings(max_examples=300, deadline=None)
def test_any_known_words_are_read_or_refused(words: list[str]):
    try:
        claims = parse(" ".join(words))
    except UserError:
        return
    assert all(0 <= end < len(claims.objects) for r in claims.relations for end in (r.a, r.b))


def test_long_prompts_are_read_in_no_time():
    assert len(parse("a red circle and " * 2500).objects) == 2500


def test_claims_of_a_scene_are_everything():
    ball = SceneObject("circle", "red", "small", "left", x=0.3, speed=0.2)
    ring = SceneObject("ring", "blue", "large", "spins", x=-0.2, speed=0.5)
    claims = claims_of(Scene((ball, ring), "navy", "pans left", 0.1))
    assert claims.objects == (obj("small red circle left"), obj("large blue ring spins"))
    assert (claims.background, claims.camera) == ("navy", "pans left")
    assert set(claims.relations) == {Relation("right of", 0, 1), Relation("left of", 1, 0)}


def test_canonical_captions_say_everything():
    dice = torch.Generator().manual_seed(1)
    for scene in ShapesWorld(moving_camera=0.5).sample(200, generator=dice):
        said, true = parse(canonical(scene, background=True, camera=True)), claims_of(scene)
        assert (said.objects, said.background, said.camera) == (true.objects, true.background, true.camera)


@pytest.mark.parametrize("style", STYLES)
def test_captions_say_what_is_true_and_lose_nothing(style: Style, monkeypatch: pytest.MonkeyPatch):
    moves: set[SceneObject] = set()

    def spy(obj: SceneObject, *args, **options) -> str:
        moves.add(obj)
        return predicate(obj, *args, **options)

    module = importlib.import_module("minisora.worlds.caption")
    predicate = module.predicate
    monkeypatch.setattr(module, "predicate", spy)
    dice = torch.Generator().manual_seed(2)
    world = ShapesWorld(counts=(0.3, 0.4, 0.3), moving_camera=0.3, occlusion=0.3)
    for scene in world.sample(700, generator=dice):
        moves.clear()
        text = caption(scene, style=style, generator=dice)
        said, true = parse(text), claims_of(scene)
        place = [_which(claim, true) for claim in said.objects]
        assert sorted(place) == list(range(len(scene.objects))), text
        for claim, i in zip(said.objects, place, strict=True):
            assert claim.size in (None, true.objects[i].size), text
            assert claim.motion in (None, true.objects[i].motion), text
            assert claim.colour == true.objects[i].colour, text
        assert said.background in (None, true.background), text
        assert said.camera in (None, true.camera), text
        assert {Relation(r.kind, place[r.a], place[r.b]) for r in said.relations} <= set(true.relations), text

        if len(text) < 220:  # longer ones may have been drafted several times
            read = {scene.objects[i] for claim, i in zip(said.objects, place, strict=True) if claim.motion}
            assert moves <= read, text
        words = set(split(text))
        assert bool({"camera", "view", "zoom", "pan"} & words) <= (said.camera is not None), text
        assert bool({"background", "sky", "hills", "grey", "black"} & words) <= (said.background is not None), text
        assert bool(SIZES & words) <= any(claim.size for claim in said.objects), text


def test_a_sentence_of_its_own_says_the_same_of_one_object() -> None:
    full = [
        claim
        for shape in (*SHAPES, "three")
        for motion in MOTIONS
        for claim in [ObjectClaim(shape, "red", None, motion)]
    ]
    some = [
        ObjectClaim("star"),
        ObjectClaim(None, "orange", "large"),
        ObjectClaim("ring", size="small", motion="spins"),
    ]
    for claim in (*full, *some):
        assert parse(sentence(claim)).objects == (claim,), sentence(claim)


def _which(claim: ObjectClaim, true: Claims) -> int:
    """The one object of a scene that has this colour and shape."""
    found = [i for i, o in enumerate(true.objects) if o.colour == claim.colour and claim.shape in (None, o.shape)]
    assert len(found) == 1
    return found[0]
