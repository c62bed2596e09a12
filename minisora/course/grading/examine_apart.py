"""The process in which `grade` examines an exercise: time and memory are limited before the learner's code runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from minisora.course.checks.check import examine, refuse_ours
from minisora.course.checks.exercise import CheckFailed
from minisora.course.exercises import find_exercise


def main(name: str, solution: str, verdict: str, seconds: str, gigabytes: str) -> None:
    """Write to ``verdict`` whether the code in ``solution`` defines a right ``name``."""
    exercise = find_exercise(name)
    source = Path(solution).read_text(encoding="utf-8")
    os.chdir(Path(solution).parent)  # where the learner's code may leave files
    print("ready", flush=True)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what the learner's code prints is not for us
    limit(int(seconds), float(gigabytes))
    page: dict[str, object] = {"__name__": "__main__"}
    try:
        exec(compile(source, "notebook", "exec"), page)
        mine = page.get(name)
        examine(exercise, mine)  # type: ignore[arg-type]
        refuse_ours(exercise, mine)
        right, says = True, "all answers are right"
    except CheckFailed as error:
        right, says = False, str(error)
    except SystemExit:
        right, says = False, f"✗ {name}: it calls exit(), which would end the notebook — return instead"
    except BaseException as error:
        right, says = (
            False,
            f"✗ {name}: its cell stops with {type(error).__name__}: {' '.join(str(error).split())[:200]}",
        )
    if "allocate memory" in says or "MemoryError" in says:
        right, says = False, f"✗ {name}: it asks for more than {float(gigabytes):g} GB of memory"
    Path(verdict).write_text(json.dumps({"right": right, "says": says}), encoding="utf-8")
    os._exit(0)  # whatever the learner's code has started or registered ends here


def limit(seconds: int, gigabytes: float) -> None:
    """Limits for this process from now on, where the system has them (not on Windows; on macOS only of time)."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds + 1, used + seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (10**8, 10**8))
    limit_memory(gigabytes)


def limit_memory(gigabytes: float) -> None:
    """What this process, and each that it starts, may map from now on (on Linux)."""
    sizes = Path("/proc/self/statm")
    if sizes.exists():
        import resource

        mapped = int(sizes.read_text().split()[0]) * resource.getpagesize()
        most = mapped + int(gigabytes * 1e9)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
