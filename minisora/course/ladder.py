"""The ladder of checkpoints: what a real run could do after 50 steps, 100, 200, ... (by ``experiments/ladder.py``)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from minisora.checkpoint import shipped_folder
from minisora.course import plots
from minisora.diffusion.objective import loss_at
from minisora.model import DiT, video_velocity
from minisora.pipeline import Pipeline
from minisora.presets import WORLD
from minisora.training.latents import ClipSet, draw_clips
from minisora.worlds.drawn import canonical

#: What the judge scores, and how a chart draws it.
KINDS = {"colour": "-", "count": ":", "size": "-.", "motion": "--", "shape": "-"}


class Ladder:
    """Rungs of a run, each with its steps, minutes, loss, scores, and clips that begin from the same noise.

    Attributes:
        about: ``ladder.json``.
        rungs: its entries, by growing steps.
    """

    def __init__(self, folder: Path, about: dict[str, Any], pipeline: Pipeline) -> None:
        self.folder, self.about, self.pipeline = folder, about, pipeline
        self.rungs: list[dict[str, Any]] = about["rungs"]
        self.steps = [rung["steps"] for rung in self.rungs]
        self.clips = cache(self._clips)

    def _clips(self, i: int) -> Tensor:
        """The clips ``b 3 t h w`` of rung ``i``, one for each of the prompts."""
        latents = load_file(self.folder / self.rungs[i]["latents"])["latents"]
        return self.pipeline.codec.decode(latents.float().to(self.pipeline.device)).cpu()

    def some(self, count: int = 4) -> list[int]:
        """So many rungs, spread evenly from the first to the last."""
        return sorted({round(i * (len(self.rungs) - 1) / max(count - 1, 1)) for i in range(count)})

    def early(self) -> DiT:
        """The network of the one early rung whose weights are kept."""
        codec = shipped_folder() / "codec.safetensors"
        return Pipeline.load(self.folder / self.about["early"], codec=codec, device=self.pipeline.device).dit

    def picture(self, step: int) -> plots.Picture:
        """Loss, scores and clips of one rung."""
        i = self.steps.index(step)
        scores = self.rungs[i]["scores"]
        with plots.canvas(size=(6.6, 2.3), panels=2) as (left, right):
            left.semilogx(self.steps, [rung["loss"] for rung in self.rungs], "o-", color="silver")
            left.plot(step, self.rungs[i]["loss"], "o", color="black")
            left.set(xlabel="step", title=f"loss {self.rungs[i]['loss']:.3f}", ylim=(0, None))
            for kind, style in KINDS.items():
                right.semilogx(self.steps, [rung["scores"][kind] for rung in self.rungs], style, label=kind)
            right.axvline(step, color="black", linewidth=1)
            right.set(xlabel="step", title="judge's scores", ylim=(-0.03, 1.03))
            right.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
        said = ", ".join(f"{kind} {scores[kind]:.0%}" for kind in KINDS)
        chart = plots.drawn(left, alt=f"step {step}: loss {self.rungs[i]['loss']:.3f}; {said}")
        rows = [torch.cat(list(clip[:, ::4].unbind(1)), dim=2) for clip in self.clips(i)]
        strip = plots.images({"": torch.cat(rows, dim=1)}, alt=f"the clips of step {step}, a row each", width=330)
        return plots.stack(chart, strip)

    def table(self) -> str:
        """All rungs in numbers."""
        names = [*KINDS, "everything"]
        lines = [f"{'step':>7}{'minutes':>9}{'loss':>8}" + "".join(f"{name:>{len(name) + 3}}" for name in names)]
        for rung in self.rungs:
            scores = "".join(f"{rung['scores'][name]:{len(name) + 3}.2f}" for name in names)
            lines.append(f"{rung['steps']:7,}{rung['minutes']:9.1f}{rung['loss']:8.3f}{scores}")
        return "\n".join(lines)


def open_ladder(pipeline: Pipeline) -> Ladder | None:
    """The ladder beside the shipped weights; None, with a note, if there is none or if it belongs to other weights."""
    folder = shipped_folder().parent / "ladder"
    path = folder / "ladder.json"
    about = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    if about is not None and about["codec"] == pipeline.card.get("latents"):
        return Ladder(folder, about, pipeline)
    print(
        f"There is no ladder of the shipped weights in {folder}, so its pictures are left out here. It comes with a\n"
        "checkout of the course's repository; python experiments/ladder.py RUN makes one of a training run of your own."
    )
    return None


@torch.no_grad()
def loss_by_time(pipeline: Pipeline, dit: DiT, times: Tensor, *, clips: int) -> list[float]:
    """The loss of a network at some times, on freshly drawn clips that it has not seen."""
    scenes, video = draw_clips(ClipSet(clips=clips, world=WORLD, seed=77), 0)
    x0 = pipeline.codec.encode(video.to(pipeline.device))
    noise = torch.randn(x0.shape, generator=torch.Generator().manual_seed(0)).to(x0)
    words = pipeline.tokenizer.encode([canonical(scene) for scene in scenes]).to(x0.device)
    frames, height, width = x0.shape[2:]
    seconds = pipeline.codec.config.temporal / pipeline.fps
    velocity = video_velocity(dit, words, (frames, height, width), seconds_per_latent_frame=seconds)
    return [float(loss_at(velocity, x0, noise, t.to(x0).view(1, 1, 1, 1, 1))) for t in times]
