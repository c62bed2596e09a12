"""Which process of a run this one is: what started it says so, and not what an earlier job left in the environment.

Lightning believes ``RANK`` and ``LOCAL_RANK`` wherever they come from; a process that takes itself for the fourth of a
run of one writes nothing. Nothing here imports Lightning, which reads them as soon as it is imported.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Literal

from minisora.errors import UserError

#: What launchers tell the processes that they start.
RANKS = (
    "RANK",
    "LOCAL_RANK",
    "NODE_RANK",
    "GROUP_RANK",
    "WORLD_SIZE",
    "LOCAL_WORLD_SIZE",
    "MASTER_ADDR",
    "MASTER_PORT",
)
#: Holds the number of the process that starts the others of its run.
FIRST = "MINISORA_FIRST_PROCESS"

Launcher = Literal["minisora", "torchrun", "slurm"]


def settle(devices: int) -> Launcher:
    """What starts the ``devices`` processes of a run; what an earlier job left in the environment is taken away.

    Raises: UserError when torchrun or SLURM has started another number of them, or has spread them over machines.
    """
    if "TORCHELASTIC_RUN_ID" in os.environ:
        started = os.environ.get("WORLD_SIZE", "1")
        if started != str(devices) or os.environ.get("LOCAL_WORLD_SIZE", started) != started:
            raise UserError(
                f"torchrun started {started} processes for {devices} devices — start the command once and without it:"
                f" --devices {started} starts the others, on one machine"
            )
        return "torchrun"
    tasks, nodes = (os.environ.get(f"SLURM_STEP_NUM_{name}", "1") for name in ("TASKS", "NODES"))
    if tasks != "1":  # srun started them; in a batch script itself there is only one, however many it asked for
        if (tasks, nodes, os.environ.get("SLURM_NTASKS_PER_NODE")) != (str(devices), "1", str(devices)):
            raise UserError(
                f"SLURM started {tasks} tasks for {devices} devices — start the command once (srun --ntasks=1):"
                f" --devices {tasks} starts the others, on one machine"
            )
        return "slurm"
    if not _started_by_the_first():
        for name in RANKS:
            os.environ.pop(name, None)
    return "minisora"


@contextlib.contextmanager
def others_told() -> Iterator[None]:
    """What this process starts meanwhile are the others of its run; what it starts later is none of them."""
    if "LOCAL_RANK" in os.environ:  # started by another, and still asked for its place after the run
        yield
        return
    os.environ[FIRST] = str(os.getpid())
    try:
        yield
    finally:
        for name in (*RANKS, FIRST):
            os.environ.pop(name, None)


def _started_by_the_first() -> bool:
    first = os.environ.get(FIRST, str(os.getpid()))
    parent = first if sys.platform == "win32" else str(os.getppid())  # a virtual environment's python.exe is between
    return first not in (str(os.getpid()), "") and first == parent and "LOCAL_RANK" in os.environ
