"""Students of few steps: ``python experiments/few_steps.py``; writes ``data/ladder/few_steps.*``.

A small teacher in pixels (five frames of 16x16). First its guidance becomes part of the network, for any scale (Meng et
al. 2022, 2210.03142). Then either progressive distillation, 16 steps to 8, 4, 2 and 1 (Salimans & Ho 2022, 2202.00512),
or a shortcut model (Frans et al. 2024, 2410.12557), one network for all numbers of steps. Each is compared with the
teacher's clips of 64 guided steps from the same noise, beside the teacher's own Euler and ab2 with as few calls.

What is trained is kept in ``runs/few_steps`` and not trained again.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.cascade import Stage
from minisora.cascade.fit import fit, flow_loss, picked, spread_times, without_some
from minisora.cascade.saved import load_networks, same_weights, save_networks
from minisora.cascade.world import Drawn, coloured, draw, obeyed, tiny, to_video
from minisora.diffusion import ab2, euler, sample, time_grid
from minisora.diffusion.distil import MeanVelocity, distil_guidance, halving_target, mean_step
from minisora.diffusion.path import STRAIGHT
from minisora.evaluation.features import RandomFeatures
from minisora.evaluation.frechet import frechet_distance
from minisora.files import replacing
from minisora.model import DiT

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/few_steps")
SHAPE = (5, 16, 16)
CLIPS, NEW, BATCH = 2048, 64, 16
TOLD = 2  #: Numbers that a student is told: the length of its step, and the scale.
SCALES = (1.0, 6.0)  #: That guidance is distilled for.
SCALE = 3.0  #: At which all is compared.
TEACHER, GUIDED, ROUND, SHORTCUT = 1500, 250, 150, 400  #: Steps.
FINEST = 16  #: Steps that the first student's teacher takes.
CALLS = (1, 2, 4, 8, 16)
KEPT = ("teacher", "guided", "in 4", "in 1", "shortcut")  #: Networks for the chapter.


def told(stage: Stage, t: Tensor, s: Tensor, scale: Tensor) -> Tensor:
    """What the network is told of a segment."""
    length, scale = (each.expand(len(scale), 1, 1, 1, 1).reshape(-1, 1) for each in (t - s, scale))
    return stage.told(torch.cat([length, scale / SCALES[1]], dim=1))


def student_of(network: DiT, ids: Tensor, scale: Tensor) -> MeanVelocity:
    """The mean velocity of a segment, guided by ``scale``, ``b 1 1 1 1``."""
    stage, text = Stage(network, SHAPE), ids

    def mean_velocity(x: Tensor, t: Tensor, s: Tensor) -> Tensor:
        t, s = (torch.as_tensor(each).to(x).reshape(-1, 1, 1, 1, 1)[: len(x)] for each in (t, s))
        t, s = t.expand(len(x), 1, 1, 1, 1), s.expand(len(x), 1, 1, 1, 1)
        return stage.velocity(text, known=told(stage, t, s, scale))(x, t)

    return mean_velocity


class Lessons:
    """Clips and captions, and losses that draw batches of them."""

    def __init__(self, drawn: Drawn) -> None:
        self.data, self.ids, self.empty = drawn.clips(SHAPE), drawn.ids(), drawn.tokenizer.encode([""])

    def teacher(self, network: DiT, dice: Generator) -> Tensor:
        chosen = picked(len(self.data), BATCH, dice)
        words = without_some(self.ids[chosen], 0.1, dice)
        return flow_loss(Stage(network, SHAPE).velocity(words), self.data[chosen], dice)

    def batch(self, dice: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Clips, noise, word ids, and a scale for each."""
        chosen = picked(len(self.data), BATCH, dice)
        x0 = self.data[chosen]
        scale = SCALES[0] + (SCALES[1] - SCALES[0]) * torch.rand(BATCH, generator=dice)
        return x0, torch.randn(x0.shape, generator=dice), self.ids[chosen], scale.view(-1, 1, 1, 1, 1)

    def guidance(self, teacher: DiT) -> Callable[[DiT, Generator], Tensor]:
        def loss(network: DiT, dice: Generator) -> Tensor:
            x0, noise, ids, scale = self.batch(dice)
            t = spread_times(BATCH, dice)
            both = Stage(teacher, SHAPE).velocity(torch.cat([ids, self.blank(ids)]))

            def pair(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
                better, worse = both(torch.cat([x, x]), torch.cat([t, t])).chunk(2)
                return better, worse

            def student(x: Tensor, t: Tensor, scale: Tensor) -> Tensor:
                return student_of(network, ids, scale)(x, t, t)

            return distil_guidance(student, pair, STRAIGHT.add_noise(x0, noise, t), t, scale)

        return loss

    def blank(self, ids: Tensor) -> Tensor:
        return torch.nn.functional.pad(self.empty, (0, ids.shape[1] - 1)).expand_as(ids)

    def halves(self, teacher: DiT, steps: int, *, velocity: bool) -> Callable[[DiT, Generator], Tensor]:
        """A student of ``steps`` steps, by a teacher of twice as many; in the first round by its ``velocity``."""

        def loss(network: DiT, dice: Generator) -> Tensor:
            x0, noise, ids, scale = self.batch(dice)
            t = (1 + torch.randint(steps, (BATCH, 1, 1, 1, 1), generator=dice)) / steps
            s, x = t - 1 / steps, STRAIGHT.add_noise(x0, noise, t)
            known = student_of(teacher, ids, scale)
            two = halving_target(lambda x, t, s: known(x, t, t if velocity else s), x, t, s)
            return (student_of(network, ids, scale)(x, t, s) - two).square().mean()

        return loss

    def shortcut(self, anchor: DiT) -> Callable[[DiT, Generator], Tensor]:
        """Three quarters of a batch follow the guided teacher's velocity, a quarter two steps of their own."""

        def loss(network: DiT, dice: Generator) -> Tensor:
            x0, noise, ids, scale = self.batch(dice)
            own = BATCH // 4 + BATCH // 4
            pieces = 2 ** torch.randint(5, (BATCH, 1, 1, 1, 1), generator=dice)  # of 1, 2, 4, 8 or 16
            index = (torch.rand(BATCH, 1, 1, 1, 1, generator=dice) * pieces).floor()
            t = (1 + index) / pieces
            s = t - 1 / pieces
            t[own:] = spread_times(BATCH - own, dice)
            s[own:] = t[own:]
            x = STRAIGHT.add_noise(x0, noise, t)
            with torch.no_grad():
                target = student_of(anchor, ids, scale)(x, t, t)
                # Below the finest pieces a segment is taken for its beginning, as the paper does it.
                finest = pieces[:own] == FINEST
                mine = student_of(network, ids[:own], scale[:own])
                two = halving_target(lambda x, t, s: mine(x, t, torch.where(finest, t, s)), x[:own], t[:own], s[:own])
                target[:own] = two
            return (student_of(network, ids, scale)(x, t, s) - target).square().mean()

        return loss


def trained(name: str, begin: DiT, loss: Callable[[DiT, Generator], Tensor], *, steps: int, rate: float = 1.0) -> DiT:
    """What is kept under this name, or a network that has learnt from ``begin``."""
    path = RUNS / f"{name}.safetensors"
    if path.exists():
        return load_networks(path)[name]
    network = same_weights(tiny(known=TOLD), begin)
    network, seconds = fit(network, loss, steps=steps, muon_lr=0.02 * rate, adam_lr=2e-3 * rate)
    network.requires_grad_(False)
    print(f"{name}: {steps} steps, {seconds:.0f} s", flush=True)
    save_networks(path, {name: network})
    with replacing(RUNS / f"{name}.json") as draft:
        draft.write_text(json.dumps({"steps": steps, "seconds": round(seconds)}) + "\n", encoding="utf-8")
    return network


def all_networks(lessons: Lessons) -> dict[str, DiT]:
    made = {"teacher": trained("teacher", tiny(known=TOLD), lessons.teacher, steps=TEACHER)}
    made["guided"] = trained("guided", made["teacher"], lessons.guidance(made["teacher"]), steps=GUIDED, rate=0.4)
    before, n = made["guided"], FINEST // 2
    while n:
        loss = lessons.halves(before, n, velocity=n == FINEST // 2)
        before = made[f"in {n}"] = trained(f"in {n}", before, loss, steps=ROUND, rate=0.3)
        n //= 2
    made["shortcut"] = trained("shortcut", made["guided"], lessons.shortcut(made["guided"]), steps=SHORTCUT, rate=0.4)
    return made


@torch.no_grad()
def measure(networks: dict[str, DiT], new: Drawn) -> dict[str, Any]:
    ids, empty = new.ids(), new.tokenizer.encode([""])
    noise = torch.randn(len(ids), 3, *SHAPE, generator=Generator().manual_seed(7))
    scale = torch.full((len(ids), 1, 1, 1, 1), SCALE)
    look = RandomFeatures((1, 5, 5), count=24, generator=Generator().manual_seed(0))
    true = look(to_video(draw(256, seed=97).clips(SHAPE)))
    two = Stage(networks["teacher"], SHAPE).guided(ids, empty, scale=SCALE)
    goal = sample(two, noise, time_grid(64), step=ab2)

    def row(name: str, calls: int, x: Tensor) -> dict[str, Any]:
        video = to_video(x)
        found = {"by": name, "calls": calls, "error": round(float((x - goal).square().mean().sqrt()), 4)}
        found["distance"] = round(1000 * frechet_distance(true, look(video)), 2)
        found["motion"] = round(float(obeyed(video, new.scenes).float().mean()), 3)
        found["colour"] = round(float(coloured(video, new.scenes).float().mean()), 3)
        print(json.dumps(found), flush=True)
        return found

    def one(x: Tensor, t: Tensor) -> Tensor:
        """The guided network's velocity: a segment of no length."""
        return segments(student_of(networks["guided"], ids, scale))(x, t, t)

    rows = [row("teacher, ab2", 64, goal)]
    rows.append(row("guidance distilled, ab2", 64, sample(one, noise, time_grid(64), step=ab2)))
    for n in CALLS:
        times = time_grid(n)
        ways = {"teacher, Euler": (two, euler), "teacher, ab2": (two, ab2), "guidance distilled, ab2": (one, ab2)}
        for name, key in (("progressive", f"in {n}"), ("shortcut", "shortcut")):
            if key in networks:
                ways[name] = (two, mean_step(segments(student_of(networks[key], ids, scale))))
        rows += [row(name, n, sample(velocity, noise, times, step=step)) for name, (velocity, step) in ways.items()]
    return {"rows": rows}


def segments(student: MeanVelocity) -> MeanVelocity:
    """A student that is told a time for each token, all of them alike, as the sampler does."""
    return lambda x, t, s: student(x, t[:, :, :1, :1, :1], s[:, :, :1, :1, :1])


def main() -> int:
    torch.set_num_threads(1)
    drawn, new = draw(CLIPS, seed=0), draw(NEW, seed=99)
    networks = all_networks(Lessons(drawn))
    cost = {name: json.loads((RUNS / f"{name}.json").read_text("utf-8")) for name in networks}
    result = {"command": "python experiments/few_steps.py", "clips": CLIPS, "new clips": NEW, "scale": SCALE}
    result |= {"trained": cost, **measure(networks, new)}
    save_networks(OUT / "few_steps.safetensors", {name: networks[name] for name in KEPT})
    with replacing(OUT / "few_steps.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time():.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
