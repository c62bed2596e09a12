"""Solutions to chapter 18 as people write them: hits and their sound, levels, offsets, clocks, what practice credits.

Unlike the first banks it comes from whoever wrote the mistakes, so that its count says less.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


@wrong("decaying_sine", "starts at int(onset * rate)", r"between|whole sample")
def _(onset, voice, count, *, rate=16_000):
    out, begin = torch.zeros(count), round(onset * rate)
    s = torch.arange(max(count - begin, 0)) / rate
    if begin < count:
        out[begin:] = torch.exp(-s / voice.decay) * torch.sin(2 * math.pi * voice.frequency * s)
    return out


@wrong("decaying_sine", "np.pi once", r"octave|2 pi")
def _(onset, voice, count, *, rate=16_000):
    s = torch.arange(count) / rate - onset
    x = torch.exp(-s.clamp(min=0) / voice.decay) * torch.sin(np.pi * voice.frequency * s)
    return x * (s >= 0)


@wrong("decaying_sine", "forgets the silence before", r"before|silence")
def _(onset, voice, count, *, rate=16_000):
    s = torch.arange(count, dtype=torch.float64) / rate - onset
    return torch.exp(-s.clamp(min=0) / voice.decay) * torch.sin(2 * math.pi * voice.frequency * s)


@right("decaying_sine", "numpy")
def _(onset, voice, count, *, rate=16_000):
    s = np.arange(count) / rate - onset
    x = np.where(s >= 0, np.exp(-np.maximum(s, 0) / voice.decay) * np.sin(2 * np.pi * voice.frequency * s), 0)
    return torch.tensor(x, dtype=torch.float32)


@wrong("hits", "argmax of each valley", r"lowest frame|lines cross")
def _(heights, *, fps=8.0):
    y = heights.tolist()
    out = []
    for m in range(2, len(y) - 2):
        v, w = y[m - 1] - y[m - 2], y[m + 2] - y[m + 1]
        if y[m] >= y[m - 1] and y[m] > y[m + 1] and v > 0 > w and v - w >= 0.04:
            out.append(m / fps)
    return out


@wrong("hits", "y as if it pointed up", r"downwards|top|highest")
def _(heights, *, fps=8.0):
    y = [-h for h in heights.tolist()]
    out = []
    for m in range(2, len(y) - 2):
        v, w = y[m - 1] - y[m - 2], y[m + 2] - y[m + 1]
        if y[m] >= y[m - 1] and y[m] > y[m + 1] and v > 0 > w and v - w >= 0.04:
            out.append((m - 1 + (y[m + 1] - y[m - 1] - 2 * w) / (v - w)) / fps)
    return out


@wrong("hits", "in frames", r"frames a second|divide")
def _(heights, *, fps=8.0):
    y = heights.tolist()
    out = []
    for m in range(2, len(y) - 2):
        v, w = y[m - 1] - y[m - 2], y[m + 2] - y[m + 1]
        if y[m] >= y[m - 1] and y[m] > y[m + 1] and v > 0 > w and v - w >= 0.04:
            out.append(m - 1 + (y[m + 1] - y[m - 1] - 2 * w) / (v - w))
    return out


@wrong("hits", "strictly lower than both", r"middle|equally low|as low as")
def _(heights, *, fps=8.0):
    y = heights.tolist()
    out = []
    for m in range(2, len(y) - 2):
        v, w = y[m - 1] - y[m - 2], y[m + 2] - y[m + 1]
        if y[m - 1] < y[m] > y[m + 1] and v > 0 > w and v - w >= 0.04:
            out.append((m - 1 + (y[m + 1] - y[m - 1] - 2 * w) / (v - w)) / fps)
    return out


@wrong("hits", "threshold on the fall", r"change")
def _(heights, *, fps=8.0):
    y = heights.tolist()
    out = []
    for m in range(2, len(y) - 2):
        v, w = y[m - 1] - y[m - 2], y[m + 2] - y[m + 1]
        if y[m] >= y[m - 1] and y[m] > y[m + 1] and v >= 0.04 and w < 0:
            out.append((m - 1 + (y[m + 1] - y[m - 1] - 2 * w) / (v - w)) / fps)
    return out


@right("hits", "polyfit of two lines")
def _(heights, *, fps=8.0):
    y, out = heights.numpy(), []
    for m in range(2, len(y) - 2):
        (v, a), (w, b) = (np.polyfit(t, y[t], 1) for t in (np.array([m - 2, m - 1]), np.array([m + 1, m + 2])))
        if y[m] >= y[m - 1] and y[m] > y[m + 1] and v > 1e-12 and w < -1e-12 and v - w >= 0.04 - 1e-12:
            out.append(float((b - a) / (v - w)) / fps)
    return out


@wrong("levels", "sine only", r"phase|cosine")
def _(wave, frequency, *, size=250, rate=16_000):
    n = wave.shape[-1] // size
    x = wave[..., : n * size].reshape(*wave.shape[:-1], n, size)
    a = 2 / size * (x * torch.sin(2 * math.pi * frequency * torch.arange(size) / rate)).sum(-1).abs()
    return (1 + 20 * torch.log10(a.clamp(min=1e-6) / 0.5) / 15).clamp(-1, 1)


@wrong("levels", "10 log10", r"20 log10|powers")
def _(wave, frequency, *, size=250, rate=16_000):
    n = wave.shape[-1] // size
    x = wave[..., : n * size].reshape(*wave.shape[:-1], n, size)
    turn = torch.exp(-2j * math.pi * frequency * torch.arange(size) / rate)
    a = 2 / size * (x * turn).sum(-1).abs()
    return (1 + 10 * torch.log10(a.clamp(min=1e-6) / 0.5) / 15).clamp(-1, 1)


@wrong("levels", "no clamp", r"outside|-1")
def _(wave, frequency, *, size=250, rate=16_000):
    n = wave.shape[-1] // size
    x = wave[..., : n * size].reshape(*wave.shape[:-1], n, size)
    turn = torch.exp(-2j * math.pi * frequency * torch.arange(size) / rate)
    a = 2 / size * (x * turn).sum(-1).abs()
    return 1 + 20 * torch.log10(a.clamp(min=1e-6) / 0.5) / 15


@wrong("levels", "decibels against 1", r"0\.5|6 dB")
def _(wave, frequency, *, size=250, rate=16_000):
    n = wave.shape[-1] // size
    x = wave[..., : n * size].reshape(*wave.shape[:-1], n, size)
    turn = torch.exp(-2j * math.pi * frequency * torch.arange(size) / rate)
    a = 2 / size * (x * turn).sum(-1).abs()
    return (1 + 20 * torch.log10(a.clamp(min=1e-6)) / 15).clamp(-1, 1)


@wrong("levels", "a thirtieth", r"30 decibels|1 in 15")
def _(wave, frequency, *, size=250, rate=16_000):
    n = wave.shape[-1] // size
    x = wave[..., : n * size].reshape(*wave.shape[:-1], n, size)
    turn = torch.exp(-2j * math.pi * frequency * torch.arange(size) / rate)
    a = 2 / size * (x * turn).sum(-1).abs()
    return (1 + 20 * torch.log10(a.clamp(min=1e-6) / 0.5) / 30).clamp(-1, 1)


@right("levels", "complex numbers")
def _(wave, frequency, *, size=250, rate=16_000):
    n = wave.shape[-1] // size
    x = wave[..., : n * size].reshape(*wave.shape[:-1], n, size)
    turn = torch.exp(-2j * math.pi * frequency * torch.arange(size) / rate)
    a = 2 / size * (x * turn).sum(-1).abs()
    return (1 + 20 * torch.log10(a.clamp(min=1e-6) / 0.5) / 15).clamp(-1, 1)


@wrong("joint_levels", "tasks exchanged", r"exchanged|given")
def _(task, t, frames, *, given=0):
    late = (torch.arange(frames) >= given).float()
    full, zero = t[:, None].expand(-1, frames), torch.zeros(len(t), frames)
    if task == "video to sound":
        return full, zero
    if task == "sound to video":
        return zero, full * late
    return full * late, full * late


@wrong("joint_levels", "given frames keep noisy sound", r"their sound|given as well")
def _(task, t, frames, *, given=0):
    late = (torch.arange(frames) >= given).float()
    full, zero = t[:, None].expand(-1, frames), torch.zeros(len(t), frames)
    if task == "video to sound":
        return zero, full
    return (full * late, zero) if task == "sound to video" else (full * late, full)


@wrong("joint_levels", "strictly after", r"one frame too many|none is")
def _(task, t, frames, *, given=0):
    late = (torch.arange(frames) > given).float()
    full, zero = t[:, None].expand(-1, frames), torch.zeros(len(t), frames)
    if task == "video to sound":
        return zero, full
    return (full * late, zero) if task == "sound to video" else (full * late, full * late)


@wrong("joint_levels", "given frames are ones", r"level 1|clean")
def _(task, t, frames, *, given=0):
    some = t[:, None].repeat(1, frames)
    zero = torch.zeros_like(some)
    if task == "video to sound":
        return zero, some
    begun = some.clone()
    begun[:, :given] = 1.0
    return (begun, zero) if task == "sound to video" else (begun, begun)


@wrong("joint_levels", "no given in sound to video", r"sound to video.*`given`")
def _(task, t, frames, *, given=0):
    late = (torch.arange(frames) >= given).float()
    full, zero = t[:, None].expand(-1, frames), torch.zeros(len(t), frames)
    return {"video to sound": (zero, full), "sound to video": (full, zero)}.get(task, (full * late, full * late))


@right("joint_levels", "outer products")
def _(task, t, frames, *, given=0):
    ones = torch.ones(frames)
    late = torch.cat([torch.zeros(given), torch.ones(frames - given)])
    video = torch.outer(t, {"video to sound": 0 * ones}.get(task, late))
    sound = torch.outer(t, {"video to sound": ones, "sound to video": 0 * ones, "both": late}[task])
    return video, sound


@wrong("matched", "zip", r"order|number|near belongs")
def _(heard, seen, *, window=0.15):
    pairs = [(h, s) for h, s in zip(sorted(heard), sorted(seen), strict=False) if abs(h - s) <= window]
    return tuple(h - s for h, s in pairs), len(seen) - len(pairs), len(heard) - len(pairs)


@wrong("matched", "greedy", r"as many pairs|leaves the second")
def _(heard, seen, *, window=0.15):
    free, out = list(heard), []
    for s in seen:
        near = sorted((abs(h - s), h) for h in free if abs(h - s) <= window)
        if near:
            free.remove(near[0][1])
            out.append(near[0][1] - s)
    return tuple(out), len(seen) - len(out), len(free)


@wrong("matched", "seen minus heard", r"signs|heard - seen")
def _(heard, seen, *, window=0.15):
    from minisora.sound.measure import matched

    offsets, missed, false = matched(heard, seen, window=window)
    return tuple(-each for each in offsets), missed, false


@wrong("matched", "assignment of plain distances", r"too few|cost more")
def _(heard, seen, *, window=0.15):
    apart = np.abs(np.array(heard, float)[:, None] - np.array(seen, float)[None])
    pairs = [(j, i) for i, j in zip(*linear_sum_assignment(apart), strict=True) if apart[i, j] <= window]
    return tuple(float(heard[i] - seen[j]) for j, i in sorted(pairs)), len(seen) - len(pairs), len(heard) - len(pairs)


@wrong("matched", "every assigned pair", r"every pair|afterwards")
def _(heard, seen, *, window=0.15):
    apart = np.abs(np.array(heard, float)[:, None] - np.array(seen, float)[None])
    pairs = sorted((j, i) for i, j in zip(*linear_sum_assignment(np.where(apart <= window, apart, 99)), strict=True))
    return tuple(float(heard[i] - seen[j]) for j, i in pairs), len(seen) - len(pairs), len(heard) - len(pairs)


@wrong("matched", "missed and false the other way round", r"exchanged")
def _(heard, seen, *, window=0.15):
    apart = np.abs(np.array(heard, float)[:, None] - np.array(seen, float)[None])
    found = linear_sum_assignment(np.where(apart <= window, apart, 1e6))
    pairs = sorted((j, i) for i, j in zip(*found, strict=True) if apart[i, j] <= window)
    return tuple(float(heard[i] - seen[j]) for j, i in pairs), len(heard) - len(pairs), len(seen) - len(pairs)


@right("matched", "dynamic programming over sorted times")
def _(heard, seen, *, window=0.15):
    h, s = sorted(heard), sorted(seen)
    best = {(0, 0): (0, 0.0, ())}
    for i in range(len(h) + 1):
        for j in range(len(s) + 1):
            options = []
            if i:
                options.append(best[i - 1, j])
            if j:
                options.append(best[i, j - 1])
            if i and j and abs(h[i - 1] - s[j - 1]) <= window:
                n, cost, pairs = best[i - 1, j - 1]
                options.append((n - 1, cost + abs(h[i - 1] - s[j - 1]), (*pairs, (j - 1, h[i - 1] - s[j - 1]))))
            if options:
                best[i, j] = min(options, key=lambda o: o[:2])
    pairs = best[len(h), len(s)][2]
    order = {value: k for k, value in enumerate(seen)}
    offsets = tuple(d for _, d in sorted((order[s[j]], d) for j, d in pairs))
    return offsets, len(seen) - len(pairs), len(heard) - len(pairs)


@wrong("timestamps", "adds up rounded durations", r"add it up|by itself")
def _(count, rate, tick):
    step = math.floor(1 / (rate * tick) + Fraction(1, 2))
    return [i * step for i in range(count)]


@wrong("timestamps", "int()", r"nearest|cut off")
def _(count, rate, tick):
    return [int(i / (rate * tick)) for i in range(count)]


@wrong("timestamps", "python's round", r"even|halves")
def _(count, rate, tick):
    return [round(i / (rate * tick)) for i in range(count)]


@wrong("timestamps", "in floats", r"floats|exact")
def _(count, rate, tick):
    return [int(i / float(rate) / float(tick) + 0.5) for i in range(count)]


@right("timestamps", "whole numbers only")
def _(count, rate, tick):
    n, d = rate.denominator * tick.denominator, rate.numerator * tick.numerator
    return [(2 * i * n + d) // (2 * d) for i in range(count)]


@wrong("advantages", "cumsum forwards", r"before|follows")
def _(rewards, alive, *, discount=0.95):
    out, run = [], torch.zeros(len(rewards))
    for t in range(rewards.shape[1]):
        run = rewards[:, t] + discount * run
        out.append(run)
    r = torch.stack(out, 1)
    return (r - (r * alive).sum(0) / alive.sum(0).clamp(min=1)) * alive


@wrong("advantages", "mean over all rooms", r"alive|arrived")
def _(rewards, alive, *, discount=0.95):
    r = torch.zeros_like(rewards)
    for t in reversed(range(rewards.shape[1])):
        r[:, t] = rewards[:, t] + (discount * r[:, t + 1] if t + 1 < rewards.shape[1] else 0)
    return (r - r.mean(0)) * alive


@wrong("advantages", "no baseline", r"usual|everything pays")
def _(rewards, alive, *, discount=0.95):
    r = torch.zeros_like(rewards)
    for t in reversed(range(rewards.shape[1])):
        r[:, t] = rewards[:, t] + (discount * r[:, t + 1] if t + 1 < rewards.shape[1] else 0)
    return r * alive


@wrong("advantages", "mean of nobody", r"divide by 0|nan")
def _(rewards, alive, *, discount=0.95):
    r = torch.zeros_like(rewards)
    for t in reversed(range(rewards.shape[1])):
        r[:, t] = rewards[:, t] + (discount * r[:, t + 1] if t + 1 < rewards.shape[1] else 0)
    return (r - (r * alive).sum(0) / alive.sum(0)) * alive


@right("advantages", "masked mean by nanmean")
def _(rewards, alive, *, discount=0.95):
    r = torch.zeros_like(rewards)
    for t in reversed(range(rewards.shape[1])):
        r[:, t] = rewards[:, t] + (discount * r[:, t + 1] if t + 1 < rewards.shape[1] else 0)
    usual = torch.where(alive, r, torch.nan).nanmean(0).nan_to_num(0)
    return torch.where(alive, r - usual, torch.zeros_like(r))
