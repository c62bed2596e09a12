"""A storyboard file becomes a script: everything that cannot be filmed is said, with file, line and a way out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from minisora.directing import FASTEST, SLOWEST
from minisora.errors import UserError
from minisora.film import script as limits
from minisora.film.cards import check_card
from minisora.film.fields import line, mapping, number, shown, told, whole, word
from minisora.film.script import JOINS, Script, Shot
from minisora.film.tree import Place, Tree, parse_tree, read_tree
from minisora.language import translate
from minisora.request import MOST_SEED
from minisora.spelling import slips
from minisora.worlds.claims import parse
from minisora.worlds.scene import BACKGROUNDS, CAMERAS

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
    data = mapping(tree, (), tree.data, TOP, "storyboard")
    title, author = (line(tree, (key,), data.get(key, "")) for key in ("title", "author"))
    credits = data.get("credits", [])
    listed = credits if isinstance(credits, list) else [credits]
    seed = whole(tree, ("seed",), data.get("seed", 0), 0, MOST_SEED)
    takes = whole(tree, ("takes",), data.get("takes", 1), 1, limits.MOST_TAKES)
    sound = data.get("sound", True)
    if not isinstance(sound, bool):
        raise tree.error(("sound",), f"sound {shown(sound)}: write true or false")
    background = data.get("background")
    if background is not None:
        word(tree, ("background",), background, BACKGROUNDS, "background")
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
        credits=tuple(line(tree, ("credits", i), each) for i, each in enumerate(listed)),
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
            told(tree, place, lambda lines=lines, key=key: check_card(lines, script.size, large=key == "title"))
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
    data = mapping(tree, place, {"say": data} if isinstance(data, str) else data, KEYS, "shot")
    if "say" not in data:
        raise tree.error(place, 'a shot that says nothing — write say: "a red circle moves right"')
    say = line(tree, (*place, "say"), data["say"])
    sentence = told(tree, (*place, "say"), lambda: with_characters(say, people))
    words = told(tree, (*place, "say"), lambda: words_of(sentence, background))
    seconds = number(tree, (*place, "seconds"), data.get("seconds", 2.0), limits.SHORTEST, limits.LONGEST, " s")
    if seconds % limits.GRAIN:
        near = round(seconds / limits.GRAIN) * limits.GRAIN
        raise tree.error((*place, "seconds"), f"seconds {seconds:g}: shots last whole half seconds — write {near:g}")
    return Shot(
        say=say,
        sentence=sentence,
        words=words,
        seconds=seconds,
        join=word(tree, (*place, "join"), data.get("join", "cut"), JOINS, "join"),
        camera=word(tree, (*place, "camera"), data.get("camera", "static"), CAMERAS, "camera"),
        pace=number(tree, (*place, "pace"), data.get("pace", 1.0), SLOWEST, FASTEST),
        path=_path(tree, (*place, "path"), data.get("path")),
        seed=whole(tree, (*place, "seed"), data.get("seed", seed), 0, MOST_SEED),
        takes=whole(tree, (*place, "takes"), data.get("takes", takes), 1, limits.MOST_TAKES),
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
            raise tree.error(place, f"character {shown(name)}: a name is a word of letters — as in hero")
        said = line(tree, place, what)
        claims = told(tree, place, lambda said=said: parse(translate(said).english))
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
        said = f'path {shown(value)}: must be "LEFT,TOP LEFT,TOP …" from 0 to 1 — try "0.2,0.8 0.5,0.2 0.8,0.8"'
        raise tree.error(place, said)
    return points


def _size(tree: Tree, value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d{1,4})\s*[x×]\s*(\d{1,4})", str(value).strip().lower())
    sides = tuple(map(int, match.groups())) if match else ()
    if not sides or any(side % 16 or not LEAST_SIDE <= side <= MOST_SIDE for side in sides):
        said = f"size {shown(value)}: must be HEIGHTxWIDTH, multiples of 16 from {LEAST_SIDE} to {MOST_SIDE}"
        raise tree.error(("size",), f"{said} — try 64x64, or 48x80")
    return sides[0], sides[1]
