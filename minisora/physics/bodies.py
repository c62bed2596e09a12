"""Two laws that are simulated, by the rigid bodies of pymunk: elastic collision and the pendulum.

Lengths are pixels and times are frames; each frame is computed in ``STEPS`` steps.
"""

from __future__ import annotations

import math

import pymunk
import torch
from pymunk.constraints import PinJoint
from torch import Generator, Tensor

from minisora.physics.motions import Speeds, uniform
from minisora.physics.things import BLUE, FRAMES, RED, Things, beside, discs

STEPS = 40  #: Of the simulation, in one frame.
PIVOT = (16.0, 1.5)  #: What a pendulum hangs on.
PENDULUM_GRAVITY = 0.6  #: So that a swing to the other side takes about twelve frames.
BOB = 2.2  #: The radius of what hangs there.
HEAD_ON = 0.6  #: Share of a speed at which colliding discs go, so that both stay in the picture.


def simulate(space: pymunk.Space, bodies: list[pymunk.Body], frames: int) -> Tensor:
    """Places ``k t 2`` of some bodies."""
    found = torch.empty(len(bodies), frames, 2)
    for frame in range(frames):
        for i, body in enumerate(bodies):
            found[i, frame] = torch.tensor(body.position)
        for _ in range(STEPS):
            space.step(1 / STEPS)
    return found


def disc(space: pymunk.Space, place: tuple[float, float], velocity: tuple[float, float], radius: float) -> pymunk.Body:
    """A disc that loses nothing in a collision and does not turn; its mass grows with its area."""
    body = pymunk.Body(mass=radius**2, moment=math.inf)
    body.position, body.velocity = place, velocity
    shape = pymunk.Circle(body, radius)
    shape.elasticity, shape.friction = 1.0, 0.0
    space.add(body, shape)
    return body


def new_space(gravity: float = 0.0) -> pymunk.Space:
    """An empty space; gravity points down the picture."""
    space = pymunk.Space()
    space.gravity, space.collision_slop = (0.0, gravity), 0.0
    return space


def collision(n: int, speeds: Speeds, *, generator: Generator, frames: int = FRAMES) -> Things:
    """``n`` times a red disc from the left and a blue one from the right, head on.

    Each goes at ``HEAD_ON`` times a speed of the interval.
    """
    radius = torch.stack([uniform(n, 2.0, 3.0, generator), uniform(n, 2.0, 3.0, generator)], dim=1)
    speed = torch.stack([speeds.sample(n, generator), speeds.sample(n, generator)], dim=1)
    height, gap = uniform(n, 6, 10, generator), uniform(n, 2.5, 5.5, generator)
    places = torch.empty(n, 2, frames, 2)
    for i in range(n):
        space = new_space()
        (a, b), (v, w), y = radius[i].tolist(), (speed[i] * HEAD_ON).tolist(), float(height[i])
        meet = 16 + 2 * (v - w)  # nearer to where the faster one comes from, so that both stay in the picture
        apart = float(gap[i]) * (v + w) / 2
        left = disc(space, (meet - a - apart, y), (v, 0), a)
        right = disc(space, (meet + b + apart, y), (-w, 0), b)
        places[i] = simulate(space, [left, right], frames)
    return discs(places, radius, RED, BLUE)


def pendulum(n: int, speeds: Speeds, *, generator: Generator, frames: int = FRAMES) -> Things:
    """``n`` red discs on a thread, let go so high that at the lowest point they have a speed of the interval."""
    speed, length = speeds.sample(n, generator), uniform(n, 7.5, 10.5, generator)
    side = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    # v² / 2 = g L (1 - cos a)
    angle = side * torch.acos((1 - speed.square() / (2 * PENDULUM_GRAVITY * length)).clamp(-1, 1))
    places = torch.empty(n, 1, frames, 2)
    for i in range(n):
        space, (a, r) = new_space(PENDULUM_GRAVITY), (float(angle[i]), float(length[i]))
        bob = disc(space, (PIVOT[0] + r * math.sin(a), PIVOT[1] + r * math.cos(a)), (0, 0), BOB)
        space.add(PinJoint(space.static_body, bob, PIVOT, (0, 0)))
        places[i] = simulate(space, [bob], frames)
    return beside(thread(places[:, 0]), discs(places, torch.full((n, 1), BOB), RED))


def thread(bob: Tensor, dots: int = 5) -> Things:
    """A row of grey dots from the pivot to the bob ``n t 2``."""
    share = torch.linspace(0, 0.75, dots)[None, :, None, None]
    places = torch.tensor(PIVOT) + share * (bob[:, None] - torch.tensor(PIVOT))
    return discs(places, torch.full((len(bob), dots), 0.6), *[(0.0, 0.0, 0.0)] * dots)
