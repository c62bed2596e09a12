"""What a film is made of: a title, characters and shots, as plain data, and how it is written down in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any, Literal

from minisora.worlds.scene import Background, Camera

Join = Literal["cut", "dissolve", "continue"]

JOINS: tuple[Join, ...] = ("cut", "dissolve", "continue")
SHORTEST, LONGEST = 1.0, 4.0  #: Seconds of a shot: less the judge cannot read, more the weights were not trained on.
GRAIN = 0.5  #: Shots last whole numbers of these seconds, as the codec has them.
DISSOLVE = 0.5  #: Seconds of a dissolve, for which the shot before goes on.
LONGEST_FILM, MOST_SHOTS, MOST_TAKES = 60.0, 40, 16
CARD = 2.0  #: Seconds of a title, and of each page of credits.


@dataclass(frozen=True)
class Shot:
    """One shot.

    Attributes:
        say: the sentence as it was written, with characters in braces: "{hero} moves right".
        sentence: the same with what the characters are in their places.
        words: the same in English, with the film's background where it names none of its own.
        seconds: how long it is on the screen.
        join: how it follows the shot before: "cut" anew from its words, "dissolve" the same over half a second, or
            "continue" from the last picture.
        path: where the first thing goes, as shares of the frame from the left and the top; empty: as planned.
        seed: of its first take; ``takes``: how many may be made until the judge finds everything right.
    """

    say: str
    sentence: str
    words: str
    seconds: float = 2.0
    join: Join = "cut"
    camera: Camera = "static"
    pace: float = 1.0
    path: tuple[tuple[float, float], ...] = ()
    seed: int = 0
    takes: int = 1


@dataclass(frozen=True)
class Script:
    """A whole film. Names are those of the file's keys; ``size`` is height and width in pixels, None for the usual."""

    shots: tuple[Shot, ...]
    title: str = ""
    author: str = ""
    characters: Mapping[str, str] = field(default_factory=dict)
    credits: tuple[str, ...] = ()
    background: Background | None = None
    size: tuple[int, int] | None = None
    seed: int = 0
    takes: int = 1
    sound: bool = True

    @property
    def opening(self) -> float:
        """Seconds of the title card."""
        return CARD if self.title else 0.0

    @property
    def ending(self) -> float:
        """Seconds of the credits."""
        return CARD if self.closing else 0.0

    @property
    def closing(self) -> tuple[str, ...]:
        """The lines of the credits: those that were written, or else who made it."""
        return self.credits or ((f"by {self.author}",) if self.author else ())

    @property
    def seconds(self) -> float:
        """Of the whole film, cards and all."""
        return self.opening + sum(shot.seconds for shot in self.shots) + self.ending

    @property
    def tails(self) -> list[float]:
        """For how many seconds each shot has to go on behind the next, which dissolves in."""
        joins = [shot.join for shot in self.shots[1:]]
        return [*(DISSOLVE if join == "dissolve" else 0.0 for join in joins), 0.0]

    @property
    def starts(self) -> list[float]:
        """When each shot begins."""
        starts, now = [], self.opening
        for shot in self.shots:
            starts.append(now)
            now += shot.seconds
        return starts


def cast_of(script: Script) -> dict[str, list[int]]:
    """In which shots, counted from 1, each character plays."""
    return {
        name: [i for i, shot in enumerate(script.shots, 1) if f"{{{name}}}" in shot.say] for name in script.characters
    }


def jumps(script: Script) -> list[int]:
    """Shots, counted from 1, after a cut in which nothing changes: what film people call a jump cut."""
    return [
        i
        for i, (one, other) in enumerate(pairwise(script.shots), 2)
        if other.join == "cut" and (one.words, one.seed, one.path) == (other.words, other.seed, other.path)
    ]


def as_yaml(script: Script) -> str:
    """The script as a file that reads as the same script again, with only what is not as usual."""
    import yaml

    usual = Script(())
    data: dict[str, Any] = {}
    for each in ("title", "author", "background", "seed", "takes", "sound"):
        if (value := getattr(script, each)) != getattr(usual, each):
            data[each] = value
    if script.size is not None:
        data["size"] = "x".join(map(str, script.size))
    if script.characters:
        data["characters"] = dict(script.characters)
    data["shots"] = [_shot_data(shot, script) for shot in script.shots]
    if script.credits:
        data["credits"] = list(script.credits)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)


def _shot_data(shot: Shot, script: Script) -> dict[str, Any]:
    usual: dict[str, Any] = {each.name: each.default for each in fields(Shot)} | {
        "seed": script.seed,
        "takes": script.takes,
    }
    data: dict[str, Any] = {"say": shot.say}
    for name in ("seconds", "join", "camera", "pace", "path", "seed", "takes"):
        if (value := getattr(shot, name)) != usual[name]:
            data[name] = value
    if shot.path:
        data["path"] = " ".join(f"{left:g},{top:g}" for left, top in shot.path)
    return data
