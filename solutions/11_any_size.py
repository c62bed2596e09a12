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
from minisora.diffusion import ab2, classifier_free, sample, shift_time, time_grid
from minisora.model import TextTokens, video_velocity

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
# shapes. Their card says which. **Which of the four pictures above are beyond it?**

# %%
from minisora.sizes import trained_shapes

for shape in trained_shapes(pipeline.card):
    print(f"seen in training: {(shape.frames - 1) / pipeline.fps:g} s of {shape.height}x{shape.width}")
for seconds, size in ((2, (96, 96)), (0, (128, 128)), (2, (32, 64)), (16, (64, 64))):
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
    print(f"{name:15} square: {kept(height, width, (64, 64)):4.0%}   {near[0]}x{near[1]}: {kept(height, width, near):4.0%}")

# %% [markdown]
# ## What a square crop teaches
#
# Does it matter, if a network sees half of every film? OpenAI's report on Sora shows two clips side by side: of a model
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
# The first line is the measure's own floor: no drawn wide clip is cut off, two thirds of the drawn squares are.
#
# - The network of the squares cuts things off *in wide frames, too*, three times as often as the other. It has learned
#   that things reach beyond the frame. The frame has no edge that it could see; it was never told of one.
# - Asked for a square, the network of the *whole* clips cuts off nearly as many. It has never seen a square. To it, a
#   square is the middle of a wide picture, and a thing may stand anywhere in that. **Coordinates from the middle say
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
print("more than half of a padded batch is nothing:", empty["padded"] > 0.5)
print("less than a tenth of packed rows is:", all(empty[f"rows of {room}"] < 0.1 for room in (200, 400, 800)))

# %% [markdown]
# A picture is a clip of *one frame*: 16 tokens, where a clip has 80. It needs no code of its own, and a row of pictures
# costs as little as it should. (That is why chapter 08 could train on pictures for a fifth of its batches.)
#
# Next, the rows themselves.
#
# {card}
#
# `clips` are tensors `n k` with their own n each, `rows` are those of `first_fit`. Return two tensors: the packed clips,
# `rows room k`, with 0 where nobody is; and the **segments**, `rows room` whole numbers: 0 for the first clip *of its
# row*, 1 for the second, and -1 where nobody is. Make them where the clips are.


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

pack = use(pack=pack)
ROOM = 260
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
        time = torch.as_tensor(t).to(x).expand(len(x), 1, ROOM)[:, 0]
        return dit(x.transpose(1, 2), time, context).transpose(1, 2)

    return velocity


# %% [markdown]
# The claim: **packed equals single.** Not "nearly as good": the same numbers, up to rounding. One step of one clip would
# be enough to see it; let us be strict, and compare whole sampling runs, guidance included. **How far apart may they be
# after twelve steps?**

# %%
times = time_grid(by_profile(12, fast=2), shift=pipeline.sampling.shift)
told, untold = packed_velocity(list(asked)), packed_velocity([""] * len(asked))
scale = pipeline.sampling.guidance
x, segments = pack(tokens, rows, ROOM)
begun = x.transpose(1, 2).contiguous()
done = sample(lambda x, t: untold(x, t) + scale * (told(x, t) - untold(x, t)), begun, times, step=ab2).transpose(1, 2)
together = {}
for row, members in enumerate(rows):
    for number, i in enumerate(members):
        shape = list(asked.values())[i]
        together[i] = unpatchify(done[row][segments[row] == number][None], *shape)

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
print("clips that come out of packed rows as they do alone:", sum(bool(each < 1e-2) for each in apart), "of", len(apart))

# %%
with torch.no_grad():
    seen = {caption: codec.decode(together[i])[0].cpu() for i, caption in enumerate(asked)}
pictures = {f"{clip.shape[1]} frames of {clip.shape[2]}x{clip.shape[3]}": clip[:, -1] for clip in seen.values()}
plots.images(pictures, alt="the last frames of clips of different shapes from one packed batch", columns=5, width=130)

# %% [markdown]
# One batch, and no two neighbours of one shape. (Two clips of the same shape share a label, so one of them is missing.)
# Where it pays is training, where clips of all shapes are wanted in every step. minisora itself goes by buckets: each
# batch has one shape, and batches of rarer shapes come up less often. With five shapes that wastes nothing.
#
# ## Where do the new tokens lie?
#
# Now to sampling at a size that is larger than what was seen. A frame of 64 pixels has 4 rows of tokens, at -1.5, -0.5,
# 0.5 and 1.5. One of 128 pixels has 8. There are three schools:
#
# - **extrapolate**: as far apart as ever, out to ±3.5. Neighbours look as they always did; the outer tokens lie where no
#   token has ever been.
# - **interpolate** (Chen et al. 2023, [2306.15595](https://arxiv.org/abs/2306.15595), for language): squeeze all of them
#   into ±1.75. Nobody is in unknown territory, but neighbours are half as far apart as any neighbours were.
# - **rescale** (known as *NTK-aware*; [2309.00071](https://arxiv.org/abs/2309.00071) compares them): RoPE turns each pair
#   of channels with a wavelength of its own (chapter 06). Leave the short wavelengths, which tell neighbours apart;
#   lengthen the long ones, which say how far across the frame one is.
#
# {card}
#
# `coords` are `n 3`, `axes` are three pairs (shortest, longest wavelength), `factors` say how many times as long, high
# and wide the clip is. Return a pair of coordinates and axes. RoPE spaces its wavelengths evenly, by their logarithms,
# between the two: so to *rescale*, multiply the longest by the axis' factor, and leave the shortest. Any other `way` is a
# `ValueError`.

# %%
from minisora.model.rope import VIDEO_AXES, rope_table

Axes = tuple[tuple[float, float], ...]
print("shortest and longest wavelength of seconds, rows and columns:", VIDEO_AXES)


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
