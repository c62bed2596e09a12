"""What an object does, told from its path, its size, its angle, and when it is visible.

Lengths are in sides and times in seconds, the camera's own movement taken out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from minisora.worlds.motion import BOUNCE_HEIGHT
from minisora.worlds.scene import DIRECTION, Motion

Array = NDArray[np.float64]

TRAVEL = 0.16  #: Sides; straight motions of the worlds travel at least twice as far during a clip.
GROWTH = 0.5 * math.log(1.5)  #: Change of the logarithm of the radius; half of what the worlds show at least.
TURN = 0.1  #: Turns a second, and turns in all; the worlds show more.
WOBBLE = 0.08  #: Root mean square in turns by which an angle may stray from an even turning.
STEADY = 0.03  #: Root mean square in sides by which a path may stray from the ideal one.
ROUGH = 0.12  #: Root mean square by which the logarithm of the radius may stray from an even growth.
ORBIT = (0.12, 0.30)  #: Radii of orbits that one recognises.
MISSED = 0.07  #: Share of frames in which an object may be missed, or be seen, in spite of its motion.


class Course(NamedTuple):
    """One object over time: each array ``n``, one value for each frame in which it is visible."""

    times: Array
    x: Array
    y: Array
    log_radius: Array
    angle: Array
    visible: NDArray[np.bool_]  #: ``f``, all frames of the clip
    fps: float


def growth(course: Course) -> tuple[float, float, float]:
    """Logarithm of the radius at time 0, its change per second, and how far it strays (root mean square)."""
    if len(course.times) < 3:
        return float(course.log_radius.mean()), 0.0, 0.0
    rate, start = np.polyfit(course.times, course.log_radius, 1)
    rest = course.log_radius - start - rate * course.times
    return float(start), float(rate), float(np.sqrt(np.mean(rest**2)))


def classify(course: Course) -> Motion | None:
    """The motion, or None if it is none of the known ones, or two at once."""
    duration = (len(course.visible) - 1) / course.fps
    path = _path(course, duration)
    _, rate, rough = growth(course)
    if path is None or rough > ROUGH:
        return None
    missing = 1 - float(course.visible.mean())
    shown = len(course.times) > 1
    found: list[Motion] = [] if path == "still" else [path]
    if missing > MISSED:
        if not _blinks(course):
            return None
        found.append("blinks")
        # Between two flashes an object has little time to grow or to turn, and noise looks like both.
        return "blinks" if found == ["blinks"] and abs(rate) * duration < 2 * GROWTH else None
    if shown and abs(rate) * duration > GROWTH:
        found.append("grows" if rate > 0 else "shrinks")
    if _spins(course):
        found.append("spins")
    if len(found) > 1:
        return None
    return found[0] if found else "still"


def _path(course: Course, duration: float) -> Motion | None:
    """Which way it goes, "still" if it goes nowhere, None if it strays."""
    t, x, y = course.times, course.x, course.y
    place = x + 1j * y
    still = _rms(place - place.mean())
    if still < STEADY / 2:
        return "still"
    rate = np.polyfit(t, x, 1)[0] + 1j * np.polyfit(t, y, 1)[0]
    line = place - place.mean() - rate * (t - t.mean())
    fits: dict[Motion, float] = {"bounces": _bounce(t, x, y), "orbits": 1.2 * _orbit(t, place)}
    if abs(rate) * duration > TRAVEL:
        names: list[Motion] = list(DIRECTION)
        way = names[int(np.argmax([rate.real * dx + rate.imag * dy for dx, dy in DIRECTION.values()]))]
        fits[way] = _rms(line)
    else:
        fits["still"] = still
    best = min(fits, key=lambda name: fits[name])
    return best if fits[best] < STEADY else None


def _bounce(t: Array, x: Array, y: Array) -> float:
    speed, phase = np.linspace(0.3, 1.1, 41)[:, None, None], np.linspace(0, 1, 48, endpoint=False)[:, None]
    cycle = (speed * t + phase) % 1
    rest = y + BOUNCE_HEIGHT * 4 * cycle * (1 - cycle)
    rest = rest - rest.mean(-1, keepdims=True)
    return float(np.sqrt((rest**2).mean(-1).min() + x.var()))


def _orbit(t: Array, place: NDArray[np.complex128]) -> float:
    """How far it strays from the nearest circle, at a steady speed: of each speed the least squares of its radius."""
    speed = np.concatenate([np.linspace(0.16, 0.6, 23), np.linspace(-0.6, -0.16, 23)])[:, None]
    turning = np.exp(2j * math.pi * speed * t)
    turning, place = turning - turning.mean(1, keepdims=True), place - place.mean()
    radius = (turning.conj() * place).sum(1, keepdims=True) / (np.abs(turning) ** 2).sum(1, keepdims=True)
    rest = np.sqrt((np.abs(place - radius * turning) ** 2).mean(1))
    size = np.abs(radius[:, 0])
    return float(rest[(ORBIT[0] < size) & (size < ORBIT[1])].min(initial=math.inf))


def _spins(course: Course) -> bool:
    """Whether it turns steadily."""
    if len(course.times) < 4:
        return False
    turns = np.unwrap(course.angle) / (2 * math.pi)
    rate, start = np.polyfit(course.times, turns, 1)
    total = abs(rate) * float(np.ptp(course.times))
    return min(abs(rate), total) > TURN and _rms(turns - start - rate * course.times) < WOBBLE


def _blinks(course: Course) -> bool:
    """Whether it comes and goes about once a second, half of the time each."""
    t = np.arange(len(course.visible)) / course.fps
    speed, phase = np.linspace(0.7, 1.6, 46)[:, None, None], np.linspace(0, 1, 60, endpoint=False)[:, None]
    wrong = (((speed * t + phase) % 1 < 0.5) != course.visible).mean(-1)
    return float(wrong.min()) <= MISSED


def _rms(values: NDArray) -> float:
    return float(np.sqrt(np.mean(np.abs(values) ** 2)))
