"""How many processors this process may use: those of the machine, fewer where a container has a quota of their time.

PyTorch starts a thread for each processor that it sees. It does not see quotas: on two processors' time of sixty-four,
sixty-four threads wait for one another. So commands and chapters begin with :func:`limit_threads`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

THREADS = "OMP_NUM_THREADS"  #: What tells PyTorch, NumPy and others how many threads to start.
WAITING = "OMP_WAIT_POLICY"  #: What tells them whether threads that wait for one another do so asleep.


def processors() -> int:
    """Those that this process may be scheduled on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def quota(root: Path = Path("/")) -> float | None:
    """How many processors' time the control groups of Linux leave this process; None where they leave all.

    ``root``: where ``/proc`` and ``/sys`` lie.
    """
    shares = []
    for folder in _groups(root):
        with contextlib.suppress(OSError, ValueError, ZeroDivisionError):  # no such limit in this group
            if (folder / "cpu.max").exists():  # version 2: "200000 100000", or "max 100000"
                most, period = (folder / "cpu.max").read_text().split()
            else:  # version 1: -1 stands for no limit
                most, period = ((folder / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
            if most != "max" and (share := float(most) / float(period)) > 0:
                shares.append(share)
    return min(shares, default=None)


def threads(root: Path = Path("/")) -> int:
    """How many threads can compute at the same time."""
    share = quota(root)
    return processors() if share is None else max(1, min(processors(), int(share)))


def limit_threads(root: Path = Path("/")) -> None:
    """Keep this process, and what it starts, to the threads of its quota, unless the user said how many to start."""
    if THREADS in os.environ or (most := threads(root)) >= processors():
        return
    os.environ[THREADS] = str(most)
    if (torch := sys.modules.get("torch")) is not None:  # it has read the environment already
        torch.set_num_threads(most)


def wait_asleep() -> None:
    """Let threads that wait for one another leave their processors to others, unless the user said otherwise.

    Threads of OpenMP wait in a circle, on the guess that nobody else wants the processor. Beside other work each then
    waits for one that does not run: with six busy processes on two processors a clip took 194 seconds, and 39 so. On a
    quiet machine it takes as long as before, but a step of training a seventh longer, so that trainings do not ask for
    it. Takes effect where PyTorch has not been imported yet, and in what this process starts.
    """
    os.environ.setdefault(WAITING, "passive")


def _groups(root: Path) -> Iterator[Path]:
    """Folders of the control groups that this process is in, up to the roots of their hierarchies.

    Inside a container its own group may be mounted as the root, whatever the path says.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, name = (*line.split(":", 2), "", "")[:3]
        if controllers and "cpu" not in controllers.split(","):
            continue
        for mount in {"", controllers, "cpu"} if controllers else {""}:
            group = Path(name.lstrip("/"))
            for part in (group, *group.parents):
                yield root / "sys/fs/cgroup" / mount / part
