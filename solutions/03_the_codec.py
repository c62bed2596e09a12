# %% [markdown]
# # 03 · The codec
#
# | | |
# |---|---|
# | **You build** | the blocks that a clip is cut into, a convolution that never looks ahead, the price of information, the scale of the latents, a decoder that streams; and you find out what is wrong with five broken codecs |
# | **It becomes** | parts of `minisora/codec/autoencoder.py`, and all that matters of `causal.py`, `losses.py` and `stream.py` beside it |
# | **You need** | chapters 01 and 02 (a clip is `b c t h w`, what a token costs), Python, a little PyTorch; that a network learns by gradient descent |
# | **Time** | 90 to 120 minutes of reading and writing; running everything takes one to three minutes on a 2-core laptop, most of it for a codec that learns before your eyes |

# %%
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy

import torch
import torch.nn.functional as F
from einops import rearrange
from IPython.display import display
from torch import Tensor, nn

from minisora.checkpoint import shipped_folder
from minisora.codec import Codec, CodecConfig
from minisora.course import begin, by_profile, check, explore, plots, progress, reference, swap, use
from minisora.course.exercises.c03_codec import patients
from minisora.evaluation.metrics import psnr
from minisora.networks import load_codec
from minisora.worlds import Scene, SceneObject, ShapesWorld, render

begin("03")

# %% [markdown]
# Two rows: a clip, and the same clip after it has been squeezed through a bottleneck. In between it was nothing but a
# small block of numbers, `24 x 5 x 8 x 8`: of every 27 numbers of the clip there was one.

# %%
disc = SceneObject("circle", "orange", "medium", "orbits", x=-0.1, y=0.05, speed=0.45)
star = SceneObject("star", "cyan", "small", "up", x=0.3, y=0.32, speed=0.25)
scene = Scene((disc, star), background="navy")
clip = render([scene], frames=17, height=64, width=64)

shipped = load_codec(shipped_folder() / "codec.safetensors")[0].eval().requires_grad_(False)
latents = shipped.encode(clip)
print(f"{tuple(clip.shape)} -> {tuple(latents.shape)}: {clip.numel() / latents.numel():.1f} times fewer numbers")
plots.strips(
    {"before": clip[0], "after": shipped.decode(latents)[0]}, alt="an orange disc on its orbit and a cyan star"
)

# %% [markdown]
# Those numbers are called **latents**, "hidden ones". The half of the network that makes them is the **encoder**, the
# half that makes a clip of them the **decoder**, and both together are the **codec**. All that the diffusion model of
# the chapters to come ever sees, adds noise to, and learns to make, are latents. Pixels appear at the very end, once.
#
# ## Why latents?
#
# Because a transformer pays for every pair of tokens (chapter 02). Say that it cuts patches of 2 x 2, either from the
# pixels themselves, or from latents with a fourth of the frames and an eighth of the height and of the width. **Guess
# before you run:** how many times fewer tokens is that for a film of five seconds in 480p? And how many times fewer
# operations in a block? (The widths are minisora's, and that of the larger Wan 2.1.)

# %%
# NBVAL_CHECK_OUTPUT
block_flops = reference("block_flops")  # of chapter 02


def count(frames: int, height: int, width: int, in_time: int, in_space: int) -> int:
    return (1 + (frames - 1) // in_time) * (height // in_space // 2) * (width // in_space // 2)


films = {"minisora": ((17, 64, 64), 256), "480p, 5 s": ((81, 480, 832), 5120), "720p, 5 s": ((81, 720, 1280), 5120)}
for name, (size, width) in films.items():
    pixels, squeezed = count(*size, 1, 1), count(*size, 4, 8)
    saved = block_flops(pixels, width) / block_flops(squeezed, width)
    print(
        f"{name:9}  {pixels:10,} -> {squeezed:6,} tokens, {pixels / squeezed:.0f} times fewer; operations {saved:7,.0f}"
    )

# %% [markdown]
# For minisora's small clips a factor of thousands, for the films of tens of thousands: what takes a minute with
# latents would take three or four weeks without. No other trick of this course saves as much. And the codec itself is
# cheap. It runs *once* for a clip, while the transformer runs at each of its twenty or fifty steps.
#
# ## What is there to save?
#
# A clip that was pure noise could not be squeezed at all. Films can, since pixels agree with their neighbours, and
# frames with the frames before (chapter 01: a file has 150 times fewer bytes than its pixels). So let us take
# neighbours together: cut the clip into **blocks** of 4 frames of 8 x 8 pixels, and ask of each block what can be
# left out. That is 4 · 8 · 8 · 3 = **768 numbers** a block.
#
# One thing does not fit. We want an image to be a clip of one frame, as in chapter 02, and one frame does not fill a
# block of four. The way out, in most of today's video codecs: **the first frame has a block to itself**, filled up
# with copies. So a clip has `1 + 4k` frames and `1 + k` blocks in time. The copies stand *before* the clip, in a past
# that never was: so the first block knows nothing of the frames to come.
#
# {card}
#
# Cut a clip into blocks of `temporal x spatial x spatial`. The numbers of a block come in the order (channel, frame,
# row, column).


# %% exercise="to_blocks"
def to_blocks(video: Tensor, temporal: int = 4, spatial: int = 8) -> Tensor:
    """``b c t h w -> b t' h' w' n``: ``temporal - 1`` copies of the first frame in front, then cut into blocks."""
    ### BEGIN SOLUTION
    first = video[:, :, :1].expand(-1, -1, temporal - 1, -1, -1)
    pixels = "b c (t p) (h q) (w r) -> b t h w (c p q r)"
    return rearrange(torch.cat([first, video], dim=2), pixels, p=temporal, q=spatial, r=spatial)
    ### END SOLUTION


# %% check="to_blocks"
check.to_blocks(to_blocks)

# %% [markdown]
# Each block is a point in a space of 768 dimensions. Do blocks of real clips fill that space? The classical tool to
# find out is **principal components**. It looks for the pattern such that "so much of this pattern" says most about a
# block, then for a second pattern that says most of what is left, and so on. All it takes are the blocks'
# covariances, and their eigenvectors, largest eigenvalue first.
#
# Below are the first 16 patterns of a hundred clips, each as its four frames side by side. **What do you expect the
# first pattern to look like? And where will motion come in?**

# %%
to_blocks = use(to_blocks=to_blocks)
drawn = ShapesWorld().sample(by_profile(100, fast=24), generator=torch.Generator().manual_seed(1))
blocks = to_blocks(render(drawn, frames=17, height=64, width=64)).flatten(0, 3).double()

middle = blocks.mean(0).float()
variance, basis = torch.linalg.eigh(torch.cov(blocks.T))
variance, basis = variance.flip(0), basis.flip(1).float()  # the largest first

shown = {}
for k in range(16):
    pattern = rearrange(basis[:, k], "(c p q r) -> c q (p r)", c=3, p=4, q=8)
    shown[f"{k + 1}"] = pattern / pattern.abs().max()
plots.images(shown, alt="four frames of 8 by 8 pixels that belong to one pattern", width=180, columns=4)

# %% [markdown]
# First plain brightness, the whole block lighter or darker. Then plain colour, then slopes: lighter on the left than
# on the right. (A pattern may be turned into its negative; it means the same.) Motion shows where the four frames of
# a pattern differ: an edge that comes in or moves on.
#
# Now comes a codec without any learning: keep how much of each of the first $k$ patterns is in a block, forget the
# rest. That costs $k$ numbers a block, the **rate**. What it does to the picture is the **distortion**. As the
# patterns are at right angles to each other, we know the distortion before we have coded a single clip. It is the
# variance of the patterns that are left out:
#
# $$D(k) = \frac{1}{768} \sum_{i > k} \text{variance}_i$$
#
# In code: `variance[k:].sum() / 768`. One usually gives it in decibels of **PSNR**, $10 \log_{10} (4 / D)$, where 4
# is the square of the whole range from -1 to 1. Ten decibels more are a tenth of the squared error. **How will the
# curve go: each number as useful as the one before?**


# %%
def linear(video: Tensor, k: int) -> Tensor:
    """A clip after the codec that keeps the first k patterns of each block."""
    codes = (to_blocks(video) - middle) @ basis[:, :k]
    whole = codes @ basis[:, :k].T + middle
    return rearrange(whole, "b t h w (c p q r) -> b c (t p) (h q) (w r)", c=3, p=4, q=8)[:, :, 3:].clamp(-1, 1)


fresh_scenes = ShapesWorld().sample(by_profile(16, fast=3), generator=torch.Generator().manual_seed(2))
exam = render(fresh_scenes, frames=17, height=64, width=64)  # clips that played no part in finding the patterns
ks = [1, 2, 4, 8, 16, 24, 48, 96, 192, 384]
with plots.chart(alt="PSNR rises with the logarithm of the numbers kept; formula and measurement lie close") as axes:
    axes.semilogx(ks, [float(10 * (4 * 768 / variance[k:].sum()).log10()) for k in ks], "--", label="formula")
    axes.semilogx(
        ks, [float(10 * (4 / (linear(exam, k) - exam).square().mean()).log10()) for k in ks], "o", label="new"
    )
    axes.set(xlabel="numbers kept of the 768 in a block", ylabel="PSNR in dB", xticks=ks, xticklabels=ks)
    axes.legend()

# %% [markdown]
# This is the bargain of every codec, in one picture: **rate against distortion**. Each *doubling* of the rate buys a
# few decibels, and the later ones buy more. But each takes twice as many numbers as the doubling before, so a single
# number buys less and less. One cannot have few numbers and small errors; one can only choose a place on the curve, or
# find a better codec, whose curve lies higher. (The formula knows only the clips in which the patterns were found; new
# clips do nearly as well. With hundreds of patterns they fall behind, since the last patterns are accidents of the old
# clips.)
#
# What do decibels *look* like? Move the slider. **At which rate can you first name both shapes?**


# %%
def by_patterns(patterns: int, frame: int) -> plots.Picture:
    made = linear(clip, patterns)
    label = f"{patterns} of 768: {float(psnr(made, clip)[0]):.1f} dB"
    error = (2 * (made - clip).abs().mean(1, keepdim=True) - 1).clamp(-1, 1).expand(-1, 3, -1, -1, -1)
    shown = {"the clip": clip[0, :, frame], label: made[0, :, frame], "where it errs": error[0, :, frame]}
    return plots.images(shown, alt=f"frame {frame}, patterns kept of each block: {patterns}", width=190, columns=3)


explore(by_patterns, patterns=[1, 2, 4, 8, 16, 24, 96, 384], frame=[0, 4, 8, 12, 16])

# %% [markdown]
# With few patterns you see the blocks. Each one is coded for itself, as if nobody lived next door. But an edge that
# leaves one block enters the next, and a thing that moves now was moving a moment ago. To use that, a block has to
# look at its neighbours: in space, and in time. And looking at neighbours with the same few weights everywhere is
# what a **convolution** does.
#
# ## A convolution that never looks ahead
#
# In space it may look in all directions. In time there is a choice. (Film codecs such as H.264 do look ahead: some of
# their frames are coded from the one after. Ours will not.) We want each output to depend on **now and the past
# only**, a *causal* convolution, for three reasons:
#
# 1. an image is a clip of one frame, and must get the same latents whatever comes after it;
# 2. a long film can then pass through piece by piece, in memory that does not grow;
# 3. a live model cannot wait for a future that it has yet to make.
#
# The long way first: one number per moment, three weights, two loops. By PyTorch's convention the *last* weight
# belongs to *now*. **What comes out for a single 1 in a row of zeros?** Write the eight numbers down.


# %%
# NBVAL_CHECK_OUTPUT
def by_loop(x: list[float], weights: list[float]) -> list[float]:
    outputs = []
    for t in range(len(x)):
        total = 0.0
        for k, weight in enumerate(weights):
            source = t - (len(weights) - 1) + k  # the last weight looks at t itself
            if source >= 0:  # before the beginning there is nothing
                total += weight * x[source]
        outputs.append(total)
    return outputs


x = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]
print("input: ", x)
print("output:", by_loop(x, [1.0, 10.0, 100.0]))

# %% [markdown]
# Silence before the 1, as it should be: nobody knew. At the moment itself the last weight answers, then the one
# before it, then the first, and then the 1 is forgotten.
#
# PyTorch's own convolution has no switch for this. It only knows padding on *both* sides, and with that each output
# sees one step of the future. But nothing keeps us from padding by hand: **two zeros on the left, none on the
# right**. Here is who sees whom. A row is an output, a column is an input, time runs downwards and to the right, and
# light means *depends on*. **Before you run:** what will three such layers on top of each other look like?


# %%
def who_sees_whom(pad: tuple[int, int], layers: int) -> Tensor:
    signals = torch.eye(13)[:, None]  # thirteen signals, each with its 1 at another moment
    for _ in range(layers):
        signals = F.conv1d(F.pad(signals, pad), torch.ones(1, 1, 3))
    return (signals[:, 0].T > 0).float()


sides = {"both sides": (1, 1), "causal": (2, 0)}
shown = {f"{name}, {n} layer{'s' * (n > 1)}": who_sees_whom(pad, n) for name, pad in sides.items() for n in (1, 3)}
plots.images(shown, alt="which inputs, to the right, each output, downwards, depends on; causal: none later", width=170)

# %% [markdown]
# The upper right corner is the future. With padding on both sides every layer looks one step further into it; causal
# layers leave it dark however many there are, and reach twice as far back instead.
#
# Now cut the signal in two and convolve the pieces one after the other. **What does the second piece need to know of
# the first, so that nothing shows?** Not its outputs, and not all of it either: only the last two *inputs*. That is
# the **cache**. It takes the place of the two zeros.

# %%
# NBVAL_CHECK_OUTPUT
signal, kernel = torch.tensor(x).view(1, 1, 8), torch.tensor([1.0, 10.0, 100.0]).view(1, 1, 3)
first, second = signal[..., :4], signal[..., 4:]
whole = F.conv1d(F.pad(signal, (2, 0)), kernel)
forgetful = F.conv1d(F.pad(second, (2, 0)), kernel)
mindful = F.conv1d(torch.cat([first[..., -2:], second], dim=-1), kernel)
print("as the loop:       ", whole.flatten().tolist() == by_loop(x, [1.0, 10.0, 100.0]))
print("second half, whole:", whole[..., 4:].flatten().tolist())
print("with zeros before: ", forgetful.flatten().tolist())
print("with the cache:    ", mindful.flatten().tolist())

# %% [markdown]
# The same in three dimensions is one class. Space is padded on both sides, which `nn.Conv3d` does by itself (look at
# `padding`); time is your business.
#
# {card}
#
# Write `forward`. The input is `b t h w c`, with the channels last, while `F.conv3d` wants `b c t h w`. It returns
# the output *and the cache for the next piece*, which is the last `self.past` inputs. There is no hidden state: the
# past comes in as an argument and goes out as a result. Pieces may be as short as a single frame, and a kernel may
# need no past at all.


# %% exercise="CausalConv3d"
class CausalConv3d(nn.Conv3d):
    """A 3-D convolution over ``b t h w c`` whose output at time t depends on inputs up to t only."""

    def __init__(self, in_channels: int, out_channels: int, kernel: tuple[int, int, int]):
        super().__init__(in_channels, out_channels, kernel, padding=(0, kernel[1] // 2, kernel[2] // 2))
        self.past = kernel[0] - 1  # how many earlier inputs an output needs

    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """A piece and the cache of the piece before (None at the beginning) -> output, cache for the piece after."""
        ### BEGIN SOLUTION
        if cache is None:
            cache = x.new_zeros(x.shape[0], self.past, *x.shape[2:])
        x = torch.cat([cache, x], dim=1)
        y = F.conv3d(x.movedim(-1, 1), self.weight, self.bias, padding=self.padding)
        return y.movedim(1, -1), x[:, x.shape[1] - self.past :]
        ### END SOLUTION


# %% check="CausalConv3d"
check.CausalConv3d(CausalConv3d)

# %% [markdown]
# ## The autoencoder
#
# Encoder and decoder are built alike, and both work with *one vector for each block*:
#
# ```
#     encoder: block of 768 ─┬─► linear ────────────────────────┬─► mean and log-variance of 24 latents
#                            └─► stem ─► causal layers ─► head ─┘
#
#     decoder: 24 latents ───┬─► linear ────────────────────────┬─► block of 768
#                            └─► stem ─► causal layers ─► head ─┘
# ```
#
# (Where two ways meet they are added. *Stem* and *head* are the first and the last linear layer of the lower way:
# from a block's numbers to the width of the network, and back.)
#
# - The straight way is a linear map of single blocks. It can *be* the principal components.
# - The detour adds what no linear map of single blocks can know. Each of its layers looks at the 3 x 3 neighbours now
#   and one latent frame ago, with your convolution, thinks about it, and adds what it has found. In code:
#   `x + out(silu(conv(norm(x))))`.
# - The head is zero at first, so an untrained codec is exactly its straight way. Training can only add to it.
#
# (What the log-variance is for comes further down.) The whole network is in `minisora/codec/autoencoder.py`, about a
# page of code. Here we make a small one, **of your convolution**: `swap` puts your class where the package would take
# its own.

# %%
CausalConv3d = use(CausalConv3d=CausalConv3d)


def untrained(config: CodecConfig) -> Codec:
    """A codec of your convolutions, the same at every call."""
    with swap(CausalConv3d=CausalConv3d), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # layers draw their first weights from PyTorch's global generator
        return Codec(config)


tiny = CodecConfig(channels=8, width=32, encoder_depth=2, decoder_depth=3)
sizes = {"tiny": untrained(tiny), "shipped": shipped}
for name, codec in sizes.items():
    print(f"{name}: {codec.config.channels} channels, {sum(p.numel() for p in codec.parameters()):,} learned numbers")

# %% [markdown]
# Did causality survive the building? Ask the shipped codec. A clip of 17 frames has five latent frames: the first
# stands for frame 0, the next for frames 1 to 4, and so on. **We change frame 9, and only that. Which of the latent
# frames 0 … 4 may change? Then we change latent frame 3 a little: which frames may change?** And last, a still image.

# %%
# NBVAL_CHECK_OUTPUT
touched = clip.clone()
touched[:, :, 9] = 0.3
changed = (shipped.encode(touched) - latents).abs().amax((0, 1, 3, 4)) > 1e-3
print("frame 9 changes any of the latent frames 0, 1, 2:", bool(changed[:3].any()), "- and 3:", bool(changed[3]))

nudged = latents.clone()
nudged[:, :, 3] += 0.5
changed = (shipped.decode(nudged) - shipped.decode(latents)).abs().amax((0, 1, 3, 4)) > 1e-3
print("latent frame 3 changes the frames from", int(changed.nonzero()[0]), "on")

image = shipped.encode(clip[:, :, :1])
print("an image has the latents of a clip's first frame:", torch.allclose(image, latents[:, :, :1], atol=1e-4))

# %% [markdown]
# Frame 9 begins the block of latent frame 3, and nothing before it has noticed. And an image has the same latents, by
# itself or as the beginning of a film.
#
# ## It learns before your eyes
#
# A clip goes in, a clip comes out, and the loss is how far the two are apart: the squared error, and a little of the
# absolute error, which goes on caring when the squared one is content. Nobody tells the network what the latents
# should be. All it is told is that they must be *enough*, and that there are few of them. That is an **autoencoder**.
#
# We take a tiny world (one thing, six motions, before black or navy, 9 frames of 32 x 32), so that one to two minutes
# show what takes hours in a large one. Here everything is 96:1: 8 numbers for a block of 768. Two codecs learn from
# the same clips in the same order. One begins with **random** weights; the straight way of the other begins as the
# **principal components** of these clips. **Place your bets: which is ahead after the first few steps? After all?**
# (If you can wait six times as long, write 3000 in place of 500 in the third cell below.)

# %%
simple = {"motions": ("still", "left", "right", "up", "down", "spins"), "backgrounds": ("black", "navy")}
world = ShapesWorld(counts=(1.0,), moving_camera=0.0, **simple)
drawn = world.sample(288, generator=torch.Generator().manual_seed(3), duration=1.0)
lessons, test = render(drawn, frames=9, height=32, width=32).split([256, 32])

Loss = Callable[[Codec, Tensor, torch.Generator], Tensor]


def plain_loss(codec: Codec, video: Tensor, generator: torch.Generator) -> Tensor:
    mean, _ = codec.encode_distribution(video)
    error = codec.decode_raw(mean) - video
    return error.square().mean() + 0.1 * error.abs().mean()


# %%
def train(codec: Codec, loss_of: Loss, steps: int, says: str, rate: float = 3e-3) -> dict[int, tuple[float, Tensor]]:
    """Adam on batches of 16; now and then the PSNR on the test clips, and what has become of the first of them."""
    optimizer = torch.optim.Adam(codec.parameters(), betas=(0.9, 0.99))
    generator, seen = torch.Generator().manual_seed(0), {}
    for step in progress(range(steps + 1), says):
        if step in {round(steps * (i / 12) ** 2) for i in range(13)}:
            with torch.no_grad():
                made = codec.decode(codec.encode(test))
                seen[step] = float(psnr(made, test).mean()), made[0]
        optimizer.param_groups[0]["lr"] = rate * min(1, (step + 1) / 20, 2.5 * (1 - step / steps))
        optimizer.zero_grad()
        loss_of(codec, lessons[torch.randint(256, (16,), generator=generator)], generator).backward()
        optimizer.step()
    return seen


# %%
steps = by_profile(500, fast=12)
codecs = {"random": untrained(tiny), "principal components": untrained(tiny)}
codecs["principal components"].start_from_principal_components(lessons)
runs = {name: train(codec, plain_loss, steps, name) for name, codec in codecs.items()}

with plots.chart(alt="PSNR while two codecs learn: the one from principal components starts and stays higher") as axes:
    for name, seen in runs.items():
        axes.plot(list(seen), [quality for quality, _ in seen.values()], "o-", label=name)
    axes.axhline(runs["principal components"][0][0], color="grey", linewidth=1, linestyle="--")
    axes.set(xlabel="step", ylabel="PSNR on test clips, dB")
    axes.legend()
few = {f"random, step {step}": runs["random"][step][1] for step in [*list(runs["random"])[1:-1:3], steps]}
last = {f"principal components, step {steps}": runs["principal components"][steps][1]}
plots.strips({"test clip": test[0], **few, **last}, alt="a thing that is a blur at first and becomes a shape")

# %% [markdown]
# From random weights the codec discovers first that the world is dark, then that somewhere there is a light spot. Its
# colour and its edges come late, and sharp edges only with many more steps. The dashed line is the best that any
# *linear* codec of single blocks can do, without a single step of learning. It is a high bar for the random one. The
# other begins on it and spends all its time on what only a network can know: how edges go on in the next block, and how
# things move. (It dips at first: Adam's steps are large before they are wise.) In the real runs of minisora this start
# was worth about ten minutes of training.
#
# ## The price of information
#
# An autoencoder does what we asked for, and something that we did not ask for. It may put its latents anywhere, and
# tell things apart by the tiniest of differences. Then nothing is between the codes: change one a little and the
# picture may fall apart. But the diffusion model's latents will always be *a little wrong*. A good code forgives
# that.
#
# The remedy is older than diffusion models, the **variational autoencoder** (Kingma & Welling 2013). The encoder does
# not name a point but a *cloud*: for each latent a mean and a variance (its logarithm, as that may be any number).
# The decoder gets a random point of the cloud and has to cope:
#
# $$z = \text{mean} + e^{\text{logvar} / 2} \cdot \text{noise}$$
#
# `z = mean + torch.exp(0.5 * logvar) * noise`. Why this form? Because a gradient flows through it, to the mean and to
# the variance; through a throw of dice it could not.
#
# Left alone, the encoder would make its clouds infinitely small. So it pays for being precise. The price is measured
# in **information**: how much more the cloud tells than the standard normal distribution, which tells nothing. That
# is the **KL divergence** of the two, in nats (1 nat = 1.44 bits):
#
# $$\text{KL} = \frac{1}{2} \left( \text{mean}^2 + e^{\text{logvar}} - 1 - \text{logvar} \right)$$
#
# It is zero for mean 0 and variance 1, and grows if the mean moves away or the cloud shrinks. The loss becomes the
# error plus `price * KL`.
#
# {card}
#
# Write the KL divergence, **averaged** over all latents. Below the check, the codec that you have just trained goes
# on learning at four different prices. **Before you scroll down:** what will a high price do to the picture, and what
# is it good for?


# %% exercise="kl_divergence"
def kl_divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mean, exp(logvar)) || N(0, 1)) in nats, averaged over all latents: a single number."""
    ### BEGIN SOLUTION
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
    ### END SOLUTION


# %% check="kl_divergence"
check.kl_divergence(kl_divergence)

# %%
kl_divergence = use(kl_divergence=kl_divergence)


def loss_at(price: float) -> Loss:
    def loss(codec: Codec, video: Tensor, generator: torch.Generator) -> Tensor:
        mean, logvar = codec.encode_distribution(video)
        z = mean + torch.exp(0.5 * logvar) * torch.randn(mean.shape, generator=generator)
        error = codec.decode_raw(z) - video
        return error.square().mean() + 0.1 * error.abs().mean() + price * kl_divergence(mean, logvar)

    return loss


prices, more = (0.1, 0.01, 0.001, 0.0001), by_profile(150, fast=3)
priced = {price: deepcopy(codecs["principal components"]) for price in prices}
for price, codec in priced.items():
    train(codec, loss_at(price), more, f"price {price}")


# %%
@torch.no_grad()
def quality(codec: Codec, noise: float) -> float:
    """PSNR of test clips whose latents are wrong by ``noise``, in units of the latents' own deviation."""
    mean, _ = codec.encode_distribution(test)
    wrong = torch.randn(mean.shape, generator=torch.Generator().manual_seed(4)) * noise * mean.std()
    return float(psnr(codec.decode_raw(mean + wrong).clamp(-1, 1), test).mean())


@torch.no_grad()
def bits(codec: Codec) -> float:
    """The KL of a test clip, all its latents together, in bits."""
    mean, logvar = codec.encode_distribution(test)
    return float(kl_divergence(mean, logvar)) * mean[0].numel() * 1.44


# %%
noises = (0, 0.1, 0.2, 0.4, 0.8)
alt = "left: PSNR rises with the bits a clip and flattens; right: PSNR falls with noise, slowest at high prices"
with plots.chart(alt=alt, size=(7.6, 3.0), panels=2) as (left, right):
    for price, codec in priced.items():
        curve = [quality(codec, noise) for noise in noises]
        left.plot(bits(codec) / 1000, curve[0], "o")
        right.plot(noises, curve, "o-", label=f"price {price}")
    left.set(xlabel="thousands of bits a clip (KL)", ylabel="PSNR in dB", title="rate against distortion")
    right.set(xlabel="error of the latents, in standard deviations", title="and what is forgiven")
    right.legend(fontsize=8)

# %% [markdown]
# On the left is the bargain again, now counted in *bits* and not in numbers: a code of eight numbers that are hardly
# distinct says little. (The clip itself has 9 · 32 · 32 · 3 bytes, 221,000 bits.) The price slides the codec along
# its curve; at the flat end a lower price buys bits, and hardly any decibels. On the right is what the money is for:
# the cheaper information is, the better the clip when the latents are right, and the faster it spoils when they are
# not. A high price rounds everything off, and then little can go wrong. The codecs of real systems lie far on the
# side of precision, with prices like 0.000001 (Stable Diffusion, which adds up errors and nats where we average them:
# with 48 pixel numbers for each latent, its price in our units is 48 times lower still). minisora's is of the order
# of 0.0001: enough to fill the holes, too little to blur.
#
# ## The shipped codec
#
# The one that comes with the course has the same code as yours, is wider and deeper, saw the whole world of shapes,
# and learned for longer. Its ratio is 32:1 in every block. Here it is beside the best linear codec with *the same
# rate*, on clips that neither has seen; at the bottom, the clip of these at which it is worst. **Which kind of clip
# will that be?**

# %%
made, plain = shipped.decode(shipped.encode(exam)), linear(exam, shipped.config.channels)
well, poorly = psnr(made, exam), psnr(plain, exam)
print(f"mean of {len(exam)} clips: linear {poorly.mean():.1f} dB, shipped {well.mean():.1f} dB")
print(f"the shipped codec is better on {int((well > poorly).sum())} of {len(exam)}; its worst has {well.min():.1f} dB")

worst = int(well.argmin())
error = (2 * (made[worst] - exam[worst]).abs().mean(0, keepdim=True) - 1).clamp(-1, 1).expand(3, -1, -1, -1)
rows = {"clip": exam[worst], "linear": plain[worst], "shipped": made[worst], "where it errs": error}
plots.strips(rows, alt="the clip that the shipped codec reproduces worst")

# %% [markdown]
# Look at where the errors are: along edges, above all of things that move, turn, or stand out from their background,
# and hardly anywhere else. So the worst clip need not be the one with most in it. A single bright thing on a dark
# ground may be enough: squared error counts how far light and dark are apart at an edge that is a little wrong. Keep
# these errors in mind. **What the codec cannot say, the diffusion model cannot make**: no training in later chapters
# can give a star points that are lost here.
#
# ### Latents as pictures
#
# Each channel is a picture of 8 x 8 for each latent frame. Here are all of them for the clip from the top of the
# page, in the middle of its time, each map from its own smallest number (dark) to its largest (light); the number
# beside it is the channel's standard deviation over 16 clips (from here on just *deviation*). **In which channels can
# you find the disc and the star?**

# %%
latents = shipped.encode(clip)
sizes = shipped.encode(exam).std((0, 2, 3, 4)).tolist()
shown = {f"{i + 1}: {sizes[i]:.2f}": latents[0, i, 2] for i in range(shipped.config.channels)}
plots.images(shown, alt="a latent channel of 8 by 8 numbers, with the number of the channel", width=84, columns=8)

# %% [markdown]
# The first ones are small pictures: as the codec began as principal components, its first channel is still something
# like brightness, and the sizes fall. Later channels are of one tone all over, and speak up only where there is an
# edge of a certain kind. (Which tone says nothing, as each map is scaled by itself.)
#
# What does a single number *say*? Turn one, in the middle of latent frame 2, and see what it does to the frames. The
# first picture is frame 6, the others are what has changed, three times as strong (grey means nothing), in frames 4,
# 5, 8 and 9. **Two questions before you move the sliders:** which frames belong to latent frame 2? And how far from
# its own 8 x 8 square can one number reach?


# %%
def turn(channel: int, by: float) -> plots.Picture:
    turned = latents.clone()
    turned[0, channel - 1, 2, 4, 4] += by
    made = shipped.decode(turned)
    change = (made - shipped.decode(latents))[0]
    shown = {"frame 6": made[0, :, 6], **{f"change x 3, {i}": (3 * change[:, i]).clamp(-1, 1) for i in (4, 5, 8, 9)}}
    return plots.images(shown, alt=f"channel {channel} turned by {by} in one place", width=138, columns=5)


explore(turn, channel=[1, 2, 3, 4, 6, 8, 12, 16, 20, 24], by=[-4.0, -2.0, 2.0, 4.0])

# %% [markdown]
# Frame 4 belongs to the latent frame before and knows nothing of it. Frames 5 to 8 are the number's own block, and
# there it paints *its pattern*: you can recognise the principal components. Some of it spills over to the neighbours,
# and into frame 9: that is what the convolutions have learned to pass on.
#
# ### How large should a latent be?
#
# From chapter 04 on latents will be mixed with noise, and noise has deviation 1. At half-time it is half of each. We
# do that with the same latents at three sizes: as they are, 5.5 times as large (as the raw latents of Stable
# Diffusion are), and 5.5 times as small. Then the decoder shows what is left to see. **It is the same schedule every
# time: is it the same amount of noise?**

# %%
noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(5))
seen = {"the clip": clip[0, :, 8]}
for size in (5.5, 1.0, 1 / 5.5):
    mixed = 0.5 * size * latents + 0.5 * noise
    seen[f"latents of size {size:.2g}"] = shipped.decode(mixed / (0.5 * size))[0, :, 8]
plots.images(seen, alt="the frame at half-time between latents and noise", width=170, columns=4)

# %% [markdown]
# Too large, and "half noise" is hardly any; too small, and it is nothing but noise. Every schedule would have to be
# invented anew for every codec. So one **normalises**: after training, the latents of many clips are measured once,
# and from then on each latent is `(latent - mean) / scale`. (Stable Diffusion's famous 0.18215 is nothing else: 1 /
# 5.49.)
#
# Some systems measure a scale for every channel (Wan), others one for all (Stable Diffusion). minisora takes a mean
# for each channel, so that the middle is at 0, and **one scale for all**, so that large channels stay large:
#
# $$\text{mean}_c = \langle z_c \rangle, \qquad \text{scale} = \sqrt{\langle (z_c - \text{mean}_c)^2 \rangle}$$
#
# where the second average is over everything, the channels included.
#
# {card}
#
# Write both. Below the check we then test whether one scale is a good idea: make the same error in one channel after
# the other, and measure the harm to the picture.


# %% exercise="latent_statistics"
def latent_statistics(latents: Tensor) -> tuple[Tensor, Tensor]:
    """A mean for each channel and one deviation for all: ``b c t h w -> (c,), ()``."""
    ### BEGIN SOLUTION
    mean = latents.mean((0, 2, 3, 4))
    return mean, (latents - mean.view(-1, 1, 1, 1)).square().mean().sqrt()
    ### END SOLUTION


# %% check="latent_statistics"
check.latent_statistics(latent_statistics)

# %%
latent_statistics = use(latent_statistics=latent_statistics)
raw, _ = shipped.encode_distribution(exam[:2, :, : by_profile(9, fast=1)])
mean, scale = latent_statistics(raw)
own = (raw - mean.view(-1, 1, 1, 1)).square().mean((0, 2, 3, 4)).sqrt()  # of each channel


def harm(channel: int, size: Tensor) -> float:
    wrong = raw.clone()
    wrong[:, channel] += 0.2 * size * torch.randn(raw[:, 0].shape, generator=torch.Generator().manual_seed(6))
    return float((shipped.decode_raw(wrong) - shipped.decode_raw(raw)).square().mean())


sizes = {"one scale for all": scale.expand(len(own)), "a scale for each channel": own}
with plots.chart(alt="harm of the same error in each channel: the line for one scale is much the flatter one") as axes:
    for label, size in sizes.items():
        each = [harm(i, size[i]) for i in range(len(own))]
        axes.semilogy(range(1, len(own) + 1), each, "o-", label=f"{label}: {max(each) / min(each):,.0f} to 1")
    axes.set(xlabel="channel", ylabel="harm to the picture")
    axes.legend()

# %% [markdown]
# A diffusion model is trained on the squared error of the *normalised* latents, and to that loss all channels are
# equal. With one scale the most harmful channel matters some forty times as much as the least, so the loss counts
# roughly what can be seen. With a scale for each, the model would be paid as much for the faintest channel as for the
# brightness, which matters tens of thousands of times more. (In minisora's own runs it then learned several times
# slower. A codec whose channels are of similar size, like Wan's, does not have this problem.)
#
# ## Long films
#
# A minute of film does not fit into memory at once. But our codec never looks ahead, so it can *stream*: decode a few
# latent frames, hand out their frames, remember the caches, forget the rest. The building block is there:
# `codec.decode_blocks(latents, caches)` takes latents that are **not** normalised and the caches of the piece before
# (None at the beginning), and returns all frames of their blocks, and the new caches. `codec.denormalise` and
# `codec.config.temporal` (4) are there as well.
#
# {card}
#
# Write a generator that takes pieces of normalised latents, one by one, and yields their frames, clamped to [-1, 1].
# Remember what the first block of a clip is filled up with.


# %% exercise="decode_stream"
def decode_stream(codec: Codec, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    """Pieces of normalised latents, ``b c t h w`` each -> pieces of video in [-1, 1]; joined they are the clip."""
    ### BEGIN SOLUTION
    caches = None
    for piece in pieces:
        frames, following = codec.decode_blocks(codec.denormalise(piece), caches)
        if caches is None:  # the first block has copies of its frame in front
            frames = frames[:, :, codec.config.temporal - 1 :]
        caches = following
        yield frames.clamp(-1, 1)
    ### END SOLUTION


# %% check="decode_stream"
check.decode_stream(decode_stream)

# %%
decode_stream = use(decode_stream=decode_stream)
film = shipped.encode(render([scene], frames=by_profile(129, fast=33), height=64, width=64))
whole = shipped.decode(film)
for length in (1, 3, 8):
    streamed = torch.cat(list(decode_stream(shipped, film.split(length, dim=2))), dim=2)
    print(f"pieces of {length} latent frames equal the whole:", torch.allclose(streamed, whole, atol=1e-4))

remembered = [shipped.decode_blocks(film[:, :, :n])[1] for n in (1, film.shape[2])]
print("numbers remembered after 1 latent frame and after all:", *(sum(c.numel() for c in kept) for kept in remembered))
settings = {"seconds": by_profile(2.0, fast=0.5), "steps": by_profile(8, fast=2)}
swap(decode_stream=decode_stream).report("a red circle moves right", **settings)

# %% [markdown]
# Not *nearly* the whole, as with methods that cut a film into overlapping pieces and blend them, but the whole (up to
# the last digits, since a processor adds up pieces of another length in another order). And what has to be remembered
# is the same for a second and for a day. At the bottom, your stream is at work in the finished machine.
#
# ## Five patients
#
# Codecs break in ways that raise no error, and often only the eye can tell. Below is a clip after five codecs, each
# with *one* fault, as filmstrips and as x-t slices (row 16 of the frame, time downwards). These are the faults that
# it may be; two of them do not occur.
#
# | cause | what happened |
# |---|---|
# | `few channels` | only the first three channels of the latents were kept |
# | `too much noise` | the latents are `mean + noise`, as the deviation of the cloud was forgotten |
# | `block reversed` | the four frames of every block are put back in the wrong order |
# | `block transposed` | rows and columns are swapped inside every 8 x 8 square |
# | `latents transposed` | rows and columns of the latents are swapped |
# | `cut again` | the first three frames are cut off every piece of a stream, not only off the first |
# | `no past` | every piece of a stream is decoded without the caches of the one before |

# %%
right = SceneObject("circle", "orange", "medium", "right", x=-0.28, y=-0.16, speed=0.28)
up = SceneObject("star", "cyan", "small", "up", x=0.0, y=0.36, speed=0.07)
healthy = render([Scene((right, up), background="navy")], frames=17, height=48, width=48)
broken = {"the clip": healthy[0], **patients(shipped, healthy)}
display(plots.strips(broken, alt="a disc moves right and a star up; A to E each have a fault", columns=4))
slices = {name: each[:, :, 16] for name, each in broken.items()}
plots.images(slices, alt="x-t slice through the disc", width=230, columns=3)

# %% [markdown]
# Take your time over it, and say for each *why it cannot be the others*. This is the skill that training a video
# model asks for most: nobody will tell you which line is wrong, but the clip does.


# %% exercise="diagnose_codec"
def diagnose_codec() -> dict[str, str]:
    """The cause for each of the clips "A" to "E", as it is called in the table: ``{"A": "...", ...}``."""
    ### BEGIN SOLUTION
    return {
        "A": "block reversed",
        "B": "few channels",
        "C": "cut again",
        "D": "block transposed",
        "E": "too much noise",
    }
    ### END SOLUTION


# %% check="diagnose_codec"
check.diagnose_codec(diagnose_codec)

# %% [markdown]
# ## Break it
#
# **First: forget the past.** One of the faults in the table did not occur, since you would hardly have seen it. Here
# it is: a stream in pieces of one latent frame, without caches. **Will the eye find it? Will a chart?**

# %%
pieces = shipped.encode(healthy).split(1, dim=2)
frames = [shipped.decode_blocks(shipped.denormalise(piece))[0] for piece in pieces]  # no caches
forgetful = torch.cat(frames, dim=2)[:, :, 3:].clamp(-1, 1)
mindful = shipped.decode(torch.cat(pieces, dim=2))

with plots.chart(alt="PSNR of each frame: without the past it dips where a piece begins", size=(6.4, 2.6)) as axes:
    for name, made in {"with caches": mindful, "without": forgetful}.items():
        error = (made - healthy).square().mean((0, 1, 3, 4))
        axes.plot(range(1, 17), 10 * (4 / error[1:]).log10(), "o-", label=name)
    axes.set(xlabel="frame", ylabel="PSNR in dB", xticks=range(1, 17, 4))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.25), ncols=2)
shown = {"the clip": healthy, "with caches": mindful, "without": forgetful}
plots.images({f"{name}, frame 5": each[0, :, 5] for name, each in shown.items()}, alt="hardly to be told apart")

# %% [markdown]
# A fault like this can live in a code base for years: every clip looks fine, a little worse than it should be. Even
# the chart has to be read with care, since the healthy line goes up and down with the blocks too. The sign of the fault
# is the deeper dip, about two decibels, at the first frame of every piece: 1, 5, 9, 13. Only a test that says *equal
# to the whole* finds it for certain. That is why there is one.
#
# **Second: make information too dear.** The same training once more, at a price of 10, where a nat costs more than it
# can ever save in error. (Its steps are larger, to get there sooner. And the decoders are shown points of the clouds,
# as in training.) **What is the best thing that a codec can do that cannot afford to say anything?**

# %%
dear = deepcopy(codecs["principal components"])
train(dear, loss_at(10.0), by_profile(300, fast=3), "price 10", rate=0.01)
rows = {"test clip": test[1]}
for price, codec in {0.001: priced[0.001], 0.1: priced[0.1], 10: dear}.items():
    with torch.no_grad():
        mean, logvar = codec.encode_distribution(test)
        z = mean + torch.exp(0.5 * logvar) * torch.randn(mean.shape, generator=torch.Generator().manual_seed(7))
        rows[f"price {price}, {bits(codec):,.0f} bits"] = codec.decode_raw(z).clamp(-1, 1)[1]
rows["mean of all lessons"] = lessons.mean(0)
plots.strips(rows, alt="a clip, then less and less of it, down to the mean of all clips, a dim spot in the middle")

# %% [markdown]
# At 0.1 the codec still says what saves most error: something light, about there. At 10 it says nothing. The clouds
# have become as wide as the standard normal itself, the code is noise, and the decoder has learned what is best when
# one knows nothing: to paint *the mean of all clips*, whatever the clip. This is called **posterior collapse**. In a
# training log it looks harmless: the KL falls to zero and the loss is flat. So watch the error and the KL each for
# itself, never only their sum.
#
# ## In the real systems
#
# - **Latent diffusion** (Rombach et al. 2021, [arXiv 2112.10752](https://arxiv.org/abs/2112.10752)) moved diffusion
#   from pixels to latents. Its codec shrinks images 8 x 8 times to 4 channels, with a KL weight of about 10⁻⁶.
# - To the pixel error it adds a *perceptual* loss and an *adversarial* one, a critic that learns to tell codec from
#   camera. Where the code does not say exactly where a hair lies, the squared error paints the average, which is
#   blur; a critic asks for *some* sharp hair. Most codecs of video models do the same. minisora leaves it out, as
#   flat shapes have no hair.
# - **Sora** has "a video compression network" that shrinks videos in time and space; its factors are not published
#   (OpenAI 2024, [*Video generation models as world
#   simulators*](https://openai.com/index/video-generation-models-as-world-simulators/)).
# - **MAGVIT-v2** ([2310.05737](https://arxiv.org/abs/2310.05737)) brought causal 3-D convolutions with the first
#   frame for itself, so that one codec serves images and videos.
# - **CogVideoX** ([2408.06072](https://arxiv.org/abs/2408.06072)), **HunyuanVideo**
#   ([2412.03603](https://arxiv.org/abs/2412.03603)) and **Wan 2.1** ([2503.20314](https://arxiv.org/abs/2503.20314))
#   all have causal codecs of 4 x 8 x 8 with 16 channels. Wan's streams through a cache of features, as yours does.
# - **LTX-Video** ([2501.00103](https://arxiv.org/abs/2501.00103)) shrinks 8 x 32 x 32 times to 128 channels, and lets
#   the decoder do the last step of denoising as well.
# - **Stable Video Diffusion** ([2311.15127](https://arxiv.org/abs/2311.15127)) keeps an image codec, frame by frame,
#   with a decoder that was taught to see neighbouring frames. **Imagen Video**
#   ([2210.02303](https://arxiv.org/abs/2210.02303)) has no codec: a cascade of models works on pixels, small first.
# - **A decoder can be trained further alone.** The latents stay what they are, and whatever was trained on them still
#   fits: Stable Diffusion's decoder was exchanged in this way, and so was the one that you used here (`minisora train
#   codec --init CODEC --decoder-only`).
#
# How hard do they squeeze? (A block of 3 · 4 · 8 · 8 = 768 numbers becomes 24 in minisora.)
#
# | system | time x height x width | channels | numbers |
# |---|---|---|---|
# | minisora | 4 x 8 x 8 | 24 | 32 to 1 |
# | Stable Diffusion, Stable Video Diffusion | 1 x 8 x 8 | 4 | 48 to 1 |
# | CogVideoX, HunyuanVideo, Wan 2.1 | 4 x 8 x 8 | 16 | 48 to 1 |
# | Wan 2.2 (5B) | 4 x 16 x 16 | 48 | 64 to 1 |
# | LTX-Video | 8 x 32 x 32 | 128 | 192 to 1 |
#
# ## Recap
#
# - Diffusion on latents instead of pixels saves a factor of two hundred in tokens; in operations it saves thousands
#   for minisora's clips, and tens of thousands for films.
# - Rate against distortion: every codec has a place on that curve. Principal components of blocks are the best linear
#   codec; a network starts there, and learns what continues across blocks and time.
# - Causal convolutions pad on the left only. Their past is an explicit cache, so a stream equals the whole, in memory
#   that does not grow; and an image is a clip of one frame.
# - Noise in the latents and a price on information make a code that forgives; too high a price, and it says nothing.
# - Latents are normalised once, so that noise of size 1 means the same for every codec.
# - What the codec cannot say, the model cannot make.
#
# ## Five words
#
# - **codec**: encoder and decoder together; from a clip to latents and back.
# - **latents**: the few numbers that stand for a clip; what the diffusion model works on.
# - **causal**: depending on now and the past, never on the future.
# - **cache**: the last inputs of a layer, which the next piece of the same clip needs.
# - **KL divergence**: how much more a cloud of latents tells than a standard normal; the codec's price of
#   information.
#
# ## Test yourself
#
# **1.** Ten seconds at 24 frames a second in 512 x 768 go through a codec of 4 x 8 x 8 with 16 channels. How many
# frames should the clip have, what is the shape of its latents, and what is the ratio of the numbers?
#
# <details><summary>Answer</summary>
#
# 1 + 4k frames near 240: **241**. So there are 61 latent frames of 64 x 96 with 16 channels, `16 x 61 x 64 x 96`. In
# every full block the ratio is 3·4·8·8 / 16 = **48**; over the clip it is a little less, 47.4, since the first frame
# has a block to itself.
#
# </details>
#
# **2.** Two codecs have the same error. In one of them the KL is 3 nats a latent, in the other one 6, with equally
# many latents. Which would you rather train a diffusion model on, and why? What would you test?
#
# <details><summary>Answer</summary>
#
# The one with 3 nats: it says the same with half the information. Its latents tell things apart by larger
# differences, so small errors of the diffusion model do less harm. The test: add noise to the latents of both, in
# units of their own deviation, and compare how fast the clips spoil.
#
# </details>
#
# **3.** A colleague replaces the zeros before the clip by copies of the first frame (in every convolution), and finds
# that the shipped weights now make the first frames worse. He concludes that copies are a bad idea. What do you say?
#
# <details><summary>Answer</summary>
#
# That he has compared a codec with weights that were trained for another one. Both paddings are causal and both
# stream; the network has learned to read zeros as "the clip begins here". One would have to train with copies, and
# compare then. (Real systems use either.)
#
# </details>
#
# **Next: [04 · Noise schedules](04_noise_schedules.ipynb).** What is mixed with these latents, how much of it, and
# when.
