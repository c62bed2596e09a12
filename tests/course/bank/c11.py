"""Solutions to chapter 11 as people write them: buckets, rows, places, times and windows."""

from __future__ import annotations

import math

import torch

from minisora.diffusion.path import shift_time
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


@wrong("bucket", "ratios subtracted", r"logarithm")
def _(height, width, buckets):
    return min(buckets, key=lambda b: (abs(b[0] / b[1] - height / width), abs(math.log(b[0] * b[1] / height / width))))


@wrong("bucket", "width first", r"exchanged|height")
def _(height, width, buckets):
    def far(b):
        return abs(math.log(b[0] / b[1]) - math.log(width / height)), abs(math.log(b[0] * b[1] / (height * width)))

    return min(buckets, key=far)


@wrong("bucket", "only the ratio", r"first|same shape|pixels")
def _(height, width, buckets):
    return sorted(buckets, key=lambda b: abs(math.log(b[0] * width / (b[1] * height))))[0]


@wrong("bucket", "the distance of the sides", r"shape|sides")
def _(height, width, buckets):
    return min(buckets, key=lambda b: math.hypot(b[0] - height, b[1] - width))


@right("bucket", "a sort by both, the factors above 1")
def _(height, width, buckets):
    def factor(x):
        return max(x, 1 / x)

    order = sorted(buckets, key=lambda b: factor(b[0] * b[1] / (height * width)))
    return sorted(order, key=lambda b: round(factor(b[0] * width / (b[1] * height)), 9))[0]


@wrong("first_fit", "next fit", r"earlier|last row")
def _(lengths, room):
    rows, left = [], 0
    for i, n in enumerate(lengths):
        if n > room:
            raise ValueError("too long")
        if n > left or not rows:
            rows.append([])
            left = room
        rows[-1].append(i)
        left -= n
    return rows


@wrong("first_fit", "no break", r"last|first")
def _(lengths, room):
    rows, left = [], []
    for i, n in enumerate(lengths):
        if n > room:
            raise ValueError("too long")
        at = None
        for r, free in enumerate(left):
            if n <= free:
                at = r
        if at is None:
            rows.append([])
            left.append(room)
            at = -1
        rows[at].append(i)
        left[at] -= n
    return rows


@wrong("first_fit", "a clip too long gets a row", r"ValueError|nowhere")
def _(lengths, room):
    rows, left = [], []
    for i, n in enumerate(lengths):
        for r, free in enumerate(left):
            if n <= free:
                rows[r].append(i)
                left[r] -= n
                break
        else:
            rows.append([i])
            left.append(room - n)
    return rows


@right("first_fit", "sums each time")
def _(lengths, room):
    if lengths and max(lengths) > room:
        raise ValueError("longer than a row")
    rows = []
    for i, n in enumerate(lengths):
        for row in rows:
            if sum(lengths[j] for j in row) + n <= room:
                row.append(i)
                break
        else:
            rows.append([i])
    return rows


@wrong("pack", "zeros for nobody", r"padding|-1")
def _(clips, rows, room):
    packed = clips[0].new_zeros(len(rows), room, clips[0].shape[1])
    segments = torch.zeros(len(rows), room, dtype=torch.long, device=clips[0].device)
    for r, row in enumerate(rows):
        at = 0
        for k, i in enumerate(row):
            packed[r, at : at + len(clips[i])] = clips[i]
            segments[r, at : at + len(clips[i])] = k
            at += len(clips[i])
    return packed, segments


@wrong("pack", "the number of the clip in the list", r"list|of a row")
def _(clips, rows, room):
    packed = clips[0].new_zeros(len(rows), room, clips[0].shape[1])
    segments = torch.full((len(rows), room), -1, device=clips[0].device)
    for r, row in enumerate(rows):
        at = 0
        for i in row:
            packed[r, at : at + len(clips[i])] = clips[i]
            segments[r, at : at + len(clips[i])] = i
            at += len(clips[i])
    return packed, segments


@right("pack", "padded with F.pad")
def _(clips, rows, room):
    pad = torch.nn.functional.pad
    whole = [torch.cat([clips[i] for i in row]) for row in rows]
    owners = [
        torch.cat([torch.full_like(clips[i][:, 0], k, dtype=torch.long) for k, i in enumerate(row)]) for row in rows
    ]
    packed = torch.stack([pad(each, (0, 0, 0, room - len(each))) for each in whole])
    return packed, torch.stack([pad(each, (0, room - len(each)), value=-1) for each in owners])


@wrong("stretch", "times the factor", r"multiply|squeezed")
def _(coords, axes, factors, way):
    if way == "interpolate":
        return coords * torch.tensor(factors).to(coords), axes
    if way == "rescale":
        return coords, [(a, b * f) for (a, b), f in zip(axes, factors, strict=True)]
    if way == "extrapolate":
        return coords, axes
    raise ValueError(way)


@wrong("stretch", "both wavelengths", r"shortest|all wavelengths")
def _(coords, axes, factors, way):
    if way == "interpolate":
        return coords / torch.tensor(factors).to(coords), axes
    if way == "rescale":
        return coords, [(a * f, b * f) for (a, b), f in zip(axes, factors, strict=True)]
    if way == "extrapolate":
        return coords, axes
    raise ValueError(way)


@wrong("stretch", "else for rescale", r"ValueError|silence")
def _(coords, axes, factors, way):
    if way == "extrapolate":
        return coords, axes
    if way == "interpolate":
        return coords / torch.tensor(factors).to(coords), axes
    return coords, [(a, b * f) for (a, b), f in zip(axes, factors, strict=True)]


@right("stretch", "a dict of both")
def _(coords, axes, factors, way):
    if way not in ("extrapolate", "interpolate", "rescale"):
        raise ValueError(way)
    longer = tuple((a, b * f) for (a, b), f in zip(axes, factors, strict=True))
    shorter = torch.stack([c / f for c, f in zip(coords.unbind(-1), factors, strict=True)], dim=-1)
    return (shorter if way == "interpolate" else coords), (longer if way == "rescale" else axes)


@wrong("times_for", "no root", r"root|√")
def _(times, tokens, usual):
    return shift_time(times, tokens / usual)


@wrong("times_for", "upside down", r"less|more tokens")
def _(times, tokens, usual):
    return shift_time(times, math.sqrt(usual / tokens))


@wrong("times_for", "the times themselves", r"odds")
def _(times, tokens, usual):
    return torch.clamp(times * math.sqrt(tokens / usual), max=1)


@right("times_for", "by hand")
def _(times, tokens, usual):
    s = math.sqrt(tokens) / math.sqrt(usual)
    return 1 / (1 + (1 - times) / (s * times)) if (times > 0).all() else s * times / (1 - times + s * times)


@wrong("windows", "size new ones", r"too long|part of the")
def _(frames, size, held):
    if held >= size:
        raise ValueError
    calls, made = [(0, 0, min(size, frames))], min(size, frames)
    while made < frames:
        end = min(made + size, frames)
        calls.append((made - held, held, end))
        made = end
    return calls


@wrong("windows", "given nothing", r"nothing is given|overlap")
def _(frames, size, held):
    if held >= size:
        raise ValueError
    calls, made = [(0, 0, min(size, frames))], min(size, frames)
    while made < frames:
        end = min(made - held + size, frames)
        calls.append((made - held, 0, end))
        made = end
    return calls


@wrong("windows", "the last too long", r"last window|beyond")
def _(frames, size, held):
    if held >= size:
        raise ValueError
    calls, made = [(0, 0, size)], size
    while made < frames:
        calls.append((made - held, held, made - held + size))
        made += size - held
    return calls


@right("windows", "recursion")
def _(frames, size, held):
    if held >= size:
        raise ValueError("nothing new")

    def more(made):
        if made >= frames:
            return []
        end = min(made - held + size, frames)
        return [[made - held, held, end], *more(end)]

    return [[0, 0, min(size, frames)], *more(min(size, frames))]
