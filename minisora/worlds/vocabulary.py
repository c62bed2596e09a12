"""Every word that captions and prompts are made of, and what the synonyms stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from minisora.errors import UserError
from minisora.spelling import named, slips

_TEXT = """
, . a an the and while as with of in on to off against that which it there this is are does do not both
circle square triangle star diamond ring
red orange yellow green cyan blue purple white
small medium large
move moves moving left right up down still
bounce bounces bouncing orbit orbits orbiting spin spins spinning grow grows growing
shrink shrinks shrinking blink blinks blinking
black grey gray navy sky background camera static pan pans panning zoom zooms zooming out
above below behind front
ball disc disk dot box block cube pyramid rhombus lozenge hoop donut doughnut
circles squares triangles stars diamonds rings balls shape shapes object objects
crimson scarlet ruby tangerine amber golden gold lemon emerald turquoise aqua azure cobalt sapphire violet ivory
bright light dark plain
tiny little sized big huge giant
slide slides sliding glide glides gliding drift drifts drifting travel travels travelling traveling
float floats floating go goes going fly flies flying roll rolls rolling
rise rises rising fall falls falling sink sinks sinking
jump jumps jumping hop hops hopping circling rotate rotates rotating turn turns turning twirl twirls twirling
expand expands expanding swell swells swelling get gets getting become becomes becoming bigger larger smaller
flash flashes flashing flicker flickers flickering
stay stays staying rest rests resting stand stands standing sit sits sitting remain remains remaining
motionless stationary put place spot round around clockwise
upwards upward downwards downward leftwards leftward rightwards rightward
diagonally towards toward upper lower top bottom corner
slowly quickly fast
over under beneath underneath
ground horizon hills clouds cloudy landscape outdoors fixed view
video clip short animation showing shows watch see make let
zero one two three four five six seven eight nine 0 1 2 3 4 5 6 7 8 9
handwritten digit digits number wall walls edge edges
"""
#: Every known word in lower case. Its place is a word's identity in trained weights: append, never insert or remove.
WORDS: tuple[str, ...] = tuple(_TEXT.split())
KNOWN: frozenset[str] = frozenset(WORDS)

#: Each meaning and the other words for it. A meaning is a word of ``scene.py`` or the plain form of a verb.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "circle": ("ball", "disc", "disk", "dot"),
    "square": ("box", "block", "cube"),
    "triangle": ("pyramid",),
    "diamond": ("rhombus", "lozenge"),
    "ring": ("hoop", "donut", "doughnut"),
    "red": ("crimson", "scarlet", "ruby"),
    "orange": ("tangerine", "amber"),
    "yellow": ("golden", "gold", "lemon"),
    "green": ("emerald",),
    "cyan": ("turquoise", "aqua"),
    "blue": ("azure", "cobalt", "sapphire"),
    "purple": ("violet",),
    "white": ("ivory",),
    "small": ("tiny", "little"),
    "large": ("big", "huge", "giant"),
    "grey": ("gray",),
    "up": ("upwards", "upward", "upper", "top"),
    "down": ("downwards", "downward", "lower", "bottom"),
    "left": ("leftwards", "leftward"),
    "right": ("rightwards", "rightward"),
    "towards": ("toward",),
    "round": ("around",),
    "still": ("motionless", "stationary"),
    "static": ("fixed",),
    "camera": ("view",),
    "below": ("under", "beneath", "underneath"),
    "above": ("over",),
    "bigger": ("larger",),
    "landscape": ("ground", "horizon", "hills", "clouds", "cloudy", "outdoors"),
    "zero": ("0",),
    "one": ("1",),
    "two": ("2",),
    "three": ("3",),
    "four": ("4",),
    "five": ("5",),
    "six": ("6",),
    "seven": ("7",),
    "eight": ("8",),
    "nine": ("9",),
}

#: The verbs of each meaning as (plain form, third person, -ing form); the first is the usual one.
VERBS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "move": (
        ("move", "moves", "moving"),
        ("slide", "slides", "sliding"),
        ("glide", "glides", "gliding"),
        ("drift", "drifts", "drifting"),
        ("travel", "travels", "travelling"),
        ("travel", "travels", "traveling"),
        ("float", "floats", "floating"),
        ("go", "goes", "going"),
        ("fly", "flies", "flying"),
        ("roll", "rolls", "rolling"),
    ),
    "rise": (("rise", "rises", "rising"),),
    "fall": (("fall", "falls", "falling"), ("sink", "sinks", "sinking")),
    "bounce": (("bounce", "bounces", "bouncing"), ("jump", "jumps", "jumping"), ("hop", "hops", "hopping")),
    "orbit": (("orbit", "orbits", "orbiting"), ("circle", "circles", "circling")),
    "spin": (
        ("spin", "spins", "spinning"),
        ("rotate", "rotates", "rotating"),
        ("turn", "turns", "turning"),
        ("twirl", "twirls", "twirling"),
    ),
    "grow": (("grow", "grows", "growing"), ("expand", "expands", "expanding"), ("swell", "swells", "swelling")),
    "shrink": (("shrink", "shrinks", "shrinking"),),
    "get": (("get", "gets", "getting"), ("become", "becomes", "becoming")),
    "blink": (
        ("blink", "blinks", "blinking"),
        ("flash", "flashes", "flashing"),
        ("flicker", "flickers", "flickering"),
    ),
    "stay": (
        ("stay", "stays", "staying"),
        ("stand", "stands", "standing"),
        ("sit", "sits", "sitting"),
        ("remain", "remains", "remaining"),
    ),
    "rest": (("rest", "rests", "resting"),),
    "pan": (("pan", "pans", "panning"),),
    "zoom": (("zoom", "zooms", "zooming"),),
}

DIGITS: tuple[str, ...] = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

#: What to offer for frequent words that these worlds do not know, where the nearest spelling would be no help.
MEANT: dict[str, tuple[str, ...]] = {
    "pink": ("purple", "red"),
    "magenta": ("purple",),
    "brown": ("orange",),
    "teal": ("cyan", "green"),
    "lime": ("green",),
    "silver": ("white", "grey"),
    "rectangle": ("square",),
    "oval": ("circle",),
    "ellipse": ("circle",),
    "sphere": ("ball", "circle"),
    "heart": ("star", "diamond"),
    "hexagon": ("diamond", "circle"),
    "anticlockwise": ("clockwise",),
    "counterclockwise": ("clockwise",),
    "vanishes": ("blinks", "shrinks"),
    "disappears": ("blinks", "shrinks"),
    "rapidly": ("quickly",),
    "beside": ("left of", "right of"),
    "sun": ("circle",),
    "moon": ("circle",),
    "planet": ("circle",),
    "wheel": ("ring",),
    "brick": ("block",),
    **dict.fromkeys(("walk", "run", "swim", "crawl"), ("move",)),
    **dict.fromkeys(("walks", "runs", "swims", "crawls"), ("moves",)),
    **dict.fromkeys(("walking", "running", "swimming", "crawling"), ("moving",)),
    **dict.fromkeys(("dance", "wiggle", "shake"), ("bounce", "spin")),
    **dict.fromkeys(("dances", "wiggles", "shakes"), ("bounces", "spins")),
    **dict.fromkeys(("dancing", "wiggling", "shaking"), ("bouncing", "spinning")),
}

#: Frequent words for what these worlds do not have: no slips of a word that happens to be spelled much like them.
_NOT_HERE = """
ant apple baby bat bear bee bird boat book boy bread bus cake car cat chair child city cow dog dragon duck egg face
fan fire fish flower forest fox frog girl grass hand hat head horse house hen king lake leaf lion man men moss mouse
ocean park pen people person pig plane planes plant rain rat river road robot rocket rose sand sea ship shoe shore
sing sings singing sleep sleeps snake snow street table talk talks talking tea tower toy train tree trees truck van
water wave waves wind window woman women wood
"""
NOT_HERE = frozenset(_NOT_HERE.split())

_CONTRACTIONS = {"doesn't": "does not", "don't": "do not", "isn't": "is not", "it's": "it is", "there's": "there is"}
_MARKS = str.maketrans({"’": "'", ";": ",", ":": ",", "!": ".", "?": ".", **dict.fromkeys('"“”‘()[]-–—_/', " ")})


def split(text: str) -> list[str]:
    """Lower-case words and punctuation of a text, known or not; contractions and brackets are resolved."""
    text = unicodedata.normalize("NFC", text).lower().translate(_MARKS).replace("&", " and ")
    for short, long in _CONTRACTIONS.items():
        text = text.replace(short, long)
    return [word for word in re.findall(r"[^\W_]+(?:'[^\W_]+)*|\S", text) if word != "'"]


def nearest(word: str, among: Iterable[str] = WORDS, *, n: int = 3) -> list[str]:
    """Up to ``n`` known words for an unknown one: like it in meaning where that is known, else in spelling."""
    if word in MEANT:
        return list(MEANT[word][:n])
    return [] if word in NOT_HERE else slips(word, among, n=n)


def unknown_words(text: str, *, also: Collection[str] = ()) -> list[str]:
    """The words of a text that are not known and not among ``also``, each once, in order."""
    words = words_of(text) if also else split(text)
    return list(dict.fromkeys(word for word in words if word not in KNOWN and word not in also))


def words_of(text: str) -> list[str]:
    """The words of any text, known or not, without apostrophes (``dog's`` is ``dogs``) and marks that mean nothing."""
    words = (word.replace("'", "") for word in split(text))
    return [word for word in words if word in KNOWN or word.isalnum()]


SHOWN = 12  #: Words of somebody's own that a message lists.


def known_words(text: str, *, also: Collection[str] = ()) -> list[str]:
    """:func:`split`, when every word is known.

    Args:
        also: words of one's own that weights have learnt, as :func:`words_of` gives them.
    Raises:
        UserError: names the words that are not, and for each the nearest known ones.
    """
    words = words_of(text) if also else split(text)
    if unknown := unknown_words(text, also=also):
        offers = {word: nearest(word, [*WORDS, *also]) for word in unknown}
        rest = "" if all(offers.values()) else f" — minisora words --all lists all {len(KNOWN)} that are known"
        if rest and (own := sorted({*also} - KNOWN)):
            more = f" and {len(own) - SHOWN} more" if len(own) > SHOWN else ""
            rest += f", and these weights have learnt {', '.join(own[:SHOWN])}{more}"
        raise UserError(named(unknown, offers) + rest)
    return words
