"""A number comes back out of the pixels, and no number comes out where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

from minisora.clip import Clip
from minisora.errors import UserError
from minisora.marks import attacks, detect, embed, load_watermark, look, read, reencode, removal
from minisora.marks.invisible import PSNR
from minisora.marks.learning import watermark_loss
from minisora.marks.network import Watermark, WatermarkConfig
from minisora.worlds import ShapesWorld
from minisora.worlds.drawn import draw


def drawn(many: int, *, seed: int = 5, frames: int = 9, height: int = 64, width: int = 64) -> Tensor:
    scenes = ShapesWorld().sample(many, generator=Generator().manual_seed(seed), aspect=width / height)
    return draw(scenes, frames=frames, height=height, width=width)


@pytest.fixture(scope="module")
def plain() -> Tensor:
    return drawn(4)


@pytest.fixture(scope="module")
def marked(plain: Tensor) -> Tensor:
    return torch.stack([embed(clip, 2026) for clip in plain])


def found(clips: Tensor | list[Tensor], number: int = 2026) -> int:
    return sum(detect(clip, number).found for clip in clips)


def test_it_is_found_and_faint(plain: Tensor, marked: Tensor) -> None:
    assert found(marked) == len(marked)
    decibels = 10 * torch.log10(4 / (marked - plain).square().flatten(1).mean(1))
    assert decibels.min() > PSNR - 0.1


def test_floors_another_number_and_no_mark(plain: Tensor, marked: Tensor) -> None:
    assert found(plain) == 0
    reading = read(marked[0])
    others = [detect(marked[0], number, reading=reading) for number in range(500)]
    assert not any(each.found for each in others)
    agreed = sum(each.matches for each in others) / (500 * 48)
    assert abs(agreed - 0.5) < 0.02


@pytest.mark.parametrize(("frames", "height", "width"), [(1, 64, 64), (5, 48, 80), (3, 96, 96), (3, 100, 64)])
def test_any_size_and_length(frames: int, height: int, width: int) -> None:
    clips = drawn(3, frames=frames, height=height, width=width)
    assert sum(detect(embed(clip, 7), 7).found for clip in clips) >= 2


def test_through_a_file_as_it_is_written(marked: Tensor, tmp_path: Path) -> None:
    for ending in (".mp4", ".webm", ".gif"):
        path = Clip.of(marked[0], fps=8).save(tmp_path / f"clip{ending}")
        assert look(path, 2026).found
        assert not look(path, 2027).found


def test_what_it_survives(marked: Tensor) -> None:
    dice = Generator().manual_seed(0)
    for attack in (
        lambda v: attacks.cropped(v, 0.8, generator=dice),
        lambda v: attacks.rescaled(v, 0.6),
        lambda v: attacks.noise(v, 0.08, generator=dice),
        lambda v: attacks.frames_dropped(v, 0.5, generator=dice),
    ):
        assert found([attack(clip[None])[0] for clip in marked[:3]]) >= 2
    assert found([reencode.uploaded(clip, crf=28) for clip in marked[:2]]) == 2
    assert found([reencode.screenshot(clip, frame=3) for clip in marked[:3]]) >= 2


def test_where_it_was_cropped_is_found(marked: Tensor) -> None:
    reading = read(attacks.crop(marked[:1], 5, 9, 50, 50)[0])
    assert abs(reading.share - 50 / 64) < 0.06
    away = [min(abs(s - e) % 16, 16 - abs(s - e) % 16) for s, e in zip(reading.shift, (-5, -9), strict=True)]
    assert max(away) <= 2


def test_who_has_several_clips_can_take_it_out_and_put_it_elsewhere(plain: Tensor) -> None:
    marked = [embed(clip, 2026) for clip in drawn(8, seed=8, frames=3)]
    mark, clip = removal.averaged_mark(marked), embed(plain[0], 2026)
    before, after = (detect(each, 2026).reading for each in (clip, removal.subtracted(clip, mark)))
    assert after.logits.abs().mean() < 0.9 * before.logits.abs().mean()
    assert detect(removal.forged(plain[1], mark, psnr=36), 2026).matches > detect(plain[1], 2026).matches


def test_regenerating_asks_the_network_once() -> None:
    asked = []
    clip = drawn(1)[0]
    made = removal.regenerated(clip, lambda video: asked.append(video.shape) or video, noise=0.1)
    assert asked == [(1, *clip.shape)] and not torch.equal(made, clip)


def test_a_marked_clip_is_a_clip_and_says_so(plain: Tensor) -> None:
    clip = Clip.of(plain[0], fps=8, prompt="a red circle")
    both = clip.marked(watermark=2026)
    assert (both.prompt, both.fps, both.shape) == (clip.prompt, clip.fps, clip.shape)
    assert detect(both.frames, 2026).found
    assert not torch.equal(both.frames[..., 50:, 50:], clip.frames[..., 50:, 50:])
    assert torch.equal(clip.marked(visible=False).frames, clip.frames)


def test_the_loss_falls_where_a_batch_is_learnt() -> None:
    torch.manual_seed(0)
    network = Watermark(WatermarkConfig(bits=4, width=8))
    frames = drawn(4)[:, :, 0]
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    losses = []
    for step in range(16):
        loss = watermark_loss(network, frames, psnr=34, generator=Generator().manual_seed(step % 3))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


def test_what_is_no_clip_is_refused() -> None:
    for nonsense in (torch.zeros(1, 3, 2, 64, 64), torch.zeros(3, 0, 64, 64)):
        with pytest.raises(UserError, match="must be 3 t h w"):
            embed(nonsense)
        with pytest.raises(UserError, match="must be 3 t h w"):
            detect(nonsense)


def test_the_shipped_network_is_small() -> None:
    assert 2 * sum(p.numel() for p in load_watermark().parameters()) < 300_000
