# %% [markdown]
# # 02 · Spacetime patches
#
# | | |
# |---|---|
# | **You build** | the cut from a clip to a sequence of tokens and back, the place of every token in the world, the price of a sequence, and the mask that lets several clips share one |
# | **It becomes** | `minisora/model/patches.py`, and parts of `minisora/model/flops.py` and `minisora/model/dit.py` |
# | **You need** | chapter 01 (a clip is `b c t h w`), Python, a little PyTorch |
# | **Time** | 60 to 90 minutes of reading and writing; running everything takes 1 minute on a 2-core laptop, half of that with a GPU |

# %%
import time

import torch
import torch.nn.functional as F
from einops import rearrange
from IPython.display import display
from torch import Tensor

from minisora.course import begin, by_profile, check, explore, plots, swap, use
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

begin("02")

# %% [markdown]
# Here is a clip of two seconds, and under it the same clip *as the network will see it*: not as a film, but as a pile
# of small squares.

# %%
circle = SceneObject("circle", "red", "medium", "right", x=-0.25, y=-0.2, speed=0.25)
star = SceneObject("star", "yellow", "medium", "spins", x=0.15, y=0.22, speed=0.5)
scene = Scene((circle, star), background="navy")
clip = render([scene], frames=17, height=64, width=64)

display(plots.player(clip[0], alt="a red circle moves right above a spinning yellow star on navy"))
plots.patches(clip[0, :, 8], 8, alt="the middle frame of the clip, cut into 8 by 8 squares that are pulled apart")

# %% [markdown]
# ## Why cut at all?
#
# A transformer does not read pictures. It reads a *sequence*: a list of vectors, all of the same length, each of
# which may look at every other. (This looking is called **attention**: each token asks with a vector, its *query*;
# every token answers with a *key* and a *value*. The better key and query fit, the more of that value the asking
# token takes; the *softmax* turns the fits into shares that add up to 1. Chapter 06 builds it.) A language model's
# vectors stand for pieces of words, its **tokens**. What is the piece of a word of a video?
#
# - A **pixel** is too small. The clip above would be a sequence of 69,632 tokens, and every one of them looks at all
#   others.
# - A **frame** is too large. All of it would have to fit into one vector, and nothing could look at a *part* of it.
# - A **patch**, a small square of one frame, is between the two. As it has a place in the picture *and* a moment in
#   time, one speaks of **spacetime patches**.
#
# **Before you run the next cell:** with squares of 8 x 8 pixels, how many tokens is the clip, and how many numbers
# are in each?

# %%
# NBVAL_CHECK_OUTPUT
b, c, t, h, w = clip.shape
patch = 8
print("pixels:          ", t * h * w)
print("tokens:          ", t * (h // patch) * (w // patch))
print("numbers in each: ", c * patch * patch)
print("numbers in all:  ", clip.numel(), "=", t * (h // patch) * (w // patch) * c * patch * patch)

# %% [markdown]
# Nothing was thrown away: the clip has as many numbers as before, only in another order. Cutting into patches is a
# *permutation*, so it costs nothing and can be undone exactly. Keep that in mind; it is how we shall test it.
#
# ## The long way round, once
#
# Take a frame so small that one can see every number: 4 rows, 6 columns, and in every place its row and column. So 23 is
# in row 2 and column 3. With patches of 2 x 2 there are 2 rows of 3 patches. **Which four numbers should the second
# token hold?** Decide, then run.

# %%
# NBVAL_CHECK_OUTPUT
tiny = torch.tensor([[10 * row + column for column in range(6)] for row in range(4)])
print(tiny)

tokens = []
for top in range(0, 4, 2):
    for left in range(0, 6, 2):
        square = tiny[top : top + 2, left : left + 2]
        tokens.append(square.flatten())
print(torch.stack(tokens))

# %% [markdown]
# Two choices are hidden in these loops, and both are *conventions*: nobody is right, but everybody has to agree.
#
# 1. **The order of the tokens** is reading order: along a row of patches, then the next row (and, in a video, then
#    the next frame).
# 2. **The order inside a token** is reading order too: the patch's first row, then its second.
#
# Loops are slow, though. The same is a matter of splitting axes and putting them into another order. The axis of the
# 4 rows is really two axes, *which patch* and *which row in the patch*; the same holds for the 6 columns.

# %%
# NBVAL_CHECK_OUTPUT
split = tiny.reshape(2, 2, 3, 2)  # (patch row, row inside, patch column, column inside)
ordered = split.permute(0, 2, 1, 3)  # (patch row, patch column, row inside, column inside)
print("by hand:  ", ordered.reshape(6, 4).tolist()[1])

short = rearrange(tiny, "(h p) (w q) -> (h w) (p q)", p=2, q=2)  # h, w: which patch; p, q: where inside
print("by einops:", short.tolist()[1], "- all the same:", torch.equal(short, ordered.reshape(6, 4)))

# %% [markdown]
# That is all there is to it. A pattern of `einops` says in letters what `reshape` and `permute` say in numbers:
# brackets on the left split an axis, brackets on the right merge axes, and the last letter in a bracket changes
# fastest.
#
# {card}
#
# Now do it for real clips: `b` of them, with `c` channels and `t` frames. The tokens come frame by frame, row by row,
# and inside a token the channels come first, then the patch's rows, then its columns.


# %% exercise="patchify"
def patchify(latents: Tensor, patch: int = 2) -> Tensor:
    """Cut every frame into square patches: ``b c t h w -> b (t h/p w/p) (c p p)``."""
    ### BEGIN SOLUTION
    return rearrange(latents, "b c t (h p) (w q) -> b (t h w) (c p q)", p=patch, q=patch)
    ### END SOLUTION


# %% check="patchify"
check.patchify(patchify)

# %% [markdown]
# The function calls its input *latents*, because in the finished machine it cuts what the codec of chapter 03 makes
# of a clip: 5 x 8 x 8 places instead of 17 x 64 x 64 pixels. The cut is the same, so here we practise on pixels.

# %%
patchify = use(patchify=patchify)
tokens = patchify(clip, 8)
print("clip", tuple(clip.shape), "-> tokens", tuple(tokens.shape))

frame = 8
row = tokens[0, frame * 64 : (frame + 1) * 64].reshape(64, 3, 8, 8)
some = {f"token {frame * 64 + i}": row[i] for i in (9, 10, 11, 18, 44, 45)}
plots.images(some, alt="one patch of 8 by 8 pixels", width=90, columns=6)

# %% [markdown]
# Six words of the language of this video: some are plain background, some hold an edge. Most of what there is to say
# about a clip is in how such pieces go together.
#
# ## And back again
#
# The network answers with a sequence as well, one vector for each token. To see its answer it must be laid out again.
# The sequence itself does not know how it was a clip: 12 tokens could be one frame of 3 x 4 patches or three frames
# of 2 x 2.
#
# {card}
#
# Undo `patchify`. `t`, `h` and `w` have to be told: they are the size of the *result*, not the numbers of patches.


# %% exercise="unpatchify"
def unpatchify(tokens: Tensor, t: int, h: int, w: int, patch: int = 2) -> Tensor:
    """Put the patches back into ``t`` frames of ``h x w``: ``b (t h/p w/p) (c p p) -> b c t h w``."""
    ### BEGIN SOLUTION
    rows, columns = h // patch, w // patch
    return rearrange(tokens, "b (t h w) (c p q) -> b c t (h p) (w q)", t=t, h=rows, w=columns, p=patch, q=patch)
    ### END SOLUTION


# %% check="unpatchify"
check.unpatchify(unpatchify)

# %% [markdown]
# A permutation and its inverse give back *the same bits*. Not "nearly": there is no arithmetic in which anything
# could be rounded. So the test is `torch.equal`, and never a tolerance.

# %%
unpatchify = use(unpatchify=unpatchify)
again = unpatchify(patchify(clip, 8), 17, 64, 64, 8)
print("the same clip, bit for bit:", torch.equal(again, clip))

# %% [markdown]
# ## What a token does not know
#
# **A question before the next cell.** We shuffle the patches within each frame and lay them out again. A
# convolutional network would be lost. What about a transformer?

# %%
shuffle = torch.randperm(64, generator=torch.Generator().manual_seed(0))
in_frames = rearrange(tokens, "b (t n) d -> b t n d", t=17)
shuffled = rearrange(in_frames[:, :, shuffle], "b t n d -> b (t n) d")
columns_first = rearrange(tokens, "b (t h w) d -> b (t w h) d", t=17, h=8)
shown = {"as cut": tokens, "shuffled": shuffled, "columns first": columns_first}
laid_out = {label: unpatchify(each, 17, 64, 64, 8)[0] for label, each in shown.items()}
plots.strips(laid_out, alt="the clip with its patches in this order; only the first row is the clip")

# %% [markdown]
# To *you* the second row is a ruin. To a transformer without positions it is **the same clip**: attention is a sum
# over a set, and a set has no order. Shuffle the tokens, and its answers come shuffled in the same way, otherwise
# unchanged. Here is a test, on tokens that attend to each other.

# %%
# NBVAL_CHECK_OUTPUT
x = torch.randn(1, 64, 192, generator=torch.Generator().manual_seed(1))
order = torch.randperm(64, generator=torch.Generator().manual_seed(2))
shuffled_after = F.scaled_dot_product_attention(x, x, x)[:, order]
shuffled_before = F.scaled_dot_product_attention(x[:, order], x[:, order], x[:, order])
print("shuffling before or after attention is the same:", torch.allclose(shuffled_before, shuffled_after, atol=1e-4))

# %% [markdown]
# So each token needs a label that says *where and when* it is. One could number the tokens 0, 1, 2, … as in a text.
# But in reading order token 64 is far from token 0, and yet it shows the same place one frame later. And with a wider
# frame all numbers change. A better label is what a surveyor would write down: **three real coordinates**.
#
# - **seconds**, not frame numbers: half a second is half a second at 8 and at 24 frames per second;
# - **row** and **column** of the patch, counted **from the middle of the frame**: a wider frame then adds patches on
#   both sides, and what was in the middle keeps its address.


# %%
def places(height: int, width: int, patch: int = 8) -> tuple[Tensor, Tensor]:
    rows = torch.arange(height // patch) - (height // patch - 1) / 2
    columns = torch.arange(width // patch) - (width // patch - 1) / 2
    return torch.meshgrid(rows, columns, indexing="ij")


alt = "patch positions of a wide frame extend those of a square frame to both sides; those in the middle coincide"
with plots.chart(alt=alt, size=(6.4, 3.2)) as axes:
    for size, marker, label in (((64, 128), "s", "64x128"), ((64, 64), ".", "64x64")):
        row, column = places(*size)
        axes.scatter(column, row, marker=marker, label=label, s=60 if marker == "s" else 30)
    axes.set(xlabel="column (patches from the middle)", ylabel="row", aspect="equal")
    axes.invert_yaxis()
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))

# %% [markdown]
# Write the function that gives every token its coordinates, in the order in which `patchify` lists the tokens. The
# frames of a latent clip are `seconds_per_latent_frame` apart, and the first one is at 0 seconds. A clip of 8 frames
# per second whose codec shortens time four times has half a second from one latent frame to the next.


# %% exercise="coordinates"
def coordinates(t: int, h: int, w: int, seconds_per_latent_frame: float, patch: int = 2) -> Tensor:
    """Where each token of a ``t x h x w`` clip lies: ``n 3``, (seconds, patch row, patch column)."""
    ### BEGIN SOLUTION
    rows, columns = h // patch, w // patch
    seconds = torch.arange(t) * seconds_per_latent_frame
    row = torch.arange(rows) - (rows - 1) / 2
    column = torch.arange(columns) - (columns - 1) / 2
    return torch.stack(torch.meshgrid(seconds, row, column, indexing="ij"), dim=-1).reshape(-1, 3).float()
    ### END SOLUTION


# %% check="coordinates"
check.coordinates(coordinates)

# %% [markdown]
# Now the ruin can be repaired. Throw **all** tokens of the clip, over space and time, into one bag. The order is gone
# for good, but every token wears its coordinates. Sort by them, and the clip is back.

# %%
coordinates = use(coordinates=coordinates)
where = coordinates(17, 64, 64, 1 / 8, 8)
order = torch.randperm(len(where), generator=torch.Generator().manual_seed(3))
bag, labels = tokens[:, order], where[order]

sorted_again = sorted(range(len(labels)), key=lambda i: tuple(labels[i].tolist()))
found = {"the bag": bag, "sorted by coordinates": bag[:, sorted_again]}
found = {label: unpatchify(each, 17, 64, 64, 8)[0] for label, each in found.items()}
print("the same clip, bit for bit:", torch.equal(found["sorted by coordinates"], clip[0]))
plots.strips(found, alt="a bag of patches in any order, and the same patches sorted by their coordinates")

# %% [markdown]
# This is the contract of minisora's network: a token is **a vector, a coordinate and a time** (the noise level, from
# chapter 05). *The network never sees a grid.* How coordinates enter attention, by turning vectors, is the matter of
# chapter 06.
#
# What does one gain? Everything that follows is *the same call*.


# %%
# NBVAL_CHECK_OUTPUT
def count(frames: int, height: int, width: int, patch: int = 8) -> int:
    return frames * (height // patch) * (width // patch)


shapes = {"image": (1, 64, 64), "clip": (17, 64, 64), "wide": (17, 48, 96), "tall": (17, 96, 48), "long": (65, 64, 64)}
for name, (frames, height, width) in shapes.items():
    print(f"{name:6} {frames:2} x {height} x {width}  ->  {count(frames, height, width):4} tokens of 192 numbers")

# %% [markdown]
# **An image is a clip with one frame.** No switch, no second network: a model learns from millions of pictures and
# from clips in the same batch. And a scene can be drawn, cut and laid out in any shape of frame.

# %%
shown = {}
for name in ("image", "wide", "tall"):
    frames, height, width = shapes[name]
    made = render([scene], frames=frames, height=height, width=width)
    whole = unpatchify(patchify(made, 8), frames, height, width, 8)
    shown[f"{name}, {count(*shapes[name])} tokens"] = whole[0, :, 0]
plots.images(shown, alt="the first frame of the scene in a frame of this shape", width=140)

# %% [markdown]
# ## What a token costs
#
# Smaller patches show finer things. Why not cut into 2 x 2, or into single pixels?
#
# **Guess first:** halving the side of a patch makes how many times as many tokens? And how many times as many *pairs*
# of tokens, which is what attention looks at?

# %%
# NBVAL_CHECK_OUTPUT
for side in (16, 8, 4, 2, 1):
    n = count(17, 64, 64, side)
    print(f"patch {side:2}: {n:6,} tokens, {n * n:13,} pairs")

# %% [markdown]
# Four times the tokens, sixteen times the pairs. Pairs are not all of the bill, though. Each block of a transformer
# has
#
# - **four square matrices** of attention: queries, keys, values and the output, each `width x width`;
# - **the MLP**, two linear layers that work on each token by itself: up to `mlp_ratio * width`, and down again;
# - **attention itself**: every query with every key (`n x n` products of vectors), and the weights times the values.
#
# Multiplying an `n x a` matrix by an `a x b` one takes `n·a·b` multiplications and as many additions, `2·n·a·b`
# operations. The first two cost something *per token*, the third per *pair*.
#
# {card}
#
# Write the sum down. Element-wise work is so little that it counts as nothing.


# %% exercise="block_flops"
def block_flops(tokens: int, width: int, mlp_ratio: int = 4) -> int:
    """Floating-point operations of one transformer block for a sequence of ``tokens``."""
    ### BEGIN SOLUTION
    linear = 2 * tokens * (4 + 2 * mlp_ratio) * width**2
    attention = 2 * 2 * tokens**2 * width
    return linear + attention
    ### END SOLUTION


# %% check="block_flops"
check.block_flops(block_flops)

# %% [markdown]
# For which length of sequence is attention half of the bill? Set the two parts equal: `24·n·width² = 4·n²·width`, so
# `n = 6·width`. At width 256 that is 1,536 tokens. **Look for the bend of the curve before you read on.**

# %%
block_flops = use(block_flops=block_flops)
width = 256
lengths = torch.logspace(1, 5.3, 60).round().long().tolist()
alt = "operations of a block against tokens on logarithmic axes: slope one up to about 1,500 tokens, slope two beyond"
with plots.chart(alt=alt, size=(7.2, 3.2)) as axes:
    axes.loglog(lengths, [block_flops(n, width) for n in lengths], label="whole block")
    axes.loglog(lengths, [4 * n * n * width for n in lengths], "--", label="attention's pairs")
    axes.axvline(6 * width, color="grey", linewidth=1)
    axes.annotate("6 x width", (6 * width * 1.1, 1e8))
    axes.set(xlabel="tokens", ylabel="operations")
    axes.legend()

# %% [markdown]
# Left of the line a token has a fixed price, right of it the price of a token grows with the number of all others.
# That is the formula; now the **stopwatch**. We time attention alone, on whatever you are sitting at.


# %%
def milliseconds(n: int, width: int = 256, heads: int = 4) -> float:
    """The best of five runs of attention over ``n`` tokens."""
    q = torch.randn(1, heads, n, width // heads, generator=torch.Generator().manual_seed(0))
    best = float("inf")
    for _ in range(5):
        begin_time = time.perf_counter()
        F.scaled_dot_product_attention(q, q, q)
        best = min(best, time.perf_counter() - begin_time)
    return 1000 * best


measured = {
    n: milliseconds(n) for n in by_profile([8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096], fast=[16, 128, 1024])
}
for n, ms in measured.items():
    print(f"{n:5} tokens: {ms:8.2f} ms")

# %%
n = list(measured)
alt = "measured milliseconds of attention against tokens: flat at first, then along a line of slope two"
with plots.chart(alt=alt) as axes:
    axes.loglog(n, list(measured.values()), "o-", label="measured")
    axes.loglog(n, [measured[n[-1]] * (each / n[-1]) ** 2 for each in n], "--", label="slope 2")
    axes.set(xlabel="tokens", ylabel="milliseconds")
    axes.legend()

# %% [markdown]
# On the right the points follow the line of slope 2: doubling the sequence costs four times as much. On the left they
# lie above it, since a call has a fixed price however little there is to do; on a GPU that goes on for thousands of
# tokens. And there may be a kink where the library changes its method or a cache overflows. No formula of operations
# sees any of this. **Measure before you believe a formula, even your own.**
#
# ## The other side of the bargain
#
# Large patches are cheap, but each one has to pass through *one* vector of the network's width. Move the sliders:
# what can no longer be told apart when each square is replaced by its mean colour, the crudest summary of a patch?


# %%
def summary(patch: int, frame: int) -> plots.Picture:
    squares = rearrange(patchify(clip, patch), "b n (c k) -> b n c k", c=3)
    crude = squares.mean(-1, keepdim=True).expand_as(squares).flatten(2)
    seen = unpatchify(crude, 17, 64, 64, patch)
    n = count(17, 64, 64, patch)
    label = f"{n:,} tokens of {3 * patch**2}, {block_flops(n, 256) / 1e9:.2f} billion operations a block"
    shown = {f"frame {frame}": clip[0, :, frame], label: seen[0, :, frame]}
    return plots.images(shown, alt=f"at patches of {patch} pixels", width=230, columns=2)


explore(summary, patch=[2, 4, 8, 16, 32], frame=[0, 4, 8, 12, 16])

# %% [markdown]
# At 4 pixels the star begins to lose its points, at 8 no shape can be named, at 32 there are four squares. The
# networks of this course summarise better than by a mean (a learned matrix), but the bottleneck is real: 3 · 16² =
# 768 numbers do not fit into a vector of 256. That is why the real machine first makes *latents*, which hold more in
# fewer numbers, and then cuts small patches of those: a clip of 17 x 64 x 64 becomes 5 x 8 x 8 latents, which are
# **80 tokens** with patches of 2 x 2, or 320 if each latent is a token of its own. (The shipped network has 2 x 2.
# Finer tokens draw finer details; coarser ones learn sooner what the words mean and where things go:
# `docs/recipes.md`.)
#
# ## Several clips in one sequence
#
# Clips come in all sizes, but a batch is a rectangle. The usual way out is to fill up the shorter rows with nothing,
# **padding**, and to pay for it. The other one is **packing**: lay the clips end to end in one long row, like
# sentences on a page.

# %%
# NBVAL_CHECK_OUTPUT
sizes = {"image": (1, 8, 8), "short": (2, 8, 8), "clip": (5, 8, 8), "wide": (5, 6, 12)}  # latent frames, height, width
lengths = {name: count(*size, patch=2) for name, size in sizes.items()}
padded, packed = len(sizes) * max(lengths.values()), sum(lengths.values())
print(lengths)
print(f"padded: {padded} tokens, of which {100 * (padded - packed) // padded} % are nothing; packed: {packed}")

# %% [markdown]
# One thing must not happen in a packed row: the tokens of one clip must not look at another's. So each token carries
# the number of its clip, its **segment**, and a mask says who may look at whom.
#
# {card}
#
# True where two tokens have the same number. Padding at the end of a row has the number -1, a number like any other:
# padding looks at padding. (Nobody reads what comes of it. But a token that may look at nothing is 0/0 in the
# softmax.)


# %% exercise="packing_mask"
def packing_mask(segments: Tensor) -> Tensor:
    """Who may attend to whom in packed rows, ``b n -> b n n``: true where two tokens belong to the same clip."""
    ### BEGIN SOLUTION
    return segments[:, :, None] == segments[:, None, :]
    ### END SOLUTION


# %% check="packing_mask"
check.packing_mask(packing_mask)

# %%
packing_mask = use(packing_mask=packing_mask)
segments = torch.cat([torch.full((length,), i) for i, length in enumerate(lengths.values())])[None]
mask = packing_mask(segments)
print(f"{int(mask.sum()):,} of {mask.numel():,} pairs may see each other")
plots.images(
    {"who sees whom": mask[0].float()}, alt="four light squares along the diagonal, one for each clip", width=260
)

# %% [markdown]
# The claim to test: **in a packed row each clip gets exactly what it would get alone.** And without the mask it does
# not.

# %%
x = torch.randn(1, packed, 64, generator=torch.Generator().manual_seed(0))
together = F.scaled_dot_product_attention(x, x, x, attn_mask=mask)
mixed = F.scaled_dot_product_attention(x, x, x)
for i, name in enumerate(lengths):
    part = x[:, segments[0] == i]
    alone = F.scaled_dot_product_attention(part, part, part)
    error = (together[:, segments[0] == i] - alone).abs().max()
    without = (mixed[:, segments[0] == i] - alone).abs().max()
    print(f"{name:6} packed as alone: {bool(error < 1e-5)}; without the mask: {bool(without < 1e-5)}")

# %% [markdown]
# ## Into the machine
#
# Your functions now take the places of minisora's own. `swap` makes one clip from the package's parts and one for
# each mix of yours, and compares them. Three parts that are right make *the same clip*.

# %%
settings = {"seconds": by_profile(2.0, fast=0.5), "steps": by_profile(10, fast=2)}
yours = swap(patchify=patchify, unpatchify=unpatchify, coordinates=coordinates)
yours.report("a red circle moves right", **settings)

# %% [markdown]
# ## Break it
#
# **First:** let `patchify` run down the columns while `unpatchify` still reads along the rows. Both are permutations,
# no shape is wrong and nothing raises an error. What will the clip look like? *(The network was trained on the right
# order. A mistake like this, in training and sampling alike, would even be learned and nobody would notice, until the
# frames are no longer square.)*
#
# The **dB** under the clip say how near its pixels are to those of the package's: more is nearer, and ten more are a
# tenth of the squared error (chapter 03).


# %%
def columns_first(latents: Tensor, patch: int = 2) -> Tensor:
    return rearrange(latents, "b c t (h p) (w q) -> b (t w h) (c p q)", p=patch, q=patch)


swap(patchify=columns_first).report("a red circle moves right", **settings)

# %% [markdown]
# Noise, except on the diagonal. There clean patches stand, grey or a piece of the circle: where row and column have
# the same number, the swap leaves a patch in its place. Everywhere else each step takes away noise that belongs to
# another place.
#
# **Second:** put all tokens at the same place and the same moment. Now the network is given a bag without labels.
# **What can it still paint? And will it be nearer to the package's clip or further away than the noise was?**


# %%
def nowhere(t: int, h: int, w: int, seconds_per_latent_frame: float, patch: int = 2) -> Tensor:
    return torch.zeros_like(coordinates(t, h, w, seconds_per_latent_frame, patch))


swap(coordinates=nowhere).report("a red circle moves right", **settings)

# %% [markdown]
# All that is left is what is the same everywhere, the grey ground: tokens that all lie in one place cannot agree on
# who paints the circle. And yet it is *nearer* by the number, since most of the package's clip is grey. Decibels
# compare pixels; they do not ask whether there is anything to see.
#
# ## In the real systems
#
# - **ViT** cut photographs into 16 x 16 pixels and began all this (Dosovitskiy et al. 2020, [arXiv
#   2010.11929](https://arxiv.org/abs/2010.11929)); **ViViT** cut *tubelets*, patches through several frames (Arnab et
#   al. 2021, [2103.15691](https://arxiv.org/abs/2103.15691)).
# - **DiT** brought patches to diffusion: 2 x 2 patches of 32 x 32 x 4 latents, 256 tokens; halving the patch from 4
#   to 2 made better pictures at four times the cost (Peebles & Xie 2022,
#   [2212.09748](https://arxiv.org/abs/2212.09748)).
# - **Sora** "turns visual data into patches" of a compressed latent space and trains on their native sizes and aspect
#   ratios. Its patch size is not published (OpenAI 2024, [*Video generation models as world
#   simulators*](https://openai.com/index/video-generation-models-as-world-simulators/)).
# - **NaViT** packs images of any resolution into one sequence with a mask like yours (Dehghani et al. 2023,
#   [2307.06304](https://arxiv.org/abs/2307.06304)).
# - **CogVideoX** ([2408.06072](https://arxiv.org/abs/2408.06072)), **HunyuanVideo**
#   ([2412.03603](https://arxiv.org/abs/2412.03603)) and **Wan 2.1** ([2503.20314](https://arxiv.org/abs/2503.20314))
#   cut 1 x 2 x 2 patches of latents that are 4 x 8 x 8 times smaller than the pixels.
# - **LTX-Video** ([2501.00103](https://arxiv.org/abs/2501.00103)) lets its codec shrink 8 x 32 x 32 times, and then a
#   patch is a single latent.
# - **Stable Video Diffusion** ([2311.15127](https://arxiv.org/abs/2311.15127)) and **Imagen Video**
#   ([2210.02303](https://arxiv.org/abs/2210.02303)) have no patches: their networks are U-Nets, which need a grid.
#
# How long are their sequences? The geometry is published, so one can count: frames `1 + 4k` become `1 + k` latent
# frames.

# %%
# NBVAL_CHECK_OUTPUT
# name: frames, height, width, the codec's factors in time and space, patch
systems = {
    "minisora, 2x2": (17, 64, 64, 4, 8, 2),
    "minisora, 1x1": (17, 64, 64, 4, 8, 1),
    "LTX-Video": (121, 512, 768, 8, 32, 1),
    "CogVideoX": (49, 480, 720, 4, 8, 2),
    "Wan 2.1, 480p": (81, 480, 832, 4, 8, 2),
    "Wan 2.1, 720p": (81, 720, 1280, 4, 8, 2),
    "HunyuanVideo": (129, 720, 1280, 4, 8, 2),
}
for name, (frames, height, width, in_time, in_space, side) in systems.items():
    n = count(1 + (frames - 1) // in_time, height // in_space, width // in_space, side)
    print(f"{name:14} {frames:3} x {height:3} x {width:4}  ->  {n:7,} tokens, {n * n / 80**2:11,.0f} x 80² pairs")

# %% [markdown]
# A hundred thousand tokens for five seconds: that is why attention, and not the matrices, is what large video models
# spend most of their time on, and why so much ingenuity goes into codecs (chapter 03).
#
# ## Recap
#
# - Cutting a clip into patches is a permutation: exact, free, and undone by its inverse.
# - A transformer sees a *set* of tokens. Order means nothing to it, so each token carries its coordinates: seconds,
#   and row and column from the middle of the frame.
# - Images, wide, tall and long clips are then the same call, only with more or fewer tokens.
# - Halving a patch's side makes 4 times the tokens. The matrices cost 4 times as much, attention's pairs 16 times;
#   from `6 · width` tokens on, the pairs are the larger part.
# - Packing puts clips of different sizes into one row; a mask from their segment numbers keeps them apart.
#
# ## Five words
#
# - **token**: one vector of the sequence that a transformer reads.
# - **patch** (spacetime patch): a small square of one (latent) frame; flattened, it is a token.
# - **coordinates**: a token's place in the world: seconds, patch row and patch column, counted from the middle.
# - **packing**: several clips in one sequence, end to end, instead of padding each to the longest.
# - **segment**: the number that says to which clip a packed token belongs.
#
# ## Test yourself
#
# **1.** A clip of 33 frames, 64 x 96 pixels, passes the codec (4 x 8 x 8) and is cut into 2 x 2 patches. How many
# tokens?
#
# <details><summary>Answer</summary>
#
# 33 = 1 + 4·8 frames make 9 latent frames of 8 x 12, with 4 x 6 patches each: 9 · 24 = **216** tokens.
#
# </details>
#
# **2.** You trained on 64 x 64 clips with coordinates counted from the corner, and now generate at 128 x 128. Which
# part of the picture has coordinates that the network has seen in training? And with coordinates from the middle?
#
# <details><summary>Answer</summary>
#
# From the corner: the upper left quarter, so a "circle in the middle" would be drawn there. From the middle: the
# middle part, where most of what matters happens. In both cases the rest is extrapolation.
#
# </details>
#
# **3.** A colleague makes patches of 2 frames x 2 x 2 instead of 1 x 2 x 2. What becomes of the number of tokens, of
# the pairs, of the numbers in a token, and of images as one-frame clips?
#
# <details><summary>Answer</summary>
#
# Half the tokens, a quarter of the pairs, twice the numbers in a token. And a single frame no longer fills a patch,
# so images need a special case: the reason to leave time to the codec, whose first frame stands for itself.
#
# </details>
#
# **Next: [03 · The codec](03_the_codec.ipynb).** It makes 5 x 8 x 8 latents of 17 x 64 x 64 pixels, so that there are
# few tokens to pay for.
