"""Solutions to chapter 16 as people write them: velocities, noise levels, masks, frames and memories, rewards.

Unlike the first banks it comes from whoever wrote the mistakes, so that its count says less.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


@wrong("velocity_error", "mean of the positions' error", r"places|differences")
def _(found, places, *, given=3):
    error = (found - places).norm(dim=-1)[:, given:]
    return error[error.isfinite().all(1)].mean().item()


@wrong("velocity_error", "abs of the difference of speeds", r"speeds|turns round")
def _(found, places, *, given=3):
    a, b = (x[:, 1:] - x[:, :-1] for x in (found, places))
    error = (a.square().sum(-1).sqrt() - b.square().sum(-1).sqrt()).abs()[:, given - 1 :]
    return error[~error.isnan().any(1)].mean().item()


@wrong("velocity_error", "slice begins at given", r"last given frame|first that was made|given - 1")
def _(found, places, *, given=3):
    error = torch.linalg.norm(found.diff(dim=1) - places.diff(dim=1), dim=2)[:, given:]
    return error[~error.isnan().any(1)].mean().item()


@wrong("velocity_error", "nanmean", r"keep the frames before|as a whole")
def _(found, places, *, given=3):
    return (found.diff(dim=1) - places.diff(dim=1)).norm(dim=-1)[:, given - 1 :].nanmean().item()


@wrong("velocity_error", "rmse", r"root of the mean square|worst")
def _(found, places, *, given=3):
    error = (found.diff(dim=1) - places.diff(dim=1)).square().sum(-1)[:, given - 1 :]
    return error[error.isfinite().all(1)].mean().sqrt().item()


@right("velocity_error", "numpy, clip by clip")
def _(found, places, *, given=3):
    clips = []
    for a, b in zip(found.numpy(), places.numpy(), strict=True):
        d = np.diff(a, axis=0) - np.diff(b, axis=0)
        clips.append(np.hypot(d[:, 0], d[:, 1])[given - 1 :].mean())
    return float(np.nanmean(clips))


@wrong("staggered", "python index below 0", r"hold them|clamp|begin again")
def _(times, frames, *, delay):
    last = len(times) - 1
    clock = torch.arange(last + delay * (frames - 1) + 1)[:, None] - delay * torch.arange(frames)
    return times[clock % len(times)]


@wrong("staggered", "the future first", r"past")
def _(times, frames, *, delay):
    last = len(times) - 1
    clock = torch.arange(last + delay * (frames - 1) + 1)[:, None] - delay * torch.arange(frames)
    return times[clock.clamp(0, last)].flip(1)


@wrong("staggered", "frames by steps", r"lies on its side|row for each step")
def _(times, frames, *, delay):
    last = len(times) - 1
    clock = torch.arange(last + delay * (frames - 1) + 1)[None] - delay * torch.arange(frames)[:, None]
    return times[clock.clamp(0, last)]


@wrong("staggered", "as many rows as times", r"stop when|last one starts")
def _(times, frames, *, delay):
    rows = []
    for k in range(len(times)):
        rows.append(torch.stack([times[max(0, k - i * delay)] for i in range(frames)]))
    return torch.stack(rows)


@right("staggered", "row by row")
def _(times, frames, *, delay):
    n = len(times) - 1
    rows = []
    for k in range(n + delay * (frames - 1) + 1):
        rows.append([float(times[min(n, max(0, k - i * delay))]) for i in range(frames)])
    return torch.tensor(rows)


@wrong("forcing_mask", "targets see up to themselves in the history", r"copy|\*before\*|clean")
def _(frames):
    upto = torch.tril(torch.ones(frames, frames)).bool()
    none = torch.zeros(frames, frames).bool()
    return torch.vstack([torch.hstack([upto, none]), torch.hstack([upto, torch.eye(frames).bool()])])


@wrong("forcing_mask", "causal targets", r"earlier targets")
def _(frames):
    upto = torch.tril(torch.ones(frames, frames)).bool()
    none = torch.zeros(frames, frames).bool()
    return torch.vstack([torch.hstack([upto, none]), torch.hstack([torch.tril(upto, -1), upto])])


@wrong("forcing_mask", "one big triangle", r"one triangle|own place")
def _(frames):
    return torch.arange(2 * frames)[:, None] >= torch.arange(2 * frames)[None]


@wrong("forcing_mask", "columns look", r"rows and columns|exchanged")
def _(frames):
    upto = torch.tril(torch.ones(frames, frames)).bool()
    none = torch.zeros(frames, frames).bool()
    mask = torch.vstack([torch.hstack([upto, none]), torch.hstack([torch.tril(upto, -1), torch.eye(frames).bool()])])
    return mask.T


@right("forcing_mask", "by positions and kinds")
def _(frames):
    when = torch.arange(frames).repeat(2)
    target = torch.arange(2 * frames) >= frames
    before = torch.where(target[:, None], when[:, None] > when, when[:, None] >= when)
    return (before & ~target) | torch.eye(2 * frames).bool() & target


@wrong("next_frame", "the cache runs along", r"every step|until the frame is ready")
def _(look, cache, action, noise, times, *, level, fresh):
    x = noise
    for i in range(len(times) - 1):
        clean, cache = look(x, times[i], action, cache)
        x = x + (times[i + 1] - times[i]) * (x - clean) / times[i]
    return x, look((1 - level) * x + level * fresh, torch.tensor(level), action, cache)[1]


@wrong("next_frame", "told 0", r"level|believes")
def _(look, cache, action, noise, times, *, level, fresh):
    x = noise
    for i in range(len(times) - 1):
        x = x + (times[i + 1] - times[i]) * (x - look(x, times[i], action, cache)[0]) / times[i]
    return x, look((1 - level) * x + level * fresh, torch.tensor(0.0), action, cache)[1]


@wrong("next_frame", "the noisy frame goes out", r"return the noisy|memory alone")
def _(look, cache, action, noise, times, *, level, fresh):
    x = noise
    for i in range(len(times) - 1):
        x = x + (times[i + 1] - times[i]) * (x - look(x, times[i], action, cache)[0]) / times[i]
    x = (1 - level) * x + level * fresh
    return x, look(x, torch.tensor(level), action, cache)[1]


@wrong("next_frame", "forgets to remember", r"cache that you were given|once more")
def _(look, cache, action, noise, times, *, level, fresh):
    x = noise
    for i in range(len(times) - 1):
        x = x + (times[i + 1] - times[i]) * (x - look(x, times[i], action, cache)[0]) / times[i]
    return x, cache


@right("next_frame", "as a blend of x and the clean picture")
def _(look, cache, action, noise, times, *, level, fresh):
    x = noise
    for t, s in zip(times.tolist(), times.tolist()[1:], strict=False):
        clean, _ignored = look(x, torch.tensor(t), action, cache)
        x = clean + (s / t) * (x - clean)
    _ignored, after = look(x + level * (fresh - x), torch.tensor(level), action, cache)
    return x, after


@wrong("reflect", "np.corrcoef without a guard", r"0 by 0|there the correlation is 0")
def _(terms, scores):
    spread = terms.std(0, correction=0)
    rows = [torch.corrcoef(torch.stack([column, scores]))[0, 1] for column in terms.T]
    return torch.stack([spread / spread.sum(), torch.stack(rows)], dim=1)


@wrong("reflect", "mean size", r"size of a term|standard")
def _(terms, scores):
    size = terms.abs().mean(0)
    rows = [torch.nan_to_num(torch.corrcoef(torch.stack([column, scores]))[0, 1]) for column in terms.T]
    return torch.stack([size / size.sum(), torch.stack(rows)], dim=1)


@wrong("reflect", "absolute correlation", r"sign")
def _(terms, scores):
    spread = terms.std(0, correction=0)
    rows = [torch.nan_to_num(torch.corrcoef(torch.stack([column, scores]))[0, 1]).abs() for column in terms.T]
    return torch.stack([spread / spread.sum(), torch.stack(rows)], dim=1)


@wrong("reflect", "variances", r"variance")
def _(terms, scores):
    spread = terms.var(0, correction=0)
    rows = [torch.nan_to_num(torch.corrcoef(torch.stack([column, scores]))[0, 1]) for column in terms.T]
    return torch.stack([spread / spread.sum(), torch.stack(rows)], dim=1)


@right("reflect", "plain loops")
def _(terms, scores):
    n, k = terms.shape
    ms = sum(scores.tolist()) / n
    ss = math.sqrt(sum((s - ms) ** 2 for s in scores.tolist()) / n)
    columns = [terms[:, i].tolist() for i in range(k)]
    means = [sum(c) / n for c in columns]
    stds = [math.sqrt(sum((x - m) ** 2 for x in c) / n) for c, m in zip(columns, means, strict=True)]
    out = []
    for c, m, s in zip(columns, means, stds, strict=True):
        covariance = sum((x - m) * (y - ms) for x, y in zip(c, scores.tolist(), strict=True)) / n
        out.append([s / max(sum(stds), 1e-9), covariance / (s * ss) if s * ss > 1e-9 else 0.0])
    return torch.tensor(out)


@wrong("verdict", "ratio of the rewards", r"usual|gained")
def _(dreamt, true, score, usual):
    if true < 0.5 * dreamt:
        return "the model is exploited"
    return "fine" if score > usual[1] else "the reward is hacked"


@wrong("verdict", "score above nothing", r"above the \*usual\*|usual")
def _(dreamt, true, score, usual):
    if dreamt <= usual[0]:
        return "nothing gained"
    if true - usual[0] < 0.5 * (dreamt - usual[0]):
        return "the model is exploited"
    return "fine" if score > 0 else "the reward is hacked"


@wrong("verdict", "the score first", r"score first|model")
def _(dreamt, true, score, usual):
    if dreamt <= usual[0]:
        return "nothing gained"
    if score <= usual[1]:
        return "the reward is hacked"
    return "the model is exploited" if true - usual[0] < 0.5 * (dreamt - usual[0]) else "fine"


@wrong("verdict", "words exchanged", r"exchanged")
def _(dreamt, true, score, usual):
    if dreamt <= usual[0]:
        return "nothing gained"
    if true - usual[0] < 0.5 * (dreamt - usual[0]):
        return "the reward is hacked"
    return "fine" if score > usual[1] else "the model is exploited"


@right("verdict", "a table")
def _(dreamt, true, score, usual):
    hoped, got, better = dreamt - usual[0], true - usual[0], score > usual[1]
    words = {(0, 0): "the model is exploited", (0, 1): "the model is exploited", (1, 0): "the reward is hacked"}
    return "nothing gained" if hoped <= 0 else words.get((int(2 * got >= hoped), int(better)), "fine")
