"""Sound on a page: something to press, and a picture for those who cannot hear it or read it on paper."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from IPython.display import Audio
from torch import Tensor

from minisora import video
from minisora.course import plots
from minisora.course.picture import Picture, described, stack


def hear(sound: Tensor) -> Audio:
    """A player for a waveform ``n``: its AAC in an mp4 without a picture to look at, a tenth of the size of a WAV."""
    with tempfile.TemporaryDirectory() as folder:
        black = torch.full((3, max(1, round(8 * len(sound) / video.RATE)), 16, 16), -1.0)
        path = video.save_video(black, Path(folder) / "sound.mp4", scale=1, sound=sound)
        audio = Audio(data=path.read_bytes())
    audio.mimetype = "audio/mp4"
    return audio


def watch(clip: Tensor, sound: Tensor, *, alt: str, fps: float = 8.0) -> Picture:
    """A clip with its sound, and under it the filmstrip: moving pictures do not print, and GitHub shows no videos."""
    with tempfile.TemporaryDirectory() as folder:
        path = video.save_video(clip, Path(folder) / "clip.mp4", fps=fps, sound=sound)
        content = base64.b64encode(path.read_bytes()).decode()
    player = f'<video controls width="256" src="data:video/mp4;base64,{content}"></video>'
    return stack(Picture(player, described(alt, "video with sound"), 256), plots.filmstrip(clip, alt=alt))


def seen_and_heard(
    clip: Tensor,
    sound: Tensor,
    *,
    alt: str,
    hits: Sequence[float] = (),
    fps: float = 8.0,
    width: float = 6.4,
    title: str = "",
) -> Picture:
    """Below, the clip ``c t h w`` from the side: time to the right, each row of pixels by the one that stands out most
    from the background, in its own colour. Above, the waveform. Dashed lines: hits."""
    seconds = clip.shape[1] / fps
    seen = from_the_side(clip.detach().float()).squeeze(-1)  # h t, or h t 3
    with plots.canvas(size=(width, 2.6)) as axes:
        axes.imshow(seen.numpy(), extent=(0, seconds, 0, 1), aspect="auto", cmap="cividis", vmin=0, vmax=1)
        times = torch.arange(len(sound)) / video.RATE
        axes.plot(times[::4], 1.55 + 0.45 * sound[::4] / max(float(sound.abs().max()), 0.1), linewidth=0.5, color="C0")
        for time in hits:
            axes.axvline(time, color="C1", linestyle="--", linewidth=1.2)
        axes.set(xlim=(0, seconds), ylim=(0, 2.05), xlabel="seconds", title=title)
        axes.set_yticks([0.5, 1.55], ["seen", "heard"])
        return plots.drawn(axes, alt=alt)


def from_the_side(clip: Tensor) -> Tensor:
    """``h t c`` in [0, 1] of a clip ``c t h w`` in [-1, 1]: of each row of pixels the one that is least like the usual
    pixel of the clip, so that two things of two colours stay two."""
    apart = (clip - clip.flatten(1).median(1).values[:, None, None, None]).square().sum(0)  # t h w
    found = clip.gather(3, apart.argmax(-1)[None, ..., None].expand(len(clip), -1, -1, 1))[..., 0]  # c t h
    return ((found + 1) / 2).clamp(0, 1).permute(2, 1, 0)


def tokens_picture(tokens: Tensor, *, alt: str, rows: Sequence[str], seconds: float) -> Picture:
    """Sound as the picture that it is to a network: a row a pitch, low at the bottom, time to the right."""
    with plots.canvas(size=(6.4, 1.7)) as axes:
        axes.imshow(tokens.numpy(), extent=(0, seconds, len(rows), 0), aspect="auto", cmap="cividis", vmin=-1, vmax=1)
        axes.set_yticks([i + 0.5 for i in range(len(rows))], list(rows))
        axes.set(xlabel="seconds", ylim=(0, len(rows)))
        return plots.drawn(axes, alt=alt)
