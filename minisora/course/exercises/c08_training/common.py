"""What several exercises of the chapter use."""

from __future__ import annotations

import contextlib
import io
import logging
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from minisora.diffusion.gaussian import GaussianWorld, drifting_clouds
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.presets import Preset
from minisora.worlds.vocabulary import WORDS


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


class SmallNetwork(nn.Module):
    """Predicts the velocity of a small clip from the clip and its time, which gates what goes through."""

    def __init__(self, numbers: int, *, width: int = 64, depth: int = 2, seed: int = 0) -> None:
        super().__init__()
        self.enter, self.leave = nn.Linear(numbers, width), nn.Linear(width, numbers)
        self.blocks = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.time = nn.Sequential(nn.Linear(5, width), nn.SiLU(), nn.Linear(width, depth * width))
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            bound = parameter.shape[-1] ** -0.5 if parameter.ndim == 2 else 0.0
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        t = t.reshape(-1, 1).expand(len(x), 1)
        waves = torch.cat([t, (3 * t).cos(), (3 * t).sin(), (6 * t).cos(), (6 * t).sin()], dim=1)
        hidden, gates = self.enter(x.flatten(1)), self.time(waves).chunk(len(self.blocks), dim=1)
        for block, gate in zip(self.blocks, gates, strict=True):
            hidden = hidden * (1 + gate) + block(nn.functional.silu(hidden))
        return self.leave(hidden).view_as(x)


def small_world() -> GaussianWorld:
    """Clips of 2 frames of 4 x 4 that drift: a world in which the best velocity and its loss are formulas."""
    return drifting_clouds(torch.zeros(1, 2, 4, 4), frames=4.0)


class Mixed(NamedTuple):
    """What a network is shown and asked: ``x`` at time ``t``, and the velocity."""

    x: Tensor
    t: Tensor
    velocity: Tensor


def mixed(world: GaussianWorld, generator: torch.Generator, *, batch: int = 64) -> Mixed:
    """Fresh clips with fresh noise at times of their own."""
    x0 = world.sample(batch, generator=generator)
    noise = torch.randn(x0.shape, generator=generator)
    t = torch.rand(batch, 1, 1, 1, 1, generator=generator)
    return Mixed((1 - t) * x0 + t * noise, t, noise - x0)


#: The small world's clips are new at every step, and always the same at the same step.
Batches = Callable[[int], Mixed]


def batch_of(step: int) -> Mixed:
    """The batch of this step: a pure function of it."""
    return mixed(small_world(), torch.Generator().manual_seed(1000 + step))


def adamw(rate: float) -> Callable[[nn.Module], torch.optim.Optimizer]:
    """Makes AdamW for a network."""
    return lambda network: torch.optim.AdamW(network.parameters(), lr=rate)


@cache
def examination() -> tuple[Mixed, Tensor]:
    """512 fresh mixtures and the best velocity for each."""
    test = mixed(small_world(), torch.Generator().manual_seed(99), batch=512)
    return test, small_world().velocity(test.x, test.t)


@torch.no_grad()
def distance(network: nn.Module) -> float:
    """How far a network is from the best velocity, in mean square: its loss without the floor."""
    test, best = examination()
    return float((network(test.x, test.t) - best).square().mean())


def after_every_fifth(steps: int) -> range:
    """The steps at which :func:`learn` measures the distance."""
    return range(5, steps + 1, 5)


TOKENIZER = Tokenizer(WORDS)


def small_dit(channels: int, seed: int = 0) -> DiT:
    """A real transformer for latents of so many channels, 64 wide and 3 deep."""
    words = len(WORDS) + 2
    config = DiTConfig(channels, 64, 3, 2, text_width=32, text_depth=1, text_heads=2, vocabulary=words, patch=1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DiT(config)


def silent() -> contextlib.redirect_stderr:
    """Keeps what is said on stderr from the page."""
    return contextlib.redirect_stderr(io.StringIO())


def quiet_trainer(**options: Any) -> Any:
    """Lightning's trainer on the CPU, without logger, checkpoints, progress bar and advice."""
    import lightning

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning.*")
    off = ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary")
    return lightning.Trainer(accelerator="cpu", **{name: False for name in off}, **options)


MAIN = """
if __name__ == "__main__":
    folder, rank, world = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(1)
    meeting = "file:///" + (folder + "/meeting").lstrip("/")  # where they find each other: no port is needed
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=world)
    torch.save({how: train(how, rank, world) for how in ("ddp", "alone")}, f"{folder}/{rank}.pt")
"""


def in_processes(source: str, *, processes: int = 2, seconds: float = 180) -> list[dict[str, dict[str, Tensor]]] | None:
    """What ``train(how, rank, world)`` of ``source`` returns in each of several processes, for "ddp" and "alone".

    Returns: None where processes cannot be started or do not find each other.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "train_share.py"
        script.write_text(source + MAIN)
        command = [sys.executable, str(script), Path(folder).as_posix()]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started = [subprocess.Popen([*command, str(rank), str(processes)], **quiet) for rank in range(processes)]
        try:
            if any(process.wait(timeout=seconds) for process in started):
                return None
        except subprocess.TimeoutExpired:
            return None
        finally:
            for process in started:
                process.kill()
                process.wait()
        return [torch.load(Path(folder) / f"{rank}.pt", weights_only=True) for rank in range(processes)]


def latent_shape_of(preset: Preset) -> tuple[int, int, int]:
    """Frames, height and width of a preset's clips in latents."""
    codec = preset.codec
    frames = 1 + (preset.frames - 1) // codec.temporal
    return frames, preset.height // codec.spatial, preset.width // codec.spatial


@dataclass(frozen=True)
class Curves:
    """What a run shows from the outside, every few steps.

    Attributes:
        training: mean loss of the batches since the last entry.
        held_out: loss of the weights on clips that are not trained on.
        average: the same of the averaged weights.
        gradient: mean norm of the gradient.
    """

    steps: list[int]
    training: list[float]
    held_out: list[float]
    average: list[float]
    gradient: list[float]
