# %% [markdown]
# # 04 · Noise schedules
#
# | | |
# |---|---|
# | **You build** | the mix of clip and noise at any time, the measure by which schedules are compared, DDPM's schedule from its betas, its repair at the noisy end, the shift for larger clips, and the step that takes noise away |
# | **It becomes** | most of `minisora/diffusion/path.py`, and `ddim` in `minisora/diffusion/solvers.py` |
# | **You need** | chapter 01 (a clip is `b c t h w`), Python, a little PyTorch; logarithms and standard deviations should not scare you |
# | **Time** | 75 to 100 minutes of reading and writing; running everything takes about a minute on a 2-core laptop, and a GPU is no help here |

# %%
from importlib.util import find_spec
from itertools import pairwise

import torch
from torch import Tensor

from minisora.course import begin, by_profile, check, explore, plots, use
from minisora.diffusion import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path, karras_grid
from minisora.worlds.render import render
from minisora.worlds.scene import BACKGROUNDS, SHAPES, Scene, SceneObject
from minisora.worlds.shapes import ShapesWorld

begin("04")

# %% [markdown]
# Here is a clip that dissolves: its first frame is as it was drawn, its last one is pure noise, and each frame
# between them has a little more noise than the one before.

# %%
ring = SceneObject("ring", "cyan", "large", "right", x=-0.2, y=-0.1, speed=0.2)
star = SceneObject("star", "orange", "medium", "spins", x=0.2, y=0.22, speed=0.4)
scene = Scene((ring, star), background="navy")
clip = render([scene], frames=17, height=64, width=64)

generator = torch.Generator().manual_seed(0)
noise = torch.randn(clip.shape, generator=generator)
t = torch.linspace(0, 1, 17).view(1, 1, 17, 1, 1)  # a time for each frame
dissolving = (1 - t) * clip + t * noise
plots.player(dissolving[0], alt="a cyan ring moves right above an orange star while both sink into coloured noise")

# %% [markdown]
# Forwards this is child's play: it is the one line above. **Backwards it is how Sora makes a video.** A network is
# shown clips with noise and learns to say what is noise in them (chapter 05); then it is handed pure noise, and takes
# away a little again and again until a clip is left.
#
# Before there can be a network, one thing has to be settled: *how much clip and how much noise is there at each
# moment of the way?* That is the **noise schedule**. In this chapter you will see why there are so many of them, why
# most of the differences do not matter, and which two do. One of these kept a famous model from painting the night.
#
# ## Adding noise by hand
#
# Take four pixels and four numbers of noise. The time `t` runs from 0, clean, to 1, noise. **At t = 0.25, how many
# quarters of the clip are left? What becomes of the last pixel?** Work it out on paper, then run.

# %%
# NBVAL_CHECK_OUTPUT
pixels, grains = [-1.0, 0.0, 1.0, 0.5], [0.5, -1.5, 1.0, 2.0]
for time in (0.0, 0.25, 0.5, 1.0):
    print(f"t = {time:4}:", [(1 - time) * pixel + time * grain for pixel, grain in zip(pixels, grains, strict=True)])

# %% [markdown]
# Two dials were turned at once: the clip was turned down, and the noise up. Call their positions **alpha** and
# **sigma**. The point on the way from the clip `x0` to the noise is then
#
# `x_t = alpha(t) · x0 + sigma(t) · noise`
#
# and a schedule is nothing but two curves. minisora calls it a **path**, and has four of them:
#
# | path | alpha(t) | sigma(t) | where it comes from |
# |---|---|---|---|
# | straight | 1 - t | t | flow matching, rectified flow: most of today's video models |
# | cosine | cos(πt/2) | sin(πt/2) | Nichol and Dhariwal 2021 (without their small offset) |
# | ddpm-linear | a product of 1000 numbers | √(1 - alpha²) | Ho, Jain and Abbeel 2020, who made all this work |
# | edm | 1 | 80 t | Karras et al. 2022: the clip stays, and is buried |
#
# **Before you look:** on which path is half of the clip gone first?

# %%
PATHS = {path.name: path for path in (STRAIGHT, COSINE, DDPM_LINEAR, EDM)}
t = torch.linspace(0, 1, 201)
alt = "alpha falls from 1, first on ddpm-linear, and stays 1 on edm; sigma rises from 0 to 1, on edm almost vertically"
with plots.chart(alt=alt, size=(7.4, 3.0), panels=2) as (left, right):
    for name, path in PATHS.items():
        left.plot(t, path.alpha(t), label=name)
        right.plot(t, path.sigma(t), label=name)
    left.set(xlabel="t", title="alpha: how much clip")
    right.set(xlabel="t", title="sigma: how much noise", ylim=(-0.03, 1.2))
    left.legend()

# %% [markdown]
# On ddpm-linear half of the clip is gone first, before t = 0.4; on the straight path at 0.5, on the cosine at two
# thirds, on EDM's never.
#
# The time may be a single number, or one for each clip of a batch (`b 1 1 1 1`), or, as in the clip at the top, one
# for each frame: whatever broadcasts. Write the mix for *any* path.
#
# Then the cell after the check shows the same frame with the same noise on all four paths. (A screen shows numbers
# from -1 to 1, so each picture is divided by what its clip and noise amount to together, `√(alpha² + sigma²)`.)
# **Will t = 0.4 look the same everywhere?**


# %% exercise="add_noise"
def add_noise(path: Path, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """The point at time ``t`` on the way from the clip ``x0`` to ``noise``; ``t`` broadcasts against both."""
    ### BEGIN SOLUTION
    return path.alpha(t) * x0 + path.sigma(t) * noise
    ### END SOLUTION


# %% check="add_noise"
check.add_noise(add_noise)

# %%
add_noise = use(add_noise=add_noise)
frame = render([scene], frames=1, height=40, width=40)
grain = torch.randn(frame.shape, generator=torch.Generator().manual_seed(1))


def shown(path: Path, t: Tensor) -> Tensor:
    return (add_noise(path, frame, grain, t) / (path.alpha(t) ** 2 + path.sigma(t) ** 2).sqrt())[0, :, 0]


rows = {f"{name}, t = {t}": shown(path, torch.tensor(t)) for name, path in PATHS.items() for t in (0.1, 0.4, 0.8)}
plots.images(rows, alt="a frame with a ring and a star, more or less buried in noise", width=120, columns=6)

# %% [markdown]
# It does not look the same. `t` is only a name for a place on the way, like the number of a bus stop. What can be
# compared is what one sees: how strong the clip is beside the noise. The strength of a signal is its power, the
# square, so the **signal-to-noise ratio** is `alpha² / sigma²`. It runs from infinity down to nearly zero, so one
# takes its logarithm:
#
# `log-SNR(t) = log(alpha(t)² / sigma(t)²)`
#
# It falls from +∞ (clean) towards -∞ (noise); some paths stop before they get there, and that will matter. At 0 clip
# and noise are equally strong, and each step of about 0.7 doubles or halves the ratio.
#
# {card}
#
# Write it for any path. Under the check is something to play with. Move the time: the dot runs down its curve, and
# the frame drowns. Then change the path. **Find the time on each path at which you can just tell the ring from a
# blob, and look at the height of the dot.**


# %% exercise="log_snr"
def log_snr(path: Path, t: Tensor) -> Tensor:
    """The natural logarithm of the signal-to-noise ratio of a path at time ``t``."""
    ### BEGIN SOLUTION
    return 2 * (path.alpha(t).log() - path.sigma(t).log())
    ### END SOLUTION


# %% check="log_snr"
check.log_snr(log_snr)

# %%
log_snr = use(log_snr=log_snr)
times = torch.linspace(0.002, 0.998, 200)


def stop(path: str, t: float) -> plots.Picture:
    here, level = PATHS[path], log_snr(PATHS[path], torch.tensor(t))
    with plots.canvas(size=(5.6, 2.3), panels=2) as (left, right):
        for name, each in PATHS.items():
            left.plot(times, log_snr(each, times), alpha=1 if name == path else 0.25)
        left.plot(t, level, "o", color="black")
        left.set(xlabel="t", ylabel="log-SNR", ylim=(-11, 11))
        right.imshow((shown(here, torch.tensor(t)).permute(1, 2, 0) + 1).clamp(0, 2) / 2)
        right.set_axis_off()
    alt = f"at t = {t} the log-SNR of the path {path} is {level:.1f}; beside it the frame with so much noise"
    return plots.drawn(left, alt=alt)


explore(stop, path=list(PATHS), t=[0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95])

# %% [markdown]
# The dot was at about the same height every time, wherever it was from left to right. So here is a claim: **two paths
# with the same log-SNR show the same picture**, up to a factor of brightness that a network can be told to ignore. To
# test it, find for each path the time at which its log-SNR is 0 (by halving an interval until nothing is left of it),
# and put the same noise on the same frame.

# %%


def time_at(path: Path, level: float) -> Tensor:
    """The time at which the log-SNR of a path is ``level``."""
    low, high = torch.zeros((), dtype=torch.float64), torch.ones((), dtype=torch.float64)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if log_snr(path, middle) > level else (low, middle)
    return low


same = {f"{name}, t = {time_at(path, 0):.3f}": shown(path, time_at(path, 0)) for name, path in PATHS.items()}
first = next(iter(same.values()))
print("the same picture:", all(torch.allclose(each, first, atol=1e-4) for each in same.values()))
plots.images(same, alt="the frame under as much noise as clip, which looks the same on all four paths", width=150)

# %% [markdown]
# So a path is a *convention*, like Celsius and Fahrenheit. What a schedule really decides is **how often each level
# of noise is visited**: in training, how much of the network's effort it gets; in sampling, how many of the steps. If
# one draws a time at random, which log-SNR does one get? **Guess which of these curves is the widest.**
#
# (EDM does not draw `t` at all: it draws the logarithm of sigma from a normal distribution with mean -1.2 and
# deviation 1.2. On the straight path one does so with the log-odds of `t`, `log(t / (1 - t))`: Stable Diffusion 3
# draws them from a standard normal distribution, minisora from a wider one with mean 1.1 and deviation 1.3, because
# *where things are* is decided while the clip is still nearly all noise.)

# %%
thrown = torch.rand(200_000, generator=torch.Generator().manual_seed(2))
bell = torch.randn(200_000, generator=torch.Generator().manual_seed(3))
levels = {f"{name}, any t": log_snr(PATHS[name], thrown) for name in ("straight", "cosine", "ddpm-linear")}
levels["edm in training"] = -2 * (-1.2 + 1.2 * bell)
levels["minisora in training"] = log_snr(STRAIGHT, (1.1 + 1.3 * bell).sigmoid())

alt = "how often each log-SNR is met: cosine is around 0, edm right of it, minisora left; ddpm-linear is broad and flat"
with plots.chart(alt=alt, size=(6.8, 3.0)) as axes:
    for label, level in levels.items():
        counts = torch.histc(level.clamp(-14, 14), bins=56, min=-14, max=14)
        axes.plot(torch.linspace(-13.75, 13.75, 56)[1:-1], counts[1:-1] / len(level) / 0.5, label=label)
    axes.set(xlabel="log-SNR (right: clean, left: noise)", ylabel="how often")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))

# %% [markdown]
# The widest is ddpm-linear: it hits a log-SNR below -5, where hardly anything is left of the clip, three times in ten.
#
# ## DDPM counts its steps
#
# The paper that began it all gives neither alpha nor sigma, but a list of 1000 small numbers, **beta**. It adds noise
# in 1000 steps, and beta is the share of the power that is replaced in a step:
#
# `x ← √(1 - beta) · x + √beta · fresh noise`
#
# Betas grow evenly from 0.0001 to 0.02. **How much of the clip is left after 250 steps, when the largest beta so far
# was 0.005? After 1000?** Make a guess in per cent. We walk the long way once, all 1000 steps, and measure how much
# of the clip is in the result (by projecting on the clip) and how large the rest is.

# %%
betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
x0 = clip[..., ::2, ::2]
x, generator = x0.clone(), torch.Generator().manual_seed(4)
for i, beta in enumerate(betas.tolist(), start=1):
    x = (1 - beta) ** 0.5 * x + beta**0.5 * torch.randn(x.shape, generator=generator)
    if i in (100, 250, 500, 1000):
        kept = float((x * x0).sum() / x0.square().sum())
        rest, t = float((x - kept * x0).std()), torch.tensor(i / 1000)
        alpha, sigma = float(DDPM_LINEAR.alpha(t)), float(DDPM_LINEAR.sigma(t))
        print(f"step {i:4}: of the clip {kept:5.2f} (alpha {alpha:4.2f}), of noise {rest:4.2f} (sigma {sigma:4.2f})")

# %% [markdown]
# A thousand small steps did what one jump does. That must be so: each step multiplies what is left of the clip, and a
# sum of independent Gaussian noises is Gaussian noise again, whose powers add up. So nobody who trains a network
# walks; one jumps to a random `t` in one line.
#
# {card}
#
# Work out how far: from the betas to alpha after every step.


# %% exercise="alphas_from_betas"
def alphas_from_betas(betas: Tensor) -> Tensor:
    """What is left of the clip after each of DDPM's steps: ``(N,) -> (N,)``."""
    ### BEGIN SOLUTION
    return torch.cumprod(1 - betas, dim=0).sqrt()
    ### END SOLUTION


# %% check="alphas_from_betas"
check.alphas_from_betas(alphas_from_betas)

# %% [markdown]
# ## One schedule, four notations
#
# Papers and libraries write the *same* schedule in different ways, and most confusion about diffusion is confusion
# between these four:
#
# 1. **betas** (DDPM): the share that each step replaces;
# 2. **alpha and sigma** (or their squares: `alphas_cumprod` in many libraries, alpha-bar in papers, is **alpha²**);
# 3. **EDM's sigma**, which is `sigma / alpha`: the noise beside a clip of full strength;
# 4. **log-SNR**, which is `-2 log(sigma / alpha)`.
#
# Where alpha² + sigma² = 1 (a *variance-preserving* path), one gets back from the log-SNR with a logistic function:
# alpha² is `sigmoid(log-SNR)`, and sigma² is `sigmoid(-log-SNR)`. Once round the circle, and home again:

# %%
alphas_from_betas = use(alphas_from_betas=alphas_from_betas)
alphas = alphas_from_betas(betas)
edm_sigmas = (1 - alphas**2).sqrt() / alphas
levels = -2 * edm_sigmas.log()
squares = levels.sigmoid()
again = 1 - squares / torch.cat([torch.ones(1, dtype=torch.float64), squares[:-1]])
print("home again:", torch.allclose(again, betas, atol=1e-9))

notations = {"beta": betas, "alpha²": alphas**2, "EDM's sigma": edm_sigmas, "log-SNR": levels}
alt = "DDPM's schedule four times: beta rises straight, alpha² falls like half a bell, sigma explodes, log-SNR falls"
with plots.chart(alt=alt, size=(7.6, 2.3), panels=4) as panels:
    for axes, (label, values) in zip(panels, notations.items(), strict=True):
        axes.plot(values)
        axes.set(title=label, xlabel="step", yscale="log" if label == "EDM's sigma" else "linear")

# %% [markdown]
# ## Is the last step noise?
#
# Look at the right end of alpha². DDPM's last alpha is 0.0064, which looks like nothing. Stable Diffusion 1 and 2 use
# smaller betas (their *roots* grow evenly, from √0.00085 to √0.012), and the last alpha is **0.068**: seven per cent
# of the picture are still there. They were trained to remove noise from *that*, and start from *pure* noise when they
# generate. **Does it matter?** You cannot see seven per cent of a clip in noise. Could a network?
#
# Let us draw a small world of 64 clips, take each of them to the last step, and do the simplest thing a network
# could: average all its numbers.

# %%
scenes = ShapesWorld().sample(64, generator=torch.Generator().manual_seed(5))
clips = render(scenes, frames=17, height=32, width=32)
noises = torch.randn(clips.shape, generator=torch.Generator().manual_seed(6))

stable_betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
stable = alphas_from_betas(stable_betas).float()
ends = {"Stable Diffusion": stable[-1], "ddpm-linear": alphas[-1].float(), "straight": torch.tensor(0.0)}
alt = "mean of the last step against mean of the clip: a clear line for Stable Diffusion, hardly any, then none"
with plots.chart(alt=alt, size=(7.6, 2.7), panels=3) as panels:
    for axes, (label, alpha) in zip(panels, ends.items(), strict=True):
        last = alpha * clips + (1 - alpha**2).sqrt() * noises
        axes.plot(clips.flatten(1).mean(1), last.flatten(1).mean(1), "o", markersize=3)
        axes.set(title=f"{label}\nalpha = {alpha:.4f}", xlabel="mean of the clip", ylim=(-0.08, 0.04))
    panels[0].set(ylabel="mean of its last step")

# %% [markdown]
# On the left a network can read the brightness of the clip off its "noise". It will learn to trust that reading. And
# then it is handed pure noise, which leans neither to bright nor to dark, *anywhere*. What would it make of that?
#
# We do not have to guess. In a world of 64 clips, all equally likely, the *perfect* network is a formula (Bayes'). A
# clip is the likelier, the less noise it takes to explain `x`: the noise would have to be `x - alpha · clip`, and if
# its length is `d`, its probability goes with `exp(-d² / 2 sigma²)`. Multiply `d²` out, leave out `|x|²`, which is
# the same for all clips, and make the 64 numbers add up to 1:
#
# `belief = softmax((alpha · x·clip - alpha² · |clip|² / 2) / sigma²)`


# %%
def beliefs(x: Tensor, alpha: Tensor, sigma: Tensor, clips: Tensor) -> Tensor:
    """How likely each of the clips is, given ``x = alpha * clip + sigma * noise``: ``b ..., n ... -> b n``."""
    flat = clips.flatten(1)
    match = alpha * x.flatten(1) @ flat.T - alpha**2 * flat.square().sum(1) / 2
    return torch.softmax(match / sigma**2, dim=-1)


def expected(alpha: Tensor) -> list[float]:
    """The share of each background that the perfect network expects, if pure noise is taken for its last step."""
    belief = beliefs(noises, alpha, (1 - alpha**2).sqrt(), clips).mean(0).tolist()
    pairs = list(zip(scenes, belief, strict=True))
    return [sum(share for scene, share in pairs if scene.background == name) for name in BACKGROUNDS]


drawn = [sum(scene.background == name for scene in scenes) / len(scenes) for name in BACKGROUNDS]
for name, share, seen in zip(BACKGROUNDS, drawn, expected(stable[-1]), strict=True):
    print(f"{name:5}: {100 * share:3.0f} % of the clips, {100 * seen:3.0f} % of what is generated from noise")

# %% [markdown]
# **It cannot draw a night.** Not because the network is bad (it is perfect), but because at the last step of its
# schedule a dark clip would look darker than pure noise ever does. (Why grey, and not sky, whose mean is nearer to 0?
# The mean is only one thing that a network can read. The formula prefers the clip with the smallest `|clip|²`: a sky
# is bright above and dark below, about 0.20 in mean square; grey has 0.10.) This is what Lin et al. 2023 found in
# Stable Diffusion: ask for a solid black picture, and it paints a grey one.
#
# {card}
#
# Their remedy is to bend the schedule until its last alpha *is* zero: **zero terminal SNR**. Move all alphas down so
# that the last becomes 0, and stretch them so that the first stays what it was.


# %% exercise="zero_terminal"
def zero_terminal(alphas: Tensor) -> Tensor:
    """Move and stretch a falling list of alphas so that the last is 0 and the first stays: ``(N,) -> (N,)``."""
    ### BEGIN SOLUTION
    return (alphas - alphas[-1]) * alphas[0] / (alphas[0] - alphas[-1])
    ### END SOLUTION


# %% check="zero_terminal"
check.zero_terminal(zero_terminal)

# %%
zero_terminal = use(zero_terminal=zero_terminal)
repaired = zero_terminal(stable)
alt = "left: alphas before and after, hardly different but for the end; right: with the repair all backgrounds are back"
with plots.chart(alt=alt, size=(7.6, 2.8), panels=2) as (left, right):
    left.plot(stable, label="Stable Diffusion")
    left.plot(repaired, "--", label="zero terminal")
    left.set(xlabel="step", title="alpha")
    left.legend()
    bars = {"drawn": drawn, "from noise, before": expected(stable[-1]), "from noise, after": expected(repaired[-1])}
    for i, (label, shares) in enumerate(bars.items()):
        right.bar(torch.arange(4) + 0.27 * i, shares, width=0.25, label=label)
    right.set_xticks([0.27, 1.27, 2.27, 3.27], BACKGROUNDS)
    right.set(title="share of each background")
    right.legend(fontsize=8)

# %% [markdown]
# A small change at one end, and the night is back. It has a price: at alpha = 0 there is no clip in `x`, so a network
# that predicts *the noise* has nothing to say there (the noise is what it sees), and nothing follows from its answer.
# Such a schedule needs a network that predicts the clip, or v, or the velocity: chapter 05. The straight path ends at
# alpha = 0 by itself, which is one of the reasons why most new video models use it.
#
# ## Larger clips need more noise
#
# Here is the second thing that matters. One frame, drawn at four sizes, all at **t = 0.75**: three parts of noise to
# one part of picture. The schedule is the same. **Is it the same amount of noise?**

# %%
flower = Scene((SceneObject("star", "yellow", "large", "still"),), background="navy")
sizes = {}
for side in (16, 32, 64, 128):
    still = render([flower], frames=1, height=side, width=side)
    grains = torch.randn(still.shape, generator=torch.Generator().manual_seed(7))
    # divided by the size of clip and noise together, √(0.25² + 0.75²), as above
    sizes[f"{side} x {side}"] = add_noise(STRAIGHT, still, grains, torch.tensor(0.75))[0, :, 0] / 0.79
plots.images(sizes, alt="a star under noise at t = 0.75: the larger the frame, the clearer the star", width=170)

# %% [markdown]
# Squint, or step back from the screen: that averages over neighbours, and the star of 128 pixels comes out while that
# of 16 stays lost. Four neighbouring pixels agree about the star but not about their noise, so their mean has the
# star as before and *half* the noise. A frame of twice the side is, at the same `t`, like the small frame with half
# the noise. The same holds for frames that follow each other.
#
# To measure it, ask the best observer there can be (`beliefs`, with alpha and sigma of the straight path) a question:
# *which of the six shapes is it?* Guessing gives 1 in 6. **At which t does it begin to fail, for 16, 32 and 64
# pixels? And for 1, 4 and 16 frames?**


# %%
def accuracy(side: int, frames: int, times: Tensor, draws: int) -> list[float]:
    """How often the best observer names the right shape, at each of the times."""
    objects = [SceneObject(shape, "orange", "large", "still") for shape in SHAPES]
    choices = render([Scene((each,), background="navy") for each in objects], frames=frames, height=side, width=side)
    truth = torch.arange(draws) % len(SHAPES)
    grains = torch.randn(draws, *choices.shape[1:], generator=torch.Generator().manual_seed(8))
    right = []
    for t in times:
        x = add_noise(STRAIGHT, choices[truth], grains, t)
        right.append(float((beliefs(x, 1 - t, t, choices).argmax(1) == truth).float().mean()))
    return right


KINDS = {"size": [(16, 1), (32, 1), (64, 1)], "length": [(32, 1), (32, 4), (32, 16)]}
draws = by_profile(600, fast=120)
times = torch.linspace(0.4, 0.99, by_profile(25, fast=10))

# %%
alt = "accuracy falls from 1 to a sixth: the more pixels (left) or frames (right), the later, by about 0.1 in t"
with plots.chart(alt=alt, size=(7.6, 2.8), panels=2) as panels:
    for axes, (kind, settings) in zip(panels, KINDS.items(), strict=True):
        for side, frames in settings:
            right = accuracy(side, frames, times, draws)
            axes.plot(times, right, label=f"{frames} x {side} x {side}")
        axes.axhline(1 / 6, color="grey", linewidth=1)
        axes.set(xlabel="t", title=kind)
        axes.legend(fontsize=8)
    panels[0].set(ylabel="right answers")

# %% [markdown]
# What the small frame makes you decide at t = 0.7, the large clip makes you decide beyond 0.9. Below that nothing is
# left to decide but details. A network that is trained with *these* times spends most of its effort on a riddle that
# is solved, and a sampler with 20 such steps has two of them for everything that matters.
#
# The cure follows from "half the noise". On the straight path `sigma / alpha` is `t / (1 - t)`, the *odds* of noise.
# To hide as much as before in `m²` times as many numbers that agree, the odds have to be `m` times as high:
#
# `t' / (1 - t') = m · t / (1 - t)`
#
# {card}
#
# Solve for the new time `t'`. The number `m` is called the **shift**.
#
# The cell after the check puts the argument to the test: it looks at each clip at its *shifted* times, with the root
# of how many times more numbers it has than the smallest. **If the argument is right, what becomes of the three
# curves?**


# %% exercise="shift_time"
def shift_time(t: Tensor, shift: float) -> Tensor:
    """Multiply the odds of noise, ``t / (1 - t)``, by ``shift``; 0 and 1 stay where they are."""
    ### BEGIN SOLUTION
    return shift * t / (shift * t + (1 - t))
    ### END SOLUTION


# %% check="shift_time"
check.shift_time(shift_time)

# %%
shift_time = use(shift_time=shift_time)
alt = "the same curves over the time before the shift: one line on the right; on the left that of 16 pixels stays below"
with plots.chart(alt=alt, size=(7.6, 2.8), panels=2) as panels:
    for axes, (kind, settings) in zip(panels, KINDS.items(), strict=True):
        smallest = settings[0][0] ** 2 * settings[0][1]
        for side, frames in settings:
            shift = (side**2 * frames / smallest) ** 0.5
            right = accuracy(side, frames, shift_time(times, shift), draws)
            axes.plot(times, right, label=f"{frames} x {side} x {side}, shift {shift:.0f}")
        axes.set(xlabel="t before the shift", title=kind)
        axes.legend(fontsize=8)
    panels[0].set(ylabel="right answers")

# %% [markdown]
# On the right they become one, to the width of a line. On the left the two larger frames nearly do, but that of 16
# pixels still fails earlier, by up to a tenth: the smaller the frame, the more of a shape is blurred edge. In log-SNR
# the rule is simpler still: a shift of `m` takes `2 log m` away, everywhere. Two words of caution. These shapes stand
# still and are plain, so neighbours agree as well as they ever can; where neighbours differ, in fine texture or fast
# motion, the root is too much. And latents (chapter 03) have had most of their agreement squeezed out. So real
# systems begin with the root as a rule of thumb, and find their shift by trying.
#
# ## The numbers of diffusers
#
# Does all this agree with the library that most people use? Below are numbers from Hugging Face's diffusers 0.42.1.
# They were printed by these lines (`s = diffusers.DDPMScheduler`, `i = [0, 249, 499, 749, 999]`):
#
# - `s(beta_start=1e-4, beta_end=0.02, beta_schedule="linear").alphas_cumprod[i]`
# - `s(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
#   rescale_betas_zero_snr=True).alphas_cumprod[i]`
# - `f = diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0)`, then `f.set_timesteps(sigmas=[1, 0.8, 0.6, 0.4, 0.2])`
#   and `f.sigmas`
# - `e = diffusers.EDMEulerScheduler()`, then `e.set_timesteps(5)` and `e.sigmas` (EDM's own steps, crowded near the
#   clip; here `karras_grid` has them, as times)
#
# **Which of the four notations is each of these in?** And note the off-by-one that costs everybody an afternoon:
# diffusers counts DDPM's steps from 0, and its step 0 has noise already. So its step `i` is our `t = (i + 1) / 1000`;
# the clean clip itself is not in its table. Where diffusers is installed, the second cell asks it directly, for all
# 1000 steps.

# %%
# NBVAL_CHECK_OUTPUT
steps = [0, 249, 499, 749, 999]
stored = {
    "DDPM": [0.9998999834, 0.5240853429, 0.0785872340, 0.0033505506, 0.0000403583],
    "zero terminal": [0.9991499782, 0.6541888714, 0.2423589975, 0.0331714526, 0.0],
    "flow matching": [1.0, 0.9230769873, 0.8181818128, 0.6666666865, 0.4285714626, 0.0],
    "EDM": [80.0, 17.5278320313, 2.5152189732, 0.1697527617, 0.0020000001, 0.0],
}
ours = {
    "DDPM": alphas_from_betas(betas)[steps] ** 2,
    "zero terminal": zero_terminal(alphas_from_betas(stable_betas))[steps] ** 2,
    "flow matching": shift_time(torch.linspace(1, 0, 6), 3.0),
    "EDM": 80 * karras_grid(5),
}
for label, numbers in stored.items():
    print(f"{label:13}", torch.allclose(ours[label].double(), torch.tensor(numbers).double(), rtol=1e-4, atol=1e-7))

# %%
if find_spec("diffusers") and by_profile(True, fast=False):
    from diffusers import DDPMScheduler

    theirs = DDPMScheduler(beta_start=1e-4, beta_end=0.02, beta_schedule="linear").alphas_cumprod
    t = (torch.arange(1000, dtype=torch.float64) + 1) / 1000
    print("all 1000 alphas agree:", torch.allclose(DDPM_LINEAR.alpha(t) ** 2, theirs.double(), rtol=1e-4, atol=1e-7))
else:
    print("left out: diffusers is not installed, or this is a fast run")

# %% [markdown]
# The first two are alpha², the last is EDM's sigma. Flow matching's numbers are `t`, which on the straight path is
# sigma itself: half of *alpha and sigma*.
#
# ## A denoising step that removes nothing
#
# Explanations of Sora on the web often end in a few lines of "conceptual" code. Its heart looks like this:
#
# `latent = latent - 0.1 * torch.randn_like(latent)`, fifty times, under a comment such as *gradually remove the
# noise*.
#
# **What does it do?** Decide before you run: does the clip get cleaner, stay as noisy as it is, or get noisier? We
# start from one of our clips that is half noise.

# %%
generator = torch.Generator().manual_seed(9)
half = add_noise(STRAIGHT, clips[:1], noises[:1], torch.tensor(0.5))
x = half
for i in range(1, 101):
    x = x - 0.1 * torch.randn(x.shape, generator=generator)
    if i in (1, 10, 50, 100):
        error = (x - 0.5 * clips[:1]).std()
        print(f"after {i:3} steps: noise of {error:.2f}; √(0.5² + {i} · 0.1²) = {(0.25 + 0.01 * i) ** 0.5:.2f}")
plots.strips({"half noise": half[0], "after 100 steps": x[0]}, alt="a clip with noise, and with far more noise")

# %% [markdown]
# It got noisier, and by a rule. `randn` gives a number and its negative equally often, so **subtracting fresh noise
# is adding fresh noise**. It has nothing to do with the noise that *is* in the clip, and powers of independent noises
# add up: a random walk away from everything. There is no network in those lines, so there is nobody who could know
# what to remove.
#
# {card}
#
# What has to be taken away is *the noise that is there*, and exactly as much of it as the schedule says. Say it is
# known. Then `x_t = alpha(t) · x0 + sigma(t) · noise` has one unknown left, the clip: solve for it. And from the clip
# and the same noise, mix the point of an earlier time `s`.


# %% exercise="denoise_step"
def denoise_step(path: Path, x: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """From ``x`` at time ``t`` to the earlier time ``s``, when ``noise`` is what is in ``x``."""
    ### BEGIN SOLUTION
    x0 = (x - path.sigma(t) * noise) / path.alpha(t)
    return path.alpha(s) * x0 + path.sigma(s) * noise
    ### END SOLUTION


# %% check="denoise_step"
check.denoise_step(denoise_step)

# %% [markdown]
# With the true noise it takes no patience: a single step brings the clip back. (Not from t = 1 itself, where alpha is
# 0 and the division fails. You have met that above: where there is no clip, noise says nothing about it.)
#
# But nobody knows the true noise. What one can have is a **best guess** of it. In our world of 64 clips the formula
# has it: the mean of all clips, weighted with the beliefs, is the best guess of the clip, and the rest of `x` the
# best guess of the noise. A guess is wrong at first, so one must *not* believe it all the way: a small step, a new
# guess, a small step. Now start from pure noise, with 24 steps shifted by 8. (That is the root of 17·32·32 over
# 16·16.)


# %%
denoise_step = use(denoise_step=denoise_step)


def undo(path: Path, x: Tensor, times: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Denoise step by step with the best guess of the noise; also the beliefs that were held at each step."""
    held = []
    for t, s in pairwise(times):
        held.append(beliefs(x, path.alpha(t), path.sigma(t), clips))
        x0 = (held[-1] @ clips.flatten(1)).view_as(x)
        x = denoise_step(path, x, (x - path.alpha(t) * x0) / path.sigma(t), t, s)
    return x, held


evenly = torch.linspace(0.99, 0, 25)
made, held = undo(STRAIGHT, noises[:1], shift_time(evenly, 8.0))
chosen = int(held[-1].argmax())
print(f"noise has become clip {chosen} of 64, exactly: {torch.allclose(made[0], clips[chosen], atol=1e-2)}")
plots.strips({"noise": noises[0], "24 steps later": made[0]}, alt="pure noise, and the drawn clip that it became")

# %% [markdown]
# **That is a diffusion model**, complete but for one thing: its network knows 64 clips by heart, where a real one has
# to make guesses about clips that nobody has drawn. When does it make up its mind? Here is its belief in the clip
# that comes out in the end, with the shift and without.

# %%
alt = "belief in the final clip: with shift 8 it grows over a dozen steps; without, it is 1 after four or five"
with plots.chart(alt=alt, size=(6.4, 2.6)) as axes:
    for shift in (8.0, 1.0):
        _, held = undo(STRAIGHT, noises[:1], shift_time(evenly, shift))
        final = held[-1].argmax()
        axes.plot(range(1, 25), [float(each[0, final]) for each in held], "o-", label=f"shift {shift:.0f}")
    axes.set(xlabel="step", ylabel="belief in what comes out")
    axes.legend()

# %% [markdown]
# Without the shift, four of 24 steps decide everything and twenty polish what is decided; with it, a dozen take part.
#
# And fresh noise? It has its place, and perhaps the snippet is a faint memory of it: DDPM's own sampler, after it has
# removed the noise that it *predicts*, puts noise **back** (plus, not minus), as much as the schedule wants at the
# next time, and a part of that is fresh. So the way goes down by the schedule, and only wobbles. The package has it
# as `ancestral`; chapter 09 takes it apart.
#
# ## Break it
#
# **First: variances for deviations.** A factor `alpha²` where `alpha` belongs is the commonest slip in hand-written
# schedules. No shape is wrong, and the training loss looks normal. Here noise is mixed with the squares, and the true
# noise is then removed as it should be. What will be wrong with the clip?

# %%
half_way, clean = torch.tensor(0.5), torch.tensor(0.0)
alpha, sigma = COSINE.alpha(half_way), COSINE.sigma(half_way)
mixes = {"as it should be": alpha * clips[:1] + sigma * noises[:1]}
mixes["squared"] = alpha**2 * clips[:1] + sigma**2 * noises[:1]
after = {label: denoise_step(COSINE, x, noises[:1], half_way, clean)[0] for label, x in mixes.items()}
plots.strips(after, alt="the clip after the noise is taken away: clean at first, then pale and with noise left in it")

# %% [markdown]
# Pale, and grainy with the *negative* of the noise: too much has been taken away. If your samples look like that,
# look for a square.
#
# **Second: start where it is not yet night.** Use a shift of 1/8 in place of 8. The first step now believes that pure
# noise still has a good share of clip in it. Each of many different noises becomes one of the 64 clips, exactly as
# before. How many *different* clips will come out, and which?

# %%
for shift in (8.0, 1.0, 1 / 8):
    times = shift_time(torch.linspace(0.99, 0, by_profile(25, fast=13)), shift)
    _, held = undo(STRAIGHT, noises[: by_profile(64, fast=16)], times)
    final = held[-1].argmax(1).tolist()
    kinds = sorted({scenes[i].background for i in final})
    print(f"shift {shift:5}: starts at t = {times[0]:.3f}; {len(set(final)):2} clips, backgrounds: {', '.join(kinds)}")

# %% [markdown]
# The less shift, the fewer clips, and with 1/8 not a single night is left: only what is near to medium grey. It is
# the same failure as with Stable Diffusion's last step, and it does not *look* like a failure. Every single clip is
# perfect. Only who makes many of them sees it.
#
# ## In the real systems
#
# - **DDPM**: 1000 steps, beta from 0.0001 to 0.02 (Ho et al. 2020, [arXiv
#   2006.11239](https://arxiv.org/abs/2006.11239)). **Improved DDPM** replaced it by the cosine, since the linear one
#   destroys small pictures too early (Nichol and Dhariwal 2021, [2102.09672](https://arxiv.org/abs/2102.09672)).
# - **EDM** writes everything in sigma, from 0.002 to 80, and separates the path from the steps (Karras et al. 2022,
#   [2206.00364](https://arxiv.org/abs/2206.00364)). **Stable Video Diffusion** was fine-tuned in its terms, with more
#   noise for its higher resolution ([2311.15127](https://arxiv.org/abs/2311.15127)).
# - **Zero terminal SNR** and the grey pictures: Lin et al. 2023 ([2305.08891](https://arxiv.org/abs/2305.08891)).
#   **CogVideoX** took it over, with v-prediction, on Stable Diffusion's betas
#   ([2408.06072](https://arxiv.org/abs/2408.06072)).
# - **The shift** was argued as you did by Hoogeboom et al. 2023 for the cosine
#   ([2301.11093](https://arxiv.org/abs/2301.11093)), and by Esser et al. 2024 for the straight path: **Stable
#   Diffusion 3** takes 3 at 1024 x 1024 pixels ([2403.03206](https://arxiv.org/abs/2403.03206)).
# - The published settings of **HunyuanVideo** ([2412.03603](https://arxiv.org/abs/2412.03603)) shift by 7; for **Wan
#   2.1** ([2503.20314](https://arxiv.org/abs/2503.20314)) 3 is advised at 480p and 5 at 720p. Like Stable Diffusion
#   3, both sample on the straight path.
# - **Sora**'s schedule is not published. OpenAI's report says only that it is a diffusion model trained to predict
#   clean patches from noisy ones ([2024](https://openai.com/index/video-generation-models-as-world-simulators/)).
#
# What do such shifts do to a sampler? Half of its steps are spent above this time:

# %%
# NBVAL_CHECK_OUTPUT
for name, shift in {"none": 1.0, "SD 3, Wan 480p": 3.0, "Wan 720p": 5.0, "HunyuanVideo": 7.0}.items():
    middle = float(shift_time(torch.tensor(0.5), shift))
    print(f"{name:14} shift {shift:.0f}: half of the steps above t = {middle:.3f}")

# %% [markdown]
# ## Recap
#
# - A schedule is two curves: `x_t = alpha(t) · x0 + sigma(t) · noise`.
# - `t` is only a name. What is seen is the log-SNR, and paths with the same log-SNR show the same picture.
# - So a schedule decides how often each log-SNR is visited: effort in training, steps in sampling.
# - The last step has to be pure noise, or the model will only ever make what is nearest to medium grey.
# - More pixels and frames that agree need more noise: multiply the odds `t / (1 - t)` by the shift.
# - To denoise is to take away the noise that *is there*, as well as one can guess it. Subtracting random noise adds
#   random noise.
#
# ## Five words
#
# - **path** (noise schedule): how much clip, alpha, and how much noise, sigma, there is at each time.
# - **log-SNR**: the logarithm of alpha² / sigma², by which paths are compared; high is clean.
# - **beta**: in DDPM's notation, the share of the power that one step replaces by noise.
# - **zero terminal SNR**: nothing of the clip is left at the last step, so that training ends where sampling starts.
# - **shift**: the factor on the odds of noise that larger and longer clips need.
#
# ## Test yourself
#
# **1.** A library gives you `alphas_cumprod[i] = 0.36`. What are alpha, sigma, EDM's sigma and the log-SNR?
#
# <details><summary>Answer</summary>
#
# It is alpha², so alpha = **0.6** and sigma = √(1 - 0.36) = **0.8**. EDM's sigma is 0.8 / 0.6 = **1.33**, and the
# log-SNR is log(0.36 / 0.64) = **-0.58**.
#
# </details>
#
# **2.** You go from clips of 17 x 64 x 64 to 65 x 128 x 128, on the straight path. Which shift does the rule of thumb
# give on top of the old one, and what do you expect of the truth?
#
# <details><summary>Answer</summary>
#
# There are 65/17 · 4 = 15.3 times as many numbers, so the root says **3.9**. The truth is less: the rule takes all
# these numbers to agree, but four times the frames of a moving scene show new things too, and the codec has taken out
# much of what neighbours have in common.
#
# </details>
#
# **3.** A colleague trains on the cosine path and samples with diffusers' linear DDPM schedule at the same `t`.
# Nothing raises an error. What is wrong, and how would you find it?
#
# <details><summary>Answer</summary>
#
# At the same `t` the two have different log-SNRs, so the network is told one level of noise and shown another, at
# every step. Noise is left over, or too much is taken away. Print the log-SNR of both at a few times: what the
# network was trained at and what the sampler feeds it must be the same.
#
# </details>
#
# **Next: [05 · Learning to undo noise](05_learning_to_undo_noise.ipynb).** The best guess without 64 clips to look it
# up in: a network, and what to ask it.
