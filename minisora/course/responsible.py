"""What chapter 17 draws and does to files and clips: changes of a signed file, attacks on a mark, charts and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from minisora.course import plots
from minisora.marks.attacks import blur, noise, rescaled
from minisora.marks.reencode import through_file, uploaded
from minisora.pipeline import Pipeline
from minisora.worlds.render import PALETTE, render
from minisora.worlds.shapes import ShapesWorld

Attack = Callable[[Tensor], Tensor]


def changes(signed: bytes) -> dict[str, bytes]:
    """A signed mp4 after three changes of which each may be noticed."""
    place = signed.index(b"mdat") + 400
    said, other = b"trainedAlgorithmicMedia", b"digitalCapture"
    return {
        "nothing": signed,
        "one bit of the pictures": signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :],
        "'a camera made it'": signed.replace(said, other.ljust(len(said), b"s")),
        "a message in free space": signed + (8 + 16).to_bytes(4, "big") + b"free" + b"nobody looks her",
    }


def attacks(pipeline: Pipeline) -> dict[str, Attack]:
    """What happens to a clip ``3 t h w`` on its way."""

    return {
        "nothing": lambda clip: clip,
        "grain": lambda clip: noise(clip[None], 0.1, generator=Generator().manual_seed(1))[0],
        "blurred": lambda clip: blur(clip[None], 0.8)[0],
        "smaller and back": lambda clip: rescaled(clip[None], 0.75)[0],
        "darker": lambda clip: 0.7 * clip - 0.2,
        "a pixel aside": lambda clip: clip.roll(1, dims=3),
        "through the codec": lambda clip: through_codec(pipeline, clip[None])[0],
    }


def journeys(pipeline: Pipeline) -> dict[str, Attack]:
    """What happens to the pixels of a file ``3 t h w`` that is handed on."""
    return {
        "nothing": lambda clip: clip,
        "as mp4 (256 x 256)": lambda clip: through_file(clip, ".mp4"),
        "and half of that, crf 28": lambda clip: uploaded(through_file(clip, ".mp4"), crf=28, side=128),
        "64 x 64, crf 28": lambda clip: uploaded(clip, crf=28, side=64),
        "through our codec": lambda clip: through_codec(pipeline, clip[None])[0],
    }


@torch.no_grad()
def through_codec(pipeline: Pipeline, video: Tensor) -> Tensor:
    """Clips ``b 3 t h w`` encoded and decoded."""
    parts = [pipeline.codec.decode(pipeline.codec.encode(some.to(pipeline.device))).cpu() for some in video.split(4)]
    return torch.cat(parts)


def fresh(n: int, seed: int) -> Tensor:
    """Drawn clips ``n 3 5 64 64`` that nobody has marked."""
    scenes = ShapesWorld(backgrounds=("black", "grey", "navy")).sample(n, generator=Generator().manual_seed(seed))
    return render(scenes, frames=5, height=64, width=64)


def grain(clip: Tensor) -> Tensor:
    """What differs from its surroundings in a clip ``3 t h w``, without what is large: ``h w``."""
    frame = clip.mean((0, 1))
    around = F.avg_pool2d(frame[None, None], 5, stride=1, padding=2, count_include_pad=False)[0, 0]
    return (frame - around).clamp(-0.1, 0.1)


def told(clip: Tensor) -> str:
    """What is to be seen in a clip ``3 t h w`` of one thing before a plain ground: its colour, and where it goes.

    For alt texts: whoever cannot see it is told no more than is there to be seen.
    """
    first, last = (_told(frame) for frame in (clip[:, 0], clip[:, -1]))
    return f"{first} at first, {last} at last"


def _told(frame: Tensor) -> str:
    edge = torch.cat([frame[:, 0], frame[:, -1], frame[:, :, 0], frame[:, :, -1]], 1)
    apart = (frame - edge.median(1).values[:, None, None]).square().sum(0)
    if float(apart.max()) < 0.05:
        return "nothing"
    thing = apart > 0.3 * apart.max()
    colour = (frame[:, thing].mean(1) + 1) / 2
    named = min(PALETTE, key=lambda name: float((torch.tensor(PALETTE[name]) - colour).square().sum()))
    row, column = (
        float(axis.double().mean()) / side for axis, side in zip(thing.nonzero().T, thing.shape, strict=True)
    )
    where = [
        pair[place > 0.5]
        for pair, place in ((("over", "under"), row), (("left of", "right of"), column))
        if abs(place - 0.5) > 0.1
    ]
    return f"something {named} {' and '.join(where) + ' the middle' if where else 'in the middle'}"


def mark_strips(clip: Tensor, marked: Tensor) -> plots.Picture:
    """A clip, the same with a mark, and what the mark is."""
    rows = {"as made": clip, "marked": marked, "difference x 20": (20 * (marked - clip)).clamp(-1, 1)}
    alt = (
        told(clip),
        "the same, under a grain that one sees only beside the row above",
        "squares of two pixels, black, grey and white by chance, the same ones in every frame",
    )
    return plots.strips(rows, alt=dict(zip(rows, alt, strict=True)), moving=False)


def bits_chart(agree: dict[str, float], bits: int, *, proof: int, title: str) -> plots.Picture:
    """How many bits are still read after each attack."""
    with plots.canvas(size=(7.4, 2.8)) as axes:
        axes.barh(list(agree)[::-1], list(agree.values())[::-1], color="#4477aa")
        axes.axvline(bits / 2, color="black", linestyle="--", label="chance")
        axes.axvline(proof, color="#aa3377", label="one in eight million")
        axes.set(xlim=(0, bits), xlabel=f"bits that agree, of {bits} (mean)", title=title)
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    said = ", ".join(f"{name} {each:.0f}" for name, each in agree.items())
    return plots.drawn(axes, alt=f"bits read, {title}: {said}")


def ratios_chart(sets: dict[str, Any], which: tuple[str, ...]) -> plots.Picture:
    """Extraction ratios, sorted, a panel for each training set."""
    said = []
    with plots.canvas(size=(9.6, 2.8), panels=len(sets)) as panels:
        for axes, (name, row) in zip(panels, sets.items(), strict=True):
            for each, style in zip(which, ("-", "--", ":"), strict=True):
                ratios = torch.tensor(row["ratios"][each])
                axes.plot(ratios, torch.linspace(0, 1, len(ratios)), style, label=each)
            axes.set(title=f"{name} clips", xlabel="ratio", xlim=(0, 2))
            halves = ", ".join(f"{each} {torch.tensor(row['ratios'][each]).median():.2f}" for each in which)
            said.append(f"of {name} clips {halves}")
        panels[0].set(ylabel="share below")
        panels[-1].legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    return plots.drawn(panels, alt=f"extraction ratios, sorted; half of them lie below: {'; '.join(said)}")


def skew_chart(bias: dict[str, Any], aims_at: Callable[..., Tensor]) -> plots.Picture:
    """The share of red circles against guidance: measured, and what guidance aims at."""
    said = []
    with plots.canvas(size=(9, 2.9), panels=2) as panels:
        for axes, (name, rows) in zip(panels, bias["guidance"].items(), strict=True):
            numbers = (torch.tensor([row[key] for row in rows]) for key in ("scale", "share", "low", "high"))
            scale, share, low, high = numbers
            bars = torch.stack([share - low, high - share])
            axes.errorbar(scale, share, bars, fmt="o", label=f"measured ({rows[0]['of']} clips)", markersize=4)
            worded, open_ = (torch.tensor([x, 1 - x]) for x in bias["training"][name].values())
            line = torch.linspace(0, 8, 50)
            axes.plot(line, [float(aims_at(worded, open_, scale=float(s))[0]) for s in line], label="aimed at")
            axes.axhline(float(worded[0]), color="black", linestyle=":", label="of the training circles")
            axes.set(title=f"skew {name}", xlabel="guidance", ylim=(0.3, 1.02))
            points = ", ".join(f"{row['share']:.0%} at {row['scale']:g}" for row in rows)
            ends = " to ".join(f"{float(aims_at(worded, open_, scale=end)[0]):.0%}" for end in (0.0, 8.0))
            said.append(f"skew {name} {points}, aimed at {ends}")
        panels[0].set(ylabel="red circles")
        panels[1].legend(fontsize=7, loc="lower right")
    return plots.drawn(panels, alt=f"share of red circles against guidance: {'; '.join(said)}")


def filter_table(misuse: dict[str, Any]) -> str:
    """What each filter of prompts stops of each kind, and in brackets what it does not understand."""
    filters = misuse["filters"]
    heads = [name.partition(", ") for name in filters]
    lines = [" " * 22 + "".join(f"{part:>18}" for part in parts) for parts in zip(*heads, strict=True)][::2]
    for kind in next(iter(filters.values()))["kinds"]:
        cells = [row["kinds"][kind] for row in filters.values()]
        said = [f"{c['stopped']} of {c['of']}" + (f" ({c['unread']})" if c["unread"] else "") for c in cells]
        lines.append(f"{kind:22}" + "".join(f"{each:>18}" for each in said))
    for what in ("recall", "precision"):
        lines.append(f"{what:22}" + "".join(f"{row[what]:18.2f}" for row in filters.values()))
    return "\n".join(lines)
