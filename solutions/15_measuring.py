# %% [markdown]
# # 15 · Measuring, and how quality grows
#
# | | |
# |---|---|
# | **You build** | the distance behind FID and FVD, the remedy of its bias, a dimension of VBench, the test behind a vote, a scaling law, what GPUs tell one another |
# | **It becomes** | `minisora/evaluation/` (`frechet.py`, `dimensions.py`, `votes.py`, `scaling.py`) and `minisora/training/at_scale.py` |
# | **You need** | chapters 01 (the judge) and 08 (the ladder of checkpoints, memory) |
# | **Time** | 90 to 120 minutes of reading and writing; running everything takes about a minute on a 2-core laptop |

# %%
import json

import torch
import torch.nn.functional as F
from IPython.display import display
from torch import Generator, Tensor

from minisora.checkpoint import shipped_folder
from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, use
from minisora.course.ladder import open_ladder
from minisora.evaluation.features import RandomFeatures, places
from minisora.presets import STARTER_WORLD
from minisora.worlds.render import render

begin("15")

# %%
pipeline = finished_pipeline()
ladder = open_ladder(pipeline)
if ladder:
    rungs = {rung["steps"]: i for i, rung in enumerate(ladder.rungs)}
    grown = {f"{n} steps, {n // 200} times": ladder.clips(rungs[n])[2] for n in (200, 800, 6400)}
    display(plots.strips(grown, alt="one prompt and one seed after 200, 800 and 6,400 steps of training", columns=7))

# %% [markdown]
# "A large yellow star spins", the same seed, the same network: after 200 steps of training, after four times as many,
# and after thirty-two times. OpenAI's report on Sora has such a picture ("base compute", 4x, 32x), and one look at it
# says more than any number. But a look cannot be put into a table, it does not say whether 64 times would be worth its
# price, and it sees what it wants to see. So:
#
# 1. **Measuring**: how far are two heaps of clips from each other, and what does such a number not see?
# 2. **People**: how many must be asked, and what may one say then?
# 3. **Growing**: which loss does more compute buy, and how far ahead can one see?
# 4. **Paying**: the same on thousands of GPUs, by arithmetic.
#
# A word of warning: *every* metric of this page can be fooled, and we shall fool each of them once.
#
# ## Two heaps of clips
#
# The judge of this course (chapter 01) knows what a clip should show. Whoever trains on real videos has no judge, only a
# heap of true clips and a heap of generated ones, and asks: **is the second heap like the first?** Each clip becomes a
# list of numbers, its **features**, and the two clouds of points are compared.
#
# So all depends on the features. We take three kinds, none of them learnt:
#
# - **frames**: random filters of 7x7 pixels look at single frames, and what they answer is averaged over the clip;
# - **blocks**: random filters of 7x7 pixels *and 5 frames*;
# - **places**: where the thing is and how large, in five frames: a tracker's numbers.
#
# Shuffle the frames of a clip. **Which of the three do not notice?**

# %%
N = by_profile(2048, fast=512)  # true clips
scenes = STARTER_WORLD.sample(N, generator=Generator().manual_seed(15))
true = render(scenes, frames=17, height=32, width=32)
LOOKS = {
    "frames": RandomFeatures((1, 7, 7), count=32, generator=Generator().manual_seed(0)),
    "blocks": RandomFeatures((5, 7, 7), count=32, generator=Generator().manual_seed(0)),
    "places": lambda video: places(video)[:, ::4].flatten(1),
}
seen = {name: look(true) for name, look in LOOKS.items()}
print({name: tuple(each.shape) for name, each in seen.items()})


# %%
# NBVAL_CHECK_OUTPUT
def shuffled(video: Tensor) -> Tensor:
    """The frames of each clip in an order of its own."""
    dice = Generator().manual_seed(7)
    return torch.stack([clip[:, torch.randperm(clip.shape[1], generator=dice)] for clip in video])


for name, look in LOOKS.items():
    before, after = look(true[:64]), look(shuffled(true[:64]))
    print(f"{name:7} the same after shuffling: {torch.allclose(before, after, atol=1e-5)}")

# %% [markdown]
# Features of single frames are a *bag*: what is averaged over time does not know of time. Exactly so works FID, applied to
# videos frame by frame. FVD has a network that looks at whole clips, but whether it *uses* the order is another question.
#
# ## The Fréchet distance
#
# Pretend that each cloud is a Gaussian, with a mean and a covariance. How far do you have to carry one heap of sand to make
# it the other? For Gaussians the answer is a formula (Dowson and Landau 1982; FID and FVD are nothing else):
#
# `|mean_a - mean_b|² + tr(A + B - 2 (A B)^½)`
#
# where A and B are the covariances. In one dimension it is `(mean_a - mean_b)² + (σ_a - σ_b)²`; look for `a² + b² - 2ab`.
#
# {card}
#
# `a` is `n d`, `b` is `m d`. Compute in float64. Of one feature `cov` is a number without axes (`torch.atleast_2d`); A B is not symmetric (`eigvals`, not `eigvalsh`), and rounding can make an
# eigenvalue a little negative: clamp. The covariance divides by n - 1 (as `torch.cov` does, which wants `d n`).
# A root of a matrix is not the root of its numbers; you need only its *trace*, which the eigenvalues give.


# %% exercise="frechet_distance"
def frechet_distance(a: Tensor, b: Tensor) -> float:
    """The squared Fréchet distance of two Gaussians with the means and covariances of ``n d`` and ``m d``."""
    ### BEGIN SOLUTION
    a, b = a.double(), b.double()
    A, B = (torch.atleast_2d(each.T.cov()) for each in (a, b))
    roots = torch.linalg.eigvals(A @ B).real.clamp(min=0).sqrt()
    means = (a.mean(0) - b.mean(0)).square().sum()
    return float(means + A.trace() + B.trace() - 2 * roots.sum())
    ### END SOLUTION


# %% check="frechet_distance"
check.frechet_distance(frechet_distance)

# %% [markdown]
# ## What does it see?
#
# Half of the true clips are left as they are. The other half is spoilt, in **space** (blurred) or in **time**: shuffled,
# turned round, frozen at the middle frame, at half speed. First look at them with your own eyes.

# %%
frechet_distance = use(frechet_distance=frechet_distance)


def blurred(video: Tensor, sigma: float) -> Tensor:
    """Each frame under a Gaussian of ``sigma`` pixels."""
    reach = int(3 * sigma) + 1
    weight = torch.exp(-((torch.arange(-reach, reach + 1) / sigma) ** 2) / 2)
    line = (weight / weight.sum()).view(1, 1, 1, -1).expand(3, 1, 1, -1)
    frames = F.pad(video.transpose(1, 2).flatten(0, 1), (reach,) * 4, mode="replicate")
    frames = F.conv2d(F.conv2d(frames, line, groups=3), line.transpose(2, 3), groups=3)
    return frames.unflatten(0, (len(video), -1)).transpose(1, 2)


# %%
half = N // 2
SPOILT = {
    "true (the floor)": lambda video: video,
    "blurred, 0.5 pixels": lambda video: blurred(video, 0.5),
    "blurred, 1 pixel": lambda video: blurred(video, 1.0),
    "blurred, 2 pixels": lambda video: blurred(video, 2.0),
    "shuffled": shuffled,
    "turned round": lambda video: video.flip(2),
    "frozen": lambda video: video[:, :, 8:9].expand_as(video),
    "half speed": lambda video: video[:, :, torch.arange(17) // 2],
}
one = max(range(half), key=lambda i: scenes[i].objects[0].speed)  # the fastest
rows = {name: spoil(true[one : one + 1])[0] for name, spoil in SPOILT.items()}
plots.strips(rows, alt="a clip, true and spoilt in space and in time", columns=9, moving=False)

# %% [markdown]
# **Before you run the table: which row will be worst for frames? Which ones will nobody notice?** (The floor is not zero:
# the two halves are different clips of one world.)

# %%
MANY = by_profile(512, fast=128)
for name, spoil in SPOILT.items():
    worse = spoil(true[half : half + MANY])
    row = [1000 * frechet_distance(seen[look][:MANY], LOOKS[look](worse)) for look in LOOKS]
    print(f"{name:20}" + "".join(f"   {look} {value:7.2f}" for look, value in zip(LOOKS, row, strict=True)))

# %% [markdown]
# Read it column by column.
#
# - **Frames**: a blur of half a pixel, which you hardly see, is several times the floor. A *shuffled* clip is at the floor
#   to the last digit, and a *frozen* one costs less than that half pixel. A generator that makes a film of stills is perfect.
# - **Blocks** notice: but shuffling is worth no more than a pixel and a half of blur.
# - **Places** are the other way round: they shrug at a little blur, and cry out at everything that moves wrongly.
# - **Turned round** is noticed by nobody, and rightly: in this world a thing is as likely to go left as right. A heap of
#   reversed clips *is* a heap of clips. (Of people who walk it would not be.)
#
# So say it in one currency: **how much blur costs as much as shuffling?**

# %%
SIGMAS = by_profile((0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0), fast=(0.5, 1.0, 2.0))
MANY = by_profile(256, fast=64)
spoils = {sigma: blurred(true[half : half + MANY], sigma) for sigma in SIGMAS}
curves = {look: [frechet_distance(seen[look][:MANY], LOOKS[look](spoils[sigma])) for sigma in SIGMAS] for look in LOOKS}
lines = {look: frechet_distance(seen[look][:MANY], LOOKS[look](shuffled(true[half : half + MANY]))) for look in LOOKS}
alt = "distance against blur for three features, and a line for shuffled frames: at the bottom, near the top, above all"
with plots.chart(alt=alt, size=(9, 2.6), panels=3) as panels:
    for axes, look in zip(panels, LOOKS, strict=True):
        axes.semilogy(SIGMAS, curves[look], "o-")
        axes.axhline(lines[look], color="black", linestyle="--")
        axes.set(title=look, xlabel="blur in pixels (dashed: shuffled)")

# %% [markdown]
# For frames the dashed line is the floor itself; for places it lies above all blur. Where a real FVD lies was measured by Ge et
# al. (2024, [2404.12391](https://arxiv.org/abs/2404.12391)): clips with a *medium* fault in space and none in time have an
# FVD of 317, clips with a *small* fault in space and a severe one in time 311. Its network learnt to name actions, for
# which a good still is mostly enough. With features of a network that was trained without labels most of the bias is gone.
#
# **A distance cannot see what its features do not hold.** Whoever reports one has to say of what.
#
# ## The floor that is not there
#
# Two heaps of *true* clips have a distance of 0. Two *samples* of them do not. **By how much does the floor fall from 64 to
# 256 and to 1,024 clips?**

# %%
from minisora.evaluation.frechet import between_halves, polynomial_mmd

SIZES, dice = by_profile((64, 256, 1024), fast=(32, 64, 128)), Generator().manual_seed(1)
floors = {look: [] for look in LOOKS}
for size in SIZES:
    for look in LOOKS:
        found = between_halves(seen[look], size, frechet_distance, rounds=by_profile(20, fast=4), generator=dice)
        floors[look].append(float(found.mean()))
    print(f"{size:5} clips: " + "   ".join(f"{look} {1000 * floors[look][-1]:7.3f}" for look in LOOKS))

# %% [markdown]
# It should be 0 everywhere, and falls about as 1 / n: a covariance of few clips has directions that chance made too narrow,
# and the formula takes that for a difference. So **an FVD of 1,000 clips must never be compared with one of 10,000**, and of two
# models the one that was measured with more clips wins. Two ways out:
#
# - **Extrapolate** (Chong and Forsyth 2020, [1911.07023](https://arxiv.org/abs/1911.07023)): if the bias is a line in 1 / n,
#   measure at several n and read the line off where 1 / n is 0.
# - **Another distance**, whose mean is right for any n: the **MMD** with a polynomial kernel (KID for pictures; JEDi,
#   [2410.05203](https://arxiv.org/abs/2410.05203), for videos). It asks how alike two clips of one heap are, and two of
#   different heaps, and never compares a clip with itself.
#
# {card}
#
# `sizes` are numbers of clips, `distances` what was measured with each. Fit a straight line by least squares to the
# distances over 1 / size, and return where it ends, at infinitely many clips.


# %% exercise="at_infinity"
def at_infinity(sizes: list[int], distances: list[float]) -> float:
    """Where the line through the distances over 1 / size ends: at 1 / size = 0."""
    ### BEGIN SOLUTION
    x = 1 / torch.tensor(sizes, dtype=torch.float64)
    y = torch.tensor(distances, dtype=torch.float64)
    slope = ((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum()
    return float(y.mean() - slope * x.mean())
    ### END SOLUTION


# %% check="at_infinity"
check.at_infinity(at_infinity)

# %%
at_infinity = use(at_infinity=at_infinity)
for look in LOOKS:
    end = 1000 * at_infinity(SIZES[:2], floors[look][:2])
    mmd = between_halves(seen[look], SIZES[0], polynomial_mmd, rounds=by_profile(40, fast=4), generator=dice)
    error = 1000 * float(mmd.std()) / len(mmd) ** 0.5
    print(f"{look}: {SIZES[0]} clips {1000 * floors[look][0]:7.3f}, extrapolated {end:7.3f};", end="  ")
    print(f"MMD of {SIZES[0]} clips {1000 * float(mmd.mean()):7.3f} ± {error:.3f}")

# %% [markdown]
# The extrapolated floor is nearer to 0 than anything that was measured, and the MMD cannot be told from 0 (its mean lies
# within about two of its errors). Neither helps against features that do not see.
#
# Move the sliders: how many clips, and which features. The bars are distances of halves of *true* clips, the line is
# that of a blur of one pixel. **From how many clips on can it be seen at all?**

# %%
ROUNDS = by_profile(12, fast=3)
small = {look: LOOKS[look](blurred(true[half : half + 128], 1.0)) for look in LOOKS}


def halves(clips: int, look: str) -> plots.Picture:
    found = between_halves(seen[look], clips, frechet_distance, rounds=ROUNDS, generator=Generator().manual_seed(clips))
    with plots.canvas(size=(4.2, 2.2)) as axes:
        axes.bar(range(ROUNDS), sorted(found.tolist()))
        axes.axhline(frechet_distance(seen[look][:128], small[look]), color="black", linestyle="--")
        axes.set(title=f"{clips} clips, {look}", xlabel="pairs of halves, sorted", ylim=(0, None))
    return plots.drawn(axes, alt=f"distances of halves of true clips, {clips} clips each, by {look}")


explore(halves, clips=[16, 32, 64, 128], look=list(LOOKS))

# %% [markdown]
# ## One clip at a time
#
# VBench (Huang et al. 2023, [2311.17982](https://arxiv.org/abs/2311.17982)) gives up the one number: sixteen *dimensions*,
# seven of quality and nine of what the prompt asks, each measured by an instrument of its own. Its total is (4 x quality +
# semantic) / 5. Four dimensions of quality can be computed here without any network:
#
# - **subject consistency**: how alike frames are to the first and to the one before;
# - **temporal flickering**: how little changes from frame to frame;
# - **motion smoothness**: how well neighbours tell the frame between them;
# - **dynamic degree**: whether anything moves at all.
#
# **Which clip gets full marks in the first three?** The fourth was put there because somebody saw it.
#
# {card}
#
# `video` is `b 3 t h w` in [-1, 1]. For each step from frame to frame: the absolute change of each pixel, the largest of the three
# colours, halved, since [-1, 1] is 2 wide. In each step take the `share` of its pixels that change most (rounded, at least one), and average over
# them and over the steps. Return `b`: 1.0 where that is above the threshold, else 0.0.


# %% exercise="dynamic_degree"
def dynamic_degree(video: Tensor, *, share: float = 0.05, threshold: float = 0.05) -> Tensor:
    """Whether each clip moves, ``b 3 t h w -> b``: by the pixels that change most from frame to frame."""
    ### BEGIN SOLUTION
    change = video.diff(dim=2).abs().amax(1).flatten(2) / 2
    most = change.topk(max(1, round(share * change.shape[2])), dim=2).values
    return (most.mean((1, 2)) > threshold).float()
    ### END SOLUTION


# %% check="dynamic_degree"
check.dynamic_degree(dynamic_degree)

# %%
from minisora.evaluation.dimensions import DIMENSIONS

dynamic_degree = use(dynamic_degree=dynamic_degree)
DIMENSIONS = {**DIMENSIONS, "dynamic": (dynamic_degree, 0.5)}
heaps = {name: spoil(true[:128]) for name, spoil in SPOILT.items()}
if ladder:
    heaps |= {f"the ladder, {n} steps": ladder.clips(rungs[n]) for n in (200, 800, 6400)}
print(f"{'':22}" + "".join(f"{name:>12}" for name in DIMENSIONS) + "    first three   weighted")
for name, clips in heaps.items():
    marks = [float(measure(clips).mean()) for measure, _ in DIMENSIONS.values()]
    weights = [weight for _, weight in DIMENSIONS.values()]
    total = sum(m * w for m, w in zip(marks, weights, strict=True)) / sum(weights)
    print(f"{name:22}" + "".join(f"{m:12.3f}" for m in marks) + f"{sum(marks[:3]) / 3:15.3f}{total:11.3f}")

# %% [markdown]
# - The **frozen** clips win the first three with 1.000 each, and beat the true ones in their mean.
# - With dynamic degree the true clips are ahead again. (Not all of them move: a ninth of the prompts say that it stays.)
#   How much it can lose by freezing is a matter of the *weight*, one half, which somebody chose; and VBench then scales each
#   dimension between fixed ends, so that a still clip gains more than here.
# - **Blurred** and **slow** clips are better than true ones in all of the first three: a blur makes everything change
#   more gently, and so does moving half as far. Half speed wins the weighted mean as well.
# - The **ladder** after 200 steps, which is hardly more than mush, has nearly the marks of 6,400 steps. (Do not compare
#   these rows with those above: other prompts, all of which move, and larger frames.) *What* is consistent nobody asked.
#
# The remedy is not a better average. It is to *look at the row*.
#
# ## Did it do what was said?
#
# T2V-CompBench (Sun et al. 2024, [2407.14505](https://arxiv.org/abs/2407.14505)) asks about *composition*, in seven
# categories. Which of them can this course's judge tell? For each a prompt of this world, a drawn clip that does it, and a
# drawn clip that does not: its things exchanged, or the change left out. **Which category has no prompt here?**

# %%
from minisora.evaluation.judge import judge
from minisora.worlds.claims import parse
from minisora.worlds.scene import Scene, SceneObject


def drawn(*things: tuple) -> Tensor:
    """A clip of things: shape, colour, motion, x, y, speed."""
    made = [SceneObject(s, c, "medium", m, x=x, y=y, speed=v) for s, c, m, x, y, v in things]
    return render([Scene(tuple(made))], frames=17, height=64, width=64)[0]


def pair(first: str, second: str, motions=("still", "still"), speed: float = 0.0) -> Tensor:
    a, b = ((*name.split(), motion) for name, motion in zip((first, second), motions, strict=True))
    spots = ((-0.28, -0.1), (0.28, 0.15))
    things = [(s, c, m, x, y, 0.0 if m == "still" else speed) for (c, s, m), (x, y) in zip((a, b), spots, strict=True)]
    return drawn(*things)


# %%
RED, BLUE, STILL = "red circle", "blue square", "still"
three = [("star", "green", STILL, x, y, 0.0) for x, y in ((-0.3, -0.2), (0.3, -0.2), (0.0, 0.25))]
grow = [drawn(("star", "green", motion, 0, 0, speed)) for motion, speed in (("grows", 0.3), (STILL, 0.0))]
meet = [pair(RED, BLUE, ways, 0.12) for ways in (("right", "left"), ("left", "right"))]
act = [pair("red star", "white square", (motion, STILL), 0.4) for motion in ("spins", STILL)]
CATEGORIES = {
    "consistent attributes": ("a red circle and a blue square", [pair(RED, BLUE), pair("blue circle", "red square")]),
    "changing attributes": ("a green star grows", grow),
    "places": ("a red circle is left of a blue square", [pair(RED, BLUE), pair(BLUE, RED)]),
    "motions": ("a red circle moves right and a blue square moves left", meet),
    "actions": ("a red star spins and a white square stays still", act),
    "numbers": ("three stars", [drawn(*three), drawn(*three[:2])]),
}

# %%
# NBVAL_CHECK_OUTPUT
for name, (prompt, clips) in CATEGORIES.items():
    found = [judge(clip, parse(prompt)).everything for clip in clips]
    print(f"{name:22} {prompt:54} right {found[0]}, wrong {found[1]}")
try:
    parse("a red circle pushes a blue square")
except ValueError as error:
    print(f"{'interactions':22} {error}")

# %% [markdown]
# Six of seven. Nothing in this world touches anything else, so there is no *interaction* to ask about (chapter 16 will have
# some). T2V-CompBench asks a language model that sees, detectors and trackers: for real videos nobody can draw the truth.
#
# ## Ask people
#
# In the end a clip is made to be looked at. So: two clips, which one is better? No scale, no stars: people are bad at
# numbers and good at *pairs*. It must be **blind** (you do not know which is which) and shuffled (or else the upper one has
# an advantage).
#
# The metric of blocks said that a shuffled clip is as bad as one blurred by a pixel and a half. **What do you say?** Vote: which of the
# two would you rather have made? (Twelve pairs of the same clip, one shuffled, one blurred.)

# %%
from minisora.course.blind import Blind

PAIRS = by_profile(12, fast=4)
moving = [i for i, scene in enumerate(scenes) if scene.objects[0].motion != "still"][:PAIRS]
pairs = list(zip(blurred(true[moving], 1.5), shuffled(true[moving]), strict=True))
blind = Blind(pairs, question="Which one would you rather have made?", generator=Generator().manual_seed(3))
blind.show()

# %% [markdown]
# You have twelve votes now, say ten for the blurred one. Is that a result, or luck? If both were equally good each vote would
# be a coin. How often do twelve coins fall so unevenly?
#
# {card}
#
# `wins` of `n` pairs went to one side. Return the **two-sided p-value**: how likely is a result *at least* as uneven, to
# either side, if each pair is a fair coin? (`math.comb(n, k) / 2**n` is how likely k heads are. At most 1.)


# %% exercise="sign_test"
def sign_test(wins: int, n: int) -> float:
    """How likely so uneven a result is, either way, if both sides are equally good."""
    ### BEGIN SOLUTION
    from math import comb

    most = max(wins, n - wins)
    return min(1.0, 2 * sum(comb(n, k) for k in range(most, n + 1)) / 2**n)
    ### END SOLUTION


# %% check="sign_test"
check.sign_test(sign_test)

# %%
from minisora.evaluation.metrics import wilson

sign_test = use(sign_test=sign_test)
votes, whose = blind.votes, "yours"
if not votes:  # nobody pressed a button: as in print, or when the page runs by itself
    dice = Generator().manual_seed(4)
    votes = (torch.rand(len(pairs), generator=dice) < 0.85).tolist()
    whose = "SIMULATED, of a voter who prefers the blurred one in 85 of 100: no person was asked"
wins = sum(votes)
low, high = wilson(wins, len(votes))
print(f"{wins} of {len(votes)} for the blurred clip ({whose})")
print(f"p = {sign_test(wins, len(votes)):.4f}; the share lies between {low:.0%} and {high:.0%} (95 %)")

# %% [markdown]
# The simulated voter does prefer the blurred clips, and by far; with 9 of 12 nobody may say so (p = 0.15; yours may differ). Twelve pairs were too few. And
# where p is small, it speaks of *this* voter and *these* clips: twelve votes of one person are no twelve people.
#
# How many pairs would have been enough? That has to be decided **before**. It depends on the truth, which nobody knows:
# suppose that one side deserves 60, 70, 80 of 100. **How many pairs, to notice it in four of five such studies?**

# %%
# NBVAL_CHECK_OUTPUT
from minisora.evaluation.votes import pairs_needed, power

print("the fewest pairs with any chance of p <= 0.05:", pairs_needed(1.0))
for share in (0.9, 0.8, 0.7, 0.6):
    n = pairs_needed(share)
    print(f"{share:.0%} deserved: {n} pairs; with 12 pairs it is noticed in {power(share, 12):.0%} of all studies")

# %% [markdown]
# A preference of 60 to 40, which is a good deal in this field, wants about two hundred pairs. Six are the fewest that can show
# anything at all. A study of twenty that finds "no significant difference" has found nothing, not even *no difference*.
#
# ## A law
#
# Now to growth. `python experiments/scaling.py` trains three small transformers (0.3, 0.7 and 1.5 million numbers) on a
# narrow world, and stops at six budgets of arithmetic, each twice the one before. The loss is measured on new clips, always
# with the same noise. At each budget the *best* of the three counts: nobody would spend it on another. (The smallest only went as far as the third, where it was already beaten.)

# %%
path = shipped_folder().parent / "ladder" / "scaling.json"
grown = json.loads(path.read_text("utf-8")) if path.exists() else None
if grown:
    print(f"budgets of {grown['first budget']:.0e} operations times ...\n{'width':>6}", end="")
    budgets = [row["budget"] for row in grown["best"]]
    print("".join(f"{budget:8}" for budget in budgets))
    for width in sorted({row["width"] for row in grown["rows"]}):
        losses = {row["budget"]: row["loss"] for row in grown["rows"] if row["width"] == width}
        print(f"{width:6}" + "".join(f"{losses[b]:8.3f}" if b in losses else f"{'':8}" for b in budgets))
    print("best  " + "".join(f"{row['loss']:8.3f}" for row in grown["best"]))

# %%
from safetensors.torch import load_file

if grown and grown["codec"] == pipeline.card.get("latents"):
    latents = load_file(path.with_suffix(".safetensors"))
    with torch.no_grad():
        clips = {n: pipeline.codec.decode(latents[n].float().to(pipeline.device)).cpu() for n in ("1", "4", "32")}
    rows = {f"{n} times: {grown['prompts'][i]}": clips[n][i] for i in (0, 1) for n in clips}
    display(plots.strips(rows, alt="two prompts, one seed, at once, 4 and 32 times the compute", moving=False))
    for row in grown["best"]:
        if "right" in row:
            print(f"{row['budget']:3} times: right of {row['of']}:", row["right"])
    print("drawn, through the codec:", grown["drawn, through the codec"])

# %% [markdown]
# The network of 1.5 million numbers is the worst with little compute (it has time for two dozen steps) and the best with much. Kaplan et al.
# ([2001.08361](https://arxiv.org/abs/2001.08361)) found for language that the best loss falls as a **power of the compute**,
# over many orders of magnitude: `loss = floor + scale · C^-a`. In logarithms (of the loss above the floor) a straight line,
# and a straight line can be drawn further than one has measured. That is the whole business plan.
#
# {card}
#
# `compute` and `losses` are what was measured. Fit a line to the logarithms of compute and of *loss - floor* by least
# squares (`numpy.polyfit(x, y, 1)` returns the slope first), and return the **loss** that it predicts for `wanted`.


# %% exercise="extrapolate"
def extrapolate(compute: list[float], losses: list[float], wanted: float, *, floor: float = 0.0) -> float:
    """The loss that a power law above ``floor`` predicts for a budget ``wanted``."""
    ### BEGIN SOLUTION
    import numpy as np

    slope, start = np.polyfit(np.log(compute), np.log(np.array(losses) - floor), 1)
    return float(floor + np.exp(start + slope * np.log(wanted)))
    ### END SOLUTION


# %% check="extrapolate"
check.extrapolate(extrapolate)

# %% [markdown]
# Five budgets make the law, the sixth checks it. **Write down what you expect at 32, from the table above, before you run
# this.**

# %%
extrapolate = use(extrapolate=extrapolate)
from minisora.evaluation.scaling import bootstrap, fit_power_law

if grown:
    x, y = budgets[:5], [row["loss"] for row in grown["best"]][:5]
    measured, error = (grown["best"][5][what] for what in ("loss", "error"))
    print(f"a straight line says {extrapolate(x, y, 32):.3f} at 32; measured: {measured:.3f} ± {error:.3f}\n")
    for name, floor in (("no floor", 0.0), ("a fitted floor", None)):
        dice = Generator().manual_seed(0)
        laws = bootstrap(x, y, rounds=by_profile(300, fast=40), generator=dice, floor=floor)
        asked = {"exponent": lambda q: q.exponent, "at 32": lambda q: q(32), "at 1,024": lambda q: q(1024)}
        ends = {
            word: sorted(map(ask, laws))[len(laws) // 40 :: len(laws) - 2 * (len(laws) // 40) - 1]
            for word, ask in asked.items()
        }
        print(f"{name:15}" + ", ".join(f"{word} {low:.2f} to {high:.2f}" for word, (low, high) in ends.items()))

# %%
if grown:
    with plots.chart(
        alt="loss against compute: five points, a sixth near the line, and laws that part further on"
    ) as axes:
        wide = [2 ** (i / 4) for i in range(41)]
        for law in laws[:60]:
            axes.loglog(wide, [law(c) for c in wide], color="silver", linewidth=0.6)
        law = fit_power_law(x, y, floor=0.0)
        axes.loglog(wide, [law(c) for c in wide], label="the law (grey: others, with a floor)")
        axes.loglog(x, y, "o", color="black", label="five budgets")
        axes.loglog(32, measured, "*", markersize=14, color="black", label="the sixth")
        axes.set(xlabel="compute, in first budgets", ylabel="loss on new clips")
        axes.legend()

# %% [markdown]
# The sixth point lies where the line said, to a hundredth of its value. (The error of the measurement is larger: 192 clips. But
# all budgets were measured on the same clips, and err together.) That is how it looks in the papers. Three things before
# you sell it:
#
# - **The interval** (bootstrap: laws that would have come out had the residuals fallen otherwise; 95 of 100 of them). One
#   doubling ahead all laws nearly agree. With a floor that is *fitted* the same five points allow exponents from a third to more than
#   a half, and thirty-two times further on they say anything from nearly nothing to a floor that no money goes below. Points
#   predict their neighbours, whatever the law.
# - **Where it begins.** The first steps of a training are no power of anything. Fit the law to the first three points, or to the
#   last three with a floor, and see how it moves: it goes wrong by a tenth and by a twentieth.
# - **What it is a law of**: *this* world, these sizes, this optimiser, one seed each. The loss, not the clips: at 32 times the
#   judge finds the motion right in 18 of 32 clips, and the shape in one.

# %% [markdown]
# ## Why "everything right" looks sudden
#
# The loss falls smoothly. The judge's "everything right" of the big ladder (chapter 08) does nothing for a long time and then
# jumps. Is something *emerging*? Multiply before you believe it: everything is right if the count is right *and* the
# shape, *and* the motion ... **If each of five parts is right in 80 of 100, in how many are all of them?**

# %%
if ladder:
    PARTS = ("count", "colour", "shape", "size", "motion")
    scores = [rung["scores"] for rung in ladder.rungs]
    product = [torch.tensor([s[part] for part in PARTS]).prod() for s in scores]
    everything = [s["everything"] for s in scores]
    with plots.chart(alt="five parts that grow one by one; their product and everything right rise late") as axes:
        for part in PARTS:
            axes.semilogx(ladder.steps, [s[part] for s in scores], color="silver")
        axes.semilogx(ladder.steps, product, label="product of the five parts (grey)")
        axes.semilogx(ladder.steps, everything, "o", label="everything right")
        axes.set(xlabel="step", ylabel="share of prompts")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)  # above the lines
    print(f"at the last rung: product {float(product[-1]):.2f}, everything {everything[-1]:.2f}, of 32 prompts")

# %% [markdown]
# The parts come one after the other, each of them gradually; the product stays near 0 until the *last* of them comes, and then
# it takes that one's slope. Nothing sudden happened in the network: an *and* was put behind it. (Where the points lie above
# the line, parts go right together: a clip that has its shape has its motion, too.) Schaeffer et al.
# ([2304.15004](https://arxiv.org/abs/2304.15004)) found the same of language models. It works for planning, too: **measure the
# parts**, and the jump can be seen coming.
#
# ## Thousands of GPUs
#
# A law says what a loss costs in arithmetic. What does it cost in the world? `minisora train --dry-run` reckons it for any
# number of devices. With Lightning's FSDP (chapter 08) weights, gradients and optimiser are cut into slices; so a device must
# gather what it does not have, block by block, in every step. How much is that?
#
# {card}
#
# In one *round* of a ring each device receives all slices but its own: `(devices - 1) / devices` of all numbers, of `width` bytes
# each. `"ddp"` needs two rounds (gradients are summed into slices, and the sums handed round), `"fsdp"` three (weights are
# gathered for the way forward, again for the way back, and gradients summed into slices). Return bytes a device and step.


# %% exercise="traffic"
def traffic(parameters: int, devices: int, strategy: str, *, width: int = 4) -> float:
    """Bytes that a device receives (and sends) in a step."""
    ### BEGIN SOLUTION
    rounds = 3 if strategy == "fsdp" else 2
    return rounds * width * parameters * (devices - 1) / devices
    ### END SOLUTION


# %% check="traffic"
check.traffic(traffic)

# %% [markdown]
# Now an internet-scale run, with three sizes of a network like ours: 0.7, 5 and 30 billion numbers (Movie Gen has 30), clips of
# 16 latent frames of 60x104 (5 seconds of 480x832, at 4x8x8), one clip a GPU, 4,096 GPUs, 100,000 steps. **Which of memory,
# network and arithmetic will be the narrow place? And what will it cost?**

# %%
# NBVAL_CHECK_OUTPUT
traffic = use(traffic=traffic)
from dataclasses import replace

from minisora.presets import LARGE
from minisora.training.at_scale import Cluster, at_scale
from minisora.training.estimate import estimate, text_to_video_work

SHAPES = {"0.7 billion": LARGE.dit, "5 billion": replace(LARGE.dit, width=3072, depth=42, heads=24)}
SHAPES["30 billion"] = replace(LARGE.dit, width=6144, depth=64, heads=48)
OPTIONS = {"teraflops": 990.0, "strategy": "fsdp", "precision": "bf16-mixed", "fused": True, "steps": 100_000}
runs = {}
for name, config in SHAPES.items():
    work = text_to_video_work(config, (16, 60, 104))
    runs[name] = at_scale(estimate(work, batch=4096, devices=4096, **OPTIONS), Cluster())
    same = abs(traffic(work.parameters, 4096, "fsdp") - runs[name].traffic) < 1
    print(f"{name}: {work.parameters / 1e9:.1f} billion; your traffic is the package's: {same}\n{runs[name]}\n")

# %% [markdown]
# Arithmetic, in all three; it would cost 0.3, 1.8 and 8.9 million dollars, in 1.4 to 36 days. Each line of it is an assumption, and you should doubt them one by one:
#
# - 990 TFLOP/s is what the maker of an H100 states for dense 16-bit products; that training reaches **40 %** of it was
#   measured on our CPUs, and thousands of GPUs seldom do better.
# - **50 GB/s** between devices is one fast network card each; all communication hides behind arithmetic, which is the best case.
# - **1,400 W** a GPU with its share of processors, network and cooling, and **2.5 dollars** an hour, are round figures, not quotes.
# - Numbers travel in **4 bytes**, as `training/sharding.py` has it. In 2 the traffic is half.
# - Left out: what broke, what was tried before, captions, the codec, storage, people.
#
# What it teaches stands whether or not the dollars are right: **a device's traffic does not depend on how much it has to
# compute.** It is the same for a picture as for a minute of film. **From how many latent frames on is arithmetic the
# narrow place?**

# %%
with plots.chart(alt="seconds of a step against frames of a clip; arithmetic rises, the network stays") as axes:
    frames = [1, 2, 4, 8, 16, 32]
    works = [text_to_video_work(SHAPES["5 billion"], (n, 60, 104)) for n in frames]
    spread = [at_scale(estimate(work, batch=4096, devices=4096, **OPTIONS), Cluster()) for work in works]
    axes.loglog(frames, [run.arithmetic for run in spread], "o-", label="arithmetic")
    axes.loglog(frames, [run.communication for run in spread], "s-", label="network")
    axes.set(xlabel="latent frames of the one clip on each of 4,096 GPUs", ylabel="seconds a step")
    axes.set_xticks(frames, [str(n) for n in frames])
    axes.legend()

# %% [markdown]
# A single picture on each GPU (the leftmost points) would leave the GPUs waiting for the network; a clip of four latent
# frames or more keeps them busy. So pictures come in batches of many, which is what this course's own runs do, too.
#
# ## Break it
#
# **First: fewer clips than features.** Somebody measures with 24 clips and 32 features. The covariance has directions without any
# extent. **Will the distance of true halves be small, because so little was measured, or large?**

# %%
for clips in (8, 24, 64, 200):
    found = between_halves(seen["frames"], clips, frechet_distance, rounds=8, generator=Generator().manual_seed(2))
    print(f"{clips:4} clips of {seen['frames'].shape[1]} features: {1000 * float(found.mean()):6.2f}")

# %% [markdown]
# Large, and no warning is given. FVD has 400 features, one for each action that its network can name: with 256 clips it is in
# this state.
#
# **Second: look after every vote.** Both sides are equally good. A study looks at its p-value after each pair and stops as soon
# as it is 0.05 or below, at 100 pairs at the latest. **How many of 100 such studies announce a winner?** (At most five, if they
# looked once, at the end; 3.5, to be exact, since votes are whole numbers.)

# %%
# NBVAL_CHECK_OUTPUT
coins = torch.rand(400, 100, generator=Generator().manual_seed(5)) < 0.5
heads = coins.cumsum(1)
table = [[sign_test(w, n) <= 0.05 for w in range(n + 1)] for n in range(101)]
looked = sum(any(table[n + 1][int(w)] for n, w in enumerate(row)) for row in heads)
once = sum(table[100][int(row[-1])] for row in heads)
print(f"a winner announced: looked once {once / len(heads):.0%}, looked after every pair {looked / len(heads):.0%}")

# %% [markdown]
# A quarter, of nothing. Decide on the number of pairs first, and look once.
#
# ## In the real systems
#
# - **FVD** (Unterthiner et al. 2018, [1812.01717](https://arxiv.org/abs/1812.01717)): the Fréchet distance on features of I3D, a
#   network for naming actions. Make-A-Video reports 367 on UCF-101 without having seen it, Stable Video Diffusion 242; with other
#   numbers of clips, frames and pixels such figures cannot be compared.
# - **Its bias**: Ge et al. ([2404.12391](https://arxiv.org/abs/2404.12391)) pick from a large heap the clips *without motion*,
#   and the FVD falls. **JEDi** ([2410.05203](https://arxiv.org/abs/2410.05203)): V-JEPA's features and MMD need 16 % of the
#   samples, and agree with people by a third more.
# - **VBench**: Wan 2.1 reports 86.22, and 84.28 for Sora. Open-Sora 2.0 says that its gap to Sora shrank from 4.52 % to 0.69 %.
# - **VideoJAM** ([2502.02492](https://arxiv.org/abs/2502.02492)) reports people's votes on pairs, question by question: for motion
#   82 of 100 prefer it to the model that it was made of; VBench's motion score rises from 78 to 94.
# - **Sora**'s report ([OpenAI 2024](https://openai.com/index/video-generation-models-as-world-simulators/)) shows one clip at
#   base compute, 4x and 32x, without a score. **HunyuanVideo** ([2412.03603](https://arxiv.org/abs/2412.03603)) fits a law over
#   seven sizes from 92 million to 6.6 billion: for video the best size grows as C^0.36, for pictures as C^0.56. Two exponents of
#   one group, so far apart: keep the interval of ours in mind.
# - **Cost**: Open-Sora 2.0 states about 200,000 dollars for 11 billion numbers. Of the energy of a run, hardly any report says
#   a word.
#
# ## Recap
#
# - A distance of two heaps sees what its features see: frames do not know time, places do not know blur.
# - It is biased by the number of clips, and the fewer there are, the larger it is. Extrapolate, or take an unbiased one.
# - A frozen clip wins whatever rewards sameness. Read rows, not totals.
# - People's votes are coins until shown otherwise: decide on the number of pairs first, and look once.
# - A power law can be checked by the next budget, and should be. Its exponent is known far worse than its curve looks.
# - "Everything right" is a product, and products rise late.
#
# ## Five words
#
# - **Fréchet distance**: how far two heaps of features are from each other, as if both were Gaussians; FID and FVD are it.
# - **features**: the numbers that stand for a clip when clips are compared.
# - **dynamic degree**: whether anything moves in a clip, the dimension that a frozen one loses.
# - **p-value**: how likely so uneven a result would be if there were no difference.
# - **scaling law**: how the best loss falls with compute, as a power above a floor.
#
# ## Test yourself
#
# **1.** A model's FVD falls from 310 to 280 after a change, and its clips seem to move less. What may have happened, and how would
# you find out?
#
# <details><summary>Answer</summary>
#
# The frames became better, or simply **stiller**: frames count more than motion for FVD. Measure the dynamic degree and a distance of
# motion (places, optical flow) beside it, with as many clips before as after, and ask people about motion alone.
#
# </details>
#
# **2.** Two papers report an FVD of 250 (2,048 clips) and of 240 (10,000 clips) on one data set. Which model is better?
#
# <details><summary>Answer</summary>
#
# **Nobody knows.** More clips make the distance smaller by themselves. Measure both with equally many, or at several numbers, and
# extrapolate; and with the same frames, pixels and true clips.
#
# </details>
#
# **3.** A table shows "everything right" at 0, 0, 0, 1 and 30 % for five sizes of a network. A colleague says that the ability
# appears suddenly at the fifth. What do you ask for?
#
# <details><summary>Answer</summary>
#
# For **the parts**: count, shape, motion, each by itself. If these rise smoothly, the jump is their product. And for the number of
# prompts: 1 % of 100 is one clip.
#
# </details>
#
# **Where to go from here.** `minisora evaluate` prints the judge's scores with their intervals, `minisora train text-to-video
# --preset large --dry-run --accelerator cuda --devices 4096` the costs. What a larger model does *not* learn by itself is
# chapter 16's subject: worlds with rules.
