"""What chapter 14's experiments have left in ``data/ladder``: figures, small networks, and clips; nothing elsewhere."""

from __future__ import annotations

import json
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from minisora.cascade import Stage
from minisora.cascade.saved import load_networks
from minisora.checkpoint import shipped_folder
from minisora.diffusion import euler, sample, time_grid
from minisora.model import DiT

LADDER = shipped_folder().parent / "ladder"
SHAPES = {"base": ((3, 16, 16), 1.0), "temporal": ((5, 16, 16), 0.5), "spatial": ((5, 32, 32), 0.5)}


def found(name: str) -> dict[str, Any] | None:
    """What an experiment has written down; None, with a note, where it is not there."""
    path = LADDER / f"{name}.json"
    if path.exists():
        return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]
    print(
        f"(data/ladder/{name}.json is not there: python experiments/{name}.py makes it, in minutes of one processor.)"
    )
    return None


def three_stages() -> list[Stage]:
    """The cascade's networks, from few pixels to many; new ones, which have learnt nothing, where there are none."""
    path = LADDER / "cascade.safetensors"
    if path.exists():
        networks = load_networks(path)
    else:
        from minisora.cascade.world import tiny

        print("(The small networks are not there: untrained ones stand in. Their clips are noise, their shapes right.)")
        networks = {name: tiny(known=0 if name == "base" else 64) for name in SHAPES}
    return [Stage(networks[name], *shape) for name, shape in SHAPES.items()]


def kept_clips(name: str) -> dict[str, Tensor]:
    """Clips in [-1, 1] that an experiment has kept; none where there are none."""
    path = LADDER / f"{name}.safetensors"
    return {key: value.float() / 127.5 - 1 for key, value in load_file(path).items()} if path.exists() else {}


def small_students() -> dict[str, DiT]:
    """The teacher and the students of ``experiments/few_steps.py``; none where there are none."""
    path = LADDER / "few_steps.safetensors"
    return load_networks(path) if path.exists() else {}


@torch.no_grad()
def by_student(network: DiT, ids: Tensor, noise: Tensor, *, calls: int, scale: float, most: float = 6.0) -> Tensor:
    """Where a student takes ``noise`` in so many calls, guided by ``scale`` of at most ``most``."""
    stage = Stage(network, (noise.shape[2], noise.shape[3], noise.shape[4]))
    known = stage.told(torch.tensor([[1 / calls, scale / most]]).expand(len(ids), -1))
    return sample(stage.velocity(ids, known=known), noise, time_grid(calls), step=euler)
