"""Plans are read, made again, and moved aside, until a clip's things do what was said, and in each other's company."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

import pytest
import torch
from torch import Generator, Tensor

from minisora.checkpoint import shipped_folder
from minisora.model import DiT, Tokenizer
from minisora.networks import load_codec, load_transformer
from minisora.planning import (
    BORNE,
    CLEAR,
    SIDE,
    WIDE,
    Arranged,
    Tracks,
    arranged,
    plan_clips,
    plans_written,
    sized,
    things_of,
    tracks,
)
from minisora.velocities import Sampling
from minisora.worlds.claims import parse
from minisora.worlds.digits import DigitsWorld
from minisora.worlds.plan import NUMBERS, Track, plan_of
from minisora.worlds.read_plan import read_plan
from minisora.worlds.scene import RADIUS, Scene, SceneObject, Size
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.sketch import TOLD
from minisora.worlds.vocabulary import WORDS

SHAPE, SECONDS = (5, 4, 4), 0.5
HARD = ("a small blue square bounces", "a large yellow star spins", "a medium red circle orbits", "a cyan ring blinks")
TWO = "a small red circle moves up and a small blue square stays still"


@pytest.fixture(scope="module")
def planner() -> DiT:
    codec = shipped_folder() / "codec.safetensors"
    path = shipped_folder() / "planner.safetensors"
    return load_transformer(path, "planner", codec=codec, codec_card=load_codec(codec)[1])[0].eval()


@torch.no_grad()
def planned(planner: DiT, prompts: list[str], sampling: Sampling, *, seed: int = 0) -> list[tuple[Track, Track] | None]:
    sources = [Generator().manual_seed(seed + i) for i in range(len(prompts))]
    given = torch.zeros(len(prompts), planner.config.known, *SHAPE)
    tokens = Tokenizer(WORDS)
    return plan_clips(planner, tokens, prompts, SHAPE, sources, sampling, seconds=SECONDS, given=given)


def plan(**about: float | str) -> Tensor:
    usual = {"shape": "circle", "colour": "red", "size": "small", "motion": "still", "x": 0.0, "y": 0.0}
    return plan_of([Scene((SceneObject(**{**usual, **about}),))], SHAPE, SECONDS)  # type: ignore[arg-type]


def ways(*plans: Tensor) -> list[Tracks]:
    return [tracks([each]) for each in plans]


def test_a_plan_of_one_thing_is_written_as_it_was_read() -> None:
    scenes = ShapesWorld(counts=(1.0,), moving_camera=0.0).sample(60, generator=Generator().manual_seed(0))
    plans = plan_of(scenes, SHAPE, SECONDS)
    again = torch.cat([plans_written([tracks([each[None]])], SHAPE) for each in plans])
    torch.testing.assert_close(again[:, :NUMBERS], plans, atol=1e-3, rtol=0)


def test_a_plan_is_written_in_as_many_cells_as_asked_for() -> None:
    scenes = ShapesWorld(counts=(1.0,), moving_camera=0.0).sample(40, generator=Generator().manual_seed(0))
    for scene, each in zip(scenes, plan_of(scenes, SHAPE, SECONDS), strict=True):
        fine = plans_written([tracks([each[None]])], (5, 8, 8))
        torch.testing.assert_close(fine[:, :NUMBERS], plan_of([scene], (5, 8, 8), SECONDS), atol=2e-3, rtol=0)
    nothing = plans_written([None, tracks([plan()])], SHAPE)
    assert nothing.shape == (2, TOLD, *SHAPE) and (nothing[0] == 0).all() and (nothing[1] != 0).any()


def test_things_keep_clear_of_one_another_and_keep_their_ways() -> None:
    claims = parse(TWO)
    both = plan(motion="up", speed=0.2), plan(shape="square", colour="blue")
    way = arranged(ways(*both), claims, SHAPE)
    assert way.tracks is not None and way.room >= WIDE
    now, _ = way.tracks
    distance = torch.hypot(now.x[0, 0] - now.x[0, 1], now.y[0, 0] - now.y[0, 1])
    assert (distance / now.radius[0].sum(0)).min() == pytest.approx(way.room)
    assert (now.x.abs() + now.radius <= 0.5).all() and (now.y.abs() + now.radius <= 0.5).all()
    before, _ = tracks(both)
    torch.testing.assert_close(now.y.diff(dim=-1), before.y.diff(dim=-1))


def test_what_has_room_is_not_moved() -> None:
    both = plan(x=-0.3), plan(shape="square", colour="blue", x=0.3)
    way = arranged(ways(*both), parse(TWO), SHAPE)
    assert way.tracks is not None and torch.equal(way.tracks[0].x, tracks(both)[0].x)
    assert arranged(ways(*both[:1]), parse(TWO), SHAPE).room == math.inf


@pytest.mark.parametrize(
    ("relation", "right", "down"),
    [("to the left of", -1, 0), ("to the right of", 1, 0), ("above", 0, -1), ("below", 0, 1)],
)
def test_things_stand_as_they_are_said_to_stand(relation: str, right: int, down: int) -> None:
    claims = parse(f"a small red circle {relation} a small blue square")
    way = arranged(ways(plan(), plan(shape="square", colour="blue")), claims, SHAPE)
    assert way.tracks is not None
    now, _ = way.tracks
    ahead = (now.x[0, 0] - now.x[0, 1]) * right + (now.y[0, 0] - now.y[0, 1]) * down
    assert (ahead > SIDE).all()


def test_what_is_in_front_hides_a_part() -> None:
    claims = parse("a small red circle in front of a small blue square")
    way = arranged(ways(plan(x=-0.3), plan(shape="square", colour="blue", x=0.3)), claims, SHAPE)
    assert way.tracks is not None
    now, _ = way.tracks
    distance = torch.hypot(now.x[0, 0] - now.x[0, 1], now.y[0, 0] - now.y[0, 1])
    assert (distance < CLEAR * now.radius[0].sum(0)).all()


def test_where_there_is_no_room_it_is_said() -> None:
    looks = (("circle", "red"), ("square", "blue"), ("star", "green"))

    def together(size: str) -> Arranged:
        claims = parse(" and ".join(f"a {size} {colour} {shape}" for shape, colour in looks))
        return arranged(ways(*(plan(size=size, shape=shape, colour=colour) for shape, colour in looks)), claims, SHAPE)

    crowd, company = together("large"), together("small")
    assert crowd.tracks is not None and crowd.room < CLEAR < company.room


def test_shapes_are_as_large_as_it_is_said_whatever_is_planned() -> None:
    both = tracks([plan(size="medium"), plan(shape="square", colour="blue", size="medium", motion="grows", speed=0.2)])
    for words, wanted in (
        ("a small red circle and a large blue square that grows", ("small", "large")),
        ("a red circle and a blue square that grows", ("medium", "medium")),  # what is nearest to the plan
    ):
        now, then = sized(both, parse(words))
        for thing, size in enumerate(wanted):
            begins = RADIUS[cast(Size, size)] * (BORNE if size == "small" else 1)
            assert now.radius[0, thing, 0] == pytest.approx(begins)
            growth = now.radius[0, thing] / both[0].radius[0, thing]
            torch.testing.assert_close(growth, growth[:1].expand_as(growth))  # and grow as planned
            torch.testing.assert_close(then.radius[0, thing] / both[1].radius[0, thing], growth)
    assert BORNE * RADIUS["small"] < 0.95 * (RADIUS["small"] * RADIUS["medium"]) ** 0.5  # where "medium" begins
    digit = tracks(
        [plan_of([DigitsWorld(counts=(1.0,), split="test").sample(1, generator=Generator())[0]], SHAPE, SECONDS)]
    )
    assert torch.equal(sized(digit, parse("a white handwritten three"))[0].radius, digit[0].radius)


def test_each_thing_is_planned_by_a_sentence_of_its_own() -> None:
    first, second = things_of(TWO, parse(TWO))
    assert parse(first.words).objects == parse(TWO).objects[:1]
    assert parse(second.words).objects == parse(TWO).objects[1:]
    alone = "the red circle, which is small, moves up"
    assert [thing.words for thing in things_of(alone, parse(alone))] == [alone]


def test_what_contradicts_itself_is_planned_again(planner: DiT) -> None:
    prompts = [each for each in HARD for _ in range(6)]

    def kept(tries: int) -> int:
        plans = planned(planner, prompts, Sampling(shift=3.0, plan_steps=8, plan_tries=tries))
        read = [read_plan(plans_written([each], SHAPE)[0, :NUMBERS]) for each in plans]
        return sum(
            each is not None and each.keeps(parse(words).objects[0]) for each, words in zip(read, prompts, strict=True)
        )

    once, often = kept(1), kept(5)
    assert once < often and often >= 0.85 * len(prompts)


def test_a_plan_that_names_nothing_in_a_latent_frame_keeps_no_word(
    planner: DiT, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    hook = planner.register_forward_pre_hook(lambda _, inputs: calls.append(len(inputs[0])))
    once = Sampling(shift=3.0, plan_steps=1, plan_guidance=1.0, plan_tries=4)
    monkeypatch.setattr("minisora.planning.names_one", lambda plans: torch.zeros(len(plans), dtype=torch.bool))
    planned(planner, ["a red circle stays still"], once)
    assert calls == [1] * 4  # however well it reads otherwise
    hook.remove()


@pytest.mark.parametrize("tries", [1, 3])
def test_a_clip_is_planned_alike_alone_and_in_company(planner: DiT, tries: int) -> None:
    sampling = Sampling(shift=3.0, plan_steps=6, plan_tries=tries)
    prompts = [HARD[0], TWO, ""]
    together = planned(planner, prompts, sampling)
    assert together[2] is None
    for i in range(2):
        (alone,) = planned(planner, prompts[i : i + 1], sampling, seed=i)
        torch.testing.assert_close(
            plans_written([alone], SHAPE), plans_written([together[i]], SHAPE), atol=1e-3, rtol=1e-3
        )


def test_some_plan_is_better_than_none(planner: DiT) -> None:
    torch.manual_seed(0)
    empty = DiT(replace(planner.config, depth=1)).eval()  # plans noise
    (made,) = planned(empty, [TWO], Sampling(plan_steps=1, plan_tries=0))
    assert made is not None and made[0].x.shape == (1, 2, 20) and made[0].x.isfinite().all()
