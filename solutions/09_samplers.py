# %% [markdown]
# # 09 · Samplers
#
# | | |
# |---|---|
# | **You build** | the loop that makes every clip of this course, three kinds of steps for it, the two tensors that let a still image move, and the diagnosis of five sick samplers |
# | **It becomes** | `minisora/diffusion/sampler.py`, and the hearts of `solvers.py` and `given.py` beside it |
# | **You need** | chapter 04 (alpha, sigma, log-SNR, shift) and chapter 05 (velocity, Euler's step); for the judge, chapter 01 |
# | **Time** | 100 to 130 minutes of reading and writing; running everything takes about a minute on a 2-core laptop, less with a GPU |

# %%
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from IPython.display import display
from torch import Tensor

from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, progress, swap, use
from minisora.course.exercises.c09_samplers import CAUSES, PATIENTS
from minisora.diffusion.gaussian import GaussianWorld
from minisora.diffusion.given import Given, connect
from minisora.diffusion.path import COSINE, DDPM_LINEAR, EDM, STRAIGHT, Path, Velocity, noise_like
from minisora.diffusion.sampler import karras_grid, time_grid
from minisora.diffusion.solvers import Step, ddim, dpm_solver_pp, euler

Watch = Callable[[int, Tensor], object] | None
begin("09")

# %% [markdown]
# Three clips. The network is the same, the sentence is the same, and they begin with the same noise. What differs is
# only **how often the network was asked** on the way: once, four times, twenty times.

# %%
pipeline = finished_pipeline().by_itself()  # no student stands in for few calls (chapter 14)
prompt, seconds = "a large red circle moves right", by_profile(2.0, fast=0.5)
budget = by_profile((1, 4, 20), fast=(1, 4))
asked = {f"{n} call" + "s" * (n > 1): pipeline.generate(prompt, seconds=seconds, steps=n).frames for n in budget}
plots.strips(
    asked,
    alt="a clip by one call, by four and by twenty: the same circle before another ground, ever sharper",
    columns=5,
)

# %% [markdown]
# Each call costs the same, and hardly anything else in sampling costs anything. A large video model takes seconds for
# *one*. So this chapter is about a very practical question: **how does one get from noise to a clip with as few calls
# as possible, and how does one know that one has arrived?** The answers are a hundred years older than video models.
# Others had arrows to follow, too.
#
# ## Following the arrows
#
# A network that has learned velocities (chapter 05) is a map with an arrow at every point: *at time t, from x, go
# this way*. An equation that says so, `dx/dt = velocity(x, t)`, is an **ordinary differential equation**, an ODE; a
# sampler *solves* it from t = 1, noise, to t = 0, a clip.
#
# Let us look at the smallest world again. A clip is one number: a lamp that is off, -1, or on, +1. The best guess at
# the clean clip is a formula here, `tanh((1 - t)·x / t²)`, and with it the exact velocity. Forty points start as
# noise, at the left, and follow their arrows.
#
# **Before you run:** can two of these lines cross? And what decides whether a lamp will be on?


# %%
def lamps(x: Tensor, t: Tensor) -> Tensor:
    """The exact velocity of a world with two clips, -1 and +1."""
    return (x - torch.tanh((1 - t) * x / t**2)) / t


def walk(steps: int, x: Tensor) -> Tensor:
    """The places of Euler's steps."""
    places = [x]
    for t, s in pairwise(time_grid(steps)):
        places.append(places[-1] + (s - t) * lamps(places[-1], t))
    return torch.stack(places)


begun, alt = torch.randn(40, generator=torch.Generator().manual_seed(0)), "lines to two lamps: smooth, and angular"
with plots.chart(alt=alt, size=(8.4, 3), panels=2) as panels:
    for axes, steps in zip(panels, (100, 4), strict=True):
        axes.plot(time_grid(steps), walk(steps, begun), color=plots.COLOURS[0], linewidth=0.8)
        axes.set(xlabel="t", ylabel="x", title=f"{steps} steps", xlim=(1, 0))

# %% [markdown]
# Nothing crosses: at one place and one moment there is one arrow, so two lines that met would have to go on together.
# Whoever starts above 0 ends at the upper lamp. **All that will be in the clip is decided by the noise it starts
# from**; after that nothing is left to chance. And on the right one sees what few steps do: each goes straight on
# where the line bends, and most points still come near the lamps.
#
# ## The loop
#
# A sampler is a loop over pairs of times, (1, 0.75), (0.75, 0.5), and so on. Everything else about it can be handed
# in, and that is how *one* loop of a dozen lines serves everything in this course:
#
# - **the step** is an argument: `step(velocity, x, t, s, memory) -> (x, memory)` goes from time `t` to time `s`.
#   Euler's is `x + (s - t) * velocity(x, t)`. Some steps look back; what they want to remember, they hand out, and
#   are handed it again at the next step (`None` at the first). So the loop keeps no secret state.
# - **the times** are an argument: `n + 1` of them for one clock, or `n + 1` rows with a clock for each frame.
# - **what is given** is an argument. Chapter 05 found that a frame at time 0 is not noisy: it is given. So every
#   token has its own time, `t * free`, where `free` is 0 for what is given and 1 for what is to be made.
#
# {card}
#
# Write the loop. Two things to take care of: hand `velocity` and `step` times that broadcast over `b 1 t h w`; and
# where a token's time does not move (`s == t`), keep the token bit for bit, whatever a step may have made of it.
# After each step tell `watch` its number, from 1, and the clip. (`x` may also be `b c`, as the lamps are: write
# `x.shape[2:]` rather than three names.)


# %% exercise="sample"
def sample(
    velocity: Velocity, x: Tensor, times: Tensor, *, free: Tensor | float = 1.0, step: Step = euler, watch: Watch = None
) -> Tensor:
    """Solve ``dx/dt = velocity(x, t)`` along ``times``; ``free`` is 0 where ``x`` is given, 1 where to generate."""
    ### BEGIN SOLUTION
    free = torch.as_tensor(free).to(x).expand(len(x), 1, *x.shape[2:])
    clock = times.to(x) if times.ndim == 1 else times.to(x)[:, None, None, :, None, None]
    memory = None
    for i, (t, s) in enumerate(pairwise(clock), start=1):
        t, s = t * free, s * free
        moved, memory = step(velocity, x, t, s, memory)
        x = torch.where(s == t, x, moved)
        if watch is not None:
            watch(i, x)
    return x
    ### END SOLUTION


# %% check="sample"
check.sample(sample)

# %%
sample = use(sample=sample)
start = torch.randn(2000, 1, generator=torch.Generator().manual_seed(1))
for steps in (1, 2, 4, 8, 16):
    end = sample(lamps, start, time_grid(steps))
    away, same = (end.abs() - 1).abs().mean(), ((end > 0) == (start > 0)).float().mean()
    print(f"{steps:2} steps: {away:.3f} from a lamp on average; on the side where it started: {100 * same:.0f} %")

# %% [markdown]
# With a single step everybody lands on 0, the mean of all clips (chapter 05 saw that blur), which is on neither side.
# Since 0 counts as off here, the 49 % are those that began below 0. Then it gets better fast.
#
# ## How wrong is it?
#
# Two lamps are too easy, and in a real model nobody knows the right answer. So we take a world between the two: a
# night sky with clouds that the wind carries to the right, and a pale light among them. All its clips come from one
# Gaussian distribution, so that its velocity is a formula (`minisora/diffusion/gaussian.py`), and, better still, so
# is **where the ODE leads**: `world.flow` is the exact end of each walk. What a sampler makes can be compared with
# it, number by number.


# %%
def drifting_sky(path: Path = STRAIGHT, frames: int = 5, height: int = 6, width: int = 8) -> GaussianWorld:
    """Clouds that the wind carries to the right, one pixel a frame, with a pale light and some grain."""
    places = torch.meshgrid(torch.arange(frames), torch.arange(height), torch.arange(width), indexing="ij")
    t, y, x = (axis.flatten().double() for axis in places)
    apart = [(axis[:, None] - axis).abs() for axis in (t, y, x - t)]
    alike = torch.exp(-apart[0] / 20 - apart[1] / 4 - apart[2] / 4)
    light = 1.5 * torch.exp(-((x - t - 2) ** 2 + (y - 2.5) ** 2) / 6)
    return GaussianWorld(light.view(1, frames, height, width), 0.4 * alike + 0.1 * torch.eye(len(t)).double(), path)


def seen(clip: Tensor) -> Tensor:
    """A clip of brightness, ``1 t h w``, in colours that can be looked at: ``3 t 5h 5w``."""
    night, cloud = torch.tensor([[-0.85, -0.75, -0.35], [1.0, 1.0, 0.95]]).view(2, 3, 1, 1, 1)
    level = ((clip.float() + 1.5) / 3.5).clamp(0, 1).repeat_interleave(5, 2).repeat_interleave(5, 3)
    return night + (cloud - night) * level


# %%
sky, ends = drifting_sky(), torch.tensor([1.0, 0.0]).double()
noise = torch.randn(2, *sky.mean.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
exact = sky.flow(noise, *ends)
rows = {f"{n} Euler step" + "s" * (n > 1): sample(sky.velocity, noise, time_grid(n)) for n in (1, 2, 4, 16)}
for label, made in rows.items():
    print(f"{label:14}: {(made - exact).square().mean().sqrt():.3f} from the exact end")
plots.strips(
    {label: seen(made[0]) for label, made in [*rows.items(), ("exact", exact)]},
    alt="a night sky: a soft light after 1 step, faint clouds after 4, after 16 nearly the exact clip",
    fps=4,
)

# %% [markdown]
# What few steps leave out is *contrast and detail*: the clip that is made with few calls is too near to the mean.
# That is the sampler's own kind of blur. More training will not help against it. (The first picture of this page was
# made with guidance, which pushes away from the mean: there the one call gives a blob of too much red.)
#
# The error of a solver falls like a power of the calls, `error ≈ constant / calls^p`. The number `p` is its
# **order**. At order 1 twice the calls halve the error; at order 2 twice the calls quarter it. On logarithmic axes a
# power is a straight line, and the order is how steeply it falls.
#
# **Before you run:** Euler's errors for 4, 8, 16, 32 and 64 calls are printed below, and their order. The first is
# about 0.35. What will the last be?


# %%
def order(calls: list[int], errors: list[float]) -> float:
    """Minus the slope of the best straight line through the logarithms."""
    x, y = torch.tensor(calls).double().log(), torch.tensor(errors).double().log()
    return -float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())


def measure(step: Step, times: Tensor, world: GaussianWorld = sky) -> tuple[int, float]:
    """How many calls a sampler made, and how far it ended from where the exact flow leads."""
    calls, x = [], world.path.sigma(ends[0]) * noise
    made = sample(lambda x, t: calls.append(1) or world.velocity(x, t), x, times, step=step)
    return len(calls), float((made - world.flow(x, *ends)).square().mean().sqrt())


budgets = by_profile((4, 8, 16, 32, 64), fast=(4, 8, 16))
errors = [measure(euler, time_grid(n))[1] for n in budgets]
print("errors:", [round(error, 3) for error in errors], f"- order {order(budgets, errors):.2f}")

# %% [markdown]
# Euler's order is 1, as every textbook says. Ten times less error would cost ten times the calls.
#
# ## Looking ahead
#
# Where does the error come from? Here is one long step in the world of lamps. The grey line is the true way. Euler
# looks once, where it stands, and goes straight on; but the arrows *turn* on the way. At the end of the step stands
# another arrow, and one can ask for it.
#
# **Before you look:** the true line ends between Euler's end and where the second arrow alone would lead. Where,
# about?

# %%
t, s, x = torch.tensor(0.7), torch.tensor(0.45), torch.tensor([0.5])
here = lamps(x, t)
there = lamps(x + (s - t) * here, s)
arrows = {"the arrow here (Euler)": here, "the arrow at its end": there, "the mean of both (Heun)": (here + there) / 2}
along, true = torch.linspace(0.7, 0.45, 400), [x]
for a, b in pairwise(along):
    true.append(true[-1] + (b - a) * lamps(true[-1], a))
alt = "the true way bends upwards; Euler's arrow ends too low, the second arrow too high, their mean is nearest"
with plots.chart(alt=alt, size=(6.4, 3.2)) as axes:
    axes.plot(along, true, color="grey", linewidth=4, alpha=0.5, label="true")
    for (label, arrow), look in zip(arrows.items(), ("--", ":", "-"), strict=True):
        axes.plot([t, s], [x, x + (s - t) * arrow], look, marker="o", label=label)
    axes.set(xlabel="t", ylabel="x", xlim=(0.71, 0.44))
    axes.legend(loc="upper left")

# %% [markdown]
# Euler takes the first arrow for the whole step, which is right only at its beginning. The second is right only at
# its end. **The mean of both is a good guess at the whole step**, and is called Heun's method, of the year 1900:
#
# `ahead = x + (s - t) · velocity(x, t)`, and then `x + (s - t) · (velocity(x, t) + velocity(ahead, s)) / 2`
#
# {card}
#
# One thing is peculiar to diffusion: at time 0 there is no velocity to ask for (no network is trained there, and even
# our formula divides by `t`). So **a token that arrives at 0 keeps its Euler step**, and if no token has `s > 0`, do
# not ask a second time at all. There is nothing to remember: return `(x, None)`.


# %% exercise="heun"
def heun(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    """From ``t`` to ``s`` with the mean of the velocities here and where an Euler step leads; Euler's step to 0."""
    ### BEGIN SOLUTION
    here = velocity(x, t)
    ahead = x + (s - t) * here
    if not (s > 0).any():
        return ahead, None
    return torch.where(s > 0, x + (s - t) * (here + velocity(ahead, s)) / 2, ahead), None
    ### END SOLUTION


# %% check="heun"
check.heun(heun)

# %% [markdown]
# ## Looking back
#
# Heun pays two calls a step. But we have asked before: the arrow of the *last* step is known, and costs nothing. If
# the velocity has changed by `here - before` over the last step, of length `h_before`, then over *half* of this step,
# of length `h`, it will change by about `(h / 2) / h_before` times as much. The velocity half-way is a fair mean of
# the step:
#
# `x + h · (here + h / h_before / 2 · (here - before))`, with `h = s - t`
#
# This is the two-step method of Adams and Bashforth, 1883, for steps of any length. For even steps the bracket is the
# `3/2 · here - 1/2 · before` of the textbooks.
#
# {card}
#
# The memory is yours to choose; a pair `(here, h)` will do. At the first step there is no past, so take Euler's. And
# mind tokens that did not move in the last step (a frame whose clock starts later): their `h_before` is 0, and they
# have no past either.


# %% exercise="ab2"
def ab2(
    velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """From ``t`` to ``s`` with the velocity as it will be half-way, judged by its change over the last step."""
    ### BEGIN SOLUTION
    here, h = velocity(x, t), s - t
    half_way = here
    if memory is not None:
        before, h_before = memory
        ratio = torch.nan_to_num(h / h_before, nan=0.0, posinf=0.0, neginf=0.0)
        half_way = here + ratio / 2 * (here - before)
    return x + h * half_way, (here, h)
    ### END SOLUTION


# %% check="ab2"
check.ab2(ab2)

# %% [markdown]
# Now the race, at equal *calls* (Heun makes half as many steps). A fourth runner is in it, `dpm_solver_pp` of the
# package; more about it below. **Bet:** how many calls does each need for an error of 0.01? And will looking ahead or
# looking back be better?

# %%
heun, ab2 = use(heun=heun), use(ab2=ab2)
solvers: dict[str, Step] = {"Euler": euler, "Heun": heun, "AB2": ab2, "DPM-Solver++": dpm_solver_pp()}
alt = "error over calls on logarithmic axes: Euler falls slowest; Heun and AB2 are twice as steep, and AB2 lies lower"
with plots.chart(alt=alt, size=(6.8, 3.6)) as axes:
    for (label, step), marker in zip(solvers.items(), "osD^", strict=True):
        steps = [n // 2 for n in budgets] if step is heun else budgets
        calls, errors = zip(*(measure(step, time_grid(n)) for n in steps), strict=True)
        axes.loglog(calls, errors, marker=marker, label=f"{label}, order {order(calls[-3:], errors[-3:]):.1f}")
    axes.axhline(0.01, color="grey", linewidth=1)
    axes.minorticks_off()
    axes.set_xticks(budgets, budgets)
    axes.set(xlabel="network calls", ylabel="distance to the exact end")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))

# %% [markdown]
# Heun and AB2 both have order 2: their lines are parallel, and twice as steep as Euler's. But AB2 gets its second
# order for nothing, so at equal calls its steps are half as long as Heun's, and the reward is a fraction of the
# error. That is why minisora samples with AB2.
#
# Orders are promises about *short* steps, no more. With four calls all these steps are long, and the lines are nearer.
# In a world with sharp turns, looking back can even hurt: with four steps AB2 leaves the lamps further away than
# Euler does (try it: `sample(lamps, start, time_grid(4), step=ab2)`).
#
# ## The same idea in another quantity
#
# **DPM-Solver++** (Lu et al. 2022) looks back too. What it follows is not the velocity over time but the *believed
# clean clip* over the log-SNR (chapter 04). Why? While a network is sure of its clip, `x0` stands still, and then
# this step is exact however long it is, on every path. A velocity may change because the *path* is curved, and a
# solver that follows the velocity has to pay for that as well. The first-order step with this virtue you know: it is
# `denoise_step` of chapter 04, **DDIM**. (Its order is 2 as well, but for steps that are short *in log-SNR*. At both
# ends of the straight path the log-SNR is infinite, so the race above shows 1.6.)
#
# So each solver has its home. Below, the same sky on four paths, with 16 calls for everybody. **Where should `ddim`
# be the same as `euler`?** (On EDM's path the times are crowded near the clip, `karras_grid`: sigma falls from 80 to
# 0.002, and with even steps nearly all would be spent on pure noise.)

# %%
PATHS = (STRAIGHT, COSINE, DDPM_LINEAR, EDM)
print(f"{'':12} {'euler':>8} {'ddim':>8} {'heun':>8} {'ab2':>8} {'dpm++':>8}   (error after 16 calls)")
for path in PATHS:
    world, grid = drifting_sky(path), karras_grid if path is EDM else time_grid
    racers = {euler: 16, ddim(path): 16, heun: 8, ab2: 16, dpm_solver_pp(path): 16}
    errors = [measure(step, grid(n), world)[1] for step, n in racers.items()]
    print(f"{path.name:12}", *(f"{error:8.3f}" for error in errors))

# %% [markdown]
# On the straight path (and on EDM's) DDIM *is* Euler: where alpha and sigma are straight lines, a clean clip and a
# noise that stay as they are make a constant velocity. AB2 leads where the clock is even, DPM-Solver++ on EDM's path,
# where one step can make the noise many times smaller. Heun suffers there most from half as many steps. "Which is the
# best solver?" has no answer without "on which path, with which times, for how many calls?".
#
# ## Where to put the steps
#
# Steps should be short where the velocity turns. So let us look where it does: the change of the velocity from one
# step to the next, as a share of its size, along 20 even steps. Once in the exact sky, and once in **the real
# model**, asked for the clip at the top. (`prompted` is all that lies between the two: a network with its words
# becomes a `velocity(x, t)`, and guidance wraps it, as in chapter 07.)


# %%
from minisora.diffusion import classifier_free
from minisora.model import DiT, TextTokens, video_velocity


def prompted(prompt: str, shape: tuple[int, ...], net: DiT = pipeline.dit, known: Tensor | None = None) -> Velocity:
    """A finished network with its guidance as a velocity of latent clips of ``shape``."""
    words = net.encode_text(pipeline.tokenizer.encode([prompt, ""]).to(pipeline.device))
    alone, seconds = TextTokens(words.tokens[:1], words.mask[:1]), pipeline.codec.config.temporal / pipeline.fps
    make = partial(video_velocity, net, shape=shape, seconds_per_latent_frame=seconds, known=known)
    scale = pipeline.sampling.guidance if net is pipeline.dit else pipeline.sampling.plan_guidance
    return classifier_free(make(text=alone), make(text=words), scale=scale)


def turning(velocity: Velocity, x: Tensor, steps: int = 20) -> list[float]:
    """By how much of its size the velocity changes from each step to the next."""
    arrows: list[Tensor] = []
    sample(lambda x, t: arrows.append(velocity(x, t)) or arrows[-1], x, time_grid(steps))
    return [float((after - before).norm() / before.norm()) for before, after in pairwise(arrows)]


# %%
channels, latent_frames = pipeline.codec.config.channels, by_profile(5, fast=2)
latent_noise = torch.randn(1, channels, latent_frames, 8, 8, generator=torch.Generator().manual_seed(0))
network = prompted(prompt, (latent_frames, 8, 8))
alt = "how much the velocity turns in each of 20 steps, in the exact sky and in the real model"
with plots.chart(alt=alt, size=(6.4, 3)) as axes:
    axes.plot(time_grid(20)[1:-1], turning(sky.velocity, noise), "o-", label="the sky")
    axes.plot(time_grid(20)[1:-1], turning(network, latent_noise.to(pipeline.device)), "s-", label="the real model")
    axes.set(xlabel="t", ylabel="change, as a share of the velocity", xlim=(1, 0), ylim=(0, None))
    axes.legend()

# %% [markdown]
# Neither line is flat, and they are not alike: each model has its own places where the way turns, and the price of a
# step is paid there. A line that is high on the left asks for short steps near the noise, one that is high on the
# right for short steps near the clip. Chapter 04's **shift** moves steps about: a shift of 3 spends most of them near
# the noise, one of 1/3 near the clip. The clock of minisora is one line, `shift_time(torch.linspace(1, 0, n + 1),
# shift)`. **How many of eight steps are left for the cleaner half of the way, t below 0.5, at shift 1, 3 and 7?**

# %%
# NBVAL_CHECK_OUTPUT
for shift in (1, 3, 7):
    times = time_grid(8, shift=shift)
    print(
        f"shift {shift}: {len(times)} times from {times[0]:.0f} to {times[-1]:.0f}, {int((times[:-1] <= 0.5).sum())} of 8 steps begin at 0.5 or below"
    )

# %% [markdown]
# Move the sliders. Which shift is the best for Euler, and is it the best for AB2 as well? What does a good solver
# save you at 4 calls, and what at 16? (The sky is small and its grain is fine; large clips of a real model want a
# larger shift. That is for each model to be measured, and is part of the card of its weights.)


# %%
def look(solver: str, calls: int, shift: float) -> plots.Picture:
    step = solvers[solver]
    made = sample(sky.velocity, noise[:1], time_grid(calls // 2 if step is heun else calls, shift=shift), step=step)
    error = (made - exact[:1]).square().mean().sqrt()
    pictures = {f"{solver}, error {error:.3f}": seen(made[0])[:, 2], "exact": seen(exact[0])[:, 2]}
    return plots.images(pictures, alt=f"the middle frame of the sky, by {calls} calls with shift {shift}", width=170)


explore(look, solver=list(solvers), calls=[2, 4, 8, 16, 32], shift=[0.25, 0.5, 1, 1.5, 2, 3, 5])

# %% [markdown]
# <details><summary>Answer</summary>
#
# Of these shifts 1.5 is the best, for Euler and for AB2. There four calls of AB2 are worth about a dozen of Euler's, and
# sixteen about two hundred.
#
# </details>
#
# ## Fresh noise
#
# The first diffusion models did not solve an ODE. DDPM took a little noise away and *put a little fresh noise in*, a
# thousand times. How can adding noise be a way to remove it?
#
# Think of the way *up*, from a time `s` to a noisier `t` (chapter 04's long walk). The noise in the clip at `t` is
# made of two parts: what was there at `s`, and what came after. With `r = SNR(t) / SNR(s)`, which is less than 1,
#
# `noise(t) = √r · noise(s) + √(1 - r) · what came after`
#
# So the two noises are *correlated*, with coefficient √r; and correlation does not know which of the two came first.
# On the way *down* we know the noise at `t` (or guess it) and want that at `s`, so by the same token
#
# `noise(s) = √r · noise(t) + √(1 - r) · fresh`
#
# That is DDPM's step, for any path. Sampling with such steps is called **ancestral**. With ever shorter steps it
# solves an equation with noise in it, a **stochastic differential equation** (SDE). Between it and the ODE lies a
# dial `eta`: the share of the variance that is fresh is `eta² · (1 - r)`.
#
# {card}
#
# Write the function that *makes* the step. Inside: the clean clip and the noise that the velocity implies
# (`path.to_x0(here, x, t)` and `path.to_eps(here, x, t)`), then the noise renewed in part (`noise_like(x, generator)`
# draws), then both mixed at time `s` (`path.add_noise`). Take `r` from `path.log_snr`, which knows both ends: +∞ for a
# clean clip, -∞ for noise. (For a token that is given, `t == s == 0`, it gives ∞ - ∞: your loop throws the outcome away.)


# %% exercise="ancestral"
def ancestral(path: Path, generator: torch.Generator, *, eta: float = 1.0) -> Step:
    """A step like ``ddim``, but a share ``eta² (1 - SNR(t) / SNR(s))`` of the noise's variance is fresh."""
    ### BEGIN SOLUTION

    def step(velocity: Velocity, x: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
        here = velocity(x, t)
        share = eta**2 * -torch.expm1(path.log_snr(t) - path.log_snr(s))
        noise = (1 - share).sqrt() * path.to_eps(here, x, t) + share.sqrt() * noise_like(x, generator)
        return path.add_noise(path.to_x0(here, x, t), noise, s), None

    return step
    ### END SOLUTION


# %% check="ancestral"
check.ancestral(ancestral)

# %% [markdown]
# Back to the lamps: the same forty points, without and with fresh noise. **Before you run:** will the lines cross
# now? How many lamps will be on at the end? And what can be said about a lamp from the noise it started with?

# %%
ancestral = use(ancestral=ancestral)
kinds = {"ODE": lambda: euler, "SDE": lambda: ancestral(STRAIGHT, torch.Generator().manual_seed(3))}
alt = "left: smooth lines that never cross; right: jagged ones that cross; both end at the lamps"
with plots.chart(alt=alt, size=(8.4, 3), panels=2) as panels:
    for axes, (label, kind) in zip(panels, kinds.items(), strict=True):
        places = [begun[:, None]]
        sample(lamps, places[0], time_grid(100), step=kind(), watch=lambda i, x, places=places: places.append(x))
        axes.plot(time_grid(100), torch.cat(places, 1).T, color=plots.COLOURS[0], linewidth=0.6)
        axes.set(xlabel="t", ylabel="x", title=label, xlim=(1, 0))
        end = sample(lamps, start, time_grid(100), step=kind())
        same = ((end > 0) == (start > 0)).float().mean()
        print(f"{label}: {100 * (end > 0).float().mean():.0f} % on, {100 * same:.0f} % on the side of their noise")

# %% [markdown]
# Half of the lamps are on either way: **both make the same clips equally often**. But with fresh noise the lines
# cross, and where one started says nothing about where one ends; a point makes up its mind on the way.
#
# What is that good for? Imagine something goes wrong on the way: a clumsy step, a poor answer of the network. We
# nudge a clip of the sky at a time `t` and see how much of the nudge is left in the end. On the right, the price:
# clips that are one number of spread 0.5 are made in few and in many steps, Euler's and yours. **Which of the two
# needs more steps?**


# %%
def left_of_nudge(kind: Callable[[], Step], t: float, steps: int) -> float:
    """The share of a small change of the clip at time ``t`` that is still there at the end."""
    x = STRAIGHT.add_noise(exact[:1], noise[:1], torch.tensor(t))
    nudge = 0.1 * torch.randn(x.shape, generator=torch.Generator().manual_seed(4), dtype=x.dtype)
    plain, nudged = (sample(sky.velocity, each, t * time_grid(steps), step=kind()) for each in (x, x + nudge))
    return float((nudged - plain).norm() / nudge.norm())


def spread(kind: Callable[[], Step], steps: int) -> float:
    """The standard deviation of what is made in a world of single numbers, where it should be 0.5."""
    world = GaussianWorld(torch.zeros(1), torch.tensor([[0.25]]))
    return float(sample(world.velocity, start, time_grid(steps), step=kind()).std())


# %%
moments, lengths = torch.linspace(0.1, 1, by_profile(7, fast=3)).tolist(), (2, 4, 8, 16, 32, 64)
alt = "left: of an early nudge the ODE keeps much, the SDE nothing; right: with few steps the SDE's spread is too small"
with plots.chart(alt=alt, size=(8.4, 3), panels=2) as (left, right):
    for (label, kind), marker in zip(kinds.items(), "os", strict=True):
        left.plot(
            moments, [left_of_nudge(kind, t, by_profile(30, fast=10)) for t in moments], marker + "-", label=label
        )
        right.semilogx(lengths, [spread(kind, n) for n in lengths], marker + "-", base=2, label=label)
    left.set(xlabel="t of the nudge", title="share of a nudge that is left", xlim=(1.05, 0), ylim=(0, None))
    right.axhline(0.5, color="grey", linewidth=1)
    right.set_xticks(lengths, lengths)
    right.set(xlabel="steps", title="spread of what is made (grey: as it should be)")
    left.legend()

# %% [markdown]
# An ODE carries much of every error to the end. **An SDE forgets**, and the earlier the error, the more thoroughly.
# So with *many* steps and an imperfect network a little fresh noise can make better clips (Karras et al. 2022
# measured when). With *few* steps it does harm, since each step renews much noise on the strength of a guess. Hence
# the division of labour today: ODE solvers for ten to fifty calls, fresh noise for hundreds.
#
# ## Seeds
#
# An ODE has one more gift: a **seed is a clip**. The same noise gives the same clip with *any* good solver, once the
# steps are enough to follow the way; from there on more steps only make it sharper. (In the first picture of this
# page one call and four were too few: they ended on other grounds than twenty.) One can search with a dozen calls and
# finish with 50. With fresh noise every change of the step count is another clip. Even the way back is open: with
# rising times the loop carries a clip to *its* noise, and from there again to the clip.
#
# What is promised, exactly? Decide for each line **true or false**, then run.


# %%
# NBVAL_CHECK_OUTPUT
def drawn(seed: int, clips: int = 1) -> Tensor:
    return torch.randn(clips, 240, generator=torch.Generator().manual_seed(seed))


there_and_back = sample(sky.velocity, sample(sky.velocity, exact, time_grid(64).flip(0)), time_grid(64))
print("the same seed, the same noise:                  ", torch.equal(drawn(7), drawn(7)))
print("clip 2 of a batch is the clip of the next seed: ", torch.equal(drawn(7, clips=2)[1:], drawn(8)))
print("a generator a clip: any batch, the same clips:  ", torch.equal(torch.cat([drawn(7), drawn(8)])[1:], drawn(8)))
print("clip -> noise -> clip, nearly the same:         ", bool((there_and_back - exact).abs().max() < 0.2))

# %% [markdown]
# So the pipeline gives each clip a generator of its own, always on the CPU: a seed means the same noise in any batch
# and on any device. What is *not* promised are the last bits. Other processors and other batch sizes add the same
# numbers in another order, and get clips that differ by a millionth.
#
# ## The real model
#
# Now the solvers drive the network. There is no formula for where its ODE leads, but there is a limit: the clip that
# many steps converge to (here: AB2's with 32 calls, which flatters AB2 a little). Left, the distance of the clips to
# it, in pixels. Right, what the **judge** (chapter 01) says about the same clips: which share of the claims of the
# sentences holds (count, colour, shape, size, motion).
#
# The machine runs on *your* parts now: `swap` puts your loop into the pipeline, and in the place of its `ab2` the
# step that is asked for. **Two bets:** will the order of the runners be the same as in the sky? And from how many
# calls on is the judge content, compared with the limit?

# %%
from minisora.evaluation.judge import judge
from minisora.worlds.claims import parse

wishes = ("red circle moves right", "yellow star spins", "blue square moves up", "white ring moves left")
PROMPTS = [f"a large {wish}" for wish in wishes][: by_profile(4, fast=1)]


RUN, plans = {"seed": 1, "seconds": by_profile(2.0, fast=1.0)}, []  # a plan is sampled, too: all paint the same ones
pipeline.generate(PROMPTS, steps=1, direct=lambda plan, _: plans.append(plan) or plan, **RUN)


def made_by(step: Step, steps: int) -> Tensor:
    the_same = iter(plans)
    with swap(sample=sample, ab2=step):
        clips = pipeline.generate(PROMPTS, steps=steps, direct=lambda plan, _: next(the_same), **RUN)
    return torch.stack([clip.frames for clip in clips])


def claims_held(clips: Tensor) -> float:
    verdicts = [judge(clip, parse(each), fps=pipeline.fps) for clip, each in zip(clips, PROMPTS, strict=True)]
    return sum(v.count + v.colour + v.shape + v.size + v.motion for v in verdicts) / (5 * len(verdicts))


limit = made_by(ab2, by_profile(32, fast=6))


# %%
alt = "left: distance to the limit over the calls, which ends low; right: the judge's share of claims, and the limit's"
with plots.chart(alt=alt, size=(8.4, 3.2), panels=2) as (left, right):
    for label, marker in progress(list(zip(list(solvers)[:3], "osD", strict=True)), "solvers"):
        points = []
        for n in by_profile((2, 4, 8, 16), fast=(2, 4)):
            clips = made_by(solvers[label], n // 2 if label == "Heun" else n)
            points.append((n - (label == "Heun"), (clips - limit).square().mean().sqrt(), claims_held(clips)))
        calls, distances, shares = zip(*points, strict=True)
        left.semilogx(calls, distances, marker + "-", base=2, label=label)
        right.semilogx(calls, shares, marker + "-", base=2, label=label)
    right.axhline(claims_held(limit), color="grey", linewidth=1)
    for axes, title in ((left, "distance to the limit"), (right, "claims that hold (grey: the limit)")):
        axes.set_xticks([1, 2, 4, 8, 16], [1, 2, 4, 8, 16])
        axes.set(xlabel="network calls", title=title, ylim=(0, None))
    left.legend()

# %% [markdown]
# Read such a pair of charts like this. **The left one judges the solver, the right one the clip.** The distance goes
# on falling as long as one pays for it. (Where lines cross, the steps are still too long for an order to show: with
# two calls, what AB2 looks back on is far away, and here it comes last; from four on it is first. Where a line jumps, a clip has
# decided for another ground than the limit did: near pure noise, two clips are a hair's breadth apart.) The judge has seen all that it will
# see much earlier: once a shape can be told, more calls only polish. And what is wrong *in the limit* is the network's
# fault; no ODE solver mends it. With these few prompts one claim more or less is chance; a measurement to quote takes a
# hundred (`minisora evaluate --steps 3`, then 8, then 16).
#
# ## Given means noise level zero
#
# And now the reason why `free` is in your loop. Here is a still image. It should move. What does a sampler have to
# know about that? Nothing but which part is finished:
#
# - `x`: noise, but for the first latent frame, which is the image;
# - `free`: 1, but for the first frame, where it is 0, so that its time is `t · 0 = 0` in every step. To the network a
#   token at time 0 is a clean one, to be looked at and left alone.
#
# {card}
#
# `noise` is `b c t h w`, `first` is `b c 1 h w` (or one picture for all, `1 c 1 h w`). Return both tensors as
# `Given(x, free)`, a named pair, with `free` as `b 1 t 1 1`. Leave the caller's noise as it is.


# %% exercise="animate"
def animate(noise: Tensor, first: Tensor) -> Given:
    """Where to start and what is free, if the first latent frame is given: a picture begins to move."""
    ### BEGIN SOLUTION
    x = noise.clone()
    x[:, :, :1] = first.to(noise)
    free = noise.new_ones(len(noise), 1, noise.shape[2], 1, 1)
    free[:, :, :1] = 0
    return Given(x, free)
    ### END SOLUTION


# %% check="animate"
check.animate(animate)

# %% [markdown]
# Is that a trick, or is it *right*? In the sky mathematics knows what follows from a given frame: `world.conditioned`
# is the world of all clips that begin like this, and its flow leads to the exact continuation of this noise. If time
# 0 for what is given is right, then the loop must arrive there. And if both ends are given, the package's `connect`
# returns just such a pair: nothing else changes.

# %%
# NBVAL_CHECK_OUTPUT
animate = use(animate=animate)
known = sky.sample(1, generator=torch.Generator().manual_seed(5))
tasks = {"animate": animate(noise, known[:, :, :1]), "connect": connect(noise, known[:, :, :1], known[:, :, -1:])}
for label, (x, free) in tasks.items():
    is_free = (free > 0).expand_as(x)[0].flatten()
    right = sky.conditioned(known[0], free[0]).flow(x.flatten(1)[:, is_free], *ends)
    for steps in (8, 32):
        made = sample(sky.velocity, x, time_grid(steps), free=free, step=ab2)
        error = (made.flatten(1)[:, is_free] - right).square().mean().sqrt()
        kept = torch.equal(made.flatten(1)[:, ~is_free], x.flatten(1)[:, ~is_free])
        near = f"about 1e{round(float(error.log10()))} from the exact continuation"
        print(f"{label}, {steps:2} steps: {near}; what is given, bit for bit: {kept}")

# %% [markdown]
# It is right. **Now let your own picture move**: draw a still, let the codec write it in latents (one frame makes one
# latent frame, chapter 03), and hand it to the network of the course, with *your* loop, *your* step and *your* pair.
# Below it, the same sentence and the same noise with nothing given.

# %%
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

star = Scene((SceneObject("star", "orange", "large", "still", x=-0.2, y=0.1),), background="navy")
frame = pipeline.codec.encode(render([star], frames=1, height=64, width=64).to(pipeline.device)).detach()
network = prompted("a large orange star moves right", (latent_frames, 8, 8))
times = time_grid(by_profile(20, fast=4), shift=pipeline.sampling.shift)
x, free = animate(latent_noise.to(frame), frame)
moving = sample(network, x, times, free=free, step=ab2)
without = sample(network, latent_noise.to(frame), times, step=ab2)
print("the given latent frame came out bit for bit:", torch.equal(moving[:, :, :1], frame))
shown = {"the still, through the codec": frame, "it moves": moving, "nothing given": without}
shown = {label: pipeline.codec.decode(latents)[0].detach().cpu() for label, latents in shown.items()}
display(plots.strips(shown, alt="a still of an orange star; a clip that begins with it; a clip with nothing given"))
plots.xt_slice(shown["it moves"], alt="a row of the animated clip through time, from the still downwards", row=38)

# %% [markdown]
# The first frame is your drawing (as the codec can show it), and the clip goes on from there. *How well* depends on
# the weights: a young network may lose the star on the way. How faithfully the beginning is kept does not. (A network
# can do this if some frames were given in its training, with time 0: chapter 05.) In the last picture, one row of
# pixels through time, the still is the first line.
#
# The rest of Sora's list is more of the same, and none of it needs another line in the loop:
#
# | asked for | given (time 0) |
# |---|---|
# | a clip from a sentence | nothing |
# | a still image that moves | the first frame |
# | a clip that goes on / what came before it | the first frames / the last frames |
# | a loop; a bridge from one clip to another | both ends |
# | inpainting, outpainting | all outside a hole; a smaller frame inside |
# | SDEdit: make it anew, but alike | nothing; the start is the clip itself with the noise of t = 0.6 |
# | one frame after the other, without end | all frames before this one: a clock for each frame |
#
# ## First a plan
#
# One thing is still in the way of good clips. *Where* things are and how they move is settled in the first steps,
# while there is nothing to be seen but noise, and there the words are heard last. So the weights of this course do not
# leave the large network alone with them. Two networks make a clip, each with your loop:
#
# 1. A small transformer, the **planner**, makes a *plan* from the sentence: a tiny video of one cell for each token,
#    39 numbers in a cell. Is something near? Where is its middle, how does it step from picture to picture, how large
#    is it, of which colour and shape? (`minisora/worlds/plan.py`; in training it is computed from the true scene.)
# 2. The large one **paints**. It is told the plan: in the first layer, the numbers of a cell are added to its token, and
#    with them a *sketch*, which is the plan drawn in a few pixels (below).
#
# (Large systems also change networks on the way, as Wan 2.2 does: one for much noise, one for little. Ours had such a *finisher*
# until its painter was told sketches; since then clips are as good without.)
#
# A plan is noise at first like everything else, and your loop does not care what it samples. Each cell that believes
# something near draws the way of its middle through the four pictures of the latent frame. And a plan is numbers with
# names, so a few lines without any network can **read** it: which shape and colour do its cells name, and which motion
# does its path make? (`worlds/read_plan.py`: a judge that needs no pictures.) **Before you run:** nobody compares the
# cells. What will you see where they disagree? And how many of eight plans will keep their word?

# %%
from minisora.worlds.read_plan import read_plan

assert pipeline.planner is not None
planner, cells, grid = pipeline.planner, (latent_frames, 4, 4), time_grid(12, shift=pipeline.sampling.shift)
nothing = torch.zeros(1, planner.config.known, *cells, device=pipeline.device)  # no latents are given
for wish in ("a large red circle moves right", "a small blue square bounces"):
    plans = []
    for seed in range(by_profile(8, fast=2)):
        blank = torch.randn(1, planner.config.channels, *cells, generator=torch.Generator().manual_seed(seed))
        network = prompted(wish, cells, planner, nothing)
        plans.append(sample(network, blank.to(pipeline.device), grid, step=ab2)[0])
    display(plots.plan(plans[0], alt=f"the plan for {wish}: in each cell near it, the way of its middle"))
    read, (claim,) = [read_plan(plan) for plan in plans], parse(wish).objects
    kept = sum(each is not None and each.keeps(claim) for each in read)
    print(f"{wish}: {kept} of {len(read)} keep it; their paths:", *dict.fromkeys(e and e.motion for e in read))

# %% [markdown]
# Where lines lie on one another, the cells agree. Where a bundle frays, the clip will be torn: this is how far one can
# look into a clip before it has a single pixel. (`None` at the end is a path that makes no motion with a name.)
#
# A plan measures a path twice: it says where the middle is, roughly, and how it moves on to the next picture, three
# times as finely. What is read is the path that agrees best with both (least squares; `worlds/smooth.py`). When only
# places were read, half as many plans kept their word.
#
# A plan that is not what was said need not be painted at all. Throw it away, and take other noise: a plan costs a small
# part of what painting costs. Large systems do the same with what they have: several samples, a network that scores
# them, and the best one is shown (*best of n*, or rejection sampling).
#
# One thing more happens to a plan before it is painted, without any network: it is **drawn**, 16 pixels wide. Told only
# "turned by sixty degrees", the painter of this course never learnt where the corners of a square are then, not in 20,000
# steps. It painted what spins rounder and rounder, and a wrong angle changed nothing: the place of a corner is a *product*
# of the angle and of where one looks from. The **sketch** has worked it out (`minisora/worlds/sketch.py`; `pictures` shows one).
# Animators sketch before they paint, too.
#
# How a *seven is written* follows from no plan. So the smallest network of the course **writes** it first (`minisora/writing.py`): a picture of 8x8 out of noise, from the
# words "a handwritten seven", by your loop once more; the sketch then shows it wherever the plan says. Until there was a writer the painter had to invent a handwriting while it
# painted, and it changed on its way through the clip: of 100 clips of a digit 74 were right in everything, with the writer, and with plans that are read, it is 90 (`minisora evaluate`).
#
# With *several* things the pipeline plans each by a sentence of its own, and then moves them aside until they do not
# run into one another and stand as they are said to (`minisora/planning.py`). So a planner of one thing plans any
# number of them. And no new sampler was needed. (A change of networks would not need one either: `experts` is a velocity
# made of two velocities. It is ten lines; read them.)
#
# ## Five patients
#
# Wrong samplers rarely crash. They make clips, a little too soft or too rough, and everybody blames the network. Here
# are five, each a two-step or Heun sampler with one fault. All were run on the sky with 8, 16 and 32 steps. Read the
# table like a doctor: calls, order, error beside Euler's, and whether two runs agree.


# %%
def examined(patient: Callable[[Velocity, Tensor, Tensor], Tensor]) -> list[str]:
    calls: list[int] = []
    runs = [patient(lambda x, t: calls.append(1) or sky.velocity(x, t), noise, time_grid(n)) for n in (8, 16, 32)]
    errors = [float((end - exact).square().mean().sqrt()) for end in runs]
    again = torch.equal(patient(sky.velocity, noise, time_grid(8)), runs[0])
    by_euler = errors[-1] / measure(euler, time_grid(32))[1]
    return [f"{len(calls):8}", f"{order([8, 16, 32], errors):8.1f}", f"{by_euler:11.4f}", f"{again!s:>19}"]


print("           calls in   order    error at 32 steps   two runs")
print("           56 steps            (Euler's is 1)      agree")
for name, patient in PATIENTS.items():
    print("patient", name, *examined(patient))
print("\nwhat it may be:", *CAUSES, sep="\n- ")

# %% [markdown]
# {card}
#
# Which cause has each patient? Return it word for word, one of the list above (one cause is nobody's). Nothing has to
# be computed: a `dict` will do.


# %% exercise="diagnose_sampler"
def diagnose_sampler(patient: str) -> str:
    """What ails the sampler ``patient``, "A" to "E": one of ``CAUSES``."""
    ### BEGIN SOLUTION
    findings = {
        "A": "the second look is told the old time",
        "B": "the memory points the wrong way",
        "C": "the clock stops before 0",
        "D": "the memory is lost",
        "E": "fresh noise after the last step",
    }
    return findings[patient]
    ### END SOLUTION


# %% check="diagnose_sampler"
check.diagnose_sampler(diagnose_sampler)

# %% [markdown]
# ## Break it
#
# **First: one clock for all.** Leave `free` away, and put the given frame in by hand instead. In row two it is put in
# at the start only. In row three it is pasted back after every step, as many programs do. The network, here the exact
# formula, is told that a clean frame is noisy. **What will it make of it?**
#
# **Second: the same "fresh" noise every time**, because somebody makes the generator *inside* the step. What is the
# spread of single numbers that should have 0.5?

# %%
(x, free), times = tasks["animate"], time_grid(32)


def pasting(velocity: Velocity, here: Tensor, t: Tensor, s: Tensor, memory: None) -> tuple[Tensor, None]:
    return torch.where(free == 0, x, here + (s - t) * velocity(here, t)), None


def stuck() -> Step:
    return lambda *where: ancestral(STRAIGHT, torch.Generator().manual_seed(6))(*where)


made = {"time 0": sample(sky.velocity, x, times, free=free), "put in once": sample(sky.velocity, x, times)}
made["pasted back"] = sample(sky.velocity, x, times, step=pasting)
right = sky.conditioned(known[0], free[0]).flow(x[:, :, 1:].flatten(1), *ends)
for label, clips in made.items():
    print(f"{label:12} {(clips[:, :, 1:].flatten(1) - right).square().mean().sqrt():.3f} from the exact continuation")
print(f"spread, fresh each time: {spread(kinds['SDE'], 64):.2f}; the same again and again: {spread(stuck, 64):.2f}")
plots.strips({label: seen(each[0]) for label, each in made.items()}, alt="the sky from a given frame on", fps=4)

# %% [markdown]
# The formula takes the caller at his word: at t = 0.9 a frame is nine parts noise and one part clip. If so little of
# the clip already shines like that, the clip itself must be *blinding*, and the light of row two glares. Pasting
# afterwards hides this in the one frame where it could be seen; the other frames were asked the same wrong question.
# Nor do more steps heal it. The second fault is as quiet: noise that is added again and again does not average like
# independent noises, it *piles up*. In clips, it is one pattern that lies over all of them.
#
# ## In the real systems
#
# - **DDPM** took 1000 ancestral steps (Ho et al. 2020, [arXiv 2006.11239](https://arxiv.org/abs/2006.11239));
#   **DDIM** made 20 to 100 of them by leaving the fresh noise out (Song, Meng & Ermon 2020,
#   [2010.02502](https://arxiv.org/abs/2010.02502)). That both have the same marginals, one as an SDE and one as an
#   ODE, is due to Song et al. 2020 ([2011.13456](https://arxiv.org/abs/2011.13456)).
# - **EDM** samples with Heun on the `karras_grid`, 35 calls for small pictures, and found out when fresh noise helps
#   (Karras et al. 2022, [2206.00364](https://arxiv.org/abs/2206.00364)). **Stable Video Diffusion** is built on it
#   ([2311.15127](https://arxiv.org/abs/2311.15127)). It is given its picture in another way, as additional *channels*
#   beside the noise, so that it can do this one task only.
# - **DPM-Solver++** aims at 15 to 20 calls under guidance (Lu et al. 2022,
#   [2211.01095](https://arxiv.org/abs/2211.01095)); **UniPC**, which corrects such a step without another call (Zhao
#   et al. 2023, [2302.04867](https://arxiv.org/abs/2302.04867)), is the default of the published code of **Wan 2.1**
#   ([2503.20314](https://arxiv.org/abs/2503.20314)): 50 steps. **HunyuanVideo**'s takes 50 of Euler's with shift 7
#   ([2412.03603](https://arxiv.org/abs/2412.03603)).
# - **A time for each token**: Diffusion Forcing (Chen et al. 2024, [2407.01392](https://arxiv.org/abs/2407.01392));
#   **LTX-Video** hands in given frames that way ([2501.00103](https://arxiv.org/abs/2501.00103)), and so does the
#   published code of Wan 2.2 for its small model of text and image.
# - **Two networks by noise level**: eDiff-I (Balaji et al. 2022, [2211.01324](https://arxiv.org/abs/2211.01324)). Wan
#   2.2 has two of 14 billion parameters: the one for the layout hands over to the one for details where the
#   signal-to-noise ratio is half of the smallest. **VideoJAM** lets a video model generate the motion with the pixels, as
#   colours for the flow, and guide itself by it ([2502.02492](https://arxiv.org/abs/2502.02492)); the plan here is its
#   relative.
# - **Fewer than ten calls** need a network that was trained for it: **Imagen Video** distils its models to 8 steps
#   each ([2210.02303](https://arxiv.org/abs/2210.02303)); consistency models aim at one or two (Song et al. 2023,
#   [2303.01469](https://arxiv.org/abs/2303.01469)). In your loop such a student is another `step`.
# - **Sora** animates images, extends clips to both sides, makes loops and bridges, and edits with SDEdit
#   ([2108.01073](https://arxiv.org/abs/2108.01073)). Its sampler is not public (OpenAI 2024, [*Video generation
#   models as world simulators*](https://openai.com/index/video-generation-models-as-world-simulators/)).
#
# ## Recap
#
# - A sampler solves `dx/dt = velocity(x, t)` from 1 to 0. One loop serves everything: step, times, and what is given
#   are arguments.
# - The error falls like calls to the power of minus the order: Euler 1, Heun and AB2 2. Heun pays a second call for
#   it, AB2 looks back and pays nothing.
# - Which solver wins depends on the path, the times and the calls. Steps belong where the velocity turns.
# - Fresh noise makes the same clips equally often, forgets early errors, and needs many steps. Without it a seed is a
#   clip.
# - Distance to the limit judges the solver, the judge the clip; what is wrong in the limit is the network's fault, and
#   no ODE solver mends it.
# - What is given has time 0. That is exact, and it is all there is to animating a still.
# - Networks may share a way, one with a plan and one without, and the sampler does not notice.
#
# ## Five words
#
# - **solver**: a rule for one step along the velocity, such as Euler's, Heun's, AB2.
# - **order**: the power of the calls with which a solver's error falls, once steps are short.
# - **network call** (NFE, number of function evaluations): what sampling costs; one question to the network.
# - **ancestral sampling**: steps that renew a share of the noise; with short steps, an SDE.
# - **free**: the factor on a token's time, 0 where it is given and 1 where it is to be made.
#
# ## Test yourself
#
# **1.** At 16 calls your solver of order 2 has an error of 0.02. What do you expect at 48 calls? And what would a
# solver of order 1 with the same error at 16 calls need to get there?
#
# <details><summary>Answer</summary>
#
# Three times the calls, so 3² = 9 times less: about **0.0022**. At order 1 it takes 9 times the calls: **144**.
#
# </details>
#
# **2.** A friend finds that seed 7 makes a lovely clip with 10 steps, wants it sharper, takes 50 steps, and gets an
# entirely different clip. What do you suspect? Name a solver that would have kept it.
#
# <details><summary>Answer</summary>
#
# The sampler adds fresh noise (ancestral, DDPM), so that another number of steps draws other noise. An ODE solver
# (Euler, Heun, AB2, DPM-Solver++) goes to the same end and only gets nearer to it. (If 10 steps were far too few for
# it, that could be the reason as well: compare 10, 20 and 50.)
#
# </details>
#
# **3.** You want the clip between two given stills, the first and the last frame. Which arguments of `sample` differ
# from text-to-video? Why must the network be *told* that the stills have time 0, if you could paste them in after
# each step?
#
# <details><summary>Answer</summary>
#
# `x` holds the stills in its first and last latent frame, and `free` is 0 there; nothing else. A network that is told
# `t` for a clean frame takes it for noise of that level, and its answer for *all other* frames is wrong. Pasting
# mends only what was known anyway.
#
# </details>
#
# **Next: [10 · GPU sampling](10_gpu_sampling.ipynb).** The number of calls is settled. What remains is how long one
# call takes.
