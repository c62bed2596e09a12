# %% [markdown]
# # 05 · Learning to undo noise
#
# | | |
# |---|---|
# | **You build** | the question that a video model is asked in training, the score of its answer, and the walk that turns answers into a clip; all of it tested in a world where the right answer is a formula |
# | **It becomes** | `minisora/diffusion/objective.py`, and parts of `path.py`, `gaussian.py` and `sampler.py` beside it |
# | **You need** | chapter 04 (alpha and sigma, the path from a clip to noise), means and variances |
# | **Time** | 100 to 130 minutes of reading and writing; running everything takes about a minute on a 2-core laptop, and no GPU makes it shorter |

# %%
import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, progress, use
from minisora.course.exercises.c05_objective import patient
from minisora.diffusion import STRAIGHT, Path, Velocity, logit_normal, random_given, sample, time_grid
from minisora.diffusion.gaussian import GaussianWorld
from minisora.diffusion.objective import TimeSampler
from minisora.diffusion.path import noise_like
from minisora.model.velocity import video_velocity

begin("05")

# %% [markdown]
# Here is a clip of night clouds that the wind carries to the right, with a pale light among them. It was made from
# pure noise, in 32 small steps, by the very sampler that this course's video model uses. But there is **no network**
# in it, and nothing was trained: in this little world the right answer is known as a formula. The rows show the clip
# on its way.


# %%
def drifting_sky(frames: int = 6, height: int = 8, width: int = 12) -> GaussianWorld:
    """Clouds that the wind carries to the right, one pixel a frame, and a pale light that goes with them."""
    places = torch.meshgrid(torch.arange(frames), torch.arange(height), torch.arange(width), indexing="ij")
    t, y, x = (axis.flatten().float() for axis in places)
    carried = x - t  # who travels with the wind stays at the same place
    t_apart, y_apart, x_apart = ((axis[:, None] - axis).abs() for axis in (t, y, carried))
    alike = torch.exp(-t_apart / 20 - y_apart / 4 - x_apart / 4)
    light = 1.5 * torch.exp(-((carried - 3) ** 2 + (y - 3.5) ** 2) / 6)
    return GaussianWorld(light.view(1, frames, height, width), 0.5 * alike)


def seen(clip: Tensor) -> Tensor:
    """A clip of brightness, ``1 t h w``, in colours that can be looked at: ``3 t 4h 4w``."""
    night, cloud = torch.tensor([[-0.85, -0.75, -0.35], [1.0, 1.0, 0.95]]).view(2, 3, 1, 1, 1)
    level = ((clip + 1.5) / 3.5).clamp(0, 1).repeat_interleave(4, 2).repeat_interleave(4, 3)
    return night + (cloud - night) * level


# %%
sky = drifting_sky()
noise = torch.randn(1, 1, 6, 8, 12, generator=torch.Generator().manual_seed(72))
way = {0: noise}
made = sample(sky.velocity, noise, time_grid(32), watch=lambda i, x: way.update({i: x}))
shown = {f"t = {1 - i / 32:.2f}": seen(way[i][0]) for i in (0, 16, 24, 28, 32)}
plots.strips(shown, alt="noise at t = 1; towards t = 0 a pale light and clouds emerge and drift to the right", fps=4)

# %% [markdown]
# This chapter takes that apart. What is the question that a model must answer at every step? How is its answer
# scored? Which answer is the best, and why is even the best one never free of error? How do answers become a clip?
# Only then do we train a network, and we will know exactly how far it is from perfect.
#
# ## One question, many right answers
#
# Adding noise is easy (chapter 04): on the straight path a clip `x0` and its noise `eps` are mixed as
# `x = (1 - t)·x0 + t·eps`, and as time goes on, the mixture moves with the constant **velocity** `eps - x0`. To undo
# noise, one would walk along the same line backwards. If only one knew which line one is on!
#
# Take the smallest world that there is. A clip is one number: a lamp that is off, -1, or on, +1. Below, each thin
# line leads from a lamp (left) to its noise (right). The black dot is what we are shown: **0.3 at time 0.6**. The
# orange lines pass through it, or nearly.
#
# **Before you run:** the slope of a line is its velocity. You have to name *one* number as the velocity at the dot,
# and pay the square of your error, averaged over the orange lines. Which number do you name? Is it the slope of any
# orange line?

# %%
lamp = torch.randint(0, 2, (20_000,), generator=torch.Generator().manual_seed(0)) * 2.0 - 1
its_noise = torch.randn(20_000, generator=torch.Generator().manual_seed(1))
slope = its_noise - lamp
here = (0.4 * lamp + 0.6 * its_noise - 0.3).abs() < 0.05  # who passes the dot
alt = "left: lines from the lamps to noise; a bundle from each lamp crosses at the dot; right: a parabola above zero"
with plots.chart(alt=alt, size=(8.4, 3.2), panels=2) as (lines, prices):
    guesses = torch.linspace(-3, 3, 61)
    for a, b, passes in zip(lamp[:250].tolist(), its_noise[:250].tolist(), here[:250].tolist(), strict=True):
        look = {"color": plots.COLOURS[1], "linewidth": 1.5} if passes else {"color": "silver", "linewidth": 0.4}
        lines.plot([0, 1], [a, b], zorder=2 + passes, **look)
    lines.plot(0.6, 0.3, "ko", zorder=4)
    lines.set(xlabel="time t", ylabel="x", title="who passes 0.3 at t = 0.6?")
    prices.plot(guesses, (slope[here] - guesses[:, None]).square().mean(1))
    prices.axvline(float(slope[here].mean()), color="grey", linewidth=1)
    prices.set(xlabel="velocity that you name", ylabel="mean squared error", title="its price", ylim=(0, 12))

# %% [markdown]
# Two bundles cross at the dot, one from each lamp, with slopes near -1.2 and near +2.2. The cheapest answer lies
# between them, where nobody goes: it is the **mean** of the slopes, weighted by how many lines each bundle has. And
# it is not free: the valley of the parabola does not touch zero. No network can do better, because what it is shown
# does not say on which line it is. Two facts to keep:
#
# 1. **Whoever is trained with the squared error learns a mean**: over all clips and all noises that could have made
#    what it sees.
# 2. **The least possible error is not zero.** It is the variance of what is averaged, and it stays however large the
#    network and however long the training.
#
# Is a mean of any use? A lamp that is half on does not exist. Hold that thought until we walk.
#
# ## Four costumes
#
# The literature asks networks for different things: for the noise, for the clean clip, for the velocity, for
# something called `v`. The names sound like four theories. They are four *costumes* of one answer, because what the
# network sees ties them together:
#
# |  | on any path | on the straight path |
# |---|---|---|
# | what it sees | `x = alpha·x0 + sigma·eps` | `(1 - t)·x0 + t·eps` |
# | velocity | `dalpha·x0 + dsigma·eps` | `eps - x0` |
# | v | `alpha·eps - sigma·x0` | `(1 - t)·eps - t·x0` |
#
# `x` is known. Each line below it is then an equation for the two unknowns `x0` and `eps`: with *one* of them
# answered, both are known, and so is everything else. `dalpha` and `dsigma` are the rates at which alpha and sigma
# change with time (-1 and 1 on the straight path).
#
# {card}
#
# Begin with the most useful translation, from a velocity to the clean clip that it implies, on any path. All four
# curves are functions of the path: `path.alpha(t)`, `path.sigma(t)`, `path.dalpha(t)`, `path.dsigma(t)`.
#
# Under the check is something to play with: one best answer in all its costumes, in the world of clouds. Each picture
# shows the fourth frame. Move the slider from nearly clean to nearly noise. **Before you do:** which costume will be
# sharp at `t = 0.05`, and which ones nearly copies of what the network sees at `t = 0.95`?


# %% exercise="to_x0"
def to_x0(velocity: Tensor, x: Tensor, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    """The clean clip that a velocity at ``x`` and time ``t`` points away from; ``t`` broadcasts against ``x``."""
    ### BEGIN SOLUTION
    alpha, sigma, dalpha, dsigma = path.alpha(t), path.sigma(t), path.dalpha(t), path.dsigma(t)
    return (dsigma * x - sigma * velocity) / (alpha * dsigma - dalpha * sigma)
    ### END SOLUTION


# %% check="to_x0"
check.to_x0(to_x0)

# %%
to_x0 = use(to_x0=to_x0)
clip = sky.sample(1, generator=torch.Generator().manual_seed(13))
other = torch.randn(clip.shape, generator=torch.Generator().manual_seed(4))


def costumes(t: float) -> plots.Picture:
    time = torch.tensor(t)
    x = STRAIGHT.add_noise(clip, other, time)
    velocity = sky.velocity(x, time)
    x0, eps, v = to_x0(velocity, x, time), STRAIGHT.to_eps(velocity, x, time), STRAIGHT.to_v(velocity, x, time)
    answers = {"true clip": clip, "it sees": x, "clean clip": x0, "noise": eps, "v": v, "velocity": velocity}
    pictures = {label: seen(each[0])[:, 3] for label, each in answers.items()}
    return plots.images(pictures, alt=f"one frame at t = {t}, from the perfect network", width=115, columns=6)


explore(costumes, t=[0.05, 0.3, 0.5, 0.7, 0.95])

# %% [markdown]
# At small `t` the clean clip is easy (it is what one sees) and the noise is a guess. At large `t` it is the other way
# round: noise and velocity are nearly copies of what one sees (the velocity has only the mean clip taken away from it),
# and the clean clip fades into a pale light: the mean over all skies that could be behind the noise. **That blur is not
# a weakness of the network. It is what the best answer looks like**, and a sampler that asks again and again on its way
# will not end in it.
#
# ## One regression, four price lists
#
# If the four costumes say the same, why does it matter which one a network is trained in? Because of the *price*. An
# error of the clean clip is not the same number as the error of the velocity that it implies. Keep `x` fixed, and let
# the answer `x0` be wrong by `e`. Then, step by step,
#
# - `eps = (x - alpha·x0) / sigma` is wrong by `-(alpha/sigma)·e`,
# - and the velocity `dalpha·x0 + dsigma·eps` is wrong by `(dalpha - dsigma·alpha/sigma)·e`.
#
# {card}
#
# Square that factor, and you have the **weight** with which a squared error of `x0` must be multiplied to become the
# squared error of the velocity. Work out the others in the same way. Which quantity of the last exercise stands in
# every one of them? Return a tensor in the shape of `t` for each target, also where the weight is 1.
#
# The claim is strong, so under the check it is put to a test: the *same* answers, scored in four costumes. On the
# left the plain errors, on the right the same errors times your weights. **What should the right panel look like?**


# %% exercise="loss_weight"
def loss_weight(target: str, t: Tensor, path: Path = STRAIGHT) -> Tensor:
    """The weight that makes a squared error of ``target`` one of the velocity, in the shape of ``t``.

    ``target`` is "x0", "eps", "v", or "velocity".
    """
    ### BEGIN SOLUTION
    alpha, sigma = path.alpha(t), path.sigma(t)
    determinant = alpha * path.dsigma(t) - path.dalpha(t) * sigma
    share = {"x0": sigma, "eps": alpha, "v": alpha**2 + sigma**2, "velocity": determinant}
    return (determinant / share[target]) ** 2
    ### END SOLUTION


# %% check="loss_weight"
check.loss_weight(loss_weight)

# %%
loss_weight = use(loss_weight=loss_weight)
clips = sky.sample(8, generator=torch.Generator().manual_seed(5))
noises = noise_like(clips, torch.Generator().manual_seed(6))
times = torch.linspace(0.04, 0.96, by_profile(24, fast=6))


def errors_at(t: Tensor) -> dict[str, float]:
    x = STRAIGHT.add_noise(clips, noises, t)
    velocity = sky.velocity(x, t)
    answers = {"x0": to_x0(velocity, x, t), "eps": STRAIGHT.to_eps(velocity, x, t)}
    answers |= {"v": STRAIGHT.to_v(velocity, x, t), "velocity": velocity}
    truth = {"x0": clips, "eps": noises, "v": (1 - t) * noises - t * clips, "velocity": noises - clips}
    return {target: float((answers[target] - truth[target]).square().mean()) for target in answers}


plain = [errors_at(t) for t in times]

# %%
alt = "left: four different curves of error against time; right: all four lie on one curve"
with plots.chart(alt=alt, size=(8.4, 3.2), panels=2) as (left, right):
    for target, style in zip(("velocity", "x0", "eps", "v"), ("-", "--", "-.", ":"), strict=True):
        errors = torch.tensor([each[target] for each in plain])
        left.semilogy(times, errors, style, label=target)
        right.semilogy(times, errors * loss_weight(target, times), style, label=target, linewidth=3)
    left.set(xlabel="time t", ylabel="mean squared error", title="plain")
    right.set(xlabel="time t", title="times the weight", ylim=left.get_ylim())
    left.legend()

# %% [markdown]
# Four curves become one. Read the left panel as four price lists: who trains on the plain error of `x0` pays almost
# nothing for mistakes near the clip, because there the clip can be copied from what one sees; who trains on the noise
# pays almost nothing near pure noise, for the same reason. So **choosing a costume means choosing which times to care
# about**. Whoever knows the weight can train any costume with the price list of any other. (All this is said of a
# network that has room for any of the answers. One that has not comes further down.)
#
# minisora's network wears the velocity, on the straight path. That is not a law, but a good price list: finite at
# both ends, of the same size everywhere, and what the sampler needs is just what was learned.
#
# ## The loss
#
# Training is now a short story.
#
# {card}
#
# Take a batch of clips `b c t h w`. For **each clip** draw fresh noise and a time of its own, mix them, show the
# network the mixture and the time, and score its answer against `noise - x0`: the mean of the squares. Which times
# come how often is left to a function, `times(n, generator)`, that returns `n` of them; the default, `logit_normal`,
# prefers the middle of the path, where there is most to learn. (minisora's own training moves it towards the noise, as
# chapter 04 has told.)


# %% exercise="velocity_loss"
def velocity_loss(
    velocity: Velocity, x0: Tensor, *, generator: torch.Generator, times: TimeSampler = logit_normal
) -> Tensor:
    """Mean squared error of the predicted velocity on the straight path; ``velocity(x, t)`` gets ``t`` as b 1 1 1 1."""
    ### BEGIN SOLUTION
    noise = torch.randn(x0.shape, generator=generator)
    t = times(len(x0), generator).view(-1, 1, 1, 1, 1)
    predicted = velocity((1 - t) * x0 + t * noise, t)
    return (predicted - (noise - x0)).square().mean()
    ### END SOLUTION


# %% check="velocity_loss"
check.velocity_loss(velocity_loss)

# %% [markdown]
# A loss asks for nothing but a function of `x` and `t`: it does not need a network. So before we train one, let us
# find the best function that there is. How can anybody know it?
#
# ## A world where the answer is a formula
#
# Back to clips of a single number, but Gaussian this time: mean 0.5, variance 0.25. There is an honest way to find
# the best answer by brute force: make very many mixtures at `t = 0.5`, sort them into bins by what one sees, and take
# the mean velocity of each bin. You will see these points under the check. **Sketch them now: mean velocity against
# what one sees.** Do they rise or fall? Are they bent?
#
# For most worlds brute force is all there is. Gaussians have a gift: *every conditional mean is a straight line*, so
# two numbers fix it. On the straight path `x = (1 - t)·x0 + t·eps` has
#
# - the mean `(1 - t)·mean`, as the noise has none,
# - the variance `(1 - t)²·variance + t²`, as variances of independent things add.
#
# {card}
#
# Call the distance of `x` from its mean, divided by its variance, the **surprise**. Each part of the mixture takes
# the blame for the surprise in proportion to how much it varies and how much of it is in `x`: the clip moves from its
# mean by `(1 - t)·variance · surprise`, the noise from 0 by `t · 1 · surprise`. (Statistics knows this as the
# regression line: its slope is the covariance of a part with `x`, over the variance of `x`.) The best velocity is the
# best noise minus the best clip.


# %% exercise="best_velocity"
def best_velocity(x: Tensor, t: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """The mean velocity at ``x`` where every number of a clip is Gaussian and independent; all arguments broadcast."""
    ### BEGIN SOLUTION
    surprise = (x - (1 - t) * mean) / ((1 - t) ** 2 * variance + t**2)
    return t * surprise - (mean + (1 - t) * variance * surprise)
    ### END SOLUTION


# %% check="best_velocity"
check.best_velocity(best_velocity)

# %%
best_velocity = use(best_velocity=best_velocity)
mean, variance, generator = torch.tensor([0.5]), torch.tensor([0.25]), torch.Generator().manual_seed(2)
clips_of_one = mean + variance.sqrt() * torch.randn(200_000, generator=generator)
its_noise = torch.randn(200_000, generator=generator)
mixed, moves = 0.5 * clips_of_one + 0.5 * its_noise, its_noise - clips_of_one
bins, bin_of = torch.linspace(-1, 1.5, 26), ((mixed + 1.05) / 0.1).floor().long()
measured = torch.stack([moves[bin_of == i].mean() for i in range(26)])
alt = "dots of mean velocity against x rise along a straight line, and the formula's line goes through them"
with plots.chart(alt=alt, size=(6.4, 2.8)) as axes:
    axes.plot(bins, measured, "o", label="mean velocity of all that look like this")
    axes.plot(bins, best_velocity(bins[:, None], torch.tensor(0.5), mean, variance)[:, 0], label="your formula")
    axes.set(xlabel="x, what one sees at t = 0.5", ylabel="velocity")
    axes.legend()

# %% [markdown]
# Nothing was fitted: the dots were counted, and the line is the formula. In a *clip* the numbers are not independent,
# of course; a cloud fills many pixels and stays for many frames. The variance is then a matrix of all pairs, the
# covariance, and the division becomes `torch.linalg.solve`; otherwise nothing changes. That is
# `GaussianWorld.velocity` in `minisora/diffusion/gaussian.py`, and it made the clouds at the top.
#
# A clip of **two frames of one pixel** is a point in the plane: the brightness of the first frame to the right, that
# of the second upwards. What is bright stays bright, so the clips lie along the diagonal. Here the whole velocity
# field can be drawn. The arrows show the way *back*, from noise to clips: minus the velocity. **Where do you expect
# the arrows to point at t = 1, where one sees nothing but noise?**

# %%
# NBVAL_CHECK_OUTPUT
print("clouds:    ", sky.mean.numel(), "numbers,", sky.covariance.numel(), "pairs")
pair = GaussianWorld(torch.tensor([0.8, 0.8]).view(1, 2, 1, 1), torch.tensor([[0.4, 0.36], [0.36, 0.4]]))
print("two frames:", pair.mean.numel(), "numbers,", pair.covariance.numel(), "pairs")
grid = torch.stack(torch.meshgrid(torch.linspace(-3, 3, 13), torch.linspace(-3, 3, 13), indexing="xy"), -1)
pairs = pair.sample(300, generator=torch.Generator().manual_seed(1))
pair_noise = noise_like(pairs, torch.Generator().manual_seed(2))


def draw_arrows(axes, velocity: Velocity, t: float, *, colour: str = plots.COLOURS[0]) -> None:
    points = grid.view(-1, 1, 2, 1, 1)
    with torch.no_grad():
        back = -velocity(points, torch.tensor(t)).flatten(1)
    x, y = points.flatten(1).T.tolist()
    axes.quiver(x, y, *back.T.tolist(), color=colour, angles="xy", scale=30, width=0.005)
    axes.set(xlabel="frame 1", ylabel="frame 2", aspect="equal", xlim=(-3.3, 3.3), ylim=(-3.3, 3.3), title=f"t = {t}")


# %%
def field(t: float) -> plots.Picture:
    with plots.canvas(size=(3.6, 3.6)) as axes:
        x = STRAIGHT.add_noise(pairs, pair_noise, torch.tensor(t)).flatten(1)
        axes.scatter(*x.T.tolist(), s=4, color=plots.COLOURS[4])
        draw_arrows(axes, pair.velocity, t)
    return plots.drawn(axes, alt=f"clips with noise at t = {t} as dots, and arrows that lead back to the clips")


explore(field, t=[0.0, 0.25, 0.5, 0.75, 1.0])

# %% [markdown]
# At `t = 1` all arrows point to **one** place, the mean clip: from noise alone nothing else can be said. Later (that
# is, at smaller `t`) they begin to tell the directions apart: across the diagonal, where clips hardly vary, they push
# inwards; along it they leave room. At `t = 0` they point outwards from the origin, which looks odd until one
# remembers that `x = (1 - t)·x0 + …`: while noise goes, the clip still has to grow to its full size.
#
# ## The floor
#
# Now to what is left of the loss when the answer is perfect. In the world of one number it is the variance of the
# velocity among all that look alike, and mathematics gives it: `variance / ((1 - t)²·variance + t²)`. In the world of
# clouds each principal direction of the covariance has its own variance, and the floor is the mean over them. In
# code: `c / ((1 - t) ** 2 * c + t**2)`, averaged, where `c` are the eigenvalues. The dots are your own
# `velocity_loss`, which knows nothing of this formula.
#
# **Predict before you run:** where is the floor highest? Near the clip, in the middle, or near the noise?


# %%
velocity_loss = use(velocity_loss=velocity_loss)
piece = drifting_sky(frames=3, height=4, width=6)  # a small piece of sky: a thousand clips of it cost nothing
levels, c = torch.linspace(0, 1, 51), torch.linalg.eigvalsh(piece.covariance)
some = piece.sample(by_profile(2000, fast=100), generator=torch.Generator().manual_seed(8))
losses, generator = {}, torch.Generator().manual_seed(9)
for t in (0.0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0):
    loss = velocity_loss(piece.velocity, some, generator=generator, times=lambda n, _, t=t: torch.full((n,), t))
    losses[t] = float(loss)
alt = "the floor against time: from 1 down into a valley, to one half at the end; measured losses lie on it"
with plots.chart(alt=alt) as axes:
    axes.plot(levels, (c / ((1 - levels[:, None]) ** 2 * c + levels[:, None] ** 2)).mean(1), label="the formula")
    axes.plot(list(losses), list(losses.values()), "o", label="loss of the exact velocity, measured")
    axes.plot(levels, sky.loss_floor(levels), "--", label="the formula for the whole sky")
    axes.set(xlabel="time t", ylabel="mean squared error", ylim=(0, 1.15))
    axes.legend()

# %% [markdown]
# Highest at `t = 0`, where the clip is in plain sight! The velocity is noise *minus* clip, and of the noise nothing
# is left to be seen, so its whole variance, 1, is unknown. At `t = 1` the noise is in plain sight and the clip is
# unknown: its variance, 0.5, remains. In between each helps to tell the other, and the more predictable the clips,
# the deeper the valley: in the whole sky a pixel has more neighbours to be told by. A world in which all clips were
# alike would have the floor 0 everywhere except at `t = 0`.
#
# This is why a diffusion loss is so hard to read. **A loss of 0.4 may be perfect or poor; only its distance from the
# floor counts, and on real videos nobody knows the floor.** It is also why the loss hardly moves while samples still
# improve: what remains to be learned is a small hill on a high plain.
#
# ## The first sampler
#
# Time to walk. We know a velocity everywhere; we begin with noise at `t = 1` and go back to `t = 0` in small steps.
#
# {card}
#
# In a step from `t` to `s` time changes by `s - t`, which is negative, so `x` changes by `(s - t)` times the
# velocity. That is Euler's method, and it is all that you need to write. `times` holds `n + 1` numbers, which need
# not be evenly spaced.
#
# But every arrow is a mean over clips. **So will the walks end in mean clips, or in real ones?** Decide before you
# run the cell after the check. Left: twelve walks from noise (circles) to their ends (dots). Right: where 400 walks
# end, over 400 real clips.


# %% exercise="follow"
def follow(velocity: Velocity, x: Tensor, times: Tensor) -> Tensor:
    """Walk along the velocity through all ``times``, from the first to the last, and return where it ends."""
    ### BEGIN SOLUTION
    for t, s in pairwise(times):
        x = x + (s - t) * velocity(x, t)
    return x
    ### END SOLUTION


# %% check="follow"
check.follow(follow)

# %%
follow = use(follow=follow)
start = torch.randn(400, 1, 2, 1, 1, generator=torch.Generator().manual_seed(3))
walk = [start]
for part in time_grid(40).unfold(0, 2, 1):  # a walk is a chain of walks: (t0, t1), (t1, t2), ...
    walk.append(follow(pair.velocity, walk[-1], part))
real = pair.sample(400, generator=torch.Generator().manual_seed(4))
alt = "left: curved walks from noise to the diagonal; right: the ends of the walks cover the real clips"
with plots.chart(alt=alt, size=(8.4, 3.8), panels=2) as (left, right):
    for each in torch.stack(walk)[:, :12, 0, :, 0, 0].unbind(1):
        (line,) = left.plot(*each.T.tolist(), linewidth=1, marker="o", markevery=[-1])
        left.plot(*each[0].tolist(), "o", markerfacecolor="none", color=line.get_color())
    for points in (real, walk[-1]):
        right.scatter(*points.flatten(1).T.tolist(), s=8, alpha=0.7)
    for axes, title in ((left, "twelve walks"), (right, "real clips, and ends of walks (orange)")):
        axes.set(xlabel="frame 1", ylabel="frame 2", aspect="equal", xlim=(-3.3, 3.3), ylim=(-3.3, 3.3), title=title)

# %% [markdown]
# Real ones. The first arrows lead everybody towards the mean, but whoever has moved a little sees something else than
# before, and asks again; the differences in the noise are never lost: they become the differences between clips. The
# ends have the right spread and lean along the right diagonal. **Following the means, step by step, turns the cloud of
# noise into the cloud of clips exactly** (Lipman et al. 2022, [arXiv 2210.02747](https://arxiv.org/abs/2210.02747),
# theorem 1), although no walk follows the straight line of any one clip.
#
# The *steps* matter, then. How many does it take? The chart measures the distance from the exact end of each walk,
# the rows show the clouds: the same function and the same noise, only the number of steps differs. **What will the
# row of a single step show?**

# %%
exact = pair.flow(start, torch.ones(()), torch.zeros(()))  # the end of the walk with infinitely many steps
counts = [1, 2, 4, 8, 16, 32, 64, 128]
errors = [float((follow(pair.velocity, start, time_grid(n)) - exact).square().mean().sqrt()) for n in counts]
alt = "distance from the exact end against the number of steps, falling along a line of slope minus one"
with plots.chart(alt=alt, size=(6.4, 2.8)) as axes:
    axes.loglog(counts, errors, "o-", label="measured")
    axes.loglog(counts, [errors[-1] * counts[-1] / n for n in counts], "--", label="slope -1")
    axes.set(xlabel="steps", ylabel="distance from the exact end")
    axes.legend()
steps = {f"{n} steps" if n > 1 else "1 step": n for n in (1, 3, 8, by_profile(64, fast=16))}
ends = {label: seen(follow(sky.velocity, noise, time_grid(n))[0]) for label, n in steps.items()}
plots.strips(ends, alt="one step gives the pale light alone; with more steps clouds appear and become sharp", fps=4)

# %% [markdown]
# One step makes the average of all skies, as the first arrow points there: the pale light that they have in common,
# and no cloud. With more steps the clouds come out. Twice the steps, half the error: a method of *first order*.
# Chapter 09 gets far more out of the same number of steps.
#
# ## A network, at last
#
# The whole machine stands, and it was tested piece by piece with a formula in place of the network. Now let something
# *learn* the formula from clips alone. A small network will do: `x` goes in, and the times bend what happens inside.
# Each frame has a time of its own, which for now is the same for all frames.


# %%
# NBVAL_CHECK_OUTPUT
class Small(nn.Module):
    """A velocity for small clips ``b 1 t h w``: all numbers of ``x`` and the times of all frames go in."""

    def __init__(self, frames: int, numbers: int, width: int) -> None:
        super().__init__()
        self.into, self.out = nn.Linear(numbers, width), nn.Linear(width, numbers)
        self.time = nn.Sequential(nn.Linear(4 * frames, width), nn.SiLU(), nn.Linear(width, 2 * width))
        self.inner = nn.Sequential(nn.GELU(), nn.Linear(width, width))

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        t = t.expand_as(x)[..., 0, 0].flatten(1)  # a time for each frame
        waves = [t, (math.pi * t).cos(), (math.pi * t).sin(), (2 * math.pi * t).cos()]
        scale, shift = self.time(torch.cat(waves, dim=1)).chunk(2, dim=1)
        h = self.into(x.flatten(1)) * (1 + scale) + shift
        return self.out(h + self.inner(h)).view_as(x)


Draw = Loss = Callable[..., Tensor]  # draw(how many, generator) -> clips, loss(network, clips, generator) -> a number
print("numbers to learn for two frames of one pixel:", sum(each.numel() for each in Small(2, 2, 64).parameters()))


# %%
def train(draw: Draw, loss: Loss, *, steps: int, batch: int = 256) -> tuple[Small, list[float]]:
    generator, losses = torch.Generator().manual_seed(0), []
    example = draw(1, generator)
    torch.manual_seed(0)  # layers draw their first weights from the global generator
    network = Small(example.shape[2], example.numel(), width=64)
    optimiser = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=3e-3, total_steps=steps)
    for _ in progress(range(steps), "training"):
        value = loss(network, draw(batch, generator), generator)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        schedule.step()
        losses.append(value.item())
    return network, losses


# %% [markdown]
# The world is that of two frames. The grey line is its floor, averaged over the times that the loss draws. **Will the
# loss come to rest on the line, above it, or below?**


# %%
def draw_pairs(n: int, generator: torch.Generator) -> Tensor:
    return pair.sample(n, generator=generator)


def plain_loss(network: Velocity, x0: Tensor, generator: torch.Generator) -> Tensor:
    return velocity_loss(network, x0, generator=generator)


one_clock, losses = train(draw_pairs, plain_loss, steps=by_profile(1200, fast=100))
pair_floor = float(pair.loss_floor(logit_normal(4000, torch.Generator().manual_seed(0))).mean())
alt = "left: noisy loss that falls to the floor line; middle and right: nearly equal fields of arrows"
with plots.chart(alt=alt, size=(9.6, 3.2), panels=3) as (curve, learned, right):
    curve.plot(losses, linewidth=0.6)
    curve.axhline(pair_floor, color="grey")
    curve.set(xlabel="training step", ylabel="loss", ylim=(0, 2), title="loss, and its floor")
    draw_arrows(learned, one_clock, 0.5)
    draw_arrows(right, pair.velocity, 0.5, colour=plots.COLOURS[1])
    learned.set(title="learned, t = 0.5")
    right.set(title="exact, t = 0.5", ylabel="")

# %% [markdown]
# The loss falls *onto* the floor, and then wanders about it: below it now and then, because a batch is a sample, but
# never on average. The arrows agree where there are clips to learn from. (Of the far corners, where nothing ever is,
# training says nothing. In so simple a world the network guesses well there; do not count on it in others.)
#
# How far is it from perfect? Here is a neat fact. The network's error has two parts: its distance from the mean, and
# the spread about the mean, which it cannot know anything of. So they add like the squares over the two short sides
# of a right triangle: **loss = floor + (mean squared distance from the exact velocity)**.

# %%
generator = torch.Generator().manual_seed(5)
fresh = pair.sample(20_000, generator=generator)
fresh_noise, t = noise_like(fresh, generator), logit_normal(20_000, generator).view(-1, 1, 1, 1, 1)
x = STRAIGHT.add_noise(fresh, fresh_noise, t)
with torch.no_grad():
    answer, best, truth = one_clock(x, t), pair.velocity(x, t), fresh_noise - fresh
loss, least, distance = ((a - b).square().mean().item() for a, b in ((answer, truth), (best, truth), (answer, best)))
print(f"loss of the network          {loss:.3f}")
print(f"floor + distance from exact  {least:.3f} + {distance:.3f} = {least + distance:.3f}")

# %% [markdown]
# So although the loss itself is large, *every bit that it falls is a bit nearer to the exact velocity*. Comparing two
# networks by their losses at the same times is fair, even where the floor is unknown: it cancels.
#
# ## Which costume fits a small network?
#
# With the right weights all costumes cost the same, so it should not matter which of them a network wears. For the
# *exact* answer you have seen that. A network, however, has only so much room inside.
#
# Here is a world to test it. A patch of video shows two lamps. However many pixels the patch has, **two numbers
# decide them all**: how bright each lamp is (drawn as the two frames were, so that both are mostly alike). The noise
# is another matter: every pixel has its own.
#
# Four networks of the same size, `Small` with 64 numbers inside, learn the same patches with the same price list: all
# are scored by your `velocity_loss`. They differ in one thing only, what their output *means*. The package translates
# it into a velocity (`dressed`), and the network does not know. (Times stay between 0.05 and 0.95, for the
# translation of a clip divides by `t`, that of noise by `1 - t`.)
#
# **Before you run:** the patches grow from 2 pixels to 512. Which networks will suffer? At what size does it begin?


# %%
# NBVAL_CHECK_OUTPUT
def draw_patches(height: int, n: int, generator: torch.Generator) -> Tensor:
    """Patches of ``height`` times ``2 * height`` pixels, lit by two lamps: ``n 1 1 height 2*height``."""
    rows, columns = (torch.arange(height) + 0.5) / height, (torch.arange(2 * height) + 0.5) / height
    glow = torch.exp(-10 * ((rows[:, None] - 0.5) ** 2 + (columns - torch.tensor([0.5, 1.5]).view(2, 1, 1)) ** 2))
    lamps = height * glow / glow.norm(dim=(1, 2), keepdim=True)  # so that pixels are as large in any patch
    return torch.einsum("nk,kyx->nyx", pair.sample(n, generator=generator).flatten(1), lamps)[:, None, None]


def dressed(costume: str, network: Velocity) -> Velocity:
    turn = {"x0": STRAIGHT.from_x0, "eps": STRAIGHT.from_eps, "v": STRAIGHT.from_v}
    return (lambda x, t: turn[costume](network(x, t), x, t)) if costume in turn else network


heights = by_profile((1, 4, 8, 16), fast=(1, 16))
print("pixels of the largest patch:", draw_patches(heights[-1], 1, torch.Generator()).numel())


# %%
def inner_times(n: int, generator: torch.Generator) -> Tensor:
    return logit_normal(n, generator).clamp(0.05, 0.95)


def dressed_loss(costume: str, network: Velocity, x0: Tensor, generator: torch.Generator) -> Tensor:
    return velocity_loss(dressed(costume, network), x0, generator=generator, times=inner_times)


networks, scores = {}, {costume: [] for costume in ("velocity", "x0", "eps", "v")}
for height in heights:
    draw, held_out = partial(draw_patches, height), draw_patches(height, 2000, torch.Generator().manual_seed(1))
    for costume in scores:
        loss = partial(dressed_loss, costume)
        networks[costume, height], _ = train(draw, loss, steps=by_profile(300, fast=30), batch=128)
        with torch.no_grad():
            score = loss(networks[costume, height], held_out, torch.Generator().manual_seed(2))
        scores[costume].append(float(score))

# %%
pixels = torch.tensor([2 * height**2 for height in heights])
t = inner_times(2000, torch.Generator().manual_seed(0))
two = [GaussianWorld(pair.mean, pair.covariance * height**2) for height in heights]  # in the others the floor is 0
alt = "loss against pixels: the clean clip's falls with the floor; the others turn and rise, the noise's highest"
with plots.chart(alt=alt, size=(6.8, 3.4)) as axes:
    for costume, style in zip(scores, ("-", "--", "-.", ":"), strict=True):
        axes.loglog(pixels, scores[costume], style, marker="o", label=costume)
    axes.loglog(pixels, [float(two[i].loss_floor(t).mean()) * 2 / n for i, n in enumerate(pixels)], "k", label="floor")
    axes.axvline(64, color="silver", linewidth=1)
    axes.set(xlabel="pixels of a patch (the network is as wide as the grey line)", ylabel="loss, as velocity")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))

# %% [markdown]
# As long as a patch has fewer numbers than the network, all can learn. (The noise finds it hardest even there: near
# pure noise its price is huge.) Beyond the grey line three of four get worse, and one gets *better* with every pixel.
# Why?
#
# The last layer of `Small` has 64 columns, so whatever it answers is a sum of 64 fixed patterns. The velocity
# contains the noise of all 512 pixels, and 64 patterns can carry the noise of 64 pixels at most. Be generous and give
# it two more for the lamps: at least a share of `1 - 66/512 = 0.87` of the noise's variance can never be said,
# however long one trains. **Work it out for 128 pixels, and compare with the chart.** (It is 0.48, and the chart has
# 0.66: the floor of 0.08 comes on top, and so short a training is not perfect.) Noise and `v` share this fate. (For
# `v` the share is somewhat smaller: near pure noise most of the noise is taken from `x`.)
#
# The clean clip needs two patterns. And the noise? It never passes through the network. In `velocity = (x - x0) / t`
# it is taken from `x`, *around* the network. Here is what either answer makes of the same noisy patches, as clean
# clips:


# %%
def in_a_row(patches: Tensor) -> Tensor:
    """Patches with an edge above and below, side by side, as a picture."""
    return seen(nn.functional.pad(torch.cat(list(patches[:, :, 0]), dim=-1)[:, None], (0, 0, 1, 1), value=-1.5))[:, 0]


patches, half = draw_patches(heights[-1], 5, torch.Generator().manual_seed(5)), torch.tensor(0.5)
x = STRAIGHT.add_noise(patches, noise_like(patches, torch.Generator().manual_seed(6)), half)
rows = {"real patches": in_a_row(patches), "what the networks see, t = 0.5": in_a_row(x)}
with torch.no_grad():
    for costume, label in (("velocity", "by the network that says the velocity"), ("x0", "by the one that says x0")):
        rows[label] = in_a_row(to_x0(dressed(costume, networks[costume, heights[-1]])(x, half), x, half))
alt = "pairs of glows, the same under noise, half cleaned by the velocity, and clean by the network that says x0"
plots.images(rows, alt=alt, width=640, columns=1)

# %% [markdown]
# This is the small twin of an experiment by Li & He ("Back to Basics: Let Denoising Generative Models Denoise", 2025,
# [arXiv 2511.13720](https://arxiv.org/abs/2511.13720)). Their point: real pictures, like our lamps, have far fewer
# degrees of freedom than pixels, while noise has as many as there are. A plain transformer on raw patches of 16 or 32
# pixels a side (768 or 3072 numbers a token, with colours) therefore learns well when it answers with the clean
# picture, and can fail badly when it answers with noise or velocity.
#
# Two things follow, and one does not. *If your tokens are wider than your network, let it say the clean clip*, and
# score it as a velocity if you like that price list. *If they are narrow, it matters little*, and the velocity needs
# no division by `t`. That is how it is in minisora, whose codec makes the tokens narrow: you will see the numbers
# further down. What does not follow is that one costume is better in itself: a wider network, or a wire that leads
# the noise around a narrow one (EDM has it), heals the others too.
#
# ## A time for every token
#
# So far all frames were equally noisy. Nothing demands that! In `x = (1 - t)·x0 + t·eps` the time can be a *tensor*:
# one frame at 0.2, the next at 0.9. The exact velocity is as happy with it; so is your loss, so is your walk. And one
# value is special: **a frame at time 0 is not noisy at all. It is given.**
#
# Wrap a velocity so that some frames have level 0 and stand still. `free` is 1 where something is to be made, and 0
# where it is given.


# %%
def with_given(velocity: Velocity, free: Tensor) -> Velocity:
    return lambda x, t: velocity(x, t * free) * free


free = torch.ones(1, 1, 6, 1, 1)
free[:, :, 0] = 0
continued = {"the true clip": seen(clip[0])}
for seed in (1, 2, 3):
    begun = torch.randn(clip.shape, generator=torch.Generator().manual_seed(seed))
    begun = torch.where(free > 0, begun, clip)
    end = follow(with_given(sky.velocity, free), begun, time_grid(by_profile(32, fast=8)))
    continued[f"continuation {seed}"] = seen(end[0])
    assert torch.equal(end[:, :, 0], clip[:, :, 0])  # what is given comes out bit for bit
plots.strips(continued, alt="four clips with the same first frame; clouds drift on and then differ", fps=4)

# %% [markdown]
# Four clips that begin alike. The clouds of the first frame drift to the right in all of them, as the wind demands,
# and what enters from the left is new each time. **The sampler did not change by a line; the first frame was simply
# not noisy.** In minisora this is the argument `free` of `sample`, and it will buy
#
# | what is given | what one calls it |
# |---|---|
# | nothing | text to video |
# | the first frame | a picture begins to move |
# | the first frames, or the last ones | extending a clip, forwards or backwards |
# | both ends | connecting two clips; a loop, if they are the same picture |
# | everything but a hole | inpainting |
# | frame after frame, each made from those before it | a film without an end, a world that one can play |
#
# With the exact velocity it works at once. A network, however, has to *meet* given frames in training.
#
# {card}
#
# The loss for that is your `velocity_loss` with three changes:
#
# 1. the level of a token is `level = t * free`: given tokens stay clean, and the network is told so;
# 2. given tokens do not count: each clip's error is the mean over what is **free** in it;
# 3. the mean over clips comes last, so that a clip with little free counts as much as any other.
#
# This time noise and times come from outside, and the path may be any (`path.add_noise`, `path.velocity`). `free` may
# be a plain number, as it is by default: `torch.as_tensor(free)` makes a tensor of either.


# %% exercise="loss_at"
def loss_at(
    velocity: Velocity,
    x0: Tensor,
    noise: Tensor,
    t: Tensor,
    *,
    path: Path = STRAIGHT,
    free: Tensor | float = 1.0,
) -> Tensor:
    """Mean squared error of the velocity of what is free; ``t`` and ``free`` broadcast over ``b 1 t h w``."""
    ### BEGIN SOLUTION
    free = torch.as_tensor(free).to(x0)
    level = t * free
    counts = (free > 0).expand_as(x0)
    error = velocity(path.add_noise(x0, noise, level), level) - path.velocity(x0, noise, level)
    return ((error.square() * counts).flatten(1).sum(1) / counts.flatten(1).sum(1).clamp(min=1)).mean()
    ### END SOLUTION


# %% check="loss_at"
check.loss_at(loss_at)

# %% [markdown]
# Now the experiment that justifies all this. Two networks of the same size, trained equally long on the same pairs of
# frames. Nobody tells them that what is bright stays bright.
#
# - **One clock** is the network from above: `velocity_loss` showed it pairs whose frames are equally noisy.
# - **Own times** is trained with your `loss_at`, and sometimes a frame is given (`random_given` draws which, for each
#   clip anew).
#
# Both can be *handed* a time for each frame. Give them a first frame and let them make the second. In the plane that
# is a walk straight up or down, and it should end on the diagonal cloud. **What will the first network do, which has
# never met a clean frame beside a noisy one?**

# %%
loss_at = use(loss_at=loss_at)


def given_loss(network: Velocity, x0: Tensor, generator: torch.Generator) -> Tensor:
    t = logit_normal(len(x0), generator).view(-1, 1, 1, 1, 1)
    given = random_given(len(x0), x0.shape[2], generator=generator)
    return loss_at(network, x0, noise_like(x0, generator), t, free=given)


own_times, _ = train(draw_pairs, given_loss, steps=by_profile(1200, fast=100))

# %%
second = torch.tensor([0.0, 1.0]).view(1, 1, 2, 1, 1)  # the first frame is given
begun = torch.where(second > 0, noise_like(real, torch.Generator().manual_seed(6)), real)
t = logit_normal(len(fresh), torch.Generator().manual_seed(0)).view(-1, 1, 1, 1, 1)
velocities = {"exact velocity": pair.velocity, "one clock": one_clock, "own times": own_times}
alt = "given the first frame, exact velocity and own times fill the cloud of real pairs; one clock's cloud does not fit"
with plots.chart(alt=alt, size=(9.6, 3.8), panels=3) as panels:
    for axes, (label, velocity) in zip(panels, velocities.items(), strict=True):
        with torch.no_grad():
            ends = follow(with_given(velocity, second), begun, time_grid(40))
            plain, given = (float(loss_at(velocity, fresh, fresh_noise, t, free=free)) for free in (1.0, second))
        for points in (real, ends):
            axes.scatter(*points.flatten(1).T.tolist(), s=8, alpha=0.7)
        title = f"{label}\nloss {plain:.2f}, with a frame given {given:.2f}"
        axes.set(xlabel="frame 1 (given)", ylabel="frame 2 (made)", title=title, xlim=(-2.2, 3.8), ylim=(-2.2, 3.8))

# %% [markdown]
# Blue are real pairs; orange are given first frames with second frames that were made. Above each panel stand two
# losses: with nothing given, and with the first frame given, over what is free. Those of the exact velocity are the
# floors. (A given frame says much about its neighbour, so the second floor is lower.)
#
# With nothing given both networks are near the floor: to be ready for given frames costs next to nothing. With a
# given frame the first one is far above it. In its life both frames were equally noisy, and a clean one beside a
# noisy one means nothing to it. The second one has met such clips. **What a network is to be asked later, it has to
# meet in training.** minisora's training does so: `random_given` is drawn for each of its clips.
#
# ## Into the machine
#
# Your walk knows nothing of clouds. Hand it the velocity of minisora's video transformer, and it makes latents that
# the codec of chapter 03 turns into a clip. (This one came out well. But the words are not always obeyed: the usual
# amplifier, guidance, is the matter of chapter 07.)

# %%
pipeline = finished_pipeline()
words = pipeline.tokenizer.encode(["a red circle moves right"])
seconds = pipeline.codec.config.temporal / pipeline.fps
latents = torch.randn(1, pipeline.codec.config.channels, 5, 8, 8, generator=torch.Generator().manual_seed(0))
latents, words = latents.to(pipeline.device), words.to(pipeline.device)
with torch.no_grad():
    network = video_velocity(pipeline.dit, words, (5, 8, 8), seconds_per_latent_frame=seconds)
    latents = follow(network, latents, time_grid(by_profile(20, fast=2), shift=pipeline.sampling.shift))
    video = pipeline.codec.decode(latents)
numbers_of_token, width = pipeline.codec.config.channels * pipeline.dit.config.patch**2, pipeline.dit.config.width
print(f"a token has {numbers_of_token} numbers, and the network is {width} wide")
plots.player(video[0], alt="what the video transformer makes when it is followed by the learner's own walk")

# %% [markdown]
# The tokens are narrower than the network, so it may well answer with the velocity.
#
# ## Break it
#
# Four samplers come to your surgery. All of them walk with the *perfect* velocity of the clouds, so nothing is wrong
# with a network. Each has one trouble, and none raises an error:
#
# - **wrong sign**: the training target was `x0 - noise`. (A network learns that as gladly, and its loss falls to the
#   very same floor: no curve will ever tell you.) The sampler takes the answer for a velocity;
# - **half the noise**: the walk begins from noise half as strong as it should be. (It happens: EDM's path begins from
#   noise of size 80, others from size 1);
# - **stopped early**: the walk ends at t = 0.25, since somebody counted the steps wrongly;
# - **too few steps**: two, where 32 were asked for.
#
# Before you look at the patients, say for each trouble: will the clip be dull or glaring, smooth or grainy?

# %%
patients = {}
for name in ("healthy", "A", "B", "C", "D"):
    end, longer = (patient(name, sky.velocity, noise, steps=n) - sky.mean for n in (32, 64))
    rough = (end[..., 1:] - end[..., :-1]).square().mean() / end.var()
    says = f"{name}: spread {end.std():.2f}, with twice the steps {longer.std():.2f}; roughness {rough:.2f}"
    patients[says] = seen((end + sky.mean)[0])
plots.strips(patients, alt="a healthy sky, and four that are dull, glaring or covered in grains", fps=4)

# %% [markdown]
# **Spread** is the standard deviation about the mean clip, and **roughness** the mean squared difference of
# neighbouring pixels, divided by the variance: low for clouds, 2 for pure noise.
#
# {card}
#
# Name the trouble of each patient, as a dictionary from "A", "B", "C" and "D" to the words in bold above.


# %% exercise="diagnosis"
def diagnosis() -> dict[str, str]:
    """The trouble of each patient, A to D: "wrong sign", "half the noise", "stopped early" or "too few steps"."""
    ### BEGIN SOLUTION
    return {"A": "too few steps", "B": "stopped early", "C": "wrong sign", "D": "half the noise"}
    ### END SOLUTION


# %% check="diagnosis"
check.diagnosis(diagnosis)

# %% [markdown]
# Keep the reasons, for you will meet all four:
#
# - A walk against the velocity leads *away* from all clips, and fastest in the directions in which clips hardly vary,
#   which are the rough ones. It glares.
# - Along the exact velocity everybody keeps the distance from the mean that the noise gave, counted in standard
#   deviations. Half the noise is half the distance: the pale light is there, and the clouds are faint.
# - What is left over when one stops early is noise, and noise is rough.
# - Few steps end near the mean, as the first arrow points there. It is the only trouble that more steps cure.
#
# So: **glaring, look for a sign; grainy, look at where the walk ends; dull, take twice the steps, and if that does
# not help, look at where the walk begins.**
#
# ## In the real systems
#
# - **DDPM** asks for the noise and drops the weight: the "simple" loss, which made diffusion work on images (Ho et
#   al. 2020, [arXiv 2006.11239](https://arxiv.org/abs/2006.11239)). Now you know what dropping it means.
# - **`v`** comes from Salimans & Ho 2022 ([2202.00512](https://arxiv.org/abs/2202.00512)), who needed an answer that
#   stays good at pure noise; **Imagen Video** ([2210.02303](https://arxiv.org/abs/2210.02303)) and **CogVideoX**
#   ([2408.06072](https://arxiv.org/abs/2408.06072)) are trained with it.
# - **EDM** mixes costumes so that the network's target always has size 1 (Karras et al. 2022,
#   [2206.00364](https://arxiv.org/abs/2206.00364)); **Stable Video Diffusion** takes that over
#   ([2311.15127](https://arxiv.org/abs/2311.15127)).
# - **The velocity of the straight path** was found three times in one autumn: flow matching (Lipman et al. 2022,
#   [2210.02747](https://arxiv.org/abs/2210.02747)), rectified flow (Liu et al. 2022,
#   [2209.03003](https://arxiv.org/abs/2209.03003)) and stochastic interpolants (Albergo & Vanden-Eijnden 2022,
#   [2209.15571](https://arxiv.org/abs/2209.15571)). Stable Diffusion 3 added logit-normal times
#   ([2403.03206](https://arxiv.org/abs/2403.03206)). **Movie Gen** ([2410.13720](https://arxiv.org/abs/2410.13720)),
#   **HunyuanVideo** ([2412.03603](https://arxiv.org/abs/2412.03603)), **LTX-Video**
#   ([2501.00103](https://arxiv.org/abs/2501.00103)) and **Wan** ([2503.20314](https://arxiv.org/abs/2503.20314)) are
#   trained this way.
# - **Sora** is, in its makers' words, "trained to predict the original 'clean' patches" from noisy ones. More about
#   its loss is not public (OpenAI 2024, [*Video generation models as world
#   simulators*](https://openai.com/index/video-generation-models-as-world-simulators/)).
# - **JiT** lets a plain transformer on raw pixels say the clean picture, and scores it as a velocity (Li & He 2025,
#   [2511.13720](https://arxiv.org/abs/2511.13720)).
# - That all these losses are one, up to a weight over noise levels, is worked out by Kingma & Gao 2023
#   ([2303.00848](https://arxiv.org/abs/2303.00848)).
# - **A time for each token**: Diffusion Forcing (Chen et al. 2024, [2407.01392](https://arxiv.org/abs/2407.01392))
#   trains with independent noise levels for the frames; LTX-Video gives each token a time and hands in a first frame
#   by making its time small.
#
# ## Recap
#
# - Many pairs of clip and noise pass through what the network sees. Under the squared error its best answer is the
#   **mean** of their velocities.
# - Clean clip, noise, `v` and velocity are one answer in four costumes. With the right weight their losses are equal;
#   without it, the costume decides which times count.
# - A network that is narrower than its tokens can still say the clean clip, but neither noise nor velocity: these
#   have as many degrees of freedom as there are numbers.
# - The best answer's loss is the **floor**, and it is not zero. Loss = floor + distance from the best answer,
#   squared.
# - Following the mean velocity in small steps turns noise into real clips, though one step would give only the mean.
# - Time may be a tensor. What is given has time 0; nothing else about the loss or the walk has to change.
#
# ## Five words
#
# - **velocity**: how fast a mixture of clip and noise moves as time goes on; on the straight path, noise minus clip.
# - **costume** (prediction target, parameterisation): the form in which the network gives its answer: clean clip,
#   noise, v or velocity.
# - **floor** (irreducible loss): the loss of the best possible answer, the variance of what cannot be known.
# - **Euler step**: move by the velocity here, times the time that passes.
# - **level** (per-token time): the time that one token is at; 0 where it is given.
#
# ## Test yourself
#
# **1.** On real clips your loss has stood at 0.35 for a day. A colleague's network, trained on the same clips with
# the same times, has 0.33. What can you say, and what not?
#
# <details><summary>Answer</summary>
#
# The floor is the same for both and cancels: measured on the same held-out clips, your colleague's network is nearer
# to the exact velocity by 0.02 in mean square. How near either of you is to the floor you cannot say. If the *times*
# were drawn differently, not even the first.
#
# </details>
#
# **2.** A network predicts the noise, on a path that ends in pure noise (alpha = 0 at t = 1). What does its perfect
# answer at t = 1 tell about the clip?
#
# <details><summary>Answer</summary>
#
# Nothing: it sees the noise and copies it. To get the clip one divides by alpha, `x0 = (x - sigma·eps) / alpha`, and
# that is 0/0. A sampler cannot take its first step from it. In the costumes `x0`, `v` and velocity the answer at t =
# 1 holds the mean clip. This is why `v` and zero terminal SNR (chapter 04) came together.
#
# </details>
#
# **3.** Six latent frames; the first and the last are given. What are the six levels at t = 0.7, which frames count
# in the loss, and what is the task called?
#
# <details><summary>Answer</summary>
#
# (0, 0.7, 0.7, 0.7, 0.7, 0); the four in the middle; connecting two clips, or a loop if both ends show the same
# picture.
#
# </details>
#
# **Next: [06 · The diffusion transformer](06_the_diffusion_transformer.ipynb).** The small network of this page looks
# at all numbers at once and knows one size of clip only. What replaces it reads tokens, any number of them.
