"""Digits are written before they are painted: each once, from a noise of its own, and so that one can read it."""

from __future__ import annotations

from typing import cast

import pytest
import torch
from torch import Generator, Tensor

from minisora.checkpoint import shipped_folder
from minisora.evaluation.handwriting import INK, classifier, crops
from minisora.model import DiT, Tokenizer
from minisora.networks import load_codec, load_transformer
from minisora.planned import sketched
from minisora.planning import Tracks
from minisora.training.data import LatentBatch, Share
from minisora.training.modules import WriterModule
from minisora.velocities import Sampling
from minisora.worlds import digits
from minisora.worlds.digits import DigitsWorld, draw_ink, scans
from minisora.worlds.drawn import DrawnScene, DrawnWorld
from minisora.worlds.plan import track_of
from minisora.worlds.scene import SHAPES
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import WORDS
from minisora.writing import handwritten, to_clip, to_ink

SHAPE, SECONDS = (5, 4, 4), 0.5
ONE_SHAPE, ONE_DIGIT, TWO_DIGITS = (
    ShapesWorld(counts=(1.0,), moving_camera=0.0),
    DigitsWorld(counts=(1.0,)),
    DigitsWorld(counts=(0.0, 1.0)),
)


@pytest.fixture(scope="module")
def writer() -> DiT:
    codec = shipped_folder() / "codec.safetensors"
    path = shipped_folder() / "writer.safetensors"
    return load_transformer(path, "writer", codec=codec, codec_card=load_codec(codec)[1])[0].eval()


def planned(world: DrawnWorld, *, seed: int = 0) -> Tracks:
    """A true plan, as a planner leaves it: without ink."""
    now, then = track_of(world.sample(1, generator=Generator().manual_seed(seed)), SHAPE, SECONDS)
    return now._replace(ink=0 * now.ink), then._replace(ink=0 * then.ink)


@torch.no_grad()
def written(writer: DiT, plans: list[Tracks | None], seeds: list[int]) -> tuple[list[Tracks | None], list[Generator]]:
    sources = [Generator().manual_seed(seed) for seed in seeds]
    return handwritten(plans, writer, Tokenizer(WORDS), sources, Sampling()), sources


def ink_of(plan: Tracks | None) -> Tensor:
    assert plan is not None and torch.equal(plan[0].ink, plan[1].ink)
    return plan[0].ink[0]


def test_a_handwriting_goes_to_a_clip_and_back() -> None:
    ink = scans()[0][:5]
    assert to_clip(ink).shape == (5, 1, 1, 8, 8) and to_clip(ink).min() == -1
    torch.testing.assert_close(to_ink(to_clip(ink)), ink)
    assert to_ink(3 * to_clip(ink)).min() == 0 and to_ink(3 * to_clip(ink)).max() == 1


def test_digits_are_written_and_nothing_else(writer: DiT) -> None:
    shape, one, two = planned(ONE_SHAPE), planned(ONE_DIGIT), planned(TWO_DIGITS)
    before = one[0].ink.clone()
    plans, sources = written(writer, [shape, None, one, two], [1, 2, 3, 4])
    assert plans[0] is shape and plans[1] is None
    assert ink_of(plans[2]).shape == (1, 8, 8) and bool(ink_of(plans[2]).amax((1, 2)) > 0.5)
    assert ink_of(plans[3]).shape == (2, 8, 8) and bool((ink_of(plans[3]).amax((1, 2)) > 0.5).all())
    assert torch.equal(one[0].ink, before)  # what was handed in stays
    fresh = Generator().manual_seed(1).get_state()
    assert torch.equal(sources[0].get_state(), fresh)  # a clip of shapes takes no noise for it
    assert sketched([shape]) and not sketched([one]) and sketched([plans[2], plans[3]])


def test_what_is_written_depends_on_its_own_noise_alone(writer: DiT) -> None:
    one = planned(ONE_DIGIT)
    (alone,), _ = written(writer, [one], [7])
    (_, beside), _ = written(writer, [planned(TWO_DIGITS, seed=1), one], [3, 7])
    (other,), _ = written(writer, [one], [8])
    torch.testing.assert_close(ink_of(alone), ink_of(beside), atol=1e-4, rtol=0)
    assert float((ink_of(alone) - ink_of(other)).abs().mean()) > 0.02


def test_it_is_written_in_as_many_calls_as_the_sampling_says(writer: DiT) -> None:
    rows: list[int] = []
    hook = writer.register_forward_pre_hook(lambda _, inputs: rows.append(len(inputs[0])))
    for sampling, called in ((Sampling(), [2] * 8), (Sampling(write_steps=3, write_guidance=1.0), [1] * 3)):
        rows.clear()
        with torch.no_grad():
            handwritten([planned(ONE_DIGIT)], writer, Tokenizer(WORDS), [Generator().manual_seed(0)], sampling)
        assert rows == called
    hook.remove()


def test_what_is_written_already_is_not_written_again(writer: DiT) -> None:
    (once,), _ = written(writer, [planned(TWO_DIGITS)], [5])
    (again,), sources = written(writer, [once], [6])
    assert again is once and torch.equal(sources[0].get_state(), Generator().manual_seed(6).get_state())


def test_one_can_read_it(writer: DiT) -> None:
    """By the judge's classifier: of ten of each digit at most three are taken for another; and no two are alike."""
    plan = planned(ONE_DIGIT)
    kinds = torch.arange(10).repeat_interleave(10)
    plans = [
        cast(Tracks, tuple(track._replace(kind=torch.tensor([[len(SHAPES) + int(kind)]])) for track in plan))
        for kind in kinds
    ]
    found, _ = written(writer, list(plans), list(range(len(plans))))
    ink = torch.stack([ink_of(each)[0] for each in found])
    pixels, middle = (torch.arange(64) + 0.5) / 64 - 0.5, torch.zeros(len(ink), 1)
    strokes = draw_ink(ink, middle, middle, middle + 0.45, pixels, pixels)[:, 0]
    masks = strokes > INK * strokes.amax((1, 2), keepdim=True)
    named = classifier().predict(crops(strokes * masks, masks).flatten(1).numpy())
    assert int((torch.from_numpy(named) != kinds).sum()) <= 3
    assert all(float(torch.pdist(ink[kinds == digit].flatten(1)).min()) > 0.1 for digit in range(10))


def test_a_writer_learns_the_scans_of_the_scenes() -> None:
    scenes: list[DrawnScene] = list(ONE_DIGIT.sample(3, generator=Generator().manual_seed(0)))
    latents = torch.zeros(3, 4, 5, 8, 8)
    module = WriterModule.__new__(WriterModule)
    free = torch.zeros(3, 1, 5, 1, 1)
    batch = LatentBatch(0, latents, ["", "", ""], scenes)
    task = WriterModule.task(module, batch, free, Generator(), Share())
    true = digits.scans()[0][[scene.objects[0].scan for scene in scenes]]  # type: ignore[union-attr]
    torch.testing.assert_close(to_ink(task.clean), true)
    assert task.known is None and task.free.shape == (3, 1, 1, 1, 1) and bool((task.free == 1).all())
