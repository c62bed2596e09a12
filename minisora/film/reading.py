"""A storyboard file becomes a script: everything that cannot be filmed is said, with file, line and a way out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from minisora.directing import FASTEST, SLOWEST
from minisora.errors import UserError
from minisora.film import script as limits
from minisora.film.cards import check_card
from minisora.film.script import JOINS, Script, Shot
from minisora.film.tree import Place, Tree, parse_tree, read_tree
from minisora.language import translate
from minisora.request import MOST_SEED
from minisora.spelling import slips
from minisora.worlds.claims import parse
from minisora.worlds.scene import BACKGROUNDS, CAMERAS

Value = TypeVar("Value")

TOP = ("title", "author", "seed", "takes", "background", "size", "sound", "characters", "shots", "credits")
KEYS = ("say", "seconds", "join", "camera", "pace", "path", "seed", "takes")
BEHIND = {"sky": "under a cloudy sky"}  #: Other backgrounds are "on a … background".
LEAST_SIDE, MOST_SIDE = 48, 96  #: Pixels: less the judge cannot read, more the weights were not trained on.
NAME = re.compile(r"[^\W\d_]\w*")


def read_script(path: str | Path) -> Script:
    """The script in a file.

    Raises: UserError, in one line with file and line, for whatever cannot be filmed.
    """
    return script_of(read_tree(path))


def parse_script(text: str, *, name: str = "storyboard") -> Script:
    """The script in a text; raises as :func:`read_script`."""
    return script_of(parse_tree(text, name=name))


def script_of(tree: Tree) -> Script:
    """What a tree says; raises as :func:`read_script`."""
    data = _mapping(tree, (), tree.data, TOP, "storyboard")
    title, author = (_line(tree, (key,), data.get(key, "")) for key in ("title", "author"))
    credits = data.get("credits", [])
    listed = credits if isinstance(credits, list) else [credits]
    seed = _whole(tree, ("seed",), data.get("seed", 0), 0, MOST_SEED)
    takes = _whole(tree, ("takes",), data.get("takes", 1), 1, limits.MOST_TAKES)
    sound = data.get("sound", True)
    if not isinstance(sound, bool):
        raise tree.error(("sound",), f"sound {_shown(sound)}: write true or false")
    background = data.get("background")
    if background is not None:
        _word(tree, ("background",), background, BACKGROUNDS, "background")
    people = _characters(tree, data.get("characters", {}))
    shots = data.get("shots")
    if not isinstance(shots, list) or not shots:
        raise tree.error(("shots",), 'no shots — write a list: shots: and under it - "a red circle moves right"')
    if len(shots) > limits.MOST_SHOTS:
        raise tree.error(("shots",), f"{len(shots)} shots: at most {limits.MOST_SHOTS} — make two films")
    script = Script(
        shots=tuple(
            _shot(tree, i, each, people, background=background, seed=seed, takes=takes) for i, each in enumerate(shots)
        ),
        title=title,
        author=author,
        characters=people,
        credits=tuple(_line(tree, ("credits", i), each) for i, each in enumerate(listed)),
        background=background,
        size=_size(tree, data.get("size")),
        seed=seed,
        takes=takes,
        sound=sound,
    )
    _check_joins(tree, script)
    for key, lines in (("title", [title] if title else []), ("credits", list(script.closing))):
        if lines:
            place = (key,) if key == "title" or credits else ("author",)
            _told(tree, place, lambda lines=lines, key=key: check_card(lines, script.size, large=key == "title"))
    if script.seconds > limits.LONGEST_FILM:
        said = f"{script.seconds:g} s in all: at most {limits.LONGEST_FILM:g} — leave some shots out"
        raise tree.error(("shots",), said)
    return script


def words_of(sentence: str, background: str | None = None) -> str:
    """A sentence in English, before a background where it names none.

    Raises: UserError for unknown words, and for what no clip can show.
    """
    english = translate(sentence).english
    claims = parse(english)
    if not claims.objects:
        raise UserError(f"{sentence[:60]!r} names nothing to be seen — say what, as in a red circle moves right")
    if background is None or claims.background is not None:
        return english
    return f"{english.rstrip('. ')} {BEHIND.get(background, f'on a {background} background')}"


def with_characters(say: str, people: dict[str, str]) -> str:
    """A sentence with what the characters are in place of their names in braces.

    Raises: UserError for a name that is not defined.
    """

    def what(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name not in people:
            near = slips(name, people) or list(people)[:3]
            there = f"try {', '.join(f'{{{each}}}' for each in near)}" if near else "there are none"
            raise UserError(f"character {{{name}}} is not defined: {there} — or add it under characters:")
        return people[name]

    said = re.sub(r"\{([^{}]*)\}", what, say)
    if "{" in said or "}" in said:
        raise UserError(f"{say[:60]!r}: a brace without its other one — write {{name}}")
    return said


def _shot(
    tree: Tree, i: int, data: Any, people: dict[str, str], *, background: str | None, seed: int, takes: int
) -> Shot:
    place: Place = ("shots", i)
    data = _mapping(tree, place, {"say": data} if isinstance(data, str) else data, KEYS, "shot")
    if "say" not in data:
        raise tree.error(place, 'a shot that says nothing — write say: "a red circle moves right"')
    say = _line(tree, (*place, "say"), data["say"])
    sentence = _told(tree, (*place, "say"), lambda: with_characters(say, people))
    words = _told(tree, (*place, "say"), lambda: words_of(sentence, background))
    seconds = _number(tree, (*place, "seconds"), data.get("seconds", 2.0), limits.SHORTEST, limits.LONGEST, " s")
    if seconds % limits.GRAIN:
        near = round(seconds / limits.GRAIN) * limits.GRAIN
        raise tree.error((*place, "seconds"), f"seconds {seconds:g}: shots last whole half seconds — write {near:g}")
    return Shot(
        say=say,
        sentence=sentence,
        words=words,
        seconds=seconds,
        join=_word(tree, (*place, "join"), data.get("join", "cut"), JOINS, "join"),
        camera=_word(tree, (*place, "camera"), data.get("camera", "static"), CAMERAS, "camera"),
        pace=_number(tree, (*place, "pace"), data.get("pace", 1.0), SLOWEST, FASTEST),
        path=_path(tree, (*place, "path"), data.get("path")),
        seed=_whole(tree, (*place, "seed"), data.get("seed", seed), 0, MOST_SEED),
        takes=_whole(tree, (*place, "takes"), data.get("takes", takes), 1, limits.MOST_TAKES),
    )


def _check_joins(tree: Tree, script: Script) -> None:
    if script.shots[0].join != "cut":
        raise tree.error(("shots", 0, "join"), f"join {script.shots[0].join}: nothing comes before the first — cut")
    for i, (shot, tail) in enumerate(zip(script.shots, script.tails, strict=True)):
        following = script.shots[i + 1] if i + 1 < len(script.shots) else None
        if shot.seconds + tail > limits.LONGEST:
            most = limits.LONGEST - tail
            raise tree.error(("shots", i, "seconds"), f"{shot.seconds:g} s before a dissolve: at most {most:g}, or cut")
        if following is not None and following.join == "continue" and shot.camera != "static":
            raise tree.error(
                ("shots", i + 1, "join"), f"continue after a camera that {shot.camera}: its picture is gone — cut"
            )
        if shot.join == "continue":
            for key, given in (("camera", shot.camera != "static"), ("pace", shot.pace != 1), ("path", shot.path)):
                if given:
                    raise tree.error(
                        ("shots", i, key),
                        f"{key} in a shot that continues: its beginning is given — leave it out",
                    )


def _characters(tree: Tree, data: Any) -> dict[str, str]:
    if not isinstance(data, dict):
        raise tree.error(("characters",), "characters: must be names with what they are — hero: a small red circle")
    people: dict[str, str] = {}
    for name, what in data.items():
        place: Place = ("characters", str(name))
        if not isinstance(name, str) or NAME.fullmatch(name) is None:
            raise tree.error(place, f"character {_shown(name)}: a name is a word of letters — as in hero")
        said = _line(tree, place, what)
        claims = _told(tree, place, lambda said=said: parse(translate(said).english))
        if len(claims.objects) != 1 or (one := claims.objects[0]).shape is None or one.colour is None:
            raise tree.error(place, f"character {name}: {said[:60]!r} — say one thing, its colour and shape")
        if one.motion is not None or claims.background is not None:
            raise tree.error(place, f"character {name}: {said[:60]!r} — say only what it is; shots say what it does")
        people[name] = said
    return people


def _path(tree: Tree, place: Place, value: Any) -> tuple[tuple[float, float], ...]:
    if value is None:
        return ()
    try:
        points = tuple((float(left), float(top)) for left, top in (each.split(",") for each in str(value).split()))
    except ValueError:
        points = ()
    if len(points) < 2 or not all(0 <= share <= 1 for point in points for share in point) or len(set(points)) < 2:
        said = f'path {_shown(value)}: must be "LEFT,TOP LEFT,TOP …" from 0 to 1 — try "0.2,0.8 0.5,0.2 0.8,0.8"'
        raise tree.error(place, said)
    return points


def _size(tree: Tree, value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d{1,4})\s*[x×]\s*(\d{1,4})", str(value).strip().lower())
    sides = tuple(map(int, match.groups())) if match else ()
    if not sides or any(side % 16 or not LEAST_SIDE <= side <= MOST_SIDE for side in sides):
        said = f"size {_shown(value)}: must be HEIGHTxWIDTH, multiples of 16 from {LEAST_SIDE} to {MOST_SIDE}"
        raise tree.error(("size",), f"{said} — try 64x64, or 48x80")
    return sides[0], sides[1]


def _mapping(tree: Tree, place: Place, data: Any, keys: Sequence[str], what: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise tree.error(place, f"{what} {_shown(data)}: must have keys — {', '.join(keys)}")
    for key in data:
        if key not in keys:
            near = slips(str(key), keys, n=1)
            way = f"try {near[0]}" if near else f"there are {', '.join(keys)}"
            raise tree.error((*place, str(key)), f"{what} has no key {_shown(key)}: {way}")
    return data


def _line(tree: Tree, place: Place, value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)  # a film may be called 1984
    if not isinstance(value, str):
        raise tree.error(place, f"{place[-1]} {_shown(value)}: must be a text — put it in quotes")
    return " ".join(value.split())


def _number(tree: Tree, place: Place, value: Any, low: float, high: float, unit: str = "") -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise tree.error(place, f"{place[-1]} {_shown(value)}: must be a number from {low:g} to {high:g}{unit}")
    if not low <= value <= high:
        near = low if value < low else high
        raise tree.error(place, f"{place[-1]} {value:g}: must be from {low:g} to {high:g}{unit} — try {near:g}")
    return float(value)


def _whole(tree: Tree, place: Place, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise tree.error(place, f"{place[-1]} {_shown(value)}: must be a whole number from {low} to {high}")
    return value


def _word(tree: Tree, place: Place, value: Any, words: Sequence[Value], name: str) -> Value:
    if value not in words:
        near = slips(str(value).lower(), cast(Collection[str], words), n=1)
        way = f"try {near[0]}" if near else f"there are {', '.join(map(str, words))}"
        raise tree.error(place, f"{name} {_shown(value)}: {way}")
    return cast(Value, value)


def _told(tree: Tree, place: Place, ask: Callable[[], Value]) -> Value:
    """What ``ask`` says; its errors get file and line."""
    try:
        return ask()
    except UserError as error:
        raise tree.error(place, str(error)) from error


def _shown(value: Any) -> str:
    return repr(value)[:60]
