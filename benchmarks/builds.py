"""This build against an older one, which is checked out for it: a training step of ``micro``, from a prompt to a file
in a process that is warm, and whole commands; and ``--steps 4`` against the default of either.

Each build works in a process of its own, and both take turns. Where a processor has no bfloat16, only float32 counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.timing import table

OLDER = "80c9a23"  #: The commit that is compared with.
HERE = Path(__file__).resolve().parents[1]
WARM = {"training step": 7, "training step, bfloat16": 3, "prompt to mp4, warm": 15}  #: And how many rounds each.
COLD = {"generate": ("generate", "a blue square bounces", "--out", "clip.mp4"), "words": ("words",)}
COLD_ROUNDS = 5
USUAL, FEW, FEW_ROUNDS = "prompt to mp4, warm", "prompt to mp4, warm, 4 steps", 15


def main() -> str:
    with tempfile.TemporaryDirectory() as folder, checked_out(OLDER, Path(folder) / "older") as older:
        builds = {"older": older, "this": HERE}
        rows = [row(name, turns(command(builds, words, Path(folder)), COLD_ROUNDS)) for name, words in COLD.items()]
        processes = {name: start_worker(build) for name, build in builds.items()}
        try:
            for name, rounds in WARM.items():
                asks = {build: ask(process, name) for build, process in processes.items()}
                rows.append(row(name, turns(asks, rounds)))
            asks = {build: ask(process, USUAL) for build, process in processes.items()}
            few = turns({**asks, "few": ask(processes["this"], FEW)}, FEW_ROUNDS)
        finally:
            for process in processes.values():
                process.kill()
                process.communicate()
    head = ["what", f"at {OLDER}", "now", "times as fast"]
    said = "Medians; the last column is the median over rounds of one build's time by the other's."
    return f"{table(head, rows)}\n\n{said}\n\n{of_few_steps(few)}"


def of_few_steps(seconds: dict[str, list[float]]) -> str:
    """How much of either build's default the few steps of this one take, median over rounds."""
    part = {
        build: statistics.median(few / usual for few, usual in zip(seconds["few"], seconds[build], strict=True))
        for build in ("this", "older")
    }
    return (
        f"From a prompt to an mp4, warm, `--steps 4` takes {statistics.median(seconds['few']):.2f} s: "
        f"{part['this']:.2f} times today's default, {part['older']:.2f} times the default of {OLDER}."
    )


def turns(works: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Seconds of both builds in each round, after one that does not count."""
    every = [{build: work() for build, work in works.items()} for _ in range(rounds + 1)]
    return {build: [each[build] for each in every[1:]] for build in works}


def row(name: str, seconds: dict[str, list[float]]) -> list[str]:
    ratio = statistics.median(old / new for old, new in zip(seconds["older"], seconds["this"], strict=True))
    return [name, *(f"{statistics.median(seconds[build]):.2f} s" for build in ("older", "this")), f"{ratio:.2f}"]


def command(builds: dict[str, Path], words: tuple[str, ...], folder: Path) -> dict[str, Callable[[], float]]:
    """A whole command of each build, from nothing."""

    def run(build: Path) -> float:
        start = time.perf_counter()
        line = [sys.executable, "-m", "minisora", *words]
        subprocess.run(line, cwd=folder, env=using(build), check=True, capture_output=True)
        return time.perf_counter() - start

    return {name: lambda build=build: run(build) for name, build in builds.items()}


def start_worker(build: Path) -> subprocess.Popen[str]:
    line = [sys.executable, str(HERE / "benchmarks" / "worker.py")]
    return subprocess.Popen(line, env=using(build), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(process: subprocess.Popen[str], name: str) -> Callable[[], float]:
    """Lets a worker do a thing once, and gives the seconds that it took."""

    def once() -> float:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        return float(process.stdout.readline())

    return once


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """The repository as it was, in a folder of its own."""
    git = ["git", "-C", str(HERE), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), commit], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def using(build: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(build)}
