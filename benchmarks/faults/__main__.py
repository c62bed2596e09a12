"""``python -m benchmarks.faults inputs|kills|submissions [COUNT]``: what was tried, and what went wrong."""

from __future__ import annotations

import contextlib
import signal
import sys
from importlib import import_module

import torch

from benchmarks.faults.tally import Tally

COUNTS = {"inputs": 10_000, "kills": 200, "submissions": 120}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COUNTS or not all(each.isdigit() for each in arguments[1:]):
        print(f"usage: python -m benchmarks.faults {'|'.join(COUNTS)} [COUNT]", file=sys.stderr)
        return 2
    torch.set_num_threads(1)
    name, count = arguments[0], int((arguments[1:] or [COUNTS[arguments[0]]])[0])
    tally = Tally(name)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a batch system's end is an interruption as well
    with contextlib.suppress(KeyboardInterrupt):  # who has no patience sees what there is
        import_module(f"benchmarks.faults.{name}").run(count, tally)
    for what, times in sorted(tally.tried.items()):
        print(f"{times:7} {what}")
    for what, times in tally.wrong.most_common():
        print(f"WRONG {times} x {what}")
    print(tally.summary())
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
