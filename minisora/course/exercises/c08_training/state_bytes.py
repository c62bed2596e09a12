"""The exercise `state_bytes`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import math
from typing import Any

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c08_training.common import latent_shape_of
from minisora.presets import PRESETS
from minisora.training.estimate import CAPTION, Work, amount, estimate, text_to_video_work


def state_bytes(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
    """Bytes on every device for weights, gradients, the optimiser's memory and the average, in float32."""
    work = Work(parameters, muon, 0.0, 0.0, 0.0, 0.0, 0.0)
    e = estimate(work, batch=devices, teraflops=1.0, devices=devices, strategy=strategy, steps=1)  # type: ignore[arg-type]
    return e.weights + e.gradients + e.optimiser + e.average


def _bytes(
    *, each: int = 4, muon: int = 1, adam: int = 2, fixed: int = 3, divides: tuple[str, ...] = ("fsdp",)
) -> Solution:
    """``fixed`` numbers for every parameter, and the optimiser's."""

    def count(parameters: int, muon_parameters: int, *, devices: int = 1, strategy: str = "ddp") -> float:
        numbers = fixed * parameters + muon * muon_parameters + adam * (parameters - muon_parameters)
        return each * numbers / (devices if strategy in divides else 1)

    return count


def _sharded(*, weights: bool = False, gradients: bool = False, optimiser: bool = False) -> Solution:
    """With fsdp, only these are divided by the devices."""

    def count(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
        shards = devices if strategy == "fsdp" else 1
        parts = (parameters, weights), (parameters, gradients), (2 * parameters - muon, optimiser), (parameters, False)
        return 4 * sum(numbers / (shards if cut else 1) for numbers, cut in parts)

    return count


def _all_devices(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
    return _bytes()(parameters, muon, devices=devices, strategy=strategy) * devices


def _bytes_one_by_one(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
    weights = gradients = average = 4.0 * parameters
    optimiser = 4.0 * muon + 8.0 * (parameters - muon)
    return (weights + gradients + optimiser + average) / {"ddp": 1, "fsdp": devices}[strategy]


def _asks(says: str, parameters: int, muon: int, devices: int, strategy: str, numbers: float) -> Case:
    return Case(
        says,
        lambda f: float(f(parameters, muon, devices=devices, strategy=strategy)),
        expected=lambda: 4 * numbers,
    )


STATE_BYTES = Exercise(
    name="state_bytes",
    reference=state_bytes,
    cases=(
        _asks("a million parameters, all AdamW's, on one device", 1_000_000, 0, 1, "ddp", 5e6),
        _asks("a million parameters, all Muon's, on one device", 1_000_000, 1_000_000, 1, "ddp", 4e6),
        _asks("a million parameters, 900,000 of them Muon's, on one device", 1_000_000, 900_000, 1, "ddp", 4.1e6),
        _asks("the same copied to 8 devices (ddp)", 1_000_000, 900_000, 8, "ddp", 4.1e6),
        _asks("the same sharded over 8 devices (fsdp)", 1_000_000, 900_000, 8, "fsdp", 4.1e6 / 8),
    ),
    mistakes=(
        Mistake(
            "average forgotten",
            _bytes(fixed=2),
            "one number for each parameter is missing: the average (Ema) is a whole second copy of the weights",
        ),
        Mistake(
            "gradients and average forgotten",
            _bytes(fixed=1),
            "you count weights and optimiser only: there are the gradients, and the average (Ema)",
        ),
        Mistake(
            "Muon keeps two",
            _bytes(muon=2),
            "you count two numbers for each of Muon's parameters; Muon keeps one, its momentum",
        ),
        Mistake(
            "AdamW keeps one",
            _bytes(adam=1),
            "you count one number for each of AdamW's parameters; it keeps two: the mean of the gradients and of "
            "their squares",
        ),
        Mistake(
            "half precision",
            _bytes(each=2),
            "you count two bytes for a number. All of this is kept in float32, also with bf16-mixed: small updates "
            "would be lost otherwise",
        ),
        Mistake(
            "numbers and not bytes",
            _bytes(each=1),
            "you have counted how many numbers there are; each of them, a float32, takes four bytes",
        ),
        Mistake(
            "AdamW's for all",
            _bytes(muon=3),
            "you count AdamW's two numbers for Muon's parameters as well: a parameter has one optimiser, and Muon's "
            "have nothing but a momentum",
        ),
        Mistake(
            "ddp divides",
            _bytes(divides=("ddp", "fsdp")),
            "with ddp each device has a copy of everything: only fsdp divides by the devices",
        ),
        Mistake(
            "fsdp does not divide",
            _bytes(divides=()),
            "your fsdp is as large as ddp: fully sharded means that every device keeps one slice of everything",
        ),
        Mistake(
            "only weights sharded",
            _sharded(weights=True),
            "you divide the weights by the devices and nothing else; fsdp shards gradients, optimiser and average too",
        ),
        Mistake(
            "only the optimiser sharded",
            _sharded(optimiser=True),
            "you divide the optimiser's numbers by the devices and nothing else; fsdp shards weights, gradients and "
            "average too",
        ),
        Mistake(
            "optimiser and gradients sharded",
            _sharded(optimiser=True, gradients=True),
            "you divide optimiser and gradients by the devices; fsdp shards weights and average too",
        ),
        Mistake(
            "average not sharded",
            _sharded(weights=True, optimiser=True, gradients=True),
            "you divide all but the average by the devices; fsdp shards everything",
        ),
        Mistake(
            "all devices together",
            _all_devices,
            "you count what all devices hold together; asked for is what is on *every* one of them",
        ),
        Mistake(
            "exchanged strategies",
            _bytes(divides=("ddp",)),
            "ddp and fsdp are exchanged: with ddp each device has a copy of everything, fsdp cuts everything into "
            "slices",
        ),
        Mistake(
            "optimiser forgotten",
            _bytes(muon=0, adam=0),
            "what the optimiser remembers is missing: one number for each of Muon's parameters, two for each of "
            "AdamW's",
        ),
        Mistake(
            "Muon remembers nothing",
            _bytes(muon=0),
            "you count nothing for Muon's parameters in the optimiser; Muon keeps one number, its momentum",
        ),
        Mistake(
            "AdamW remembers nothing",
            _bytes(adam=0),
            "you count nothing for AdamW's parameters in the optimiser; it keeps two numbers for each of them",
        ),
        Mistake(
            "optimisers exchanged",
            _bytes(muon=2, adam=1),
            "Muon and AdamW are exchanged: Muon remembers one number for each of its parameters, AdamW two",
        ),
        Mistake(
            "one too many",
            _bytes(fixed=4),
            "you count one number for each parameter too many: weight, gradient and average are three",
        ),
        Mistake(
            "double precision",
            _bytes(each=8),
            "you count eight bytes for a number; a float32 has four",
        ),
        Mistake(
            "bits",
            _bytes(each=32),
            "you count bits; a float32 has 32 of them, which are 4 bytes",
        ),
    ),
    alternatives=(_bytes(), _bytes_one_by_one),
    hints=(
        "Four things have the size of the network or a multiple of it. How many numbers for each parameter is each?",
        "Weights 1, gradients 1, average 1, and the optimiser: 1 for each of Muon's parameters, 2 for each of AdamW's. "
        "A float32 has 4 bytes.",
        "`4 * (3 * parameters + muon + 2 * (parameters - muon))`, divided by `devices` if the strategy is fsdp.",
    ),
    becomes="minisora/training/estimate.py",
    minutes=8,
    difficulty=1,
    points=2,
)


def presets_in_numbers() -> str:
    """A table of what the presets' transformers take: parameters, tokens, arithmetic, memory on each device."""
    head = ("parameters", "tokens", "FLOP a clip", "6·p·n of it", "   state", "with batch", "devices")
    lines = [f"{'':8}" + "".join(f"{name:>{len(name) + 2}}" for name in head)]
    for name, preset in PRESETS.items():
        work = text_to_video_work(preset.dit, shape := latent_shape_of(preset))
        on: dict[str, Any] = {"devices": preset.devices, "strategy": preset.strategy}
        whole = estimate(work, batch=preset.batch, teraflops=400, precision=preset.precision, fused=True, steps=1, **on)
        tokens = math.prod(shape) // preset.dit.patch**2 + CAPTION
        share = 6 * work.parameters * tokens / work.flops
        cells = (amount(work.parameters), str(tokens), amount(work.flops), f"{share:.0%}")
        state = amount(state_bytes(work.parameters, work.muon_parameters, **on)) + "B"
        cells = (*cells, state, amount(whole.memory) + "B", str(preset.devices))
        lines.append(f"{name:8}" + "".join(f"{cell:>{len(h) + 2}}" for cell, h in zip(cells, head, strict=True)))
    return "\n".join(lines)
