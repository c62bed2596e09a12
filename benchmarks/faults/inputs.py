"""Whatever a reader or a public function is given, it answers, or says in one line what is wrong with it."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from benchmarks.faults.functions import functions
from benchmarks.faults.readers import readers
from benchmarks.faults.strategies import Target
from benchmarks.faults.tally import Tally
from minisora.errors import UserError

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def run(count: int, tally: Tally) -> None:
    """Count how often each target was tried, and note what it did that it must not."""
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder) / name for name in ("read", "call")]
        for place in places:
            place.mkdir()
        chosen = readers(places[0]) | functions(places[1])
        for name, target in chosen.items():
            _try(name, target, math.ceil(count / len(chosen)), tally)


def _try(name: str, target: Target, count: int, tally: Tally) -> None:
    strategy, call = target

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=SLOW,
    )
    @given(strategy)
    def each(value: Any) -> None:
        tally.count(name)
        try:
            call(value)
        except UserError as error:
            if len(str(error).splitlines()) != 1 or len(str(error)) > 600:
                tally.fault(f"{name}: a message of several lines, or too long for {repr(value)[:90]}")
        except Exception as error:
            said = " ".join(str(error).split())[:90]
            tally.fault(f"{name}: {type(error).__name__}: {said} for {repr(value)[:90]}")

    each()
