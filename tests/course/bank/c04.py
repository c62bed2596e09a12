"""Solutions to chapter 04 as people write them: mixing, log-SNR, alphas, zero terminal SNR, the shift, the step."""

from __future__ import annotations

import math

import torch

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right

CHANGED = r"it changes|changed|in place|overwr|argument"
DETACHED = r"gradient|graph|detach|no_grad"
STATE = r"call|state|remember"
DEVICE = r"device"
DTYPE = r"dtype|float64|float32|precision|kind"


# --- add_noise ---


@wrong("add_noise", "the straight path, whatever the path", r"path|straight")
def _(path, x0, noise, t):
    return (1 - t) * x0 + t * noise


@wrong("add_noise", "alpha and sigma swapped", r"swap|alpha.*sigma|wrong way")
def _(path, x0, noise, t):
    return path.sigma(t) * x0 + path.alpha(t) * noise


@wrong("add_noise", "squares, not shares", r"square|power|root|√|alpha² and sigma²")
def _(path, x0, noise, t):
    return path.alpha(t) ** 2 * x0 + path.sigma(t) ** 2 * noise


@wrong("add_noise", "roots, not shares", r"square|power|root|√")
def _(path, x0, noise, t):
    return path.alpha(t).sqrt() * x0 + path.sigma(t).sqrt() * noise


@wrong("add_noise", "sigma is taken to be the rest of alpha", r"sigma|rest|1 - alpha|noise.*share|share.*noise")
def _(path, x0, noise, t):
    return path.alpha(t) * x0 + (1 - path.alpha(t)) * noise


@wrong("add_noise", "noise on top of a whole clip", r"alpha|clip|whole|full")
def _(path, x0, noise, t):
    return x0 + path.sigma(t) * noise


@wrong("add_noise", "one time for all: the first", r"each|one time|own time|first|broadcast")
def _(path, x0, noise, t):
    first = t.flatten()[0]
    return path.alpha(first) * x0 + path.sigma(first) * noise


@wrong("add_noise", "scaled to power 1, as for the screen", r"scal|divid|power|screen|√")
def _(path, x0, noise, t):
    alpha, sigma = path.alpha(t), path.sigma(t)
    return (alpha * x0 + sigma * noise) / (alpha**2 + sigma**2).sqrt()


@wrong("add_noise", "noise subtracted", r"sign|subtract|minus|add")
def _(path, x0, noise, t):
    return path.alpha(t) * x0 - path.sigma(t) * noise


@wrong("add_noise", "x0 is changed", CHANGED)
def _(path, x0, noise, t):
    x0.mul_(path.alpha(t)).add_(path.sigma(t) * noise)
    return x0


@wrong("add_noise", "fresh noise", r"given|fresh|own noise|random|noise")
def _(path, x0, noise, t):
    return path.alpha(t) * x0 + path.sigma(t) * torch.randn_like(x0)


@wrong("add_noise", "detached from the graph", DETACHED)
@torch.no_grad()
def _(path, x0, noise, t):
    return path.alpha(t) * x0 + path.sigma(t) * noise


@wrong("add_noise", "sigma from alpha, as if every path kept the variance", r"sigma|variance|path|EDM|straight")
def _(path, x0, noise, t):
    alpha = path.alpha(t)
    return alpha * x0 + (1 - alpha**2).clamp(min=0).sqrt() * noise


@right("add_noise", "addcmul")
def _(path, x0, noise, t):
    return torch.addcmul(path.alpha(t) * x0, path.sigma(t), noise)


@right("add_noise", "a stack of both, summed")
def _(path, x0, noise, t):
    return torch.stack([path.alpha(t) * x0, path.sigma(t) * noise]).sum(0)


# --- log_snr ---


@wrong("log_snr", "squares forgotten", r"square|twice|power|\b2\b|half")
def _(path, t):
    return path.alpha(t).log() - path.sigma(t).log()


@wrong("log_snr", "turned over", r"turned|sign|upside|other way|fall|over")
def _(path, t):
    return 2 * (path.sigma(t).log() - path.alpha(t).log())


@wrong("log_snr", "no logarithm", r"logarithm|log")
def _(path, t):
    return (path.alpha(t) / path.sigma(t)) ** 2


@wrong("log_snr", "to the base of ten", r"natural|base|log10|ten")
def _(path, t):
    return 2 * (path.alpha(t) / path.sigma(t)).log10()


@wrong("log_snr", "decibels", r"natural|base|log10|decibel|ten")
def _(path, t):
    return 20 * (path.alpha(t) / path.sigma(t)).log10()


@wrong("log_snr", "straight path only", r"path|straight")
def _(path, t):
    return 2 * ((1 - t).log() - t.log())


@wrong("log_snr", "signal over signal plus noise", r"sigma|ratio|divid|noise|share")
def _(path, t):
    alpha, sigma = path.alpha(t) ** 2, path.sigma(t) ** 2
    return (alpha / (alpha + sigma)).log()


@wrong("log_snr", "clamped to ±20, so the clean end is not infinite", r"infin|clamp|clean")
def _(path, t):
    return (2 * (path.alpha(t).log() - path.sigma(t).log())).clamp(-4, 4)


@wrong("log_snr", "a small number against zero", r"epsilon|small|infin|clamp|zero|clean|1e-")
def _(path, t):
    return 2 * ((path.alpha(t) + 1e-3).log() - (path.sigma(t) + 1e-3).log())


@wrong("log_snr", "base of two", r"natural|base|log2|two")
def _(path, t):
    return 2 * (path.alpha(t) / path.sigma(t)).log2()


@wrong("log_snr", "the logarithm of the square of the difference", r"ratio|differ|divid")
def _(path, t):
    return (path.alpha(t) - path.sigma(t)).square().log()


@wrong("log_snr", "the root of the power: a factor of a half", r"square|twice|four|factor|power|half|\b2\b")
def _(path, t):
    return 4 * (path.alpha(t) / path.sigma(t)).log()


@right("log_snr", "minus two log of the quotient turned over")
def _(path, t):
    return -2 * torch.log(path.sigma(t) / path.alpha(t))


@right("log_snr", "literally")
def _(path, t):
    return torch.log(path.alpha(t) ** 2 / path.sigma(t) ** 2)


# --- alphas_from_betas ---


@wrong("alphas_from_betas", "root forgotten: alpha bar", r"root|√|sqrt|square")
def _(betas):
    return (1 - betas).cumprod(0)


@wrong("alphas_from_betas", "no running product", r"product|cumprod|one step|every step|all steps")
def _(betas):
    return (1 - betas).sqrt()


@wrong("alphas_from_betas", "product of the betas", r"1 - beta|betas")
def _(betas):
    return betas.cumprod(0).sqrt()


@wrong("alphas_from_betas", "a running sum", r"product|sum|add the betas")
def _(betas):
    return (1 - betas.cumsum(0)).clamp(min=0).sqrt()


@wrong("alphas_from_betas", "begins with 1: before each step", r"after|before|first|one step|shift|begin")
def _(betas):
    alphas = (1 - betas).cumprod(0).sqrt()
    return torch.cat([betas.new_ones(1), alphas[:-1]])


@wrong("alphas_from_betas", "N + 1 of them", r"\(N,?\)|shape|length|numbers|many")
def _(betas):
    return torch.cat([betas.new_ones(1), (1 - betas).cumprod(0).sqrt()])


@wrong("alphas_from_betas", "only the last one", r"every|each|\(N,?\)|shape|all")
def _(betas):
    return (1 - betas).prod().sqrt()


@wrong("alphas_from_betas", "sigma instead of alpha", r"sigma|left|noise|clip")
def _(betas):
    return (1 - (1 - betas).cumprod(0)).sqrt()


@wrong("alphas_from_betas", "betas are changed", CHANGED)
def _(betas):
    betas.neg_().add_(1)
    return betas.cumprod(0).sqrt()


@wrong("alphas_from_betas", "root twice", r"root|√|sqrt|twice")
def _(betas):
    return (1 - betas).sqrt().cumprod(0).sqrt()


@wrong("alphas_from_betas", "from the end to the beginning", r"order|revers|end|running|first")
def _(betas):
    return (1 - betas).flip(0).cumprod(0).sqrt()


@wrong("alphas_from_betas", "1 - root of beta", r"1 - beta|root|√")
def _(betas):
    return (1 - betas.sqrt()).cumprod(0)


@right("alphas_from_betas", "made through a list: a table needs no gradient")
def _(betas):
    alphas, left = [], 1.0
    for beta in betas.tolist():
        left *= math.sqrt(1 - beta)
        alphas.append(left)
    return torch.tensor(alphas, dtype=betas.dtype)


@right("alphas_from_betas", "the exponential of a running sum of logarithms")
def _(betas):
    return (torch.log1p(-betas).cumsum(0) / 2).exp()


@right("alphas_from_betas", "a loop")
def _(betas):
    alphas, left = [], betas.new_ones(())
    for beta in betas:
        left = left * (1 - beta).sqrt()
        alphas.append(left)
    return torch.stack(alphas)


# --- zero_terminal ---


@wrong("zero_terminal", "moved, not stretched", r"stretch|first")
def _(alphas):
    return alphas - alphas[-1]


@wrong("zero_terminal", "stretched to begin at 1", r"first|stay|\b1\b")
def _(alphas):
    return (alphas - alphas[-1]) / (alphas[0] - alphas[-1])


@wrong("zero_terminal", "only the last one is set to 0", r"all|last|others|move|jump")
def _(alphas):
    bent = alphas.clone()
    bent[-1] = 0
    return bent


@wrong("zero_terminal", "the squares are moved", r"square|power|alphas|root|alpha²")
def _(alphas):
    squares = alphas**2
    bent = (squares - squares[-1]) * squares[0] / (squares[0] - squares[-1])
    return bent.clamp(min=0).sqrt()


@wrong("zero_terminal", "the list is changed in place", CHANGED)
def _(alphas):
    first, last = alphas[0].clone(), alphas[-1].clone()
    alphas -= last
    alphas *= first / (first - last)
    return alphas


@wrong(
    "zero_terminal",
    "in place, and first and last are views of what is changed",
    r"changed|in place|overwr|argument|view|nan",
)
def _(alphas):
    first, last = alphas[0], alphas[-1]
    alphas -= last
    alphas *= first / (first - last)
    return alphas


@wrong("zero_terminal", "stretched the wrong way: by first - last over first", r"stretch|first|turned|inver")
def _(alphas):
    return (alphas - alphas[-1]) * (alphas[0] - alphas[-1]) / alphas[0]


@wrong("zero_terminal", "clamped: whatever is small becomes 0", r"clamp|small|move|stretch|all")
def _(alphas):
    return torch.where(alphas <= alphas[-1] * 1.5, 0.0, alphas)


@wrong("zero_terminal", "a straight line from first to 0", r"line|shape of|even|move|stretch|bent|same")
def _(alphas):
    return torch.linspace(alphas[0].item(), 0, len(alphas), dtype=alphas.dtype)


@wrong("zero_terminal", "the mean is taken for the last", r"last")
def _(alphas):
    return (alphas - alphas.mean()) * alphas[0] / (alphas[0] - alphas.mean())


@wrong("zero_terminal", "a little above 0, for safety", r"\b0\b|zero|exact|last")
def _(alphas):
    return ((alphas - alphas[-1]) * alphas[0] / (alphas[0] - alphas[-1])).clamp(min=1e-3)


@right("zero_terminal", "as a mixture of the list and its last number")
def _(alphas):
    first, last = alphas[0], alphas[-1]
    return first * (1 - (first - alphas) / (first - last))


@right("zero_terminal", "lerp by place between the ends")
def _(alphas):
    share = (alphas - alphas[-1]) / (alphas[0] - alphas[-1])
    return torch.lerp(torch.zeros_like(alphas), alphas[:1].expand_as(alphas), share)


# --- shift_time ---


@wrong("shift_time", "the time is multiplied, not its odds", r"odds|time itself|fraction")
def _(t, shift):
    return shift * t


@wrong("shift_time", "multiplied and clamped", r"odds")
def _(t, shift):
    return (shift * t).clamp(max=1)


@wrong("shift_time", "divided by the shift", r"divid|other way|inver|multipl|turned|towards")
def _(t, shift):
    return t / (t + shift * (1 - t))


@wrong("shift_time", "the odds, not brought back to a time", r"back|odds")
def _(t, shift):
    return shift * t / (1 - t)


@wrong("shift_time", "0/0 at t = 1", r"t = 1|nan|zero|infin")
def _(t, shift):
    odds = shift * t / (1 - t)
    return odds / (1 + odds)


@wrong("shift_time", "clamped a little below 1", r"t = 1|\b1\b|stay|exact|clamp")
def _(t, shift):
    odds = shift * t / (1 - t).clamp(min=1e-2)
    return odds / (1 + odds)


@wrong("shift_time", "the root of the shift", r"root|√|shift|square")
def _(t, shift):
    m = math.sqrt(shift)
    return m * t / (m * t + 1 - t)


@wrong("shift_time", "the square of the shift", r"square|shift|m²")
def _(t, shift):
    m = shift**2
    return m * t / (m * t + 1 - t)


@wrong("shift_time", "the sign of t in the denominator", r"denominator|below|1 - t|\(1 - t\)|sign")
def _(t, shift):
    return shift * t / (1 + shift * t)


@wrong("shift_time", "an exponential shift, as in FLUX", r"exp|shift itself|odds")
def _(t, shift):
    m = math.exp(shift)
    return m * t / (m * t + 1 - t)


@wrong("shift_time", "t is changed in place", CHANGED)
def _(t, shift):
    rest = 1 - t
    t *= shift
    return t / (t + rest)


@wrong("shift_time", "a power of the time", r"odds|power")
def _(t, shift):
    return t ** (1 / shift)


@right("shift_time", "by way of numpy: times are not learnt")
def _(t, shift):
    array = t.detach().numpy()
    return torch.as_tensor(shift * array / (shift * array + 1 - array))


@right("shift_time", "1 + (shift - 1) t below")
def _(t, shift):
    return shift * t / (1 + (shift - 1) * t)


@right("shift_time", "one minus the other side")
def _(t, shift):
    return 1 - (1 - t) / (1 - t + shift * t)


@right("shift_time", "by the logistic function, where it is finite")
def _(t, shift):
    return torch.sigmoid(torch.logit(t) + math.log(shift))


# --- denoise_step ---


def _clip(path, x, noise, t):
    return (x - path.sigma(t) * noise) / path.alpha(t)


@wrong("denoise_step", "all the way to the clip", r"clip|all the way|mix|time s|\bs\b")
def _(path, x, noise, t, s):
    return _clip(path, x, noise, t)


@wrong("denoise_step", "not divided by alpha", r"alpha|divid")
def _(path, x, noise, t, s):
    return path.alpha(s) * (x - path.sigma(t) * noise) + path.sigma(s) * noise


@wrong("denoise_step", "fresh noise is put back", r"same noise|fresh|given|random")
def _(path, x, noise, t, s):
    return path.alpha(s) * _clip(path, x, noise, t) + path.sigma(s) * torch.randn_like(x)


@wrong("denoise_step", "t and s swapped", r"swap|t.*s\b|wrong way|order|earlier")
def _(path, x, noise, t, s):
    return path.alpha(t) * _clip(path, x, noise, s) + path.sigma(t) * noise


@wrong("denoise_step", "the difference of the sigmas is taken away, alpha is left alone", r"alpha|clip.*grow|scale")
def _(path, x, noise, t, s):
    return x - (path.sigma(t) - path.sigma(s)) * noise


@wrong("denoise_step", "noise added when solving", r"sign|subtract|added|minus")
def _(path, x, noise, t, s):
    x0 = (x + path.sigma(t) * noise) / path.alpha(t)
    return path.alpha(s) * x0 + path.sigma(s) * noise


@wrong("denoise_step", "straight path only", r"path|straight")
def _(path, x, noise, t, s):
    x0 = (x - t * noise) / (1 - t)
    return (1 - s) * x0 + s * noise


@wrong("denoise_step", "no noise is put back", r"noise|put back|sigma|mix")
def _(path, x, noise, t, s):
    return path.alpha(s) * _clip(path, x, noise, t)


@wrong("denoise_step", "mixed at time t again: nothing moves", r"time s|\bs\b|nothing|same")
def _(path, x, noise, t, s):
    return path.alpha(t) * _clip(path, x, noise, t) + path.sigma(t) * noise


@wrong("denoise_step", "the clip is clamped on the way", r"clamp|\[-1, 1\]|cut")
def _(path, x, noise, t, s):
    return path.alpha(s) * _clip(path, x, noise, t).clamp(-1, 1) + path.sigma(s) * noise


@wrong("denoise_step", "x is changed", CHANGED)
def _(path, x, noise, t, s):
    x -= path.sigma(t) * noise
    return path.alpha(s) * x / path.alpha(t) + path.sigma(s) * noise


@wrong("denoise_step", "divided by sigma", r"alpha|divid")
def _(path, x, noise, t, s):
    x0 = (x - path.sigma(t) * noise) / path.sigma(t)
    return path.alpha(s) * x0 + path.sigma(s) * noise


@wrong("denoise_step", "sigma at the later time is put back", r"sigma\(s\)|sigma|time s|much noise|too much")
def _(path, x, noise, t, s):
    return path.alpha(s) * _clip(path, x, noise, t) + path.sigma(t) * noise


@wrong("denoise_step", "noise is put back with the wrong sign", r"sign|minus|subtract|add")
def _(path, x, noise, t, s):
    return path.alpha(s) * _clip(path, x, noise, t) - path.sigma(s) * noise


@right("denoise_step", "without gradients, as a sampler runs")
@torch.no_grad()
def _(path, x, noise, t, s):
    return path.alpha(s) * _clip(path, x, noise, t) + path.sigma(s) * noise


@right("denoise_step", "one formula: x scaled and the noise corrected")
def _(path, x, noise, t, s):
    ratio = path.alpha(s) / path.alpha(t)
    return ratio * x + (path.sigma(s) - ratio * path.sigma(t)) * noise


@right("denoise_step", "the path's own add_noise")
def _(path, x, noise, t, s):
    clean = torch.div(torch.sub(x, path.sigma(t) * noise), path.alpha(t))
    return path.add_noise(clean, noise, s)
