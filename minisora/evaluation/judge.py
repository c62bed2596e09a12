"""Reads a clip back into a scene, and says which claims hold: classical vision, but for the names of digits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from torch import Tensor

from minisora.evaluation.backdrop import Backdrop, find_backdrop
from minisora.evaluation.handwriting import read_digit
from minisora.evaluation.order import in_front
from minisora.evaluation.reading import STEADINESS, Reading, ReadObject, as_video
from minisora.evaluation.recognise import Figure, recognise
from minisora.evaluation.segment import find_blobs
from minisora.evaluation.track import link
from minisora.worlds.claims import Claims, ObjectClaim, Relation
from minisora.worlds.course import ROUGH, Course, classify, growth
from minisora.worlds.render import FPS
from minisora.worlds.scene import RADIUS
from minisora.worlds.vocabulary import DIGITS

UNEXPLAINED = 0.05  #: What a shape may leave unexplained of an object however large it is,
SOFT_EDGE = 0.015  #: and for its soft edge, divided by its radius. A plain margin over other shapes excuses more.
MARGIN = 0.004  #: How much less it must leave unexplained than the second-best shape.
BESIDE = 0.02  #: One object is left of another if its centre is by so many sides.


@dataclass(frozen=True)
class Verdict:
    """Which kinds of claims hold; a kind of which nothing is claimed holds.

    ``colour``, ``shape``, ``size``, and ``motion`` ask whether there are objects with all that are named, whichever one
    that is; ``binding`` whether every named object has all that is said of it.
    """

    reading: Reading
    count: bool
    colour: bool
    shape: bool
    size: bool
    motion: bool
    binding: bool
    relations: bool
    background: bool
    camera: bool

    @property
    def objects(self) -> bool:
        """Everything that is said of the objects."""
        return self.count and self.binding and self.relations

    @property
    def everything(self) -> bool:
        return self.objects and self.background and self.camera


def judge(clip: Tensor, claims: Claims, *, fps: float = FPS) -> Verdict:
    """Which of ``claims`` hold in a clip ``3 f h w`` in [-1, 1]; raises as :func:`read`.

    A clip of which only handwritten digits are claimed is read as one of these.
    """
    handwritten = bool(claims.objects) and all(claim.shape in DIGITS for claim in claims.objects)
    return compare((read_digit if handwritten else read)(clip, fps=fps), claims)


def read(clip: Tensor, *, fps: float = FPS) -> Reading:
    """What is to be seen in a clip.

    Args:
        clip: ``3 f h w`` in [-1, 1], at least 9 frames of at least 48 pixels a side.

    Raises:
        UserError: for a clip that is too small or too short, or not a clip.
    """
    video = as_video(clip)
    frames, _, height, width = video.shape
    backdrop = find_backdrop(video, fps=fps)
    behind = backdrop.picture
    blobs = find_blobs(video.numpy(), behind.numpy())
    tracks = link(blobs, frames, min(height, width))
    figures = [recognise(track, [t for t in tracks if t is not track], video, behind) for track in tracks]
    objects = tuple(_name(figure, backdrop, frames, fps) for figure in figures)
    return Reading(objects, backdrop.kind, backdrop.camera, in_front(figures, video, behind))


def compare(reading: Reading, claims: Claims) -> Verdict:
    """Which of ``claims`` hold in what was read."""
    wanted, seen = claims.objects, reading.objects

    def all_found(name: str) -> bool:
        said = [getattr(claim, name) for claim in wanted if getattr(claim, name) is not None]
        there = [getattr(obj, name) for obj in seen]
        return all(there.count(value) >= said.count(value) for value in said)

    fitting = (
        [p for p in permutations(range(len(seen)), len(wanted)) if _binds(p, wanted, seen)] if len(seen) < 7 else []
    )
    return Verdict(
        reading=reading,
        count=len(seen) == len(wanted),
        colour=all_found("colour"),
        shape=all_found("shape"),
        size=all_found("size"),
        motion=all_found("motion"),
        binding=bool(fitting),
        relations=not claims.relations or any(all(_holds(r, p, reading) for r in claims.relations) for p in fitting),
        background=claims.background in (None, reading.background),
        camera=claims.camera in (None, reading.camera),
    )


def _binds(chosen: tuple[int, ...], wanted: tuple[ObjectClaim, ...], seen: tuple[ReadObject, ...]) -> bool:
    return all(
        value is None or value == getattr(seen[index], name)
        for index, claim in zip(chosen, wanted, strict=True)
        for name, value in (
            ("shape", claim.shape),
            ("colour", claim.colour),
            ("size", claim.size),
            ("motion", claim.motion),
        )
    )


def _holds(relation: Relation, chosen: tuple[int, ...], reading: Reading) -> bool:
    """Whether a relation holds in the first frame in which both objects are visible."""
    index_a, index_b = chosen[relation.a], chosen[relation.b]
    if relation.kind == "in front of":
        return (index_a, index_b) in reading.fronts
    a, b = reading.objects[index_a], reading.objects[index_b]
    both = sorted(set(a.frames.tolist()) & set(b.frames.tolist()))
    if not both:
        return False
    at_a, at_b = a.frames.tolist().index(both[0]), b.frames.tolist().index(both[0])
    right, down = float(a.x[at_a] - b.x[at_b]), float(a.y[at_a] - b.y[at_b])
    distance = {"left of": -right, "right of": right, "above": -down, "below": down}[relation.kind]
    return distance > BESIDE


def _name(figure: Figure, backdrop: Backdrop, frames: int, fps: float) -> ReadObject:
    x, y, log_radius, angle = figure.pose.double().unbind(-1)
    times = figure.frames / fps
    camera = backdrop.view(times)
    visible = np.zeros(frames, bool)
    visible[figure.frames.numpy()] = True
    course = Course(
        times=times.double().numpy(),
        x=(x / camera.zoom + camera.x).numpy(),
        y=(y / camera.zoom).numpy(),
        log_radius=(log_radius - camera.zoom.log()).numpy(),
        angle=angle.numpy(),
        visible=visible,
        fps=fps,
    )
    start, rate, rough = growth(course)
    growing = abs(rate) * frames / fps > 0.1
    first = float(course.log_radius[0]) if growing and figure.frames[0] > 0 else start
    excused = UNEXPLAINED + SOFT_EDGE / float(log_radius.median().exp()) + figure.margin / 2
    known = figure.unexplained < excused and figure.margin > MARGIN and figure.lasting
    return ReadObject(
        shape=figure.shape if known else None,
        colour=figure.colour if figure.steadiness >= STEADINESS else None,
        size=min(RADIUS, key=lambda size: abs(math.log(RADIUS[size]) - first)) if rough < ROUGH else None,
        motion=classify(course),
        frames=figure.frames,
        x=x.float(),
        y=y.float(),
        radius=log_radius.exp().float(),
        figure=figure,
    )
