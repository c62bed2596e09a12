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
