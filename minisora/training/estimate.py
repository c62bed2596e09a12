"""What a training run will cost, before anything is built: parameters, arithmetic, memory, and time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.hollow import hollow
from minisora.model import DiT, DiTConfig
from minisora.model.flops import flops
from minisora.training.optim import hidden_matrices

#: Words and marks of a usual caption, the begin token among them.
CAPTION = 24
#: Share of a device's peak that training reaches: 42 to 48 % were measured on CPUs.
UTILISATION = 0.4

Strategy = Literal["auto", "ddp", "fsdp"]
Precision = Literal["32-true", "bf16-mixed"]


@dataclass(frozen=True)
class Work:
    """A network, and what one clip of its training takes.

    Attributes:
        flops: arithmetic forward and backward.
        activations: numbers that are kept from the forward to the backward pass.
        scores: more of them for attention without a fused kernel, as on CPUs.
        recomputed: those that are left when blocks keep their inputs and compute the rest again.
        update_flops: of Newton-Schulz, once a step.
    """

    parameters: int
    muon_parameters: int
    flops: float
    activations: float
    scores: float
    recomputed: float
    update_flops: float


@dataclass(frozen=True)
class Estimate:
    """Costs of a run; bytes and seconds are per device."""

    work: Work
    batch: int
    devices: int
    strategy: Strategy
    seconds_per_step: float
    steps: int
    minutes: float
    weights: float
    gradients: float
    optimiser: float
    average: float
    activations: float
    disk: float  #: of encoded clips

    @property
    def memory(self) -> float:
        return self.weights + self.gradients + self.optimiser + self.average + self.activations

    def __str__(self) -> str:
        step = self.work.flops * self.batch + self.work.update_flops * self.devices
        spread = f"{self.devices} devices, {self.strategy}" if self.devices > 1 else "1 device"
        parts = ("weights", "gradients", "optimiser", "average", "activations")
        rows = [
            ("parameters", f"{amount(self.work.parameters)}, {amount(self.work.muon_parameters)} of them Muon's"),
            ("a step", f"{amount(step)}FLOP for {self.batch} clips on {spread}"),
            (
                "memory",
                f"{amount(self.memory)}B a device: " + ", ".join(f"{amount(getattr(self, p))}B {p}" for p in parts),
            ),
            ("disk", f"{amount(self.disk)}B of encoded clips"),
            ("time", f"{self.seconds_per_step:.3g} s a step; {self.minutes:g} minutes are {self.steps} steps"),
        ]
        return "\n".join(f"{name:<12}{value}" for name, value in rows if name != "disk" or self.disk)


def estimate(
    work: Work,
    *,
    batch: int,
    teraflops: float,
    devices: int = 1,
    strategy: Strategy = "auto",
    precision: Precision = "32-true",
    fused: bool = False,
    steps: int | None = None,
    minutes: float | None = None,
    disk: float = 0.0,
) -> Estimate:
    """The cost of a run of so many ``steps``, or else ``minutes``, on devices with a peak of so many ``teraflops``.

    Sharding (fsdp) divides everything but the activations by the devices, and computes those again block by block.

    Args:
        batch: clips of a batch over all devices.
        fused: whether attention has a fused kernel, as on GPUs.
        disk: bytes of encoded clips.
    """
    sharded = strategy == "fsdp"
    shards = devices if sharded else 1
    width = 4 if precision == "32-true" else 3  # mixed: about half of what is kept is in 16 bits
    kept = work.recomputed if sharded else work.activations + (0 if fused else work.scores)
    arithmetic = work.flops * (4 / 3 if sharded else 1) * batch / devices + work.update_flops
    each = arithmetic / (teraflops * 1e12 * UTILISATION)
    count = steps if steps is not None else int(60 * (minutes or 0) / each)
    others = work.parameters - work.muon_parameters
    return Estimate(
        work=work,
        batch=batch,
        devices=devices,
        strategy=strategy,
        seconds_per_step=each,
        steps=count,
        minutes=round(count * each / 60, 1),
        weights=4 * work.parameters / shards,
        gradients=4 * work.parameters / shards,
        optimiser=4 * (work.muon_parameters + 2 * others) / shards,
        average=4 * work.parameters / shards,
        activations=width * kept * batch / devices,
        disk=disk,
    )


def text_to_video_work(config: DiTConfig, shape: tuple[int, int, int]) -> Work:
    """The work of a transformer on clips of ``shape`` latents (frames, height, width)."""
    frames, height, width = shape
    tokens = frames * (height // config.patch) * (width // config.patch)
    with hollow():
        dit = DiT(config)
    hidden = hidden_matrices(dit)
    inputs = config.width * (tokens + CAPTION)
    block = (24 + 2 * config.mlp_ratio) * inputs  # as torch's saved_tensors_hooks count
    return Work(
        parameters=sum(p.numel() for p in dit.parameters()),
        muon_parameters=sum(p.numel() for p in hidden),
        flops=3.0 * flops(config, tokens, CAPTION),
        activations=config.depth * block,
        scores=config.depth * config.heads * (tokens + CAPTION) ** 2,
        recomputed=config.depth * inputs + block,
        update_flops=newton_schulz_flops(hidden),
    )


def codec_work(config: CodecConfig, *, frames: int, height: int, width: int) -> Work:
    """The work of a codec on clips of so many frames and pixels."""
    kept: dict[int, int] = {}

    def count(tensor: torch.Tensor) -> torch.Tensor:
        if not isinstance(tensor, nn.Parameter):
            kept[id(tensor.untyped_storage())] = tensor.numel()
        return tensor

    with hollow():
        codec, video = Codec(config), torch.empty(1, 3, frames, height, width)
        with FlopCounterMode(display=False) as counter, torch.autograd.graph.saved_tensors_hooks(count, lambda x: x):
            mean, _ = codec.encode_distribution(video)
            codec.decode_raw(mean)
    hidden = hidden_matrices(codec)
    return Work(
        parameters=sum(p.numel() for p in codec.parameters()),
        muon_parameters=sum(p.numel() for p in hidden),
        flops=3.0 * counter.get_total_flops(),
        activations=float(sum(kept.values())),
        scores=0.0,
        recomputed=float(sum(kept.values())),
        update_flops=newton_schulz_flops(hidden),
    )


def newton_schulz_flops(matrices: list[nn.Parameter], *, steps: int = 5) -> float:
    """Arithmetic of one orthogonalisation of each matrix, see :func:`~minisora.training.optim.orthogonalise`."""
    total = 0.0
    for matrix in matrices:
        n, m = sorted((matrix.shape[0], matrix.numel() // matrix.shape[0]))
        total += 2.0 * (2 * n * n * m + (4 * steps - 3) * n**3)
    return total


def measure_teraflops(device: torch.device | str = "cpu", *, precision: Precision = "32-true") -> float:
    """What this machine's device reaches in large matrix products, in about a quarter of a second."""
    dtype = torch.float32 if precision == "32-true" else torch.bfloat16
    size, best = 1024, 0.0
    a = torch.ones(size, size, device=device, dtype=dtype)
    end = time.monotonic() + 0.25
    while time.monotonic() < end:
        start = time.perf_counter()
        float((a @ a)[0, 0])  # waits for the device
        best = max(best, 2 * size**3 / (time.perf_counter() - start))
    return best / 1e12


def amount(value: float) -> str:
    """``3350200`` -> ``3.35 M``."""
    for unit, size in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} "
