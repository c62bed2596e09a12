"""Solutions to chapter 14 as people write them: noised conditions, EDM's table, guidance and few steps distilled.

Unlike the other banks it comes from whoever wrote the mistakes, so that its count says less.
"""

from __future__ import annotations

import torch

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


@wrong("augmented", "the level is left out", r"channel|tells the level")
def _(low, level, *, generator):
    s = level.view(-1, 1, 1, 1, 1)
    return (1 - s) * low + s * torch.randn(low.shape, generator=generator)


@wrong("augmented", "noise laid over the clip", r"fades")
def _(low, level, *, generator):
    s = level[:, None, None, None, None]
    noise = torch.randn(low.shape, generator=generator)
    return torch.cat([low + s * noise, s.expand_as(low[:, :1])], dim=1)


@wrong("augmented", "variance preserving", r"path|variance")
def _(low, level, *, generator):
    s = level[:, None, None, None, None]
    noise = torch.randn(low.shape, generator=generator)
    return torch.cat([torch.sqrt(1 - s**2) * low + s * noise, torch.ones_like(low[:, :1]) * s], dim=1)


@wrong("augmented", "global dice", r"generator")
def _(low, level, *, generator):
    s = level[:, None, None, None, None]
    return torch.cat([(1 - s) * low + s * torch.randn_like(low), s.expand_as(low[:, :1])], dim=1)


@wrong("augmented", "noise for one frame", r"frame")
def _(low, level, *, generator):
    s = level[:, None, None, None, None]
    noise = torch.randn(low[:, :, :1].shape, generator=generator)
    return torch.cat([(1 - s) * low + s * noise, s.expand_as(low[:, :1])], dim=1)


@right("augmented", "lerp and pad")
def _(low, level, *, generator):
    s = level.reshape(-1, *[1] * (low.dim() - 1))
    noised = torch.lerp(low, torch.randn(low.shape, generator=generator), s.expand_as(low))
    room = torch.nn.functional.pad(noised, (0, 0, 0, 0, 0, 0, 0, 1))
    return torch.cat([room[:, :-1], room[:, -1:] + s], dim=1)


@wrong("edm_coefficients", "sizes instead of variances", r"variances add|squares|sizes")
def _(sigma, data=0.5):
    both = sigma + data
    return data / both, sigma * data / both, 1 / both, sigma.log() / 4


@wrong("edm_coefficients", "skip and noise exchanged", r"noisier|clip's share")
def _(sigma, data=0.5):
    v = sigma**2 + data**2
    return sigma**2 / v, sigma * data / v.sqrt(), v.rsqrt(), sigma.log() / 4


@wrong("edm_coefficients", "c_in by the variance", r"size|variance")
def _(sigma, data=0.5):
    v = sigma**2 + data**2
    return data**2 / v, sigma * data / v.sqrt(), 1 / v, sigma.log() / 4


@wrong("edm_coefficients", "raw sigma as the condition", r"logarithm")
def _(sigma, data=0.5):
    v = sigma**2 + data**2
    return data**2 / v, sigma * data / v.sqrt(), v.rsqrt(), sigma


@wrong("edm_coefficients", "predicts the noise", r"noise|80")
def _(sigma, data=0.5):
    v = sigma**2 + data**2
    return torch.ones_like(sigma), sigma, v.rsqrt(), sigma.log() / 4


@right("edm_coefficients", "by the signal-to-noise ratio")
def _(sigma, data=0.5):
    snr = (data / sigma) ** 2
    noise = 1 / (1 + snr)  # its share of the variance
    return snr * noise, data * noise.sqrt(), noise.sqrt() / sigma, torch.log(sigma**0.25)


@wrong("distil_guidance", "w of the papers", r"scale of one more|start at the better|scale 1")
def _(student, pair, x, t, scale):
    with torch.no_grad():
        a, b = pair(x, t)
    return torch.mean((student(x, t, scale) - (a + scale * (a - b))) ** 2)


@wrong("distil_guidance", "teacher in the graph", r"teacher")
def _(student, pair, x, t, scale):
    a, b = pair(x, t)
    return torch.mean((student(x, t, scale) - (b + scale * (a - b))) ** 2)


@wrong("distil_guidance", "everything in no_grad", r"student")
@torch.no_grad()
def _(student, pair, x, t, scale):
    a, b = pair(x, t)
    return torch.mean((student(x, t, scale) - (b + scale * (a - b))) ** 2)


@wrong("distil_guidance", "the first clip's scale", r"each|first|own")
def _(student, pair, x, t, scale):
    with torch.no_grad():
        a, b = pair(x, t)
        goal = b + scale[0] * (a - b)
    return torch.mean((student(x, t, scale) - goal) ** 2)


@wrong("distil_guidance", "only the prompted answer", r"guidance")
def _(student, pair, x, t, scale):
    with torch.no_grad():
        goal, _ = pair(x, t)
    return torch.mean((student(x, t, scale) - goal) ** 2)


@right("distil_guidance", "lerp")
def _(student, pair, x, t, scale):
    a, b = (each.detach() for each in pair(x, t))
    return torch.nn.functional.mse_loss(student(x, t, scale), torch.lerp(b, a, scale.expand_as(a)))


@wrong("halving_target", "Heun's end time for both", r"middle|half")
def _(teacher, x, t, s):
    with torch.no_grad():
        a = teacher(x, t, s)
        return (a + teacher(x + (s - t) * a, s, s)) / 2


@wrong("halving_target", "where it leads", r"velocity|where the two")
def _(teacher, x, t, s):
    with torch.no_grad():
        m = (t + s) / 2
        y = x + (m - t) * teacher(x, t, m)
        return y + (s - m) * teacher(y, m, s)


@wrong("halving_target", "midpoint rule", r"second half|midpoint|mean of the two")
def _(teacher, x, t, s):
    with torch.no_grad():
        m = (t + s) / 2
        return teacher(x + (m - t) * teacher(x, t, m), m, s)


@wrong("halving_target", "x unmoved", r"where the first was|half-way")
def _(teacher, x, t, s):
    with torch.no_grad():
        m = (t + s) / 2
        return (teacher(x, t, m) + teacher(x, m, s)) / 2


@wrong("halving_target", "with a gradient", r"gradient")
def _(teacher, x, t, s):
    m = (t + s) / 2
    a = teacher(x, t, m)
    return (a + teacher(x + (m - t) * a, m, s)) / 2


@right("halving_target", "a loop that adds up displacements")
@torch.no_grad()
def _(teacher, x, t, s):
    way, h = torch.zeros_like(x), (s - t) / 2
    for k in range(2):
        way = way + h * teacher(x + way, t + k * h, t + (k + 1) * h)
    return way / (s - t)


@wrong("shortcut_target", "self-consistency only", r"never moves|ties it")
@torch.no_grad()
def _(student, x0, noise, t, s):
    x, m = (1 - t) * x0 + t * noise, (t + s) / 2
    a = student(x, t, m)
    return (a + student(x + (m - t) * a, m, s)) / 2


@wrong("shortcut_target", "flow matching only", r"any length|middle of all")
def _(student, x0, noise, t, s):
    return noise - x0


@wrong("shortcut_target", "no stop-gradient", r"gradient")
def _(student, x0, noise, t, s):
    x, m = (1 - t) * x0 + t * noise, (t + s) / 2
    a = student(x, t, m)
    return torch.where(s == t, noise - x0, (a + student(x + (m - t) * a, m, s)) / 2)


@wrong("shortcut_target", "clip minus noise", r"points to the clip|noise - x0|time points")
@torch.no_grad()
def _(student, x0, noise, t, s):
    x, m = (1 - t) * x0 + t * noise, (t + s) / 2
    a = student(x, t, m)
    return torch.where(s == t, x0 - noise, (a + student(x + (m - t) * a, m, s)) / 2)


@wrong("shortcut_target", "full steps", r"goes to s|middle")
@torch.no_grad()
def _(student, x0, noise, t, s):
    x, m = (1 - t) * x0 + t * noise, (t + s) / 2
    a = student(x, t, s)
    return torch.where(s == t, noise - x0, (a + student(x + (m - t) * a, m, s)) / 2)


@right("shortcut_target", "a mask as a number")
@torch.no_grad()
def _(student, x0, noise, t, s):
    still = (t - s == 0).to(x0)
    x, h = x0 + t * (noise - x0), 0.5 * (s - t)
    a = student(x, t, t + h)
    b = student(x + h * a, t + h, s)
    return still * (noise - x0) + (1 - still) * 0.5 * (a + b)


def _said(**answers):
    from minisora.course.exercises.c14_cascades.diagnose_students import CAUSES, TRUTH

    found = {**TRUTH, **{name: CAUSES[cause] for name, cause in answers.items()}}
    return lambda student: found[student]


wrong("diagnose_students", "A and C exchanged", r"A .*(mean|noise)|C ")(_said(A=0, C=1))
wrong("diagnose_students", "B only needs more calls", r"B .*(eight|four)|more calls")(_said(B=0))
wrong("diagnose_students", "D is guided twice", r"D .*right")(_said(D=4))
wrong("diagnose_students", "E runs away", r"E's ends|right side")(_said(E=5))


@right("diagnose_students", "the letters in another order")
def _(student):
    from minisora.course.exercises.c14_cascades.diagnose_students import CAUSES

    return CAUSES[{"E": 4, "D": 3, "C": 0, "B": 2, "A": 1}[student]]
