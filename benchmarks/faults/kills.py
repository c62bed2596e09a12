"""Training and encoding, killed at random moments: whatever was done is still there, and the next call goes on.

Processes are forked from one that has everything imported, so that most of the time is spent where kills matter. A run
is killed again and again until it is over; then its weights must be those of a run that nobody disturbed, bit for bit.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.faults.tally import Tally
from minisora.checkpoint import load_checkpoint
from minisora.codec.autoencoder import Codec
from minisora.model import DiTConfig
from minisora.presets import NANO, VOCABULARY
from minisora.training.latents import ClipSet, LatentCache
from minisora.training.pace import Budget
from minisora.training.run import train_text_to_video
from minisora.training.settings import TextToVideoSettings

STEPS = 40
#: Smaller than any preset: a step takes milliseconds, so that a state is written nearly all the time.
DIT = DiTConfig(
    channels=NANO.codec.channels, width=12, depth=1, heads=1, text_width=8, text_depth=1, text_heads=1,
    vocabulary=VOCABULARY,
)  # fmt: skip
CLIPS = ClipSet(clips=200, frames=1, height=16, width=16)


def run(count: int, tally: Tally) -> None:
    """Count the kills of training and of encoding, and note what did not go on as it should."""
    dice = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds, _ = _forked(lambda: _train(folder / "whole"), None)
        whole = _weights(folder / "whole")
        for number in range(10**6):
            if tally.tried.total() >= count:
                break
            place = folder / str(number)
            limit = min(count - tally.tried.total(), 25)
            for _ in range(limit):
                encoded = (place / "latents").exists() and _encoded(place)
                _, how = _forked(lambda place=place: _train(place), dice.uniform(0, seconds))
                if how == "killed":
                    tally.count("training" if encoded else "encoding")
                elif how != "done":
                    tally.fault(how)
                if how != "killed":
                    break
            _, how = _forked(lambda place=place: _train(place), None)  # what is left of it, undisturbed
            if how != "done":
                tally.fault(how)
                continue
            if any(not torch.equal(value, whole[key]) for key, value in _weights(place).items()):
                tally.fault("other weights than those of a run that nobody disturbed")
            if drafts := [path.name for path in place.rglob(".last-*")]:
                tally.fault(f"drafts of states stay behind: {drafts[:3]}")


def _train(place: Path) -> None:
    torch.manual_seed(0)
    codec = Codec(NANO.codec)
    settings = TextToVideoSettings(
        run=place / "run", budget=Budget(steps=STEPS), batch=2, save_minutes=0.0, sample_minutes=None, log_every=5
    )
    train_text_to_video(settings, DIT, codec=codec, clip_sets=[replace(CLIPS)], cache=place / "latents")


def _weights(place: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(place / "run" / "text-to-video.safetensors")[0]


def _encoded(place: Path) -> bool:
    with contextlib.suppress(ValueError):  # a user's error is one
        return all(LatentCache(folder) is not None for folder in (place / "latents").iterdir())
    return False


def _forked(work: Callable[[], object], seconds: float | None) -> tuple[float, str]:
    """Do it in a process of its own, killed after so many seconds: how long it took, and how it ended."""
    begin, out = time.monotonic(), tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed below, by both processes)
    child = os.fork()
    if child == 0:
        os.dup2(out.fileno(), 2)
        try:
            work()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    if seconds is not None:
        while time.monotonic() - begin < seconds and not _ended(child):
            time.sleep(0.001)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with out:
        out.seek(0)
        said = out.read().strip().splitlines()
    if os.WIFSIGNALED(status):
        killed = seconds is not None and os.WTERMSIG(status) == signal.SIGKILL
        return time.monotonic() - begin, "killed" if killed else f"signal {os.WTERMSIG(status)}"
    return time.monotonic() - begin, "done" if os.WEXITSTATUS(status) == 0 else (said or ["no word"])[-1]


def _ended(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
