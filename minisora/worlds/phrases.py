"""Parts of captions: what an object, a background, and a camera are called and what they do, in many ways."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from minisora.worlds.scene import DIRECTION, SceneObject
from minisora.worlds.vocabulary import SYNONYMS, VERBS

BARE, THIRD, ING, PLURAL = range(4)  #: Forms of a verb: (watch it) move, (it) moves, moving, (they) move.

#: What motions other than straight ones are called; ``{verb}`` is any verb of ``VERBS``. The first is the usual one.
_PREDICATES: dict[str, tuple[str, ...]] = {
    "still": (
        "{stay} still",
        "{stay} in place",
        "{stay} motionless",
        "{rest}",
        "{is} still",
        "{is} motionless",
        "{is} stationary",
        "{not}",
        "{stay:} put",
    ),
    "bounces": ("{bounce}", "{bounce} up and down", "{move:} up and down"),
    "orbits": ("{orbit}", "{orbit} round", "{move} in a circle", "{go} round in a circle", "{go} around in circles"),
    "spins": ("{spin}", "{spin} on the spot", "{spin} in place", "{spin} clockwise", "{turn} round", "{turn} around"),
    "grows": ("{grow}", "{get} bigger", "{get} larger"),
    "shrinks": ("{shrink}", "{get} smaller"),
    "blinks": ("{blink}", "{blink} on and off"),
}

_FIXED = {  # the four forms of what is no verb of VERBS, or only one of its verbs
    "is": ("stay", "is", "staying", "are"),  # "be" and "being" would be two more rare words
    "not": ("rest", "does not move", "not moving", "do not move"),
    "stay:": ("stay", "stays", "staying", "stay"),
    "move:": ("move", "moves", "moving", "move"),
    "go": ("go", "goes", "going", "go"),
    "turn": ("turn", "turns", "turning", "turn"),
}

_DIRECTIONS: dict[str, tuple[str, ...]] = {
    "left": ("left", "to the left", "towards the left", "toward the left", "leftwards", "leftward"),
    "right": ("right", "to the right", "towards the right", "toward the right", "rightwards", "rightward"),
    "up": ("up", "upwards", "upward"),
    "down": ("down", "downwards", "downward"),
}
_DIRECTIONS |= {
    f"{end}-{side}": (
        f"{end} and to the {side}",
        f"{end} and {side}",
        f"{end} {side}",
        f"{end}wards and to the {side}",
        f"{side} and {end}",
        f"to the {side} and {end}",
        f"diagonally {end} and to the {side}",
        f"diagonally {end} {side}",
        f"diagonally to the {high} {side}",
        f"to the {high} {side}",
        f"to the {top} {side}",
        f"towards the {high} {side} corner",
        f"towards the {top} {side} corner",
    )
    for end, high, top in (("up", "upper", "top"), ("down", "lower", "bottom"))
    for side in ("left", "right")
}

SLOW, QUICK = 0.19, 0.25  #: Sides per second beyond which a straight motion may be called slow or quick.

_BACKGROUNDS: dict[str, tuple[str, ...]] = {
    "black": (
        "on a black background",
        "against a black background",
        "on a plain black background",
        "on black",
        "in front of a black background",
        "on a dark background",
    ),
    "grey": (
        "on a grey background",
        "against a grey background",
        "on a plain grey background",
        "on grey",
        "on a gray background",
        "against a gray background",
        "on gray",
        "on a dark grey background",
    ),
    "navy": (
        "on a navy background",
        "against a navy background",
        "on a plain navy background",
        "on navy",
        "in front of a navy background",
        "on a navy blue background",
        "on a dark blue background",
    ),
    "sky": (
        "under a cloudy sky",
        "in front of the sky",
        "against the sky",
        "above the ground",
        "over the hills",
        "in front of the horizon",
        "outdoors",
        "in a landscape",
        "in a landscape with hills and clouds",
        "against a background of sky and ground",
        "over the ground",
        "with the horizon in the background",
    ),
}
_BACKGROUND_NOUNS: dict[str, tuple[str, ...]] = {
    "black": ("black", "plain black", "dark"),
    "grey": ("grey", "gray", "plain grey", "dark grey"),
    "navy": ("navy", "navy blue", "dark blue", "plain navy"),
    "sky": ("the sky", "a cloudy sky", "a landscape", "the sky and the ground", "hills and clouds", "the horizon"),
}
_CAMERAS: dict[str, tuple[str, ...]] = {
    "static": ("stays still", "is static", "does not move", "is fixed"),
    "pans left": ("pans left", "pans to the left", "moves left", "is panning left"),
    "pans right": ("pans right", "pans to the right", "moves right", "is panning right"),
    "zooms in": ("zooms in", "is zooming in"),
    "zooms out": ("zooms out", "is zooming out"),
}
_RELATIONS: dict[str, tuple[str, ...]] = {
    "left of": ("left of", "to the left of", "on the left of"),
    "right of": ("right of", "to the right of", "on the right of"),
    "above": ("above", "over"),
    "below": ("below", "under", "beneath", "underneath"),
    "in front of": ("in front of",),
    "behind": ("behind",),
}


def choose(options: Sequence[str], dice: Random, usual: float) -> str:
    """The first with probability ``usual``, else any of the others."""
    if len(options) == 1 or dice.random() < usual:
        return options[0]
    return options[1 + int(dice.random() * (len(options) - 1))]


def call(word: str, dice: Random, usual: float) -> str:
    """A word or one of its synonyms."""
    return choose((word, *SYNONYMS.get(word, ())), dice, usual)


def with_article(phrase: str) -> str:
    return f"an {phrase}" if phrase[0] in "aeio" and not phrase.startswith("one") else f"a {phrase}"


def noun_phrase(
    obj: SceneObject, dice: Random, *, usual: float, size: float = 0.7, before: str = "", noun: str = ""
) -> str:
    """Size (with probability ``size``), ``before``, colour, shape (or ``noun`` instead): "tiny spinning red ball"."""
    colour = call(obj.colour, dice, usual)
    if dice.random() < 0.04:
        colour = "light blue" if obj.colour == "cyan" else f"bright {colour}"
    phrase = f"{before} {colour}" if before else colour
    phrase = f"{phrase} {noun or call(obj.shape, dice, usual)}"
    if dice.random() >= size:
        return phrase
    if obj.size == "medium" and dice.random() < 0.2:
        return f"medium sized {phrase}"
    return f"{call(obj.size, dice, usual)} {phrase}"


def doing(motion: str, dice: Random, *, usual: float) -> str:
    """A motion other than a straight one in one word: "spinning", "still"."""
    if motion == "still":
        return call("still", dice, usual)
    return verb(motion.removesuffix("s"), ING, dice, usual)


def verb(meaning: str, form: int, dice: Random, usual: float) -> str:
    verbs = VERBS[meaning]
    chosen = verbs[0] if dice.random() < usual else verbs[int(dice.random() * len(verbs))]
    return chosen[0 if form == PLURAL else form]


def predicate(obj: SceneObject, form: int, dice: Random, *, usual: float) -> str:
    """What the object does: "slides to the left", "stays still", "going round in circles"."""
    return motion_phrase(obj.motion, form, dice, usual=usual, speed=obj.speed, rolls=obj.shape == "circle")


def motion_phrase(
    motion: str, form: int, dice: Random, *, usual: float, speed: float = 0.0, rolls: bool = False
) -> str:
    """A motion in a form of its verb; a straight one may be slow or quick, or a rolling if the object ``rolls``."""
    if motion not in DIRECTION:
        does, _, rest = choose(_PREDICATES[motion], dice, usual)[1:].partition("}")
        return (_FIXED[does][form] if does in _FIXED else verb(does, form, dice, usual)) + rest
    if motion in ("up", "down") and dice.random() > usual and dice.random() < 0.5:
        return verb("rise" if motion == "up" else "fall", form, dice, 0.5)
    does, where = verb("move", form, dice, usual), direction(motion, dice, usual=usual)
    if does.startswith("roll") and not rolls:
        does = _FIXED["move:"][form]
    if dice.random() < 0.88 or SLOW < speed < QUICK:
        return f"{does} {where}"
    pace = "slowly" if speed <= SLOW else "quickly"
    return dice.choice((f"{does} {pace} {where}", f"{does} {where} {pace.replace('quickly', 'fast')}"))


def direction(motion: str, dice: Random, *, usual: float) -> str:
    """A straight motion without its verb: "up and to the left"."""
    return choose(_DIRECTIONS[motion], dice, usual)


def background_phrase(background: str, dice: Random, *, usual: float) -> str:
    """Where it all happens: "on a navy background", "under a cloudy sky"."""
    return choose(_BACKGROUNDS[background], dice, usual)


def background_noun(background: str, dice: Random, *, usual: float) -> str:
    """What comes after "the background is"."""
    return choose(_BACKGROUND_NOUNS[background], dice, usual)


def camera_phrase(camera: str, dice: Random, *, usual: float) -> str:
    """What the camera does, as a clause: "the camera pans left"."""
    who = "the camera" if dice.random() < 0.85 else "the view"
    return f"{who} {choose(_CAMERAS[camera], dice, usual)}"


def relation_phrase(kind: str, dice: Random, *, usual: float) -> str:
    return choose(_RELATIONS[kind], dice, usual)
