# %% [markdown]
# # 01 · Video is a tensor
#
# | | |
# |---|---|
# | **You build** | the step from numbers to pictures, the two halves of a renderer (where a thing is, and which pixels it covers), the question whether a sentence is true of a clip, and the clockwork that reads a video file at any frame rate |
# | **It becomes** | parts of `minisora/video/`, `minisora/worlds/render.py`, `minisora/worlds/motion.py` and `minisora/evaluation/judge.py` |
# | **You need** | Python, a little PyTorch (shapes, broadcasting) |
# | **Time** | 90 to 120 minutes of reading and writing; running everything takes half a minute on a 2-core laptop, and a GPU makes no difference here |

# %%
import math
import tempfile
from collections.abc import Callable
from dataclasses import astuple, replace
from itertools import permutations
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from minisora.course import begin, by_profile, check, explore, plots, swap, use
from minisora.worlds import ObjectClaim, Scene, SceneObject, ShapesWorld, caption, claims_of, parse, render

begin("01")

# %% [markdown]
# Two seconds of video, drawn by the program that will make all the training clips of this course:

# %%
disc = SceneObject("circle", "orange", "medium", "up", x=-0.22, y=0.12, speed=0.2)
box = SceneObject("square", "purple", "small", "bounces", x=0.25, y=0.32, speed=0.8)
scene = Scene((disc, box), background="sky")

clips = render([scene], frames=17, height=64, width=64)
clip = clips[0]
plots.player(clip, alt="an orange circle rises over hills while a purple square bounces on the right")

# %% [markdown]
# To the machine it is none of that. It is a block of numbers, a **tensor**.
#
# **Before you run the next cell:** the clip is 17 pictures of 64 x 64 pixels. How many numbers is that, and how many
# bytes of memory do they take?

# %%
# NBVAL_CHECK_OUTPUT
print("shape:  ", tuple(clips.shape), " = b c t h w")
print("type:   ", clips.dtype, "of", clips.element_size(), "bytes")
print("numbers:", f"{clips.numel():,}")
print("bytes:  ", f"{clips.numel() * clips.element_size():,}")
print("all between -1 and 1:", bool(clips.min() >= -1) and bool(clips.max() <= 1))

# %% [markdown]
# Five axes, always in this order, in all of minisora:
#
# | axis | | here | runs |
# |---|---|---|---|
# | `b` | batch: which clip | 1 | |
# | `c` | channel: how much red, green, blue | 3 | |
# | `t` | time: which frame | 17 | forwards |
# | `h` | height: which row | 64 | **downwards** |
# | `w` | width: which column | 64 | to the right |
#
# (Chapter 00 called the share of noise *t*. On this page no noise is mixed in, and t is the time *in the clip*: as an
# axis it counts frames, in a formula seconds. From chapter 04 on, t in a formula is the noise again.)
#
# So a point at (x, y) is found at `[..., y, x]`: the row comes first. And nothing makes the time axis special. A clip
# is a block, like a loaf of bread, and one may cut it in any direction. Cut across time, and there is a frame. **What
# does one see when one keeps a single row of pixels, and all of time?**

# %%
frame = clip[:, 8]  # c h w: the moment in the middle
along_x = clip[:, :, 40]  # c t w: row 40, at all times; time runs downwards
along_y = clip[:, :, :, 48].transpose(1, 2)  # c h t: column 48, at all times; time runs to the right
along_y = along_y.repeat_interleave(3, dim=2)  # each moment three pixels wide, or the picture would be very tall
cuts = {"a frame, h w": frame, "row 40, t w": along_x, "column 48, h t": along_y}
plots.images(cuts, alt="the clip cut in this direction", width=230, columns=3)

# %% [markdown]
# The right-hand picture shows the bouncing square *as a curve*, with time as one of its axes. In the middle, the disc
# (on the left) is in row 40 at first and has left it upwards by half-time, and the square flashes through the row on
# its way up and down. Such **x-t slices** make motion visible in a still picture. We shall read them all the way.
#
# ## The numbers
#
# A video file stores each colour of a pixel in one byte: a whole number from 0 (dark) to 255, `uint8`. Networks
# prefer numbers around zero. Above all, chapter 04 will mix clips with noise, which is as often negative as positive.
# So we use **-1 for dark, 0 for middle grey, 1 for bright**:
#
# $$x = \frac{\text{level}}{127.5} - 1$$
#
# Must they be 32-bit floats? There are several kinds, with fewer and fewer bits. **Guess:** which of them still tell
# all 256 levels apart?

# %%
# NBVAL_CHECK_OUTPUT
level = torch.arange(256)
x = level / 127.5 - 1
for kind in (torch.float32, torch.float16, torch.bfloat16, torch.float8_e4m3fn):
    back = ((x.to(kind).float() + 1) * 127.5).round()
    print(f"{kind!s:20} {kind.itemsize} bytes: {int((back == level).sum()):3} of 256 levels survive")

# %% [markdown]
# Half the memory loses nothing of a picture, a quarter loses most of it. (Large networks compute in `bfloat16`: half
# the memory, and several times as fast on a GPU. minisora stays with `float32` unless one asks for less, since few
# laptop processors gain by it.)
#
# {card}
#
# Now the way back, from numbers to pictures. Three things can go wrong on it, and each of them really does:
#
# - a conversion to integers *cuts off*, it does not round;
# - a network's answer is sometimes 1.01, and a `uint8` has no 256: on most machines it starts again at 0;
# - files and screens want the colours of a pixel side by side, `t h w c`, and not in three separate pictures.


# %% exercise="to_uint8"
def to_uint8(clip: Tensor) -> np.ndarray:
    """A clip ``3 t h w`` in [-1, 1] as pictures ``t h w 3`` in 0 … 255: rounded, and clamped where it is outside."""
    ### BEGIN SOLUTION
    levels = ((clip + 1) * 127.5).round().clamp(0, 255)
    return levels.to(torch.uint8).permute(1, 2, 3, 0).numpy()
    ### END SOLUTION


# %% check="to_uint8"
check.to_uint8(to_uint8)

# %%
to_uint8 = use(to_uint8=to_uint8)
bright = 1.25 * clip[:, 8:9] + 0.25
wrapped = ((bright + 1) * 127.5).round().long() % 256  # what becomes of 256 and more without a clamp
right = torch.from_numpy(to_uint8(bright)).movedim(-1, 0)
shown = {"clamped": right / 127.5 - 1, "not clamped": wrapped / 127.5 - 1}
plots.images({label: each[:, 0] for label, each in shown.items()}, alt="a frame that is too bright", width=230)

# %% [markdown]
# The same frame, a little too bright in places, converted with your clamp and without one. False colours in the
# brightest places are worth remembering: when you meet them, look for a missing clamp before you blame the network.
#
# ## What a video costs
#
# The memory of a clip is one product:
#
# $$\text{bytes} = \text{frames} \cdot 3 \cdot \text{height} \cdot \text{width} \cdot \text{bytes per number}$$
#
# **Guess before you run:** how much memory does *one minute* of full-HD film take (1080 x 1920 pixels, 24 frames a
# second, `float32`)? Does it fit into your computer?


# %%
# NBVAL_CHECK_OUTPUT
def video_bytes(frames: int, height: int, width: int, kind: torch.dtype = torch.float32) -> int:
    return frames * 3 * height * width * kind.itemsize


films = {
    "our clip": (17, 64, 64),
    "five seconds of 480p at 16 a second": (81, 480, 832),
    "five seconds of 720p at 24 a second": (121, 720, 1280),
    "a minute of 1080p at 24 a second": (60 * 24, 1080, 1920),
}
for name, size in films.items():
    costs = [video_bytes(*size, kind) / 1e6 for kind in (torch.uint8, torch.bfloat16, torch.float32)]
    print(f"{name:36}" + "".join(f"{cost:12,.1f} MB" for cost in costs))

# %% [markdown]
# **36 gigabytes for a minute**, more than most computers have, and that is only the film. A network keeps many
# numbers for each of its inputs: a single layer with 128 channels at full resolution, over the five seconds of 720p,
# is another 28.5 GB in `bfloat16`.
#
# And yet the file of such a minute has about 60 MB (at 8 megabits a second, which is what YouTube recommends for
# uploads): 150 times fewer than its pixels as `uint8`, 600 times fewer than as `float32`. So nearly all of these
# numbers can be *predicted* from their neighbours, in space and even more in time. That is the hope on which the
# whole course rests. Chapter 03 builds a codec, chapter 02 tells what is to be paid for what remains.
#
# ## A world that we know everything about
#
# Where do training videos come from? Real systems collect hundreds of millions of them. We *draw* ours, and gain two
# things: it costs nothing, and **of every clip we know exactly what is true**. A scene is plain data, in which no
# pixel is mentioned. Lengths are in **sides** (the frame's shorter side is 1), (0, 0) is the middle of the frame, x
# points right and **y points down**; times are in **seconds**. So one scene can be drawn at any size, in any shape of
# frame, at any frame rate. **Before you run:** the disc begins at (-0.22, 0.12) and moves up by 0.2 sides a second.
# Where will it be after a second, and what will the widest frame show that the square ones do not?

# %%
print(*scene.objects, scene.background, scene.camera, sep="\n")

shown = {}
for height, width in ((24, 24), (64, 64), (64, 114)):
    shown[f"{height} x {width}"] = render([scene], frames=9, height=height, width=width)[0, :, 8]
plots.images(shown, alt="the same scene after one second in a frame of this size", width=230, columns=3)

# %% [markdown]
# ### Which pixels does a thing cover?
#
# Ask each pixel *how far it is from the edge*, and count the distance as negative inside: a **signed distance**. For
# a circle of radius 1 around the origin that is the distance from the middle, less 1:
#
# $$d(u, v) = \sqrt{u^2 + v^2} - 1$$
#
# The package has such a function for each of its six shapes, always in units of the shape's own radius. Here is the
# star's, as a map (dark is far inside, light is far outside), and two ways to make a picture of 16 x 16 pixels of it.
# **Which one would you rather see move?**

# %%
from minisora.worlds.motion import BOUNCE_HEIGHT, ORBIT_RADIUS
from minisora.worlds.render import DISTANCE, PALETTE, PLAIN
from minisora.worlds.scene import DIRECTION, RADIUS


def star(pixels: int) -> Tensor:
    at = (torch.arange(pixels) + 0.5) / pixels * 2.8 - 1.4
    return DISTANCE["star"](at[None, :], at[:, None])  # u to the right, v down


soft = (0.5 - star(16) * 16 / 2.8).clamp(0, 1)
shown = {"signed distance": star(128), "inside or outside": (star(16) < 0).float(), "how much of each pixel": soft}
plots.images(shown, alt="a star", width=230, columns=3)

# %% [markdown]
# A pixel is not a point but a little square, and where the edge runs through it, it is covered *in part*. If the
# shape's edge passes right through the pixel's middle, the shape covers half of the pixel; if the edge lies half a
# pixel further out, all of it. In between we draw a straight line. With `pixels` for the signed distance *in pixels*
# that is
#
# $$\text{cover} = \text{clamp}(0.5 - \text{pixels},\ 0,\ 1)$$
#
# {card}
#
# Write it for any shape, place and frame: `distance(u, v)` takes two tensors that broadcast, and answers in radii.
# First find the middle of every pixel in sides, then go to the shape's own units, ask for the distance, and turn it
# into pixels.


# %% exercise="cover"
def cover(
    distance: Callable[[Tensor, Tensor], Tensor], x: float, y: float, radius: float, height: int, width: int
) -> Tensor:
    """How much of each pixel a shape at (x, y) covers, ``h w`` in [0, 1]; lengths in sides, y downwards."""
    ### BEGIN SOLUTION
    side = min(height, width)
    rows = (torch.arange(height) + 0.5 - height / 2) / side
    columns = (torch.arange(width) + 0.5 - width / 2) / side
    pixels = distance((columns[None, :] - x) / radius, (rows[:, None] - y) / radius) * radius * side
    return (0.5 - pixels).clamp(0, 1)
    ### END SOLUTION


# %% check="cover"
check.cover(cover)

# %% [markdown]
# Signed distances can be calculated with: the smaller of two is the *union* of two shapes, the larger one what they
# have in *common*, and a minus turns a shape inside out. So "a circle without another circle" is one line. **Which
# shape will that be?** Change the numbers, or make a shape of your own.


# %%
def mine(u: Tensor, v: Tensor) -> Tensor:
    return torch.maximum(DISTANCE["circle"](u, v), -DISTANCE["circle"](u - 0.5, v + 0.1))


cover = use(cover=cover)
shown = {name: cover(distance, 0.0, 0.0, 0.4, 48, 48) for name, distance in (DISTANCE | {"mine": mine}).items()}
plots.images(shown, alt="a shape of this name, light on dark", width=100, columns=7)

# %% [markdown]
# ### Where is it, and when?
#
# The other half of the renderer knows nothing of pixels. It only says where a thing is, at any moment $t$ in seconds:
#
# | motion | place | |
# |---|---|---|
# | eight straight ones | $(x_0, y_0) + \text{speed} \cdot t \cdot \text{direction}$ | `DIRECTION["up-left"]` has length 1 |
# | bounces | $y_0 - 4 H c (1 - c)$ | a parabola of height $H$ = `BOUNCE_HEIGHT` over the floor $y_0$ |
# | orbits | $x_0 + R \cos 2 \pi c,\quad y_0 + R \sin 2 \pi c$ | a circle of radius $R$ = `ORBIT_RADIUS` |
# | all others | $(x_0, y_0)$ | |
#
# Here $c$ is how far it is in its *cycle*, from 0 to 1 and then from 0 again: the fractional part of
# $\text{speed} \cdot t + \text{phase}$. In the language of the parabola: at $c = 0$ the thing is on the floor, at $c = 0.5$ it is
# highest, and at $c = 1$ it is on the floor again and the next cycle begins.
#
# {card}
#
# Write it down for one object and any number of moments. (What grows, shrinks, spins or blinks stays where it is.)


# %% exercise="position"
def position(obj: SceneObject, times: Tensor) -> Tensor:
    """Where an object is at ``times`` (n,) in seconds: ``n 2``, (x, y) in sides."""
    ### BEGIN SOLUTION
    travel = obj.speed * times
    cycle = (travel + obj.phase) % 1
    along_x, along_y = DIRECTION.get(obj.motion, (0.0, 0.0))
    x, y = obj.x + along_x * travel, obj.y + along_y * travel
    if obj.motion == "bounces":
        y = y - 4 * BOUNCE_HEIGHT * cycle * (1 - cycle)
    if obj.motion == "orbits":
        x = x + ORBIT_RADIUS * torch.cos(2 * math.pi * cycle)
        y = y + ORBIT_RADIUS * torch.sin(2 * math.pi * cycle)
    return torch.stack((x, y), dim=-1)
    ### END SOLUTION


# %% check="position"
check.position(position)

# %% [markdown]
# Your two functions are a renderer: *where* at each moment, and *which pixels* there. Does it agree with the
# package's? There is a pretty way to ask. Let the package draw the same thing before black and before grey. Where the
# thing is, both pictures are alike; where it is not, they differ by the grey; where it covers a third, they differ by
# two thirds. So **the difference tells the cover**, without knowing any colour.

# %%
position = use(position=position)
ball = SceneObject("star", "yellow", "small", "bounces", x=0.3, y=0.3, speed=0.7, phase=0.1)
black, grey = (render([Scene((ball,), each)], frames=17, height=48, width=80)[0] for each in ("black", "grey"))
theirs = 1 - (grey - black)[0] / (2 * (PLAIN["grey"][0] - PLAIN["black"][0]))

places = position(ball, torch.arange(17) / 8).tolist()
yours = torch.stack([cover(DISTANCE[ball.shape], x, y, RADIUS[ball.size], 48, 80) for x, y in places])
assert torch.allclose(yours, theirs, atol=1e-4)
print("the same cover in all", yours.numel(), "pixels of", tuple(yours.shape))

# %% [markdown]
# What is left is paint: `background + cover · (colour - background)`, which PyTorch calls `lerp`. With your own shape
# you have now drawn a clip that no program has drawn before.

# %%
night = torch.tensor(PLAIN["navy"])[:, None, None, None] * 2 - 1
paint = torch.tensor(PALETTE["yellow"])[:, None, None, None] * 2 - 1
moon = SceneObject("circle", "yellow", "small", "orbits", speed=0.5)  # only for its motion: `mine` is the shape
amount = torch.stack([cover(mine, x, y, 0.2, 64, 64) for x, y in position(moon, torch.arange(17) / 8).tolist()])
plots.player(torch.lerp(night, paint, amount), alt="a yellow shape of one's own circles once over a dark blue ground")

# %% [markdown]
# ## Reading motion in a still picture
#
# Now to the x-t slices. Below are the middle rows of four clips of two seconds: x to the right, time downwards. In
# *one* of them the object **moves left**, in one it **blinks**, in one it **orbits**, and in one it stays where it is
# while **the camera pans left**. **Which is which? And what tells the last one from an object that moves right?**

# %%
from minisora.course.exercises.c01_video import QUIZ

drawn = render(list(QUIZ.values()), frames=33, height=64, width=64, fps=16)
shown = {letter: video[:, :, 32] for letter, video in zip(QUIZ, drawn, strict=True)}
plots.images(shown, alt="x-t slice of a clip of the quiz", width=175, columns=4)

# %% [markdown]
# <details><summary>Answer</summary>
#
# A slope is a speed, a vertical line is rest, a gap is absence. **A** goes left: 0.3 sides a second, so 19 pixels a
# second. **B** orbits: it crosses this row on the right, on the left and on the right again, and is above or below it
# in between. **C** blinks: a vertical line with gaps. **D** is the panning camera: the disc slopes to the right, *and
# so do the soft dots of the background*, which stand still in the other three. That is what these dots are for.
#
# </details>
#
# One row is one cut through the block. Move it up and down, and move the moment, both in the opening clip: the white
# line in one picture is where the other one is cut. **In which rows does one see the square only at the top of its
# bounces, and in which only at the bottom?**

# %%
smooth = render([scene], frames=33, height=64, width=64, fps=16)[0]


def cut(row: int, moment: int) -> plots.Picture:
    picture, slice_ = smooth[:, moment].clone(), smooth[:, :, row].clone()
    picture[:, row], slice_[:, moment] = 1.0, 1.0
    shown = {f"moment {moment / 16:.2f} s": picture, f"row {row} through time": slice_}
    return plots.images(shown, alt="white lines mark where the other picture is cut", width=230, columns=2)


explore(cut, row=[8, 16, 24, 32, 40, 48, 56], moment=[0, 8, 16, 24, 32])

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only around the top of its bounces in rows 24 and 32, only around the bottom in rows 48 and 56, and never in rows 8
# and 16. Through row 40 it passes twice in each bounce, on its way up and on its way down. It stays longer in row 24
# than in row 56: at the top it is slow.
#
# </details>
#
# ## Captions are data
#
# A model that makes videos *from sentences* has to see pairs: a clip, and a sentence that is true of it. From a scene
# we can say such a sentence too, or rather a hundred different ones: synonyms, word order, details that are there or
# not. Only a model that has seen a thing said in many ways will understand *you*. What stays the same is that each
# sentence is a list of **claims**, and `parse` reads them out of it.
#
# **Look for something that one of these captions says and another one does not.** And which claims will `parse` find
# in the last sentence?

# %%
# NBVAL_CHECK_OUTPUT
generator = torch.Generator().manual_seed(1)
for style in ("terse", "plain", "descriptive"):
    for _ in range(2):
        print(f"{style:12}", caption(scene, style=style, generator=generator))

said = parse("A tiny ball rises to the left of a violet box")
print("\nA tiny ball rises to the left of a violet box:")
print(*said.objects, *said.relations, said.background, sep="\n")

# %% [markdown]
# `None` means: nothing is said. The sentence has no word on the ball's colour, so no colour can make it false.
#
# When is such a list true of what one sees? Looking for each word by itself is not enough. **Why are these two
# captions the same to a machine that only looks for words?**
#
# - *a red circle moves right and a blue square moves left*
# - *a blue circle moves left and a red square moves right*
#
# Every word of the one is in the other. What differs is which word belongs to which thing: the **binding**. Video
# models often get it wrong, so it must be asked exactly.
#
# {card}
#
# Each claimed object must be *one* of those that are seen, with *all* that is said of it, and no object may serve for
# two claims.


# %% exercise="binding"
def binding(wanted: list[ObjectClaim], seen: list[ObjectClaim]) -> bool:
    """Whether each claimed object can be a different one of those seen that has all that is said (None: nothing)."""

    ### BEGIN SOLUTION
    def fits(claim: ObjectClaim, obj: ObjectClaim) -> bool:
        return all(each in (None, there) for each, there in zip(astuple(claim), astuple(obj), strict=True))

    orders = permutations(seen, len(wanted))
    return any(all(fits(c, o) for c, o in zip(wanted, order, strict=True)) for order in orders)
    ### END SOLUTION


# %% check="binding"
check.binding(binding)

# %% [markdown]
# With it we can test the caption generator itself, on scenes that nobody has chosen: is *every* caption true of its
# own scene? And how often is it true of another one? (Guess: nearly never?) Below the counts are three such pairs, as
# the model of this course will see them, by the thousand. One in ten of all combinations of colour, shape and motion
# is never among them, so that we can ask later whether it *understood* the words or learnt the clips by heart.

# %%
binding = use(binding=binding)
generator = torch.Generator().manual_seed(2)
scenes = ShapesWorld().sample(by_profile(150, fast=30), generator=generator)
texts = [caption(each, style="plain", generator=generator) for each in scenes]
wanted, there = [parse(text).objects for text in texts], [claims_of(each).objects for each in scenes]
own = sum(binding(w, s) for w, s in zip(wanted, there, strict=True))
other = sum(binding(w, s) for i, w in enumerate(wanted) for j, s in enumerate(there) if i != j)
print(f"true of its own scene: {own} of {len(texts)}")
print(f"true of another scene: {other} of {len(texts) * (len(texts) - 1)}")

pairs = {text: render([each], frames=17, height=64, width=64)[0] for text, each in zip(texts[:3], scenes, strict=False)}
plots.strips(pairs, alt="a training clip with this caption", columns=5)

# %% [markdown]
# ## The judge
#
# One piece is missing. A video that a *network* makes comes without a scene. To say whether it shows what was asked
# for, somebody has to look. minisora's **judge** does: it subtracts the background, follows each spot of colour from
# frame to frame, compares its outline with the six shapes and its path with the motions. No part of that is learned, so
# it cannot be flattered. (Handwritten digits, the other things that minisora can be asked for, are named by a classifier
# that was taught on real ones.) Here it looks at the opening clip, at nothing but the pixels:

# %%
# NBVAL_CHECK_OUTPUT
from minisora.evaluation.judge import compare, read

reading = read(clip)
for seen in reading.objects:
    print(seen.size, seen.colour, seen.shape, seen.motion)
print(reading.background, reading.camera)

# %% [markdown]
# Now hold sentences against what it saw. **Predict the row of each before you run:** which claims hold? `count` asks
# whether there are as many objects as are named, `colour`, `shape` and `motion` look for the words alone, `binding`
# is your function's question.

# %%
# NBVAL_CHECK_OUTPUT
sentences = (
    "an orange circle moves up and a purple square bounces",
    "a ball to the left of a purple box",
    "a purple circle bounces and an orange square moves up",
    "an orange circle moves up and a green square bounces",
    "an orange circle moves up",
)
kinds = ("count", "colour", "shape", "motion", "binding", "everything")
for sentence in sentences:
    verdict = compare(reading, parse(sentence))
    print(sentence)
    print("   ", "  ".join(f"{kind} {'yes' if getattr(verdict, kind) else 'NO'}" for kind in kinds))

# %% [markdown]
# So **"the caption is true of the clip" means: every claim that is made can be seen, all of one object in one and the
# same object, and there are as many objects as are named.** Three things it does *not* mean:
#
# - It does not mean that the caption is *complete*. "A ball" says little and is true of much.
# - It does not mean that the clip is *beautiful*. A flickering, blurred circle is a circle.
# - It does not mean *likeness* to any particular clip. There are endlessly many clips of "a red circle moves right",
#   and the judge is content with each of them. A loss that compares pixels is not.
#
# A judge errs as well. How often? We know the truth of drawn clips, so we can count, here on 24 of them. **Guess:**
# how much noise does it take until the judge is wrong half of the time? And you?

# %%
levels = by_profile([0.0, 0.1, 0.2, 0.4, 0.8], fast=[0.0, 0.8])
tried = ShapesWorld(counts=(1.0,)).sample(by_profile(24, fast=4), generator=torch.Generator().manual_seed(3))
films = render(tried, frames=17, height=64, width=64)
noise = torch.randn(films.shape, generator=torch.Generator().manual_seed(4))
shares, looks = [], {}
for level in levels:
    noisy = (films + level * noise).clamp(-1, 1)
    verdicts = [compare(read(each), claims_of(true)) for each, true in zip(noisy, tried, strict=True)]
    shares.append(sum(verdict.everything for verdict in verdicts) / len(tried))
    looks[f"noise {level}: {shares[-1]:.0%} right"] = noisy[0, :, 8]
plots.images(
    looks, alt="a frame with this much noise, and the share of clips that the judge read rightly", width=140, columns=5
)

# %% [markdown]
# Without noise it is right nearly always (as far as 24 clips can tell), and it goes blind long before you do. So
# remember for all scores of this course: **a score means little without its floor**, the share that the same judge
# gets wrong even on perfect clips. No model can be blamed for that. So `minisora evaluate` always prints what perfect
# clips score, too.
#
# ## Your own video
#
# Clips live in files. So that this page works without a network, we first *make* a file, as a phone might: wide, 24
# frames a second, the camera in motion.

# %%
from minisora.video import read_video, save_video

folder = Path(tempfile.mkdtemp())
holiday = Scene((disc, replace(box, x=0.74)), "sky", "pans right", 0.06)
film = render([holiday], frames=48, height=144, width=256, fps=24)[0]
path = save_video(film, folder / "holiday.mp4", fps=24, scale=1)

again = read_video(path)
print(f"in memory {video_bytes(*film.shape[1:]) / 1e6:.1f} MB, as a file {path.stat().st_size / 1e6:.3f} MB")
print("read again:", tuple(again.shape), "the same numbers:", torch.equal(again, film))
print(f"off by {(again - film).abs().mean() * 127.5:.1f} of 255 levels in the mean")

# %% [markdown]
# Hundreds of times smaller, but not the same numbers any more: video files are *lossy*. The loss is invisible, and
# yet a reason to convert training videos once, not again and again.
#
# {card}
#
# The file has 24 frames a second, our models want 8. A file knows when each of its frames begins, and these times
# need not be even: phones and screen recorders store frames as they come. So ask the other way round: **which frame
# is on screen at the moment t?** The last one that has begun. Moments count from the beginning of the first frame,
# wherever the file's own clock may start.


# %% exercise="on_screen"
def on_screen(starts: Tensor, moments: Tensor) -> Tensor:
    """Number of the frame on screen at each of ``moments`` (m,), for frames that begin at ``starts`` (n,), sorted."""
    ### BEGIN SOLUTION
    return torch.searchsorted(starts - starts[0], moments, right=True) - 1
    ### END SOLUTION


# %% check="on_screen"
check.on_screen(on_screen)

# %%
import av

on_screen = use(on_screen=on_screen)
with av.open(str(path)) as container:
    starts = torch.tensor([frame.time for frame in container.decode(video=0)], dtype=torch.float64)
slow = read_video(path, fps=8)
chosen = on_screen(starts, torch.arange(slow.shape[1], dtype=torch.float64) / 8)
print("frames of the file:", chosen.tolist())
print("the same as the package reads:", torch.equal(again[:, chosen], slow))

# %% [markdown]
# And the shape? The models want 64 x 64. **What will be wrong with the first of these clips, what is lost in the
# second?** Then take a file of *yours*: put its name into the next cell and run it again. Any mp4, webm, mov or gif
# will do. (The last lines write the clip as a GIF with *your* `to_uint8` in the place of the package's.)

# %%
my_file = path  # for example "/home/me/holiday.mp4"

squeezed = read_video(my_file, fps=8, size=(64, 64), frames=17)
height, width = read_video(my_file, frames=1).shape[-2:]
tall, wide = (round(64 * side / min(height, width)) for side in (height, width))  # the shorter side becomes 64
top, left = (tall - 64) // 2, (wide - 64) // 2
cropped = read_video(my_file, fps=8, size=(tall, wide), frames=17)[..., top : top + 64, left : left + 64]
theirs = save_video(cropped, folder / "theirs.gif", fps=8)
with swap(to_uint8=to_uint8):
    written = save_video(cropped, folder / "mine.gif", fps=8)
print("written with your to_uint8, the same file byte for byte:", written.read_bytes() == theirs.read_bytes())
plots.strips({"squeezed": squeezed, "cropped": cropped}, alt="the film as a square clip", columns=5)

# %% [markdown]
# Squeezing turns circles into eggs, and a model that learns from them will draw eggs. Cropping keeps shapes and loses
# the sides: the bouncing square is outside, and *a caption that speaks of it has become false*. Whoever cuts videos
# has to look at the captions again. (The package's `FolderWorld` scales and crops a whole folder of videos like
# this.)
#
# `swap` puts a part of yours into the finished machine, wherever the package uses its own. From here on each chapter
# adds a few.
#
# ## Break it
#
# **First: the wrong axis.** All five axes are just axes, and no shape tells when one of them runs backwards. It
# happens easily: OpenCV reads blue-green-red, plots count rows upwards, and mirroring is the most popular way to get
# more training pictures for nothing. **Predict what the judge will read** in "a medium red triangle moves right" when
# each axis is flipped, one at a time.

# %%
# NBVAL_CHECK_OUTPUT
arrow = SceneObject("triangle", "red", "medium", "right", x=-0.22, speed=0.22)
straight = render([Scene((arrow,), "grey")], frames=17, height=64, width=64)[0]
flips = {"as it is": (), "c (BGR)": (0,), "t (backwards)": (1,), "h (upside down)": (2,), "w (mirrored)": (3,)}
for name, axes in flips.items():
    for seen in read(straight.flip(axes)).objects:
        print(f"{name:16}", seen.size, seen.colour, seen.shape, seen.motion)

# %% [markdown]
# Each flip costs the caption a claim, and no error is raised. (Upside down it is still a triangle to you. To the
# judge, which knows its six shapes upright and lit from above, it is none of them, so it names none.) In a data set
# of pictures without words, a mirrored picture is as good as the original. With words it teaches that "left" means
# *left or right*.
#
# **Second: too few frames.** A clip samples the world. The same orbit, three times, at 8 frames a second: half a turn
# a second, seven and a half, and eight. **What will you see?**

# %%
shown = {}
for speed in (0.5, 7.5, 8.0):
    wheel = SceneObject("circle", "yellow", "small", "orbits", speed=speed)
    made = render([Scene((wheel,), "navy")], frames=17, height=64, width=64)[0]
    shown[f"{speed} turns/s: {read(made).objects[0].motion}"] = made
plots.strips(shown, alt="an orbit seen 8 times a second, and what the judge calls it", columns=6)

# %% [markdown]
# At 7.5 turns a second it runs exactly as fast as at 0.5, but *backwards*; at 8 it stands *still*: what happens
# between two frames is lost for good, and the eye (and the judge, and any model) takes the smallest step that fits.
# Wheels in films turn backwards for the same reason. Only what turns less than half a turn from frame to frame can be
# told, at 8 frames a second less than 4 turns a second. The judge's "still" is not an error. **The caption "it stays
# still" is true of the clip. It is false of the world.**
#
# ## In the real systems
#
# - **Wan 2.1** makes 81 frames at 16 a second, at 480p or 720p ([arXiv
#   2503.20314](https://arxiv.org/abs/2503.20314)); **HunyuanVideo** 129 frames of 720 x 1280 at 24 a second
#   ([2412.03603](https://arxiv.org/abs/2412.03603)); **CogVideoX** up to 10 seconds at 16 a second
#   ([2408.06072](https://arxiv.org/abs/2408.06072)); **Sora** up to a minute (OpenAI 2024, [*Video generation models
#   as world simulators*](https://openai.com/index/video-generation-models-as-world-simulators/)).
# - **Imagen Video** ends at 128 frames of 768 x 1280, but its first network draws only 16 frames of 24 x 40: all
#   others enlarge, in space and in time ([2210.02303](https://arxiv.org/abs/2210.02303)).
# - **Stable Video Diffusion** tells how to make a data set: cut films into shots, throw out clips without motion
#   (measured by optical flow), and have three models write captions: 580 million clips. The frame rate is an input of
#   the network, so that it knows how far apart frames are ([2311.15127](https://arxiv.org/abs/2311.15127)).
# - **Captions are written by models.** Sora's makers trained one to describe videos in detail, as for **DALL·E 3**
#   (Betker et al. 2023), and have a language model lengthen what users type. HunyuanVideo's captions are structured
#   data (JSON), with fields for background, style and shot type: close to our `Claims`.
# - **Drawn worlds** have a long history in research, for the same reason as here, the known truth: **Moving MNIST**
#   ([1502.04681](https://arxiv.org/abs/1502.04681)), **CLEVRER** ([1910.01442](https://arxiv.org/abs/1910.01442)).
# - **Judges**: **GenEval** ([2310.11513](https://arxiv.org/abs/2310.11513)) finds objects with a detector and asks
#   for count, colour, position and binding, like ours, in generated pictures; **T2V-CompBench**
#   ([2407.14505](https://arxiv.org/abs/2407.14505)) does so for videos. **FVD**
#   ([1812.01717](https://arxiv.org/abs/1812.01717)) compares whole sets of clips, and does not read captions at all.
#
# What do their videos cost in memory, before any network has touched them?

# %%
# NBVAL_CHECK_OUTPUT
systems = {
    "minisora": (17, 64, 64, 8),
    "Imagen Video, first network": (16, 24, 40, 3),
    "CogVideoX-2B": (49, 480, 720, 8),
    "Wan 2.1, 480p": (81, 480, 832, 16),
    "HunyuanVideo": (129, 720, 1280, 24),
    "Imagen Video, at the end": (128, 768, 1280, 24),
}
for name, (frames, height, width, rate) in systems.items():
    cost = video_bytes(frames, height, width) / 1e6
    print(f"{name:28} {frames:3} x {height:3} x {width:4}, {(frames - 1) / rate:4.1f} s: {cost:8,.1f} MB as float32")

# %% [markdown]
# ## Recap
#
# - A batch of videos is a tensor `b c t h w`, here `float32` from -1 to 1; rows run downwards, and x is the last
#   axis.
# - Files hold `uint8`, `t h w c`. On the way there: shift and stretch, round, clamp, convert, permute.
# - Memory is one product, and a minute of full HD costs 36 GB as `float32`. A file needs 600 times less, because
#   nearly all of it can be predicted.
# - A scene is plain data in sides and seconds. *Where* is a function of time, *which pixels* one of signed distance.
# - An x-t slice shows motion in a still picture: slope is speed, a vertical line is rest, a gap is absence.
# - A caption is a set of claims. It is true of a clip when every claim can be seen, bound to the right object;
#   silence is never false. The judge asks this of pixels; the floor of its scores is what it gets wrong even on
#   perfect clips.
#
# ## Five words
#
# - **frame rate** (fps): frames a second. A motion that goes through half of its cycle or more from one frame to the
#   next cannot be told.
# - **x-t slice**: one row of pixels at all times: x to the right, time downwards.
# - **signed distance**: how far a point is from a shape's edge, negative inside.
# - **claim**: one thing that a caption says and that can be seen to be true or false.
# - **binding**: which of the words belong to one and the same object.
#
# ## Test yourself
#
# **1.** You have 24 GB of memory. How many seconds of 720 x 1280 video at 24 frames a second fit as `uint8`, and how
# many as `float32`?
#
# <details><summary>Answer</summary>
#
# A second as `uint8` is 24 · 3 · 720 · 1280 = 66.4 million bytes, so **361 seconds** fit; as `float32` a quarter of
# that, **90**.
#
# </details>
#
# **2.** In an x-t slice of a clip of 64 columns at 8 frames a second, a line goes 24 pixels to the left over 12 rows.
# How fast is the object, in sides a second?
#
# <details><summary>Answer</summary>
#
# 24 pixels are 24/64 = 0.375 sides, 12 rows are 1.5 seconds: **0.25 sides a second**, to the left. (If the background
# goes along, it may be the camera instead.)
#
# </details>
#
# **3.** A model was asked for "a red circle and a blue square" and made a blue circle, a red square and a green star.
# Which of count, colour, shape and binding hold?
#
# <details><summary>Answer</summary>
#
# Colour and shape hold: there is something red and something blue, a circle and a square. Count fails (three things),
# and so does binding: no circle is red. That is why *everything* is the score to look at.
#
# </details>
#
# **Next: [02 · Spacetime patches](02_spacetime_patches.ipynb).** How the block of numbers becomes a sequence that a
# transformer can read.
