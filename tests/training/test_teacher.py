"""A student learns where its teacher would be after several small, guided steps."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

from minisora import Pipeline
from minisora.diffusion import ab2, euler
from minisora.diffusion.gaussian import GaussianWorld
from minisora.errors import UserError
from minisora.model import DiT, Tokenizer, video_velocity
from minisora.presets import WRITER
from minisora.training.data import LatentBatch, Share
from minisora.training.fit import fit
from minisora.training.modules import TextToVideoModule
from minisora.training.teacher import Teacher, lesson, teacher_for
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.sketch import TOLD
from minisora.worlds.vocabulary import WORDS
from tests.conftest import planned


@pytest.fixture
def world() -> GaussianWorld:
    spread = torch.tensor([[1.0, 0.6, 0.0, 0.0], [0.6, 0.5, 0.1, 0.0], [0.0, 0.1, 0.3, 0.0], [0.0, 0.0, 0.0, 0.2]])
    return GaussianWorld(torch.tensor([1.0, -1.0, 0.5, 0.0]).view(1, 1, 2, 2), spread)


def noisy(world: GaussianWorld) -> tuple[Tensor, Tensor]:
    generator = Generator().manual_seed(0)
    return world.sample(64, generator=generator), torch.randn(64, 1, 1, 2, 2, generator=generator)


def test_segments_are_one_way_from_noise_to_clip() -> None:
    teacher = Teacher(lambda *_: lambda x, _: x, steps=4, shift=2.0)
    ways = [teacher.segment(i) for i in range(4)]
    assert [len(way) for way in ways] == [teacher.small_steps + 1] * 4
    assert (float(ways[0][0]), float(ways[-1][-1])) == (1.0, 0.0)
    assert all(before[-1] == after[0] for before, after in pairwise(ways))
    assert (torch.cat([way[1:] - way[:-1] for way in ways]) < 0).all()


def test_a_perfect_student_takes_the_whole_way_in_one_step(world: GaussianWorld) -> None:
    clean, noise = noisy(world)
    times = Teacher(lambda *_: world.velocity, steps=4, shift=2.0).segment(1)
    begin, end = times[0], times[-1]

    def perfect(x: Tensor, t: Tensor) -> Tensor:
        return (world.flow(x, begin, end) - x) / (end - begin)

    exact = lesson(perfect, world.velocity, clean, noise, times, free=torch.ones(()))
    hasty = lesson(world.velocity, world.velocity, clean, noise, times, free=torch.ones(()))  # Euler's one large step
    assert exact < 0.02 * hasty


def test_a_student_of_a_student_goes_its_way(world: GaussianWorld) -> None:
    clean, noise = noisy(world)
    times = Teacher(lambda *_: world.velocity, steps=1, shift=1.0, small_steps=2).segment(0)
    begin, middle, end = times

    def two_steps(x: Tensor, t: Tensor) -> Tensor:
        first = world.velocity(x, begin)
        second = world.velocity(x + (middle - begin) * first, middle)
        return ((middle - begin) * first + (end - middle) * second) / (end - begin)

    free = torch.ones(())
    straight, bent = (
        lesson(two_steps, world.velocity, clean, noise, times, free=free, solver=solver) for solver in (euler, ab2)
    )
    assert straight < 1e-8 < 1e-3 < bent


def test_what_is_given_stays_and_does_not_count(world: GaussianWorld) -> None:
    clean, noise = noisy(world)
    times = Teacher(lambda *_: world.velocity, steps=2, shift=1.0).segment(0)
    free = torch.tensor([[1.0, 0.0], [1.0, 1.0]]).view(1, 1, 1, 2, 2)
    seen: list[tuple[Tensor, Tensor]] = []

    def student(x: Tensor, t: Tensor) -> Tensor:
        seen.append((x, t))
        return torch.where(free == 0, torch.full_like(x, 100.0), world.velocity(x, t))

    loss = lesson(student, world.velocity, clean, noise, times, free=free)
    ((x, t),) = seen
    assert torch.equal(x[..., 0, 1], clean[..., 0, 1]) and (t[..., 0, 1] == 0).all()
    assert loss < 1


def test_a_student_comes_nearer_to_its_teacher(tmp_path: Path, batches, tiny) -> None:
    pull = torch.tensor([0.5, -0.3, 0.2]).view(1, 3, 1, 1, 1)
    teacher = Teacher(lambda captions, x, known: lambda y, t: 0.5 * y - pull, steps=2, shift=1.0)
    module = tiny.module()
    module.teacher = teacher
    clean = torch.randn(8, 3, 3, 4, 4, generator=Generator().manual_seed(1))
    noise = torch.randn(8, 3, 3, 4, 4, generator=Generator().manual_seed(2))

    def error() -> float:
        text = module.tokenizer.encode(["a red circle"] * 8)
        velocity = video_velocity(module.network, text, (3, 4, 4), seconds_per_latent_frame=0.5, known=None)
        taught = teacher.velocity([""] * 8, clean, None)
        with torch.no_grad():
            return float(lesson(velocity, taught, clean, noise, teacher.segment(1), free=torch.ones(8, 1, 3, 1, 1)))

    before = error()
    fit(module, batches, tiny.settings(tmp_path, steps=60))
    assert error() < 0.5 * before
    assert not any("teacher" in name for name in module.state_dict())


def test_a_teacher_is_guided_and_finished_as_its_card_says(weights: Path) -> None:
    pipeline = planned(Pipeline.load(weights, device="cpu"))
    x = torch.randn(1, 4, 3, 4, 4, generator=Generator().manual_seed(0))
    early, late = torch.full((1, 1, 3, 4, 4), 0.9), torch.full((1, 1, 3, 4, 4), 0.3)
    known = torch.zeros(1, pipeline.dit.config.known, 3, 2, 2)
    calls: list[tuple[str, int]] = []
    for name in ("dit", "finisher"):
        network = getattr(pipeline, name)
        network.register_forward_pre_hook(lambda _, inputs, name=name: calls.append((name, len(inputs[0]))))
    teacher = teacher_for("text-to-video", pipeline, 1, shift=1.5)
    assert teacher.small_steps == pipeline.sampling.steps == 3
    velocity = teacher.velocity(["a red circle moves right"], x, known)
    velocity(x, early)
    velocity(x, late)
    assert [(name, rows // len(x) > 1) for name, rows in calls] == [("dit", True), ("finisher", False)]
    with pytest.raises(UserError, match=r"a teacher for a finisher: .* plans, writes or paints"):
        teacher_for("finisher", pipeline, 4, shift=1.5)


def test_a_teacher_that_is_told_plans_paints_in_the_quick_way_and_plans_in_its_usual_one(weights: Path) -> None:
    pipeline = planned(Pipeline.load(weights, device="cpu"))
    pipeline.finisher, pipeline.card = None, {**pipeline.card, "quick": {"steps": 4, "guidance": 1.0, "plan_steps": 2}}
    painter, planner = (teacher_for(part, pipeline, 2, shift=1.5) for part in ("text-to-video", "planner"))
    assert (painter.small_steps, planner.small_steps) == (2, math.ceil(pipeline.sampling.plan_steps / 2))
    rows: list[int] = []
    for network in (pipeline.dit, pipeline.planner):
        assert network is not None
        network.register_forward_pre_hook(lambda _, inputs: rows.append(len(inputs[0])))
        x = torch.randn(1, network.config.channels, 3, 4, 4, generator=Generator().manual_seed(0))
        size = 4 // network.config.patch
        known, by = torch.zeros(1, network.config.known, 3, size, size), painter if network is pipeline.dit else planner
        by.velocity(["a red circle moves right"], x, known)(x, torch.full((1, 1, 3, 4, 4), 0.9))
    assert rows == [1, 2]  # without guidance, and with it
    with pytest.raises(UserError, match="a teacher for a writer: these weights have none"):
        teacher_for("writer", pipeline, 2, shift=1.5)
    pipeline.writer = DiT(replace(WRITER, vocabulary=len(pipeline.tokenizer)))
    writer = teacher_for("writer", pipeline, 2, shift=1.5)
    assert (writer.small_steps, writer.shift) == (math.ceil(pipeline.sampling.write_steps / 2), 1.0)
    # A student of a student goes the way that its teacher goes.
    assert writer.solver is ab2
    pipeline.sampling = replace(pipeline.sampling, straight=True)
    assert teacher_for("writer", pipeline, 1, shift=1.5).solver is euler


def test_a_student_is_told_all_of_every_plan(tiny) -> None:
    scenes = ShapesWorld(counts=(1.0,)).sample(32, generator=Generator().manual_seed(0))
    latents = torch.zeros(32, 3, 3, 4, 4)
    batch = LatentBatch(0, latents, [""] * 32, scenes)
    module = TextToVideoModule(DiT(replace(tiny.config, known=TOLD)), Tokenizer(WORDS))

    def untold() -> int:
        known = module.task(batch, torch.ones(32, 1, 3, 1, 1), Generator().manual_seed(0), Share()).known
        assert known is not None
        return int((known == 0).flatten(1).all(1).sum())

    assert untold() > 0
    module.teacher = Teacher(lambda *_: lambda x, _: x, steps=2, shift=1.5)
    assert untold() == 0
