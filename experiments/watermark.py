"""Does an invisible watermark survive what happens to clips, and what takes it out? ``python experiments/watermark.py``

Trains the two networks of ``minisora/marks`` (about four minutes of one core; kept in ``runs/watermark`` and not
trained again), then measures on clips that they never saw: half of them drawn, half of them through the codec, as made
clips are. Beside each attack stand its floors: the same done to clips without a mark, and the mark looked for under
another number. Weights go to ``data/checkpoints/watermark.safetensors``, what was measured to
``data/ladder/watermark.json``, and its table is printed for docs/provenance.md.

    python experiments/watermark.py train      # the networks alone
    python experiments/watermark.py measure    # with the shipped ones
    python experiments/watermark.py table      # print what was measured
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.checkpoint import card_path, save_checkpoint, shipped_folder
from minisora.files import replacing
from minisora.marks import attacks, reencode, removal
from minisora.marks.invisible import FALSE_ALARM, KIND, NAME, PSNR, detect, embed, load_watermark, read
from minisora.marks.learning import watermark_loss
from minisora.marks.message import BITS, DEFAULT, needed_for
from minisora.marks.network import Watermark, WatermarkConfig
from minisora.networks import load_codec
from minisora.worlds import DigitsWorld, ShapesWorld
from minisora.worlds.drawn import draw

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder" / f"{NAME}.json"
RUNS = Path("runs/watermark")
STEPS, BATCH, RATE = 1300, 16, 3e-3
LOUD, FAINT = 32.0, 40.0  #: dB at the beginning of training, and from its middle on.
TESTED, WRONG = 6, 40  #: Clips for each attack, and other numbers that each is asked for.

Attack = Callable[[Tensor], Tensor]


def codec_of() -> Attack:
    codec, _ = load_codec(shipped_folder() / "codec.safetensors")
    codec.eval().requires_grad_(False)
    return lambda video: codec.decode(codec.encode(video)).clamp(-1, 1)


def clips(many: int, *, seed: int, height: int = 64, width: int = 64, frames: int = 17) -> Tensor:
    """Drawn clips ``many 3 frames height width``, every fourth of digits, the later half through the codec."""
    dice = Generator().manual_seed(seed)
    shapes = ShapesWorld().sample(many - many // 4, generator=dice, aspect=width / height)
    digits = DigitsWorld().sample(many // 4, generator=dice)
    parts = [
        draw(scenes[i : i + 16], frames=frames, height=height, width=width)
        for scenes in (shapes, digits)
        for i in range(0, len(scenes), 16)
    ]
    drawn = torch.cat(parts)[torch.randperm(many, generator=dice)]
    made = [codec_of()(some) for some in drawn[many // 2 :].split(8)]
    return torch.cat([drawn[: many // 2], *made])


def train() -> None:
    if (RUNS / f"{NAME}.safetensors").exists():
        return
    dice = Generator().manual_seed(0)
    frames = clips(192, seed=1, frames=9).movedim(2, 1).flatten(0, 1)
    torch.manual_seed(0)
    network = Watermark(WatermarkConfig())
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, betas=(0.9, 0.98))
    begin, losses = time.process_time(), []
    for step in range(STEPS):
        batch = frames[torch.randint(0, len(frames), (BATCH,), generator=dice)]
        psnr = LOUD + (FAINT - LOUD) * min(1.0, step / (0.5 * STEPS))
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 30) * (1 - 0.95 * step / STEPS)
        loss = watermark_loss(network, batch, psnr=psnr, generator=dice)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}: {sum(losses[-100:]) / 100:.3f}, {time.process_time() - begin:.0f} s", flush=True)
    card: dict[str, Any] = {
        "kind": KIND,
        "settings": vars(network.config),
        "command": "python experiments/watermark.py",
        "steps": STEPS,
        "batch": BATCH,
        "seed": 0,
        "seconds": round(time.process_time() - begin),
        "data": "192 clips of 9 x 64 x 64, three quarters shapes, a quarter digits; half of them through the codec",
        "psnr": [LOUD, FAINT],
        "loss": round(sum(losses[-100:]) / 100, 3),
        "parameters": sum(p.numel() for p in network.parameters()),
    }
    RUNS.mkdir(parents=True, exist_ok=True)
    path = save_checkpoint(RUNS, NAME, {key: value.half() for key, value in network.state_dict().items()}, card)
    for each in (path, card_path(path)):
        shutil.copy(each, shipped_folder() / each.name)


def on_its_way() -> dict[str, Attack]:
    """What happens to a clip ``3 t h w`` without anybody meaning harm, and with."""

    def over(attack: Callable[[Tensor], Tensor]) -> Attack:
        return lambda clip: attack(clip[None])[0]

    def dice() -> Generator:
        return Generator().manual_seed(5)

    return {
        "nothing": lambda clip: clip,
        "mp4, as minisora writes it": lambda clip: reencode.through_file(clip, ".mp4"),
        "webm": lambda clip: reencode.through_file(clip, ".webm"),
        "gif (256 colours)": lambda clip: reencode.through_file(clip, ".gif"),
        "mp4 and uploaded: crf 28": lambda clip: reencode.uploaded(reencode.through_file(clip, ".mp4"), crf=28),
        "mp4 and uploaded: crf 40": lambda clip: reencode.uploaded(reencode.through_file(clip, ".mp4"), crf=40),
        "uploaded at its own 64 pixels, crf 28": lambda clip: reencode.uploaded(clip, crf=28, side=min(clip.shape[2:])),
        "screenshot of one frame, png": lambda clip: reencode.screenshot(clip, frame=7),
        "screenshot of one frame, jpeg 50": lambda clip: reencode.screenshot(clip, frame=7, jpeg=50),
        "half of the frames dropped": over(lambda v: attacks.frames_dropped(v, 0.5, generator=dice())),
        "crop to 0.8 of both sides": over(lambda v: attacks.cropped(v, 0.8, generator=dice())),
        "crop to 0.5 of both sides": over(lambda v: attacks.cropped(v, 0.5, generator=dice())),
        "half the size and back": over(lambda v: attacks.rescaled(v, 0.5)),
        "blur of 1 pixel": over(lambda v: attacks.blur(v, 1.0)),
        "blur of 2 pixels": over(lambda v: attacks.blur(v, 2.0)),
        "noise of 0.1": over(lambda v: attacks.noise(v, 0.1, generator=dice())),
        "noise of 0.4": over(lambda v: attacks.noise(v, 0.4, generator=dice())),
        "brighter by 0.2, contrast 1.3": over(lambda v: attacks.brightened(v, add=0.2, contrast=1.3)),
        "grey": over(lambda v: attacks.brightened(v, colour=0.0)),
        "mirrored": lambda clip: clip.flip(3),
        "squeezed to 0.8 of its width": over(lambda v: attacks.scaled(v, v.shape[3], round(0.8 * v.shape[4]))),
    }


def on_purpose(others: Tensor) -> dict[str, Attack]:
    """What somebody does who wants to be rid of it; ``others``: clips with the same mark, ``b 3 t h w``."""
    again = codec_of()
    ways: dict[str, Attack] = {
        "through the codec once": lambda clip: removal.regenerated(clip, again),
        "noise of 0.2, then through the codec": lambda clip: removal.regenerated(clip, again, noise=0.2),
    }
    for many in (1, 4, 16):
        if many <= len(others):
            mark = removal.averaged_mark(list(others[:many]))
            ways[f"the mean of {many} marked clips taken away"] = lambda clip, mark=mark: removal.subtracted(clip, mark)
    return ways


def psnr(a: Tensor, b: Tensor) -> float | None:
    """In dB, of clips of one shape."""
    return round(float(10 * torch.log10(4 / (a - b).square().mean())), 1) if a.shape == b.shape else None


def measured(name: str, attack: Attack, marked: Tensor, plain: Tensor) -> dict[str, Any]:
    attacked = [attack(clip) for clip in marked]
    readings = [read(clip) for clip in attacked]
    right = [detect(clip, reading=reading) for clip, reading in zip(attacked, readings, strict=True)]
    wrong = [detect(marked[0], 1000 + i, reading=reading) for reading in readings for i in range(WRONG)]
    blank = [detect(clip) for clip in map(attack, plain)]
    kept = [p for a, m in zip(attacked, marked, strict=True) if (p := psnr(a, m)) is not None and p < 100]
    row = {
        "attack": name,
        "clips": len(right),
        "bits_right": round(sum(each.matches for each in right) / (BITS * len(right)), 4),
        "found": sum(each.found for each in right),
        "worst_chance": max(each.chance for each in right),
        "psnr_of_attack": round(sum(kept) / len(kept), 1) if kept else None,
        "wrong_number": {
            "asked": len(wrong),
            "found": sum(each.found for each in wrong),
            "bits_right": round(sum(each.matches for each in wrong) / (BITS * len(wrong)), 4),
            "most_matches": max(each.matches for each in wrong),
        },
        "unmarked": {
            "clips": len(blank),
            "found": sum(each.found for each in blank),
            "bits_right": round(sum(each.matches for each in blank) / (BITS * len(blank)), 4),
            "most_matches": max(each.matches for each in blank),
        },
    }
    print(f"{name}: {row['bits_right']:.3f}, {row['found']} of {row['clips']} found", flush=True)
    return row


def measure() -> None:
    begin = time.process_time()
    plain = clips(2 * TESTED, seed=77)
    plain, blank = plain[::2], plain[1::2]
    marked = torch.stack([embed(clip) for clip in plain])
    others = torch.stack([embed(clip) for clip in clips(16, seed=78, frames=9)])
    forging = removal.averaged_mark(list(others))
    sizes = {}
    for height, width, frames in ((48, 80, 17), (96, 96, 17), (64, 64, 33), (64, 64, 1), (48, 80, 5)):
        some = clips(2, seed=79, height=height, width=width, frames=frames)
        each = [reencode.through_file(embed(clip), ".mp4") for clip in some]
        found = [detect(clip) for clip in each]
        name = f"{frames}x{height}x{width}"
        sizes[name] = {
            "clips": len(found),
            "found": sum(d.found for d in found),
            "bits_right": round(sum(d.matches for d in found) / (BITS * len(found)), 4),
        }
        print(name, sizes[name], flush=True)
    report = {
        "command": "python experiments/watermark.py measure",
        "bits": BITS,
        "number": DEFAULT,
        "psnr": PSNR,
        "psnr_measured": round(sum(psnr(a, b) or 0 for a, b in zip(marked, plain, strict=True)) / len(plain), 2),
        "false_alarm": FALSE_ALARM,
        "matches_needed": needed_for(FALSE_ALARM),
        "on_its_way": [measured(name, way, marked, blank) for name, way in on_its_way().items()],
        "on_purpose": [measured(name, way, marked, blank) for name, way in on_purpose(others).items()],
        "forged": measured("mean of 16 put into clips without a mark", lambda c: c, _forged(blank, forging), blank),
        "sizes_after_mp4": sizes,
        "seconds": round(time.process_time() - begin),
    }
    with replacing(OUT) as draft:
        draft.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _forged(blank: Tensor, mark: Tensor) -> Tensor:
    return torch.stack([removal.forged(clip, mark) for clip in blank])


def table() -> str:
    """What was measured, for the page."""
    report = json.loads(OUT.read_text(encoding="utf-8"))
    lines = ["| what was done | bits right | found | another number: bits, found | no mark: bits, found |"]
    lines.append("|---|---|---|---|---|")
    for row in (*report["on_its_way"], *report["on_purpose"], report["forged"]):
        wrong, blank = row["wrong_number"], row["unmarked"]
        lines.append(
            f"| {row['attack']} | {row['bits_right']:.3f} | {row['found']} of {row['clips']}"
            f" | {wrong['bits_right']:.3f}, {wrong['found']} of {wrong['asked']}"
            f" | {blank['bits_right']:.3f}, {blank['found']} of {blank['clips']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["train", "measure", "table"]
    if "train" in chosen:
        train()
    if "measure" in chosen:
        load_watermark()
        measure()
    if "table" in chosen:
        print(table())
