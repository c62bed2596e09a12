"""``python -m benchmarks.faults inputs|kills|submissions [COUNT]``: what was tried, and what went wrong."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from importlib import import_module

import torch

COUNTS = {"inputs": 10_000, "kills": 200, "submissions": 120}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COUNTS or not all(each.isdigit() for each in arguments[1:]):
        print(f"usage: python -m benchmarks.faults {'|'.join(COUNTS)} [COUNT]", file=sys.stderr)
        return 2
    torch.set_num_threads(1)
    name, count = arguments[0], int((arguments[1:] or [COUNTS[arguments[0]]])[0])
    begin = time.monotonic()
    tried, wrong = Counter[str](), list[str]()
    with contextlib.suppress(KeyboardInterrupt):  # who has no patience sees what there is
        import_module(f"benchmarks.faults.{name}").run(count, tried, wrong)
    for what, times in sorted(tried.items()):
        print(f"{times:7} {what}")
    for what, times in Counter(wrong).most_common():
        print(f"WRONG {times} x {what}")
    print(f"{sum(tried.values())} {name} in {time.monotonic() - begin:.0f} s: {len(wrong)} went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
