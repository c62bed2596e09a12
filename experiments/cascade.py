"""A cascade of three stages against one network: ``python experiments/cascade.py``; writes ``data/ladder/cascade.*``.

Three frames of 16x16 pixels by a base network, five frames by a second, 32x32 by a third (Imagen Video, 2210.02303, on
the smallest scale that shows anything), each with 0.25 million numbers. All learn on clips as they should be, noised at
random (Ho et al. 2021, 2106.15282). One network of the same kind learns the same clips at once, with as much
arithmetic. What noise at sampling is worth is asked by ``augmentation.py``.

What is trained is kept in ``runs/cascade`` and not trained again.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.cascade import Stage, cascade
from minisora.cascade.fit import fit, flow_loss, picked, without_some
from minisora.cascade.saved import load_networks, save_networks
from minisora.cascade.world import coloured, draw, obeyed, tiny, to_video
from minisora.evaluation.features import RandomFeatures
from minisora.evaluation.frechet import frechet_distance
from minisora.files import replacing
from minisora.model import DiT
from minisora.model.flops import flops

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/cascade")
CLIPS, NEW = 2048, 48  #: To learn from, and to measure with.
#: Frames, rows and columns; seconds between frames; steps; clips of a batch.
STAGES = {
    "base": ((3, 16, 16), 1.0, 900, 16),
    "temporal": ((5, 16, 16), 0.5, 280, 16),
    "spatial": ((5, 32, 32), 0.5, 220, 8),
}
BEFORE = {"temporal": "base", "spatial": "temporal"}
MOST = 0.35  #: Noise on conditions in training: from 0 to this.
LEVELS = (0.1, 0.2)  #: At sampling, on what goes into the temporal stage and into the spatial one.
STEPS, GUIDANCE = 6, 2.0


def stage_of(name: str, network: DiT) -> Stage:
    shape, seconds, *_ = STAGES.get(name, STAGES["spatial"])
    return Stage(network, shape, seconds)


def clips_of(drawn: Any, name: str) -> Tensor:
    shape, seconds, *_ = STAGES.get(name, STAGES["spatial"])
    return drawn.clips(shape, fps=1 / seconds)


def arithmetic(name: str, steps: int, batch: int) -> float:
    """Operations of a training."""
    (frames, height, width), *_ = STAGES.get(name, STAGES["spatial"])
    network = tiny(known=64 if name in BEFORE else 0)
    return 3.0 * flops(network.config, frames * height * width // 16, 7) * steps * batch


def train(name: str, drawn: Any) -> None:
    """One stage, or ``single``: the whole clip by one network, at the arithmetic of the three."""
    _, _, steps, batch = STAGES.get(name, STAGES["spatial"])
    if name == "single":
        whole = sum(arithmetic(each, *STAGES[each][2:]) for each in STAGES)
        steps = round(whole / arithmetic(name, 1, batch))
    high, ids = clips_of(drawn, name), drawn.ids()
    low = clips_of(drawn, BEFORE[name]) if name in BEFORE else None

    def loss(network: DiT, dice: Generator) -> Tensor:
        chosen = picked(len(drawn), batch, dice)
        stage, known = stage_of(name, network), None
        if low is not None:
            known = stage.condition(low[chosen], MOST * torch.rand(batch, generator=dice), generator=dice)
        velocity = stage.velocity(without_some(ids[chosen], 0.1, dice), known=known)
        return flow_loss(velocity, high[chosen], dice)

    said: list[float] = []
    network, seconds = fit(
        tiny(known=64 if low is not None else 0), loss, steps=steps, watch=lambda i, v: said.append(v)
    )
    about = {"steps": steps, "batch": batch, "seconds": round(seconds), "loss": round(sum(said[-50:]) / 50, 4)}
    about["operations"] = arithmetic(name, steps, batch)
    print(name, json.dumps(about), flush=True)
    save_networks(RUNS / f"{name}.safetensors", {name: network})
    with replacing(RUNS / f"{name}.json") as draft:
        draft.write_text(json.dumps(about) + "\n", encoding="utf-8")


class Looks:
    """How far made clips are from true ones, by random features of frames."""

    def __init__(self, true: Tensor) -> None:
        self.features = RandomFeatures((1, 5, 5), count=24, generator=Generator().manual_seed(0))
        self.true = self.features(to_video(true))

    def __call__(self, data: Tensor) -> float:
        return round(1000 * frechet_distance(self.true, self.features(to_video(data))), 3)


def measure(networks: dict[str, DiT], new: Any, others: Any) -> dict[str, Any]:
    """The cascade beside the single network."""
    stages = {name: stage_of(name, network) for name, network in networks.items()}
    ids, empty = new.ids(), new.tokenizer.encode([""])
    looks = Looks(others.clips((5, 32, 32)))

    def judged(data: Tensor) -> dict[str, float]:
        video = to_video(data)
        shares = {"motion": obeyed(video, new.scenes), "colour": coloured(video, new.scenes)}
        return {"distance": looks(data)} | {name: round(float(each.float().mean()), 3) for name, each in shares.items()}

    three = [stages[name] for name in STAGES]
    spent, dice = {}, Generator().manual_seed(3)
    begin = time.process_time()
    run: dict[str, Any] = {"generator": dice, "steps": 2 * STEPS}
    base, small = cascade(three[:2], ids, empty, levels=LEVELS[:1], scales=[GUIDANCE, 1.0], **run)
    spent["two stages"] = time.process_time() - begin
    begin = time.process_time()
    _, large = cascade(three[1:], ids, empty, levels=LEVELS[1:], generator=dice, steps=STEPS, first=small)
    spent["spatial"] = time.process_time() - begin
    begin = time.process_time()
    whole = stages["single"].sample(ids, empty, generator=Generator().manual_seed(3), steps=2 * STEPS, scale=GUIDANCE)
    spent["single"] = time.process_time() - begin
    result: dict[str, Any] = {"cascade": judged(large), "single": judged(whole)}
    result["true"] = judged(new.clips((5, 32, 32)))
    result["seconds"] = {name: round(value, 1) for name, value in spent.items()}
    for name, data in (("base", base), ("temporal", small)):
        result[name] = {"motion": round(float(obeyed(to_video(data), new.scenes).float().mean()), 3)}
    return result


def main() -> int:
    torch.set_num_threads(1)
    drawn, new, others = draw(CLIPS, seed=0), draw(NEW, seed=99), draw(NEW, seed=98)
    names = [*STAGES, "single"]
    for name in names:
        if not (RUNS / f"{name}.json").exists():
            train(name, drawn)
    networks = {name: load_networks(RUNS / f"{name}.safetensors")[name] for name in names}
    trained = {name: json.loads((RUNS / f"{name}.json").read_text("utf-8")) for name in names}
    result = {"command": "python experiments/cascade.py", "clips": CLIPS, "new clips": NEW, "steps": STEPS}
    result |= {"levels": LEVELS, "guidance": GUIDANCE, "trained": trained, **measure(networks, new, others)}
    save_networks(OUT / "cascade.safetensors", {name: networks[name] for name in STAGES})
    with replacing(OUT / "cascade.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time():.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
