"""One command for a machine with a GPU, in calls of a few minutes: ``python experiments/gpu_run.py [--minutes 9]``.

Trains planner, writer and painter of preset micro in bfloat16 on clips that it draws and encodes there, then measures
them. Each call goes on where the one before was stopped, by itself or by a kill; the last one copies weights, cards and
scores to ``--out``. docs/gpu_run.md says what to do with them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RUN = Path("runs") / "gpu"
BEGUN = Path("data") / "checkpoints" / "text-to-video.safetensors"  #: Weights that the painter goes on from.
WEIGHTS = ("planner", "writer", "text-to-video")
STOPPED = 75  #: Exit status of a call that has not done everything: try again (sysexits' EX_TEMPFAIL).


@dataclass(frozen=True)
class Stage:
    """A command that can be stopped with SIGINT and goes on when it is called again."""

    name: str
    command: Sequence[str]


def stages(accelerator: str = "cuda", *, part: float = 1.0) -> list[Stage]:
    """All of it, 23 minutes on a data-centre GPU; ``part`` shortens each training."""
    train = ["train", "text-to-video", "--preset", "micro", "--run", str(RUN), "--accelerator", accelerator]
    train += ["--batch", "256", "--clips", "120000", *(["--precision", "bf16-mixed"] if accelerator == "cuda" else [])]

    def trained(name: str, minutes: float, *more: str) -> Stage:
        return Stage(name, minisora(*train, "--part", name, "--minutes", f"{minutes * part:g}", *more))

    log = ["--weights", str(RUN), "--device", accelerator, "--log", str(RUN / "judged.jsonl"), "--out"]
    return [
        trained("planner", 5),
        trained("writer", 1),
        trained("text-to-video", 14, "--init", str(BEGUN), "--rate", "0.5"),
        Stage("scores", minisora("evaluate", *log, str(RUN / "scores.json"))),
        Stage("scores of other sizes", minisora("evaluate", "--sizes", *log, str(RUN / "scores-of-sizes.json"))),
    ]


def minisora(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "minisora", *arguments]


def go(stages: Sequence[Stage], done: Path, *, seconds: float) -> bool:
    """Run what is not done yet, for so long; True when all of it is done.

    ``done`` is a file with the names of the stages that are. A stage whose command fails ends the program with its
    exit status.
    """
    deadline = time.monotonic() + seconds
    done.parent.mkdir(parents=True, exist_ok=True)
    finished = done.read_text().splitlines() if done.exists() else []
    for stage in stages:
        if stage.name in finished:
            continue
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        print(f"--- {stage.name}: {left:.0f} s left", flush=True)
        process = subprocess.Popen(stage.command)
        try:
            process.wait(left)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.wait()
            return False
        if process.returncode:
            raise SystemExit(process.returncode)
        with done.open("a") as file:
            file.write(f"{stage.name}\n")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=9.0, help="of this call")
    parser.add_argument("--part", type=float, default=1.0, help="of the planned minutes of training, in all calls")
    parser.add_argument("--accelerator", default="cuda")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("OUT", "out")) / "gpu")
    asked = parser.parse_args()
    # A minute to save the state in, for who is killed after the minutes that were asked for.
    if not go(stages(asked.accelerator, part=asked.part), RUN / "done", seconds=60 * asked.minutes - 45):
        print("not done yet: call it again")
        return STOPPED
    asked.out.mkdir(parents=True, exist_ok=True)
    for path in [RUN / f"{name}.{ending}" for name in WEIGHTS for ending in ("safetensors", "json")]:
        shutil.copy(path, asked.out)
    for path in RUN.glob("scores*.json"):
        shutil.copy(path, asked.out)
    print(f"all done: {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
