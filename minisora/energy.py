"""How much energy a clip or a training takes, and how much carbon: always an interval, because nobody here has a meter.

What is measured are seconds of processor time. What a busy core draws, what a building needs besides, and what the
grid burns is assumed, and each assumption is a number of :class:`Assumed`. Tools that print one number make the same
assumptions, from tables; none can know where electricity comes from at this moment on this socket, what it took to
make the machine, or how many runs came to nothing.

Source: Strubell et al. 2019 (1906.02243), "power times hours times PUE"; Uptime Institute 2023, Global Data Center
Survey (a mean PUE of 1.58); Ember 2024, Global Electricity Review (a world mean of 480 g CO2 a kWh in 2023, from under
50 in Norway to about 700 where coal prevails); Polyak et al. 2024, Movie Gen (2410.13720): 30 billion parameters,
73 thousand tokens a clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minisora.training.at_scale import Cluster
from minisora.training.estimate import UTILISATION

JOULES = 3.6e6  #: Of a kilowatt-hour.
POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``; neither end is likelier than what lies between."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high:
            raise ValueError(f"no interval: {self.low} to {self.high}")

    def times(self, other: Interval | float) -> Interval:
        """All products of a number of one and a number of the other."""
        other = other if isinstance(other, Interval) else Interval(other, other)
        return Interval(self.low * other.low, self.high * other.high)

    def __str__(self) -> str:
        return f"{self.low:.3g} to {self.high:.3g}"


@dataclass(frozen=True)
class Assumed:
    """What nobody measured.

    Attributes:
        watts: of one busy core with its share of memory and power supply: from a thrifty laptop to an old server.
        overhead: what a building needs for each watt of its computers (PUE); 1 at home.
        grams: of CO2 for a kilowatt-hour, from hydropower to coal.
    """

    watts: Interval = Interval(3.0, 15.0)
    overhead: Interval = Interval(1.0, 1.6)
    grams: Interval = Interval(20.0, 700.0)


@dataclass(frozen=True)
class Energy:
    """Kilowatt-hours, and grams of CO2."""

    kilowatt_hours: Interval
    grams: Interval

    def __str__(self) -> str:
        return f"{self.kilowatt_hours.times(1000)} Wh, {self.grams} g of CO2"


def of_processor(seconds: float, assumed: Assumed | None = None) -> Energy:
    """Of so many seconds of processor time, summed over cores.

    Raises: ValueError for seconds below 0.
    """
    assumed = assumed or Assumed()
    return _with_overhead(assumed.watts.times(Interval(seconds, seconds)).times(1 / JOULES), assumed)


@dataclass(frozen=True)
class Training:
    """What is assumed of a training of Sora's kind, of which no figure is public; the upper end is Movie Gen's size.

    Attributes:
        parameters, tokens: of the transformer, and of one clip.
        clips: seen in all of the training.
        teraflops: peak of a device in bfloat16; 40 % of it are reached (``UTILISATION``).
    """

    parameters: Interval = Interval(3e9, 30e9)
    tokens: Interval = Interval(8e3, 73e3)
    clips: Interval = Interval(1e8, 1e8)
    teraflops: float = 989.0

    @property
    def flops(self) -> Interval:
        """6 for each parameter and token, attention not counted."""
        return self.parameters.times(self.tokens).times(self.clips).times(6)


def of_training(training: Training, assumed: Assumed | None = None, cluster: Cluster | None = None) -> Energy:
    """Of such a training; a device's watts hold its cooling already (``Cluster``), so the overhead is not counted."""
    assumed, cluster = assumed or Assumed(), cluster or Cluster()
    seconds = training.flops.times(1 / (training.teraflops * 1e12 * UTILISATION))
    used = seconds.times(cluster.watts / JOULES)
    return Energy(used, used.times(assumed.grams))


def meter(folder: Path = POWERCAP) -> float | None:
    """Joules that the processors say they have used (RAPL), from some moment on; None where they may not be asked."""
    total, found = 0.0, False
    for package in sorted(folder.glob("*-rapl:[0-9]")):
        try:
            total += int((package / "energy_uj").read_text()) / 1e6
        except (OSError, ValueError):
            return None
        found = True
    return total if found else None


def _with_overhead(kilowatt_hours: Interval, assumed: Assumed) -> Energy:
    used = kilowatt_hours.times(assumed.overhead)
    return Energy(used, used.times(assumed.grams))
