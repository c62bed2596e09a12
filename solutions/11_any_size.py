# %% [markdown]
# # 11 · Any size
#
# | | |
# |---|---|
# | **You build** | buckets, packed rows, three ways to place the tokens of a larger clip, times for more tokens, windows for longer clips |
# | **It becomes** | nothing new inside the network; `minisora/edits/extend.py` and `fit.py` around it, and the one line that says when a size was never trained |
# | **You need** | chapters 02 (packing, coordinates), 04 (the shift of times), 06 (RoPE) and 09 (the sampler) |
# | **Time** | 75 to 100 minutes of reading and writing; running everything takes one to three minutes on a 2-core laptop |

# %%
import json
from math import log

import numpy as np
import torch
from IPython.display import display
from torch import Generator, Tensor

from minisora.checkpoint import shipped_folder
from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, use
from minisora.diffusion import ab2, classifier_free, extend, sample, shift_time, staggered, time_grid
from minisora.model import TextTokens, video_velocity
from minisora.model.rope import VIDEO_AXES, rope_table
from minisora.worlds.render import render

Axes = tuple[tuple[float, float], ...]  # shortest and longest wavelength of seconds, rows and columns

begin("11")

# %%
pipeline = finished_pipeline()
device, codec, dit = pipeline.device, pipeline.codec, pipeline.dit
CHANNELS, STEPS = codec.config.channels, by_profile(pipeline.sampling.steps, fast=1)
sentence = "a large orange star stays still"
sizes = {"48x80": (48, 80), "64x64": (64, 64), "80x48": (80, 48), "96x96": (96, 96)}
clips = {name: pipeline.generate(sentence, size=size, seed=4, steps=STEPS).frames for name, size in sizes.items()}
plots.images({name: clip[:, -1] for name, clip in clips.items()}, alt="one sentence at four sizes of frame", width=160)

# %% [markdown]
# One sentence, one set of weights, four shapes of frame. Nothing was cropped, scaled or turned, and nothing in the
# network was changed from one to the next. It never sees a grid: it sees tokens, each with a time in seconds, a row and
# a column *counted from the middle of the frame* (chapter 02). A larger frame is more tokens further out.
#
# So any size is the same call. That does not yet make it a *good* clip, and it does not say how one trains on a heap of
# videos of which no two have the same shape. Both are the subject of this page:
#
# 1. **Training**: buckets, packed rows, and what is lost when everything is cropped to squares.
# 2. **Larger frames**: where do the new tokens lie, and how much noise do they need?
# 3. **Longer clips**: eight seconds from a model of two; and how to decode them without filling the memory.
#
# A word on the figures. The shipped weights have seen mostly 64x64 pixels and two seconds, and a few clips of other
# shapes. Their card says which. **Are any of the four pictures above beyond it?**

# %%
from minisora.sizes import trained_shapes

for shape in trained_shapes(pipeline.card):
    print(f"seen in training: {(shape.frames - 1) / pipeline.fps:g} s of {shape.height}x{shape.width}")
for seconds, size in ((2, (48, 80)), (2, (96, 96)), (0, (128, 128)), (2, (32, 64)), (16, (64, 64))):
    print(f"{seconds} s of {size[0]}x{size[1]}:", pipeline.beyond(seconds, size) or "nothing to say")

# %% [markdown]
# That line is what `minisora generate --size 128x128` prints (on stderr) before it does its best. A machine that
# answers every question should at least say which ones it was never asked.
#
# ## Buckets
#
# Videos come in all shapes, a batch has one. The oldest way out is the square: scale the shorter side, cut the rest
# off. The next oldest is a handful of shapes, **buckets**: each video goes to the bucket that is most like it, and every
# batch is drawn from one bucket.
#
# What is "most like it"? Scaling is cheap and cutting is not, so the *shape* counts first, height / width. And twice as
# wide as tall should be as far from a square as twice as tall as wide. **Is that so if you subtract the ratios, 2 and
# ½, from 1?**
#
# {card}
#
# Return the bucket, `(height, width)`, whose `height / width` is nearest *in logarithms*. Where several have the same
# shape, take the one whose number of pixels is nearest, in logarithms as well.


# %% exercise="bucket"
def bucket(height: int, width: int, buckets: list[tuple[int, int]]) -> tuple[int, int]:
    """The (height, width) among ``buckets`` that is nearest in shape, and of those the nearest in pixels."""
    ### BEGIN SOLUTION
    shape, pixels = log(height / width), log(height * width)
    return min(buckets, key=lambda b: (abs(log(b[0] / b[1]) - shape), abs(log(b[0] * b[1]) - pixels)))
    ### END SOLUTION


# %% check="bucket"
check.bucket(bucket)

# %% [markdown]
# A video is scaled until it just covers its bucket, and what hangs over is cut off. **How much of a cinema film
# survives in a square? And in three buckets?**

# %%
bucket = use(bucket=bucket)
videos = {"phone, upright": (1920, 1080), "old television": (480, 640), "video": (1080, 1920), "cinema": (800, 1920)}


def kept(height: int, width: int, size: tuple[int, int]) -> float:
    """The share of a picture that is left when it is scaled to cover ``size`` and cropped."""
    ratio = (height / width) / (size[0] / size[1])
    return min(ratio, 1 / ratio)


for name, (height, width) in videos.items():
    near = bucket(height, width, [(64, 64), (48, 80), (80, 48)])
    print(
        f"{name:15} square: {kept(height, width, (64, 64)):4.0%}   {near[0]}x{near[1]}: {kept(height, width, near):4.0%}"
    )

# %% [markdown]
# ## What a square crop teaches
#
# Does it matter, if a network sees about half of every film? OpenAI's report on Sora shows two clips side by side: of a model
# that was trained on square crops, in which the diver is partly out of the picture, and of one that was trained on
# native sizes. It gives no figures. We can count.
#
# `python experiments/crops.py` draws 1,200 wide clips (48x80) of one thing each, all of it in the frame, and cuts a
# square out of each (48x48, anywhere). Two small transformers learn for as many steps, from the same seed: one from the
# squares, one from the clips as they are. Both see the *same sentences*, which do not say that anything is cut. Then
# both are asked for 48 clips of either shape. A thing counts as **cut off** where its silhouette lies along an edge of
# the frame. **Four numbers: order them before you look.**

# %%
path = shipped_folder().parent / "ladder" / "crops.json"
crops = json.loads(path.read_text("utf-8")) if path.exists() else None
if crops:
    print(f"{crops['steps']} steps of {crops['batch']} clips, things cut off of 48 clips:")
    rows = {"drawn, through the codec": crops["drawn, through the codec"], **crops["arms"]}
    for name, arm in rows.items():
        print(f"{name:26}" + "".join(f"  {size}: {arm[size]['cut off']:2}" for size in ("48x48", "48x80")))
    for name, arm in crops["arms"].items():
        error = ", ".join(f"{value:.3f} at t = {t}" for t, value in arm["error"].items())
        right = arm["48x80"]["one thing, its colour right"]
        print(f"{name:14} error on new wide clips: {error}; one thing in its colour: {right} of 48")

# %% [markdown]
# The first line is what is drawn: no wide clip is cut off (the measure's own floor), two thirds of the squares are.
#
# - The network of the squares cuts things off *in wide frames, too*, three times as often as the other. It has learned
#   that things reach beyond the frame. The frame has no edge that it could see; it was never told of one.
# - Asked for a square, the network of the *whole* clips cuts off about as many as drawn squares do, though it has never
#   seen one. To it, a square is the middle of a wide picture, and a thing may stand anywhere in that. **Coordinates from the middle say
#   where a token is, not where the frame ends.**
# - The error on wide clips is lower for the whole ones at every time. That is not all due to cropping: a whole clip has
#   75 tokens and a square 45, so that with equal steps it had more to learn from.
#
# And how small this is: two runs of two minutes, one seed, 48 clips, things that are still mostly blobs ("one thing in
# its colour" is rare). The difference of 7 and 22 of 48 is beyond chance; one of 3 and 6 would not be.

# %%
from safetensors.torch import load_file

if crops and crops["codec"] == pipeline.card.get("latents"):
    latents = load_file(path.with_suffix(".safetensors"))
    with torch.no_grad():
        made = {name: codec.decode(each.float().to(device)).cpu() for name, each in latents.items()}
    wide = {name: clip for name, clip in made.items() if name.endswith("48x80")}
    pictures = {f"{name} ({i + 1})": clip[i, :, 8] for name, clip in wide.items() for i in range(3)}
    display(plots.images(pictures, alt="three clips of each of the two networks, in wide frames", columns=3, width=200))

# %% [markdown]
# ## Packing
#
# Buckets still cut a little off, and a batch has to wait until its bucket is full. The other way is NaViT's
# ([2307.06304](https://arxiv.org/abs/2307.06304)): *no* batch of one shape. Clips are laid end to end in rows of so many
# tokens, and a mask keeps them apart (chapter 02 has the mask; `DiT.prepare` takes it as `segments`).
#
# Which clip goes into which row? A puzzle that nobody can solve quickly and exactly; **first fit** is good enough:
# take clips as they come, and put each into the first row that has room.
#
# {card}
#
# `lengths` are the clips' tokens, `room` is what a row holds. Return the rows, each a list of clips *by their numbers*
# (from 0), in the order in which they came. A clip that is longer than a row is a `ValueError`.


# %% exercise="first_fit"
def first_fit(lengths: list[int], room: int) -> list[list[int]]:
    """Rows of clips by their numbers: each goes into the first row in which its tokens still fit, or into a new one."""
    ### BEGIN SOLUTION
    rows: list[list[int]] = []
    left: list[int] = []
    for i, length in enumerate(lengths):
        if length > room:
            raise ValueError(f"clip {i} of {length} tokens: a row has {room}")
        row = next((r for r, free in enumerate(left) if length <= free), len(rows))
        if row == len(rows):
            rows.append([])
            left.append(room)
        rows[row].append(i)
        left[row] -= length
    return rows
    ### END SOLUTION


# %% check="first_fit"
check.first_fit(first_fit)

# %% [markdown]
# How well does it pack? Three hundred clips of mixed shapes, a third of them single pictures. **What share of a padded
# batch is padding, if each row has to be as long as the longest clip? And of packed rows of 200, 400, 800 tokens?**

# %%
# NBVAL_CHECK_OUTPUT
first_fit = use(first_fit=first_fit)
shapes = [(1, 8, 8), (5, 8, 8), (5, 6, 10), (5, 10, 6), (9, 8, 8), (5, 12, 12), (1, 8, 8), (1, 12, 12)]  # in latents
tokens_of = [t * h * w // 4 for t, h, w in shapes]
picked = torch.randint(len(shapes), (300,), generator=Generator().manual_seed(0)).tolist()
lengths = [tokens_of[i] for i in picked]
empty = {"padded": 1 - sum(lengths) / (max(lengths) * len(lengths))}
for room in (200, 400, 800):
    empty[f"rows of {room}"] = 1 - sum(lengths) / (room * len(first_fit(lengths, room)))
print("tokens:", dict(zip(map(str, shapes), tokens_of, strict=True)))
print("of a batch nothing is:", ", ".join(f"{name} {share:.0%}" for name, share in empty.items()))

# %% [markdown]
# A picture is a clip of *one frame*: 16 tokens, where a clip has 80. It needs no code of its own, and a row of pictures
# costs as little as it should. (That is why chapter 08 could afford batches of pictures.)
#
# Next, the rows themselves.
#
# {card}
#
# `clips` are tensors `n k` with their own n each, `rows` are those of `first_fit`. Return two tensors: the packed clips,
# `rows room k`, with 0 where nobody is; and the **segments**, `rows room` whole numbers: 0 for the first clip *of its
# row*, 1 for the second, and -1 where nobody is. Both are on the device of the clips, and the first has their dtype, too
# (`new_zeros` does both at once).


# %% exercise="pack"
def pack(clips: list[Tensor], rows: list[list[int]], room: int) -> tuple[Tensor, Tensor]:
    """Clips ``n k`` laid end to end in rows, ``r room k``, and whose each place is: ``r room``, -1 where nobody's."""
    ### BEGIN SOLUTION
    packed = clips[0].new_zeros(len(rows), room, clips[0].shape[1])
    segments = torch.full((len(rows), room), -1, device=clips[0].device)
    for row, members in enumerate(rows):
        begin = 0
        for number, i in enumerate(members):
            end = begin + len(clips[i])
            packed[row, begin:end], segments[row, begin:end] = clips[i], number
            begin = end
    return packed, segments
    ### END SOLUTION


# %% check="pack"
check.pack(pack)

# %% [markdown]
# Your function does not care what it packs. So it packs three things alike: the noise of the clips, their coordinates,
# and *their words* (with the segments of the words saying whose words they are). Six clips of different shapes, one of
# them a picture, each with its own sentence, in rows of 260 tokens.

# %%
from minisora.model.patches import coordinates, patchify, unpatchify

pack, ROOM = use(pack=pack), 260
asked = {
    "a large red circle stays still": (1, 8, 8),
    "a medium green square moves right": (5, 8, 8),
    "a large orange star moves up": (5, 10, 6),
    "a small blue ring moves left": (5, 6, 10),
    "a medium cyan diamond moves down": (5, 8, 8),
    "a medium yellow triangle stays still": (5, 12, 12),
}
dice = Generator().manual_seed(3)
noises = [torch.randn(1, CHANNELS, *shape, generator=dice).to(device) for shape in asked.values()]
tokens = [patchify(noise)[0] for noise in noises]
rows = first_fit([len(each) for each in tokens], ROOM)
print("rows:", rows, "tokens:", [[len(tokens[i]) for i in row] for row in rows])

# %%
places = [coordinates(*shape, 0.5).to(device) for shape in asked.values()]


@torch.no_grad()
def packed_velocity(captions: list[str]):
    """The velocity of all clips in their rows, ``rows channels room``, as the sampler wants it."""
    texts = [dit.encode_text(pipeline.tokenizer.encode([each]).to(device)).tokens[0] for each in captions]
    most = max(sum(len(texts[i]) for i in row) for row in rows)
    words, owners = pack(texts, rows, most)
    where, segments = pack(places, rows, ROOM)
    context = dit.prepare(where, TextTokens(words, owners >= 0), segments, owners)

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        time = torch.as_tensor(t).to(x).expand(len(x), 1, ROOM)[:, 0]  # one for all, or one for each place
        return dit(x.transpose(1, 2), time, context).transpose(1, 2)

    return velocity


# %% [markdown]
# The claim: **packed equals single.** Chapter 02 had it for one block; here it is the whole network, its words, and the
# sampler around it. Not "nearly as good": the same numbers, up to rounding, which twelve steps with guidance make larger
# each time. (The sampler takes `rows channels places` for clips: it does not care what it samples.) **What will be the
# first digit behind the point that differs?**

# %%
times = time_grid(by_profile(12, fast=2), shift=pipeline.sampling.shift)
told, untold = packed_velocity(list(asked)), packed_velocity([""] * len(asked))
scale = pipeline.sampling.guidance
x, segments = pack(tokens, rows, ROOM)
begun = x.transpose(1, 2).contiguous()
done = sample(lambda x, t: untold(x, t) + scale * (told(x, t) - untold(x, t)), begun, times, step=ab2).transpose(1, 2)
spots = {i: (row, number) for row, members in enumerate(rows) for number, i in enumerate(members)}
spots = [spots[i] for i in range(len(asked))]  # in which row each clip is, and as which of its clips
parts = [done[row][segments[row] == number][None] for row, number in spots]
together = [unpatchify(part, *shape) for part, shape in zip(parts, asked.values(), strict=True)]
with torch.no_grad():
    seen = [codec.decode(each)[0].cpu() for each in together]
pictures = {f"{i}: {' x '.join(map(str, clip.shape[1:]))}": clip[:, -1] for i, clip in enumerate(seen)}
plots.images(pictures, alt="the last frames of six clips of different shapes from one batch", columns=6, width=110)


# %%
# NBVAL_CHECK_OUTPUT
@torch.no_grad()
def alone(caption: str, noise: Tensor) -> Tensor:
    """A clip by itself, as in chapter 09."""
    text = dit.encode_text(pipeline.tokenizer.encode([caption, ""]).to(device))
    one = TextTokens(text.tokens[:1], text.mask[:1])
    with_words, both = (video_velocity(dit, each, tuple(noise.shape[2:])) for each in (one, text))
    return sample(classifier_free(with_words, both, scale=scale), noise, times, step=ab2)


apart = [(alone(caption, noises[i]) - together[i]).abs().max() for i, caption in enumerate(asked)]
print("clips that come out of packed rows as they do alone:", sum(bool(e < 1e-2) for e in apart), "of", len(apart))

# %%
print(f"the largest difference of any two numbers, which are from -4 to 4 or so: {float(max(apart)):.0e}")

# %% [markdown]
# One batch of six clips, and five shapes in it. Where it pays is training, where clips of all shapes are wanted in every
# step. This package itself goes by buckets: each batch has one shape, and batches of rarer shapes come up less often.
# With five shapes that wastes nothing.
#
# ## Where do the new tokens lie?
#
# Now to sampling at a size that is larger than what was seen. A frame of 64 pixels has 4 rows of tokens, at -1.5, -0.5,
# 0.5 and 1.5. One of 128 pixels has 8. There are three schools:
#
# - **extrapolate**: as far apart as ever, out to ±3.5. Neighbours look as they always did; the outer tokens lie where no
#   token has ever been.
# - **interpolate** (Chen et al. 2023, [2306.15595](https://arxiv.org/abs/2306.15595), for language): squeeze all of them
#   into ±1.75. Hardly anybody is in unknown territory, but neighbours are half as far apart as any neighbours were.
# - **rescale** (known as *NTK-aware*; [2309.00071](https://arxiv.org/abs/2309.00071) compares them): RoPE turns each pair
#   of channels with a wavelength of its own (chapter 06). Leave the short wavelengths, which tell neighbours apart;
#   lengthen the long ones, which say how far across the frame one is.
#
# {card}
#
# `coords` are `n 3`, `axes` are three pairs (shortest, longest wavelength), `factors` say how many times as long, high
# and wide the clip is. Return a pair of coordinates and axes. RoPE spaces its wavelengths evenly, by their logarithms,
# between the two: so to *rescale*, multiply the longest by the axis' factor, and leave the shortest. `way` is
# `"extrapolate"`, `"interpolate"` or `"rescale"`, and anything else a `ValueError`.


# %% exercise="stretch"
def stretch(coords: Tensor, axes: Axes, factors: tuple[float, ...], way: str) -> tuple[Tensor, Axes]:
    """Coordinates ``n 3`` and wavelengths (shortest, longest) of each axis, for a clip ``factors`` times as large."""
    ### BEGIN SOLUTION
    if way == "extrapolate":
        return coords, axes
    if way == "interpolate":
        return coords / torch.tensor(factors).to(coords), axes
    if way == "rescale":
        return coords, tuple((short, long * f) for (short, long), f in zip(axes, factors, strict=True))
    raise ValueError(f"{way!r}: extrapolate, interpolate or rescale")
    ### END SOLUTION


# %% check="stretch"
check.stretch(stretch)

# %% [markdown]
# To try them without any training: draw clips at the larger size, put noise on them, and ask the shipped network for the
# clean clip. How far off is it (mean squared error, as a share of the clips' variance)? High times are about *where
# things are and how they move*, low ones about what they look like (chapter 08).
#
# Two sizes that the weights have seen now and then (96x96; 33 frames), and two that they never have (128x128; 65
# frames). **Which way is best, for each? And is the best one the same at t = 0.95 and at 0.3?**

# %%
from minisora.model.velocity import token_times

stretch = use(stretch=stretch)
WAYS = ("extrapolate", "interpolate", "rescale")


def stretched(captions: list[str], shape: tuple[int, int, int], way: str):
    """The network's velocity for larger clips, with its tokens placed in one of three ways.

    The model places tokens by itself; so we make the turns of RoPE ourselves, and put them in place of its own.
    """
    t, h, w = shape
    factors = (max(1.0, (t - 1) / 4), h / 8, w / 8)  # 5 latent frames of 8x8 are the usual clip
    coords, axes = stretch(coordinates(t, h, w, 0.5).to(device), VIDEO_AXES, factors, way)
    text = dit.encode_text(pipeline.tokenizer.encode(captions).to(device))
    nowhere = coords.new_zeros(text.mask.shape[1], 3)  # where words lie: RoPE does not turn them
    turns = rope_table(torch.cat([nowhere, coords])[None], dit.config.width // dit.config.heads, axes)
    context = dit.prepare(coords, text)._replace(rope=turns)
    return lambda x, t_: unpatchify(dit(patchify(x), token_times(t_, x), context), t, h, w)


# %%
from minisora.evaluation.suite import ONE_OBJECT, Suite
from minisora.worlds.caption import canonical

N, LEVELS = by_profile(8, fast=1), by_profile([0.95, 0.9, 0.8, 0.6, 0.3], fast=[0.9])


@torch.no_grad()
def drawn(frames: int, height: int, width: int) -> tuple[Tensor, list[str]]:
    """Latents of drawn clips of one thing, and their captions."""
    scenes = Suite("new", ONE_OBJECT, N, 555, frames, height, width).draw()
    video = render(scenes, frames=frames, height=height, width=width).to(device)
    return torch.cat([codec.encode(clip[None]) for clip in video]), [canonical(scene) for scene in scenes]


@torch.no_grad()
def errors(x0: Tensor, velocity, levels: list[float] = LEVELS) -> list[float]:
    """Mean squared error of the predicted clean clips, as a share of their variance, at each level."""
    noise = torch.randn(x0.shape, generator=Generator().manual_seed(1)).to(x0)
    noisy = [((1 - t) * x0 + t * noise, torch.tensor(t)) for t in levels]
    return [float((x - t * velocity(x, t) - x0).square().mean() / x0.var()) for x, t in noisy]


# %%
LARGER = {"96x96": (17, 96, 96), "128x128": (17, 128, 128), "33 frames": (33, 64, 64), "65 frames": (65, 64, 64)}
LARGER = by_profile(LARGER, fast={"33 frames": LARGER["33 frames"]})
at_home, captions = drawn(17, 64, 64)
usual = errors(at_home, stretched(captions, (5, 8, 8), "extrapolate"))
print(f"{'t':24}" + "".join(f"{t:8}" for t in LEVELS))
print(f"{'64x64, the usual clip':24}" + "".join(f"{e:8.3f}" for e in usual))
for name, size in LARGER.items():
    x0, captions = drawn(*size)
    for way in WAYS:
        found = errors(x0, stretched(captions, tuple(x0.shape[2:]), way))
        print(f"{name + ', ' + way:24}" + "".join(f"{e:8.3f}" for e in found))

# %% [markdown]
# Compare columns, not only lines. Look for large differences; eight clips of each shape are an anecdote.
#
# - **Details** (0.6, 0.3): *interpolate* is the worst everywhere, often twice as far off. Half a step between neighbours
#   means another texture than the one that was learnt.
# - **The layout** (0.95), where nothing larger was ever seen: *extrapolate* may be the worst, and *interpolate* the best.
#   Where something is at all is a matter of the whole frame, and the frame is squeezed into what is known.
# - **Rescale** has the details of *extrapolate* (0.6, 0.3: its figures are near those, and far from *interpolate*'s). At
#   0.95 see for yourself on whose side it is. Where the size was in training (96x96), plain coordinates need no help.
#
# CogVideoX reports the same for its own sizes: extrapolated details are sharp, interpolated layouts are whole. What it
# is good for depends on what was trained.

# %%
x0, captions = drawn(*by_profile((17, 128, 128), fast=(9, 96, 96)))
shape, dots = tuple(x0.shape[2:]), torch.randn(x0[:1].shape, generator=Generator().manual_seed(2)).to(x0)
guesses = {}
for way in WAYS:
    ask = stretched(captions[:1], shape, way)
    for t in (0.5, 0.8, 0.95):
        with torch.no_grad():
            x = (1 - t) * x0[:1] + t * dots
            guesses[way, t] = codec.decode(x - t * ask(x, torch.tensor(t)))[0, :, 8].cpu()


def guessed(way: str, t: float) -> plots.Picture:
    alt = f"a frame of the clean clip that is predicted from the noise of t = {t}, {way}"
    return plots.images({f"{way}, from t = {t}": guesses[way, t]}, alt=alt, width=230)


explore(guessed, way=WAYS, t=[0.5, 0.8, 0.95])

# %% [markdown]
# Now whole clips. The judge reads how many things there are and which colour, shape, size and motion they have. Beside it
# the floor: the same scenes *drawn*, through the codec. **Which way keeps things whole at 96x96, and over 33 frames?**

# %%
from minisora.evaluation.judge import judge
from minisora.worlds.claims import parse

JUDGED = by_profile({"96x96": (17, 96, 96), "33 frames": (33, 64, 64)}, fast={"33 frames": (33, 64, 64)})


def marks(clips: Tensor, captions: list[str]) -> str:
    verdicts = [judge(clip, parse(caption)) for clip, caption in zip(clips, captions, strict=True)]
    kinds = ("count", "colour", "shape", "size", "motion")
    return "  ".join(f"{kind} {sum(getattr(v, kind) for v in verdicts)}" for kind in kinds) + f"  of {len(verdicts)}"


@torch.no_grad()
def painted(captions: list[str], shape: tuple[int, int, int], way: str) -> Tensor:
    """Guided clips, with the tokens placed in one of three ways."""
    noise = torch.randn(len(captions), CHANNELS, *shape, generator=Generator().manual_seed(6)).to(device)
    told, untold = (stretched(words, shape, way) for words in (captions, [""] * len(captions)))
    guided = lambda x, t: untold(x, t) + scale * (told(x, t) - untold(x, t))  # noqa: E731
    return codec.decode(sample(guided, noise, times, step=ab2)).cpu()


# %%
rows = {}
for name, size in JUDGED.items():
    x0, captions = drawn(*size)
    with torch.no_grad():
        print(f"{name + ', drawn':24}", marks(codec.decode(x0).cpu(), captions))
    for way in WAYS:
        clips = painted(captions, tuple(x0.shape[2:]), way)
        print(f"{name + ', ' + way:24}", marks(clips, captions))
        rows[f"{name}, {way}"] = clips[0]
plots.strips(rows, alt="clips at larger sizes, their tokens placed in three ways", columns=5, moving=False)

# %% [markdown]
# Eight clips of each are an anecdote: look for large differences only. ("Count" is the one that a broken layout loses
# first: two halves of a thing are two things.)
#
# ## How much noise do more tokens need?
#
# Chapter 04 found that larger clips need more noise before they forget what they show, and shifted the times. By how
# much, exactly? Stable Diffusion 3 ([2403.03206](https://arxiv.org/abs/2403.03206), equation 23) makes one assumption:
# all tokens say *the same*. Then their mean is what one knows of it, and of n tokens it has a noise of
#
# `t / (1 - t) / √n`
#
# (the odds of noise, divided by the root of how many numbers were averaged). A clip of `tokens` tokens hides as much at
# t' as one of `usual` tokens hides at t, if the two are equal.
#
# {card}
#
# Return the times for a clip of `tokens` tokens, if `times` are right for one of `usual`. `shift_time(t, shift)` is
# yours from chapter 04 (and imported): it multiplies the odds.


# %% exercise="times_for"
def times_for(times: Tensor, tokens: int, usual: int) -> Tensor:
    """Times that hide as much of a clip of ``tokens`` as ``times`` do of one of ``usual`` tokens, if all agree."""
    ### BEGIN SOLUTION
    return shift_time(times, (tokens / usual) ** 0.5)
    ### END SOLUTION


# %% check="times_for"
check.times_for(times_for)

# %% [markdown]
# "Simple Diffusion" ([2301.11093](https://arxiv.org/abs/2301.11093)) came to a rule of its own for pixels. In other words:
# take the log-SNR of 64x64, and add `2 log(64 / side)`. **Is it the same rule?**

# %%
# NBVAL_CHECK_OUTPUT
times_for = use(times_for=times_for)
grid = torch.tensor([0.9, 0.7, 0.5, 0.3, 0.1])
later = times_for(grid, 128 * 128, 64 * 64)
log_snr = 2 * ((1 - grid) / grid).log()  # of the straight path, at 64x64
theirs = log_snr + 2 * log(64 / 128)
print(
    "SD3's times have Simple Diffusion's log-SNR:", torch.allclose(2 * ((1 - later) / later).log(), theirs, atol=1e-4)
)

# %% [markdown]
# One rule, then, found twice: twice the side is a shift of 2. But is the assumption true of *our* latents? They do not
# all say the same: a codec has taken out most of what neighbours share. Measure it: at which times is the network as far
# off at 96x96 as it is at 64x64? If `e(t)` is the error at 64x64 and `E(t)` that at 96x96, look for the shift `s` with
# `E(shifted t) = e(t)`. By the rule, 180 tokens against 80, it is **1.5**. **More, or less?**

# %%
fine = by_profile([0.97, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.45, 0.3], fast=[0.9, 0.6])


def measured(frames: int, height: int, width: int) -> np.ndarray:
    x0, captions = drawn(frames, height, width)
    return np.log(errors(x0, stretched(captions, tuple(x0.shape[2:]), "extrapolate"), fine))


small, odds = measured(17, 64, 64), np.log([t / (1 - t) for t in fine])
shifts = np.linspace(0.4, 2.5, 43)
for name, size in JUDGED.items():
    large = measured(*size)
    miss = [np.abs(np.interp(odds + np.log(s), odds[::-1], large[::-1]) - small).mean() for s in shifts]
    ratio = ((size[0] - 1) / 4 + 1) / 5 * size[1] * size[2] / 64**2
    print(f"{name}: {ratio:.2f} times the tokens; by the root {ratio**0.5:.2f}, measured {shifts[np.argmin(miss)]:.2f}")

# %% [markdown]
# Less than the root says, as a rule; a measured shift near 1 is no shift at all. Two things pull against it. Larger
# frames show *more to get right*, not more of the same; and the network has seen few of them, so that it is worse there
# at every time. The root is what a perfect observer gains from tokens that agree, and so an upper bound. `docs/recipes.md`
# has the same from the other end: forty clips each of 33 frames and of 96x96, sampled with shifts of 1.5, 3 and 5, came
# out equally right. So systems state their shift as a figure that was *tried*.
#
# ## Longer than it knows
#
# The network knows two seconds, now and then four. Eight seconds are 65 frames, 17 latent frames. Three ways:
#
# - **all at once**: 272 tokens, of which nearly half are later than anything it has seen, and most later than usual;
# - **staggered clocks**: the same tokens, but each latent frame starts two steps after the one before it, so that the
#   past is always cleaner than the future (a clock for each frame, chapter 09; `staggered` makes their times);
# - **extension**: windows of two seconds, each of which is given the end of what is there.
#
# {card}
#
# Which latent frames does each call make? `frames` are wanted, a call makes `size` at most, and each but the first is
# given `held` of those that are there. Return a list of `(first, given, end)`: the call makes latent frames
# `first ... end - 1`, of which the first `given` are there already. The first call is given nothing; the last one may be
# shorter. For 17 frames, at most 5 a call and 2 held, the list begins `(0, 0, 5), (3, 2, 8)`. If `held >= size` no later
# call would make anything: a `ValueError`, however many frames are wanted.


# %% exercise="windows"
def windows(frames: int, size: int, held: int) -> list[tuple[int, int, int]]:
    """The calls that make ``frames`` latent frames, at most ``size`` at once: (first frame, how many given, end)."""
    ### BEGIN SOLUTION
    if held >= size:
        raise ValueError(f"{held} of {size} latent frames given: nothing is left to make")
    made = min(size, frames)
    calls = [(0, 0, made)]
    while made < frames:
        end = min(made - held + size, frames)
        calls.append((made - held, held, end))
        made = end
    return calls
    ### END SOLUTION


# %% check="windows"
check.windows(windows)

# %%
# NBVAL_CHECK_OUTPUT
windows = use(windows=windows)
print(windows(17, 5, 2))
print("calls for a minute (121 latent frames):", len(windows(121, 5, 2)))
LONG = by_profile(17, fast=7)  # latent frames
stories = ["a large red circle stays still", "a large yellow star orbits"][: by_profile(2, fast=1)]


@torch.no_grad()
def network(prompts: list[str], frames: int):
    """The guided velocity of clips of 64x64."""
    text = dit.encode_text(pipeline.tokenizer.encode([*prompts, *[""] * len(prompts)]).to(device))
    one = TextTokens(*(part[: len(prompts)] for part in text))
    return classifier_free(*(video_velocity(dit, each, (frames, 8, 8)) for each in (one, text)), scale=scale)


def noise(frames: int, seed: int) -> Tensor:
    dice = Generator().manual_seed(seed)
    return torch.randn(len(stories), CHANNELS, frames, 8, 8, generator=dice).to(device)


# %%
@torch.no_grad()
def by_windows(held: int) -> Tensor:
    """Pixels, window after window; what is given is encoded anew, as the beginning of a clip."""
    video = None
    for first, given, end in windows(LONG, 5, held):
        start = noise(end - first, seed=first)
        x, free = start, 1.0
        if given:
            x, free = extend(start, codec.encode(video[:, :, -(4 * given - 3) :]))  # k latents are 4 k - 3 frames
        made = codec.decode(sample(network(stories, end - first), x, times, free=free, step=ab2))
        new = made[:, :, 4 * given - 3 :] if given else made
        video = new if video is None else torch.cat([video, new], dim=2)
    return video.cpu()


# %%
ask, start = network(stories, LONG), noise(LONG, seed=1)
with torch.no_grad():
    at_once = codec.decode(sample(ask, start, times, step=ab2)).cpu()
    clocks = codec.decode(sample(ask, start, staggered(times, LONG, delay=2), step=ab2)).cpu()
long = {"all at once": at_once, "staggered clocks": clocks, "extension": by_windows(2)}
rows = {f"{way}: {story}": clip[i] for way, clip in long.items() for i, story in enumerate(stories)}
plots.strips(
    rows, alt="eight seconds made in three ways: a still circle, and a star that orbits", columns=9, moving=False
)

# %% [markdown]
# Something that stays still must not change at all, which makes it the best test there is: whatever does change is
# **drift**. Three numbers for each clip: the thing's area in the last second, as a share of that in the first; how far its
# mean colour has wandered (0: not at all, 1: from black to white); and the largest step from one frame to the next,
# divided by the mean step. The floor is a drawn clip through the codec. **Which of the three ways drifts most?**

# %%
from minisora.evaluation.drift import drift
from minisora.worlds.scene import Scene, SceneObject

real = render([Scene((SceneObject("circle", "red", "large", "still"),))], frames=4 * LONG - 3, height=64, width=64)
with torch.no_grad():
    print(f"{'drawn, through the codec':28}", drift(codec.decode(codec.encode(real.to(device)))[0]))
for way, clip in long.items():
    for i, story in enumerate(stories):
        print(f"{way:17} {story.split()[2]:10}", drift(clip[i]))

# %% [markdown]
# Area 1.00 and colour 0.00 would be perfect. What to look for: the extension stays within durations that were trained, so
# each *window* is good; but it sees half a second back, and each window copies the mistakes of the last.
# All at once sees everything and knows nothing of late times. Which of the two is worse depends on the weights, and with
# the shipped ones on the sentence; that is why both are printed, and why a product offers the second (`minisora extend`).
#
# ## Any length, in the same memory
#
# Making windows needs the memory of a window. What about the decoder? It is causal (chapter 03), so it needs to remember
# only what its convolutions look back at: `decode_stream` hands that on from piece to piece, and `Pipeline` always
# decodes so. **How large is the largest tensor in the decoder for 2, about 10 and 32 seconds: whole, and in pieces of 5?**

# %%
from minisora.codec.stream import decode_stream


@torch.no_grad()
def largest(latents: Tensor, piece: int) -> tuple[Tensor, float]:
    """The clip, decoded in pieces, and the millions of numbers in the largest tensor that a layer handed on."""
    sizes: list[int] = []

    def note(module, inputs, out) -> None:
        sizes.append((out[0] if isinstance(out, tuple) else out).numel())

    hooks = [module.register_forward_hook(note) for module in codec.decoder.modules()]
    video = torch.cat([each.cpu() for each in decode_stream(codec, latents.split(piece, dim=2))], dim=2)
    for hook in hooks:
        hook.remove()
    return video, max(sizes) / 1e6


# %%
clip, _ = drawn(17, 64, 64)
for count in by_profile((1, 4, 13), fast=(1, 2)):
    latents = clip[:1].repeat(1, 1, count, 1, 1)
    (whole, much), (pieces, little) = largest(latents, 10**6), largest(latents, 5)
    seconds, same = (latents.shape[2] - 1) / 2, torch.allclose(whole, pieces, atol=1e-4)
    print(f"{seconds:4.1f} s: whole {much:5.2f} million numbers, in pieces {little:.2f}; the same clip: {same}")

# %% [markdown]
# ## Break it
#
# **First: a packed row without its segments.** Two clips in one row, a red circle and a blue square, and the mask is
# forgotten. Shapes fit, types fit, nothing complains. **What will the two clips show?** (Both sets of tokens claim the
# same coordinates: each has a twin at its place.)

# %%
pair = ["a large red circle stays still", "a large blue square stays still"]
two = [noise(5, seed=8)[0], noise(5, seed=9)[0]]
row = torch.cat([patchify(each[None]) for each in two], dim=1)
where = coordinates(5, 8, 8, 0.5).to(device).repeat(2, 1)
text = dit.encode_text(pipeline.tokenizer.encode([" and ".join(pair)]).to(device))
with torch.no_grad():
    context = dit.prepare(where, text)
    flat = sample(lambda x, t: dit(x, torch.as_tensor(t).flatten()[:1, None], context), row, times, step=ab2)
    halves = codec.decode(torch.cat([unpatchify(half, 5, 8, 8) for half in flat.chunk(2, dim=1)])).cpu()
rows = dict(zip(("the first clip", "the second clip"), halves, strict=True))
plots.strips(rows, alt="two clips of a row without a mask, which have looked at each other", columns=6, moving=False)

# %% [markdown]
# Each hears both sentences, and each looks at the other, place by place. With the mask they would be what they are
# alone. In training such a mistake does not stop anything either: the loss falls, a little worse than it should.
#
# **Second: windows that are given nothing.** `held = 0`: each window has the sentence, and no memory. **What happens at
# the seams?**

# %%
forgetful = by_windows(0)
print(f"{'given two latent frames':25}", drift(long["extension"][0]))
print(f"{'given nothing':25}", drift(forgetful[0]))
steps = {"given two": long["extension"][0], "given nothing": forgetful[0]}
with plots.chart(
    alt="change from frame to frame; without memory it has peaks where windows meet", size=(6.4, 2.2)
) as axes:
    for label, clip in steps.items():
        axes.plot(clip.diff(dim=1).abs().mean((0, 2, 3)), label=label)
    axes.set(xlabel="frame", ylabel="change")
    axes.legend()

# %% [markdown]
# Every window is a fine clip, and together they are a row of cuts: each draws its own circle, where *its* noise puts it.
# (A window that is given nothing also begins with a single picture, so that such a clip is not even as long.)
#
# ## In the real systems
#
# - **Sora**'s report says that it trains on native durations, resolutions and aspect ratios, samples anything between
#   1920x1080 and 1080x1920, and treats pictures as videos of one frame; it shows squares against native sizes in two clips,
#   without a score ([OpenAI 2024](https://openai.com/index/video-generation-models-as-world-simulators/)). It also
#   "prototypes" at small sizes with the same model. How its batches are made is not said.
# - **NaViT** ([2307.06304](https://arxiv.org/abs/2307.06304)) packs pictures of any resolution into one sequence, with a
#   mask from segment numbers.
# - **CogVideoX** ([2408.06072](https://arxiv.org/abs/2408.06072)) packs clips of different durations ("Frame Pack"), and
#   extrapolates its RoPE for other sizes rather than interpolating it.
# - **LTX-Video** ([2501.00103](https://arxiv.org/abs/2501.00103)) drops up to a fifth of the tokens to make lengths equal,
#   and shifts its times further, the more tokens there are.
# - **HunyuanVideo** ([2412.03603](https://arxiv.org/abs/2412.03603)) shifts by 7 at 50 steps and by 17 below 20: figures
#   that were tried. **Stable Diffusion 3** derives the root of the ratio, and then tunes it with people's votes.
# - **Wan 2.1** ([2503.20314](https://arxiv.org/abs/2503.20314)) decodes in chunks with a cache for each causal convolution,
#   as here. **Diffusion Forcing** ([2407.01392](https://arxiv.org/abs/2407.01392)) trains with a noise level of its own
#   for each frame, and then rolls out far beyond the trained length.
#
# ## Recap
#
# - The network sees tokens with coordinates, so any size is the same call; whether it is a good one was decided in training.
# - Buckets keep shapes, nearest in logarithms; packing keeps everything, and packed equals single.
# - A network of square crops cuts things off, in frames of any shape.
# - Extrapolated coordinates keep details, interpolated ones the layout; rescaling the long wavelengths lies between the two.
# - The root of the ratio of tokens is the shift for tokens that agree. Ours do not, and want less.
# - Windows make any length, and drift; a causal decoder needs the same memory for all of it.
#
# ## Five words
#
# - **bucket**: one of a few shapes that clips are scaled and cropped to, so that each batch has one.
# - **first fit**: each clip goes into the first row that has room.
# - **extrapolation, interpolation**: new tokens beyond the known coordinates; new tokens squeezed between them.
# - **window**: the frames that one call makes of a longer clip, some of them given.
# - **drift**: what changes in a long clip although it should not.
#
# ## Test yourself
#
# **1.** Somebody adds pictures to a training of clips, each padded to the 80 tokens of a clip. What does it cost, and name
# two ways out.
#
# <details><summary>Answer</summary>
#
# A picture has 16 tokens, so **four fifths** of each such row are padding that is paid for. Batches of pictures alone (a
# bucket), five times as many of them; or **packing**, five pictures to a row, with segments.
#
# </details>
#
# **2.** At twice the trained size a model's clips show the thing twice, each in sharp detail. Which coordinates were used,
# and what would you try before any training?
#
# <details><summary>Answer</summary>
#
# **Extrapolated** ones: neighbours are as they were, so details are sharp, but nobody knows places so far out. Try
# **rescaled** wavelengths; or interpolated coordinates while the clip is nearly all noise, when the layout is decided, and
# extrapolated ones after that.
#
# </details>
#
# **3.** A rule says that a clip of four times as many tokens needs a shift of 2. A colleague measures 1.2. Who is wrong?
#
# <details><summary>Answer</summary>
#
# Nobody need be. The rule holds for tokens that **all say the same**, whose mean is then known twice as well. Where tokens
# have something to say of their own, more of them know no more of each: between 1 and 2 is where real clips lie.
#
# </details>
#
# **Where to go from here.** `minisora generate "…" --size 48x96 --seconds 8` takes any of it, and says when it was never
# trained. In **[12 · Given part of a video](12_given_part_of_a_video.ipynb)** windows are one of many things that can be
# *given*.
