"""How fast sampling is on this device, beside what was measured on others: ``python -m minisora.course.devices``."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from minisora.course.finished import finished_pipeline
from minisora.doctor import CHECKOUT
from minisora.pipeline import Pipeline
from minisora.training.estimate import measure_teraflops

STORED = CHECKOUT / "data" / "devices.json"


@dataclass(frozen=True)
class DeviceRow:
    """What one device reached.

    Attributes:
        device, torch: what it was measured on.
        tokens: video tokens of the clip, 17 frames of 64x64 pixels.
        teraflops: in large matrix products, float32.
        gigabytes: a second, when a large tensor is copied (read and written).
        call: seconds of one guided call of the network for one clip.
        call16: the same for 16 clips.
        decode: seconds of the decoder for one clip.
    """

    device: str
    torch: str
    tokens: int
    teraflops: float
    gigabytes: float
    call: float
    call16: float
    decode: float


def measure(pipeline: Pipeline, *, rows: int = 16, repeats: int = 5) -> DeviceRow:
    """A row for the device of this pipeline; a few seconds. ``rows`` clips stand for 16 (a test takes fewer)."""
    device, c = pipeline.device, pipeline.codec.config
    frames, side = 1 + 16 // c.temporal, 64 // c.spatial
    shape = (c.channels, frames, side, side)
    call, call16 = (_call(pipeline, shape, count, repeats) for count in (1, rows))
    one = torch.zeros(1, *shape, device=device)
    return DeviceRow(
        device=_name(device),
        torch=torch.__version__.split("+")[0],
        tokens=frames * (side // pipeline.dit.config.patch) ** 2,
        teraflops=_rounded(measure_teraflops(device)),
        gigabytes=_rounded(measure_bandwidth(device)),
        call=_rounded(call),
        call16=_rounded(call16 * 16 / rows),
        decode=_rounded(seconds(lambda: pipeline.codec.decode(one), device, repeats=repeats)),
    )


def measure_bandwidth(device: torch.device | str = "cpu", *, megabytes: int = 128) -> float:
    """Gigabytes a second that this device reads and writes while it copies a large tensor."""
    device = torch.device(device)
    source = torch.ones(megabytes * 250_000, device=device)
    target = torch.empty_like(source)
    return 2 * source.nbytes / seconds(lambda: target.copy_(source), device) / 1e9


def stopwatch(
    work: Callable[[], object],
    wait: Callable[[], object],
    clock: Callable[[], float],
    *,
    warm_up: int = 2,
    repeats: int = 5,
) -> float:
    """Seconds that ``work`` takes on a device with a queue: the median of ``repeats``, after ``warm_up`` unmeasured."""
    for _ in range(warm_up):
        work()
    taken = []
    for _ in range(repeats):
        wait()
        start = clock()
        work()
        wait()
        taken.append(clock() - start)
    return statistics.median(taken)


@torch.no_grad()
def seconds(work: Callable[[], object], device: torch.device, *, repeats: int = 5) -> float:
    """The time of some work on a device, by the clock on the wall."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    return stopwatch(work, wait, time.perf_counter, repeats=repeats)


def stored(path: Path = STORED) -> list[DeviceRow]:
    """The rows that were measured before, none if there is no such file."""
    if not path.exists():
        return []
    return [DeviceRow(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def store(row: DeviceRow, path: Path = STORED) -> None:
    """Add a row, in place of the one for the same device."""
    rows = [each for each in stored(path) if each.device != row.device] + [row]
    path.write_text(json.dumps([asdict(each) for each in rows], indent=2) + "\n", encoding="utf-8")


def _call(pipeline: Pipeline, shape: tuple[int, ...], count: int, repeats: int) -> float:
    """Seconds of a network call for ``count`` clips, each with and without its prompt."""
    from minisora.model import video_velocity

    words = ["a red circle moves right"] * count + [""] * count
    ids = pipeline.tokenizer.encode(words).to(pipeline.device)
    with torch.no_grad():
        velocity = video_velocity(pipeline.dit, ids, (shape[1], shape[2], shape[3]))
    x, t = torch.zeros(2 * count, *shape, device=pipeline.device), torch.full((1,), 0.5, device=pipeline.device)
    return seconds(lambda: velocity(x, t.view(1, 1, 1, 1, 1)), pipeline.device, repeats=repeats)


def _name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"{platform.machine()} CPU, {threads} thread{'s' * (threads > 1)}"


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


if __name__ == "__main__":
    store(measure(finished_pipeline()))
    print(STORED.read_text(encoding="utf-8"))
