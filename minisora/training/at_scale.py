"""A run on thousands of devices, by arithmetic: what they tell each other, how long it takes, what it costs.

Every assumption is a number of :class:`Cluster`; none of it was measured here. What is left out makes it worse:
stragglers, failures, checkpoints, reading the data, evaluation, and runs that came to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from minisora.training.estimate import Estimate, Strategy, amount


@dataclass(frozen=True)
class Cluster:
    """What is assumed of a room of GPUs.

    Attributes:
        memory: bytes of a device.
        bandwidth: bytes a second that a device sends, and as many that it receives, between machines.
        watts: of a device with its share of processors, network and cooling.
        dollars: an hour of a device.
    """

    memory: float = 80e9
    bandwidth: float = 50e9
    watts: float = 1400.0
    dollars: float = 2.5


@dataclass(frozen=True)
class AtScale:
    """What a run is at this size; seconds are those of a step."""

    estimate: Estimate
    cluster: Cluster
    traffic: float
    arithmetic: float
    communication: float

    @property
    def seconds(self) -> float:
        """Of a step, if all communication hides behind arithmetic or the other way round: the best case."""
        return max(self.arithmetic, self.communication)

    @property
    def hours(self) -> float:
        return self.seconds * self.estimate.steps / 3600

    @property
    def fits(self) -> bool:
        return self.estimate.memory <= self.cluster.memory

    @property
    def kilowatt_hours(self) -> float:
        return self.hours * self.estimate.devices * self.cluster.watts / 1000

    @property
    def dollars(self) -> float:
        return self.hours * self.estimate.devices * self.cluster.dollars

    def __str__(self) -> str:
        bound = "arithmetic" if self.arithmetic >= self.communication else "the network"
        room = "fits" if self.fits else "DOES NOT FIT"
        c = self.cluster
        rows = [
            ("assumed", f"{amount(c.bandwidth)}B/s between devices; {c.watts:g} W and ${c.dollars:g} an hour each"),
            ("room", f"{amount(self.estimate.memory)}B of {amount(c.memory)}B a device: {room}"),
            ("network", f"{amount(self.traffic)}B a device and step: {self.communication:.3g} s, bound by {bound}"),
            ("in all", f"{self.hours / 24:.3g} days, {amount(self.kilowatt_hours * 1e3)}Wh, ${self.dollars:,.0f}"),
        ]
        return "\n".join(f"{name:<12}{value}" for name, value in rows)


def at_scale(estimate: Estimate, cluster: Cluster | None = None) -> AtScale:
    """A run's costs beyond one machine, from its :func:`~minisora.training.estimate.estimate`."""
    cluster = cluster or Cluster()
    sent = traffic(estimate.work.parameters, estimate.devices, estimate.strategy)
    return AtScale(estimate, cluster, sent, estimate.seconds_per_step, sent / cluster.bandwidth)


def traffic(parameters: int, devices: int, strategy: Strategy, *, width: int = 4) -> float:
    """Bytes that a device receives (and sends) in a step; ``width`` bytes a number, 4 as ``sharding.py`` has it.

    A ring hands each of ``devices`` a share of what the others have, ``(devices - 1) / devices`` of all numbers. With
    ``ddp`` gradients are summed and handed round: twice that. With ``fsdp`` weights are gathered for the way forward
    and again for the way back, and gradients summed into their slices: three times.

    Source: Rajbhandari et al. 2020 (1910.02054), section 7.
    """
    times = 3 if strategy == "fsdp" else 2
    return times * width * parameters * (devices - 1) / devices
