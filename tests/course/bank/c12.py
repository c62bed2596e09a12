"""Solutions to chapter 12 as people write them: both ends, loops, holes, strengths, silhouettes, broken edits."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from minisora.course.exercises.c12_given import CAUSES, TRUTH
from minisora.diffusion.given import Given
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


def _ones(noise):
    return noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)


def _checked(noise, prefix, suffix):
    if prefix.shape[2] + suffix.shape[2] >= noise.shape[2]:
        raise ValueError("nothing left")
    return noise.clone(), _ones(noise), prefix.shape[2], noise.shape[2] - suffix.shape[2]


@wrong("connect", "the caller's noise is overwritten", r"it changes `|copy")
def _(noise, prefix, suffix):
    _, free, k, m = _checked(noise, prefix, suffix)
    noise[:, :, :k], noise[:, :, m:] = prefix, suffix
    free[:, :, :k], free[:, :, m:] = 0, 0
    return Given(noise, free)


@wrong("connect", "0 and 1 exchanged", r"upside|0 where given")
def _(noise, prefix, suffix):
    x, free, k, m = _checked(noise, prefix, suffix)
    x[:, :, :k], x[:, :, m:] = prefix, suffix
    free[:, :, k:m] = 0
    return Given(x, free)


@wrong("connect", "too short a clip is not refused", r"nothing|raise")
def _(noise, prefix, suffix):
    x, free, k, m = noise.clone(), _ones(noise), prefix.shape[2], noise.shape[2] - suffix.shape[2]
    x[:, :, :k], x[:, :, m:] = prefix, suffix
    free[:, :, :k], free[:, :, m:] = 0, 0
    return Given(x, free)


@wrong("connect", "an IndexError where it should be a ValueError", r"ValueError")
def _(noise, prefix, suffix):
    if prefix.shape[2] + suffix.shape[2] >= noise.shape[2]:
        raise IndexError("too long")
    x, free, k, m = _checked(noise, prefix, suffix)
    x[:, :, :k], x[:, :, m:] = prefix, suffix
    free[:, :, :k], free[:, :, m:] = 0, 0
    return Given(x, free)


@wrong("connect", "refuses when exactly one frame is left", r"one to make|none")
def _(noise, prefix, suffix):
    if prefix.shape[2] + suffix.shape[2] + 1 >= noise.shape[2]:
        raise ValueError("too long")
    x, free, k, m = _checked(noise, prefix, suffix)
    x[:, :, :k], x[:, :, m:] = prefix, suffix
    free[:, :, :k], free[:, :, m:] = 0, 0
    return Given(x, free)


@wrong("connect", "only the first of the given frames at each end", r"all of|only one|first and")
def _(noise, prefix, suffix):
    x, free, *_ = _checked(noise, prefix, suffix)
    x[:, :, 0], x[:, :, -1] = prefix[:, :, 0], suffix[:, :, -1]
    free[:, :, 0], free[:, :, -1] = 0, 0
    return Given(x, free)


@wrong(
    "connect", "ends joined without a thought of one for all clips", r"expand|batch|one .* for all|shape|broadcast|size"
)
def _(noise, prefix, suffix):
    _, free, k, m = _checked(noise, prefix, suffix)
    free[:, :, :k], free[:, :, m:] = 0, 0
    return Given(torch.cat([prefix, noise[:, :, k:m], suffix], dim=2), free)


@wrong("connect", "suffix and prefix exchanged", r"exchang")
def _(noise, prefix, suffix):
    x, free, k, m = _checked(noise, suffix, prefix)
    x[:, :, :k], x[:, :, m:] = suffix, prefix
    free[:, :, :k], free[:, :, m:] = 0, 0
    return Given(x, free)


@wrong("connect", "free as large as the clip", r"channel|b 1 t")
def _(noise, prefix, suffix):
    x, _, k, m = _checked(noise, prefix, suffix)
    free = torch.ones_like(x)
    x[:, :, :k], x[:, :, m:] = prefix, suffix
    free[:, :, :k], free[:, :, m:] = 0, 0
    return Given(x, free)


@wrong("connect", "free forgotten: the clip alone", r"two tensors|x, free")
def _(noise, prefix, suffix):
    x, _, k, m = _checked(noise, prefix, suffix)
    x[:, :, :k], x[:, :, m:] = prefix, suffix
    return x


@wrong("connect", "a morph in place of noise", r"noise|fade")
def _(noise, prefix, suffix):
    _, free, k, m = _checked(noise, prefix, suffix)
    free[:, :, :k], free[:, :, m:] = 0, 0
    w = torch.linspace(0, 1, noise.shape[2]).to(noise).view(1, 1, -1, 1, 1)
    x = torch.lerp(prefix[:, :, -1:].to(noise), suffix[:, :, :1].to(noise), w).expand_as(noise).clone()
    x[:, :, :k], x[:, :, m:] = prefix, suffix
    return Given(x, free)


@right("connect", "two masks and torch.where")
def _(noise, prefix, suffix):
    b, _, t, _, _ = noise.shape
    k, m = prefix.shape[2], suffix.shape[2]
    if t - k - m <= 0:
        raise ValueError(f"{t - k - m} frames to make")
    at = torch.arange(t, device=noise.device).view(1, 1, t, 1, 1)
    head = F.pad(prefix.to(noise), (0, 0, 0, 0, 0, t - k))
    tail = F.pad(suffix.to(noise), (0, 0, 0, 0, t - m, 0))
    x = torch.where(at < k, head, torch.where(at >= t - m, tail, noise))
    return x, ((at >= k) & (at < t - m)).expand(b, 1, t, 1, 1).to(noise.dtype)


@right("connect", "free for every place, lists for the frames")
def _(noise, prefix, suffix):
    k, m, t = prefix.shape[2], suffix.shape[2], noise.shape[2]
    assert_left = t - k - m
    if assert_left < 1:
        raise ValueError
    frames = list(noise.unbind(2))
    for i in range(k):
        frames[i] = prefix[:, :, i].to(noise) + 0 * frames[i]
    for i in range(m):
        frames[t - m + i] = suffix[:, :, i].to(noise) + 0 * frames[i]
    free = torch.ones_like(noise[:, :1])
    free[:, :, [*range(k), *range(t - m, t)]] = 0
    return Given(free=free, x=torch.stack(frames, dim=2))


def _both(noise, first, last):
    if noise.shape[2] < 3:
        raise ValueError("nothing left")
    x, free = noise.clone(), _ones(noise)
    x[:, :, :1], x[:, :, -1:] = first.to(noise), last.to(noise)
    free[:, :, :1], free[:, :, -1:] = 0, 0
    return x, free


@wrong("loop", "last is ignored", r"last")
def _(noise, first, last=None):
    return Given(*_both(noise, first, first))


@wrong("loop", "last has to be there", r"without `last`|None")
def _(noise, first, last=None):
    return Given(*_both(noise, first, last))


@wrong("loop", "or instead of is None", r"is None|true")
def _(noise, first, last=None):
    return Given(*_both(noise, first, last or first))


@wrong("loop", "animate", r"last|end")
def _(noise, first, last=None):
    x, free = _both(noise, first, first)
    x[:, :, -1:], free[:, :, -1:] = noise[:, :, -1:], 1
    return Given(x, free)


@wrong("loop", "the end is in x and not in free", r"end of x|free is 1")
def _(noise, first, last=None):
    x, free = _both(noise, first, first if last is None else last)
    free[:, :, -1:] = 1
    return Given(x, free)


@wrong("loop", "the caller's noise is overwritten", r"it changes `")
def _(noise, first, last=None):
    _, free = _both(noise, first, first)
    noise[:, :, 0] = first[:, :, 0]
    noise[:, :, -1] = (first if last is None else last)[:, :, 0]
    return Given(noise, free)


@wrong("loop", "two frames are not refused", r"ValueError|nothing")
def _(noise, first, last=None):
    x, free = noise.clone(), _ones(noise)
    x[:, :, :1], x[:, :, -1:] = first, first if last is None else last
    free[:, :, 0] = free[:, :, -1] = 0
    return Given(x, free)


@wrong("loop", "the first frame of the noise comes back at the end", r"noise")
def _(noise, first, last=None):
    x, free = _both(noise, first, first)
    x = noise.clone()
    x[:, :, -1] = x[:, :, 0]
    return Given(x, free)


@right("loop", "rolled")
def _(noise, first, last=None):
    if noise.shape[2] <= 2:
        raise ValueError("too short")
    ends = torch.cat([(first if last is None else last).to(noise), first.to(noise)], dim=2)
    x, free = noise.roll(1, dims=2), _ones(noise)
    x[:, :, :2], free[:, :, :2] = ends, 0
    x = torch.cat([x[:, :, 1:2], noise[:, :, 1:-1], x[:, :, :1]], dim=2)
    return x, free.roll(-1, dims=2)


@wrong("inpaint", "noise wherever the hole is not 0", r"soft|as much noise")
def _(noise, clip, hole):
    hole = hole.to(noise)
    return Given(torch.where(hole > 0, noise, clip.to(noise)), hole)


@wrong("inpaint", "soft places stay clean", r"soft|clean|as much noise")
def _(noise, clip, hole):
    hole = hole.to(noise)
    return Given(torch.where(hole < 1, clip.to(noise), noise), hole)


@wrong("inpaint", "the hole is what is kept", r"upside")
def _(noise, clip, hole):
    hole = hole.to(noise)
    return Given(hole * clip.to(noise) + (1 - hole) * noise, 1 - hole)


@wrong("inpaint", "free is what is kept", r"free is upside|upside")
def _(noise, clip, hole):
    hole = hole.to(noise)
    return Given((1 - hole) * clip.to(noise) + hole * noise, 1 - hole)


@wrong("inpaint", "soft borders made hard in free", r"soft|free is the hole")
def _(noise, clip, hole):
    hole = hole.to(noise)
    return Given((1 - hole) * clip.to(noise) + hole * noise, hole.ceil())


@wrong("inpaint", "the caller's clip is overwritten", r"it changes `")
def _(noise, clip, hole):
    hole = hole.to(noise)
    clip *= 1 - hole.to(clip)
    return Given(clip.to(noise) + hole * noise, hole)


@wrong("inpaint", "1 - a hole of booleans", r"bool|kind")
def _(noise, clip, hole):
    return Given((1 - hole) * clip.to(noise) + hole * noise, hole)


@wrong("inpaint", "a clip in float64 makes everything float64", r"float64|kind")
def _(noise, clip, hole):
    hole = hole.to(clip)
    return Given((1 - hole) * clip + hole * noise, hole)


@wrong("inpaint", "variance kept", r"path|straight")
def _(noise, clip, hole):
    hole = hole.to(noise)
    return Given((1 - hole.square()).sqrt() * clip.to(noise) + hole * noise, hole)


@wrong("inpaint", "noise on top", r"over the clip|straight|nothing of it")
def _(noise, clip, hole):
    hole = hole.to(noise)
    return Given(clip.to(noise) + hole * noise, hole)


@wrong("inpaint", "all is free", r"free is 1|free is the hole|everywhere")
def _(noise, clip, hole):
    hole = hole.to(noise)
    return Given((1 - hole) * clip.to(noise) + hole * noise, _ones(noise))


@right("inpaint", "from the noise towards the clip")
def _(noise, clip, hole):
    keep = 1 - hole.float().to(noise.device)
    return noise + keep * (clip.to(noise) - noise), (1 - keep).expand(len(noise), 1, *noise.shape[2:])


@wrong("sdedit", "noise of the strength", r"first time|late\[0\]")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    return (1 - strength) * clip + strength * noise, times[times <= strength]


@wrong("sdedit", "a share of the steps", r"steps")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    n = len(times) - 1
    late = times[n - int(n * strength) :]
    return (1 - late[0]) * clip + late[0] * noise, late


@wrong("sdedit", "all times come back", r"all times|times <=")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    t = times[times <= strength][0]
    return (1 - t) * clip + t * noise, times


@wrong("sdedit", "a new grid below the strength", r"squeeze|grid|first time")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    late = strength * times
    return (1 - late[0]) * clip + late[0] * noise, late


@wrong("sdedit", "no limits", r"ValueError|nothing")
def _(clip, noise, times, *, strength):
    late = times[times <= strength]
    t = late[0] if len(late) else 0 * times[-1]
    return (1 - t) * clip + t * noise, late if len(late) else times[-1:]


@wrong("sdedit", "only the clip", r"two tensors|clip alone")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    t = times[times <= strength][0]
    return (1 - t) * clip + t * noise


@wrong("sdedit", "the times first", r"exchang|first")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    late = times[times <= strength]
    return late, (1 - late[0]) * clip + late[0] * noise


@wrong("sdedit", "strength the other way round", r"turned|1 forgets|1 - strength")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    late = times[times <= 1 - strength]
    return (1 - late[0]) * clip + late[0] * noise, late


@wrong("sdedit", "the clip is handed in clean", r"clean")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    return clip.clone() + 0 * noise, times[times <= strength]


@wrong("sdedit", "noise of its own", r"dice")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    late = times[times <= strength]
    return (1 - late[0]) * clip + late[0] * torch.randn_like(noise), late


@wrong("sdedit", "the times are cut in place, by filling", r"it changes `")
def _(clip, noise, times, *, strength):
    if not 0 <= strength <= 1:
        raise ValueError
    times[times > strength] = -1
    late = times[times >= 0]
    return (1 - late[0]) * clip + late[0] * noise, late


@right("sdedit", "with searchsorted and lerp")
def _(clip, noise, times, *, strength):
    if max(strength, 0) != min(strength, 1):
        raise ValueError("0 to 1")
    i = int(torch.searchsorted(-times, torch.tensor(-strength, dtype=times.dtype)))
    return torch.lerp(clip.expand_as(noise), noise, float(times[i])), times[i:]


def _blurred(inside, times, **how):
    for _ in range(times):
        inside = F.avg_pool3d(inside, (1, 5, 5), 1, (0, 2, 2), **({"count_include_pad": False} | how))
    return inside


def _differs(clip, backdrop, contrast):
    return ((clip - backdrop).abs() > contrast).any(1, keepdim=True).to(clip)


@wrong("structure", "each channel has its own silhouette", r"any|each")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    return 2 * _blurred(((clip - backdrop).abs() > contrast).to(clip), blur) - 1


@wrong("structure", "without abs", r"lighter|abs|dark")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    inside = ((clip - backdrop) > contrast).any(1, keepdim=True).to(clip)
    return (2 * _blurred(inside, blur) - 1).expand_as(clip)


@wrong("structure", "0 and 1 in place of -1 and 1", r"0 to 1|-1")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    return _blurred(_differs(clip, backdrop, contrast), blur).expand_as(clip)


@wrong("structure", "white ground", r"exchang|black and white|sign")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    return (1 - 2 * _blurred(_differs(clip, backdrop, contrast), blur)).expand_as(clip)


@wrong("structure", "zeros count at the border", r"border|count_include_pad")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    inside = _blurred(_differs(clip, backdrop, contrast), blur, count_include_pad=True)
    return (2 * inside - 1).expand_as(clip)


@wrong("structure", "blurred through time", r"time")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    inside = _differs(clip, backdrop, contrast)
    for _ in range(blur):
        inside = F.avg_pool3d(inside, (3, 5, 5), 1, (1, 2, 2), count_include_pad=False)
    return (2 * inside - 1).expand_as(clip)


@wrong("structure", "one channel", r"channel|three|axes of length 1|missing")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    return 2 * _blurred(_differs(clip, backdrop, contrast), blur) - 1


@wrong("structure", "one kernel of blur times five pixels", r"blur|average|5x5|often")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    inside = _differs(clip, backdrop, contrast)
    if blur:
        inside = _blurred(inside, 1)
    return (2 * inside - 1).expand_as(clip)


@wrong("structure", "contrast 0.2 whatever is asked for", r"contrast")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    return (2 * _blurred(_differs(clip, backdrop, 0.2), blur) - 1).expand_as(clip)


@wrong("structure", "compared in grey", r"any|bright|colour")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    inside = ((clip.mean(1, True) - backdrop.mean(1, True)).abs() > contrast).to(clip)
    return (2 * _blurred(inside, blur) - 1).expand_as(clip)


@wrong("structure", "the clip is overwritten", r"it changes `")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    clip -= backdrop
    inside = (clip.abs() > contrast).any(1, keepdim=True).to(clip)
    return (2 * _blurred(inside, blur) - 1).expand_as(clip)


@right("structure", "the largest difference, frames as a batch, replicated by hand")
def _(clip, backdrop, *, blur=0, contrast=0.2):
    b, _, t, h, w = clip.shape
    inside = ((clip - backdrop).abs().max(dim=1).values > contrast).to(clip).flatten(0, 1)[:, None]
    for _ in range(blur):
        inside = F.avg_pool2d(inside, 5, 1, 2, count_include_pad=False)
    return (inside.view(b, t, 1, h, w) * 2 - 1).repeat(1, 1, 3, 1, 1).transpose(1, 2)


def _swapped(cause: str, names: str, **answers: int) -> None:
    found = {**TRUTH, **{name: CAUSES[i] for name, i in answers.items()}}
    wrong("diagnose_edits", cause, names)(lambda patient: found[patient])


_swapped("A and E exchanged", r"A and E", A=1, E=2)
_swapped("B and C exchanged", r"B and C", B=0, C=3)
_swapped("D has too little noise", r"\bD\b", D=5)
_swapped("E is upside down", r"\bE\b", E=0)
_swapped("A is upside down", r"\bA\b", A=0)


@wrong("diagnose_edits", "a number for the cause", r"none of the choices|choices")
def _(patient):
    return "ABCDE".index(patient)


@right("diagnose_edits", "by cases")
def _(patient):
    match patient:
        case "A":
            return CAUSES[2]
        case "B":
            return CAUSES[3]
        case "C":
            return CAUSES[0]
        case "D":
            return CAUSES[4]
    return CAUSES[1]
