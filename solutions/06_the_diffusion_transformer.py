# %% [markdown]
# # 06 · The diffusion transformer
#
# | | |
# |---|---|
# | **You build** | attention, the norm that keeps it calm, the turn that tells it where and when, the block to which time speaks, and the count of what it all holds |
# | **It becomes** | `minisora/model/attention.py`, `rope.py`, `blocks.py` and `flops.py` |
# | **You need** | chapter 02 (a clip is a sequence of tokens with coordinates), chapter 05 (time, velocity), matrix products |
# | **Time** | 100 to 130 minutes of reading and writing; running everything takes less than a minute on a 2-core laptop, and a GPU is not needed |

# %%
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, swap, use
from minisora.diffusion.gaussian import drifting_clouds
from minisora.model import DiT, DiTConfig, coordinates, patchify, video_velocity
from minisora.model.attention import Attention
from minisora.model.blocks import MLP
from minisora.model.flops import flops, parameters
from minisora.model.rope import VIDEO_AXES
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

begin("06")

# %% [markdown]
# A red circle moves right. The codec makes five latent frames of the clip, and noise is mixed with them, half and half:
# the lower row is what is left of them, decoded. This is what the shipped network is shown, as tokens, which `patchify`
# cuts the latents into. And it finds the circle in there. How?
#
# In the second picture we ask **one** of the tokens, the one framed in black: *at whom did you look, to find out what
# is noise in you?* In colour is where it looked. The functions between the two pictures listen in on the network. You
# need not follow them now; at the end of the chapter every line will be plain.

# %%
pipeline = finished_pipeline()
dit, device = pipeline.dit, pipeline.device
patch, head_dim = dit.config.patch, dit.config.width // dit.config.heads
text = dit.encode_text(pipeline.tokenizer.encode(["a large red circle moves right"]).to(device))
words, velocity = text.tokens.shape[1], video_velocity(dit, text, (5, 8, 8))

circle = SceneObject("circle", "red", "large", "right", x=-0.22, y=-0.05, speed=0.22)
clip = render([Scene((circle,), background="sky")], frames=17, height=64, width=64)
latents = pipeline.codec.encode(clip.to(device))
noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0)).to(device)
half_noise = pipeline.codec.decode((latents + noise) / 2).cpu()
# a frame from the middle of what each latent frame stands for
frames, in_noise = (each[0][:, [0, 2, 6, 10, 14]] for each in (clip, half_noise))
plots.strips({"the clip": frames, "half noise": in_noise}, alt="a red circle; below, the same frames in noise", fps=2)

# %%


def listen(t: float) -> Tensor:
    """Every attention weight of the network on this clip at noise level ``t``: blocks heads n n, the words first."""
    heard = []

    def spy(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        heard.append((query @ key.transpose(-2, -1) * query.shape[-1] ** -0.5).softmax(-1))
        return heard[-1] @ value

    with swap(attend=spy):
        velocity((1 - t) * latents + t * noise, torch.tensor(t, device=device))
    return torch.cat(heard).cpu()


weights, red = listen(0.5), ((frames[0] > 0.2) & (frames[2] < 0)).float()
covered = F.avg_pool2d(red, 8 * patch).flatten()  # for each token of the clip: how much of it is circle?
on_circle, patches = covered > 0.25, torch.arange(len(covered))
frame_of, place_of = patches // (len(patches) // 5), patches % (len(patches) // 5)
# on the circle, but in another frame than one's own, and in another place: where it has moved to, or come from
elsewhere = on_circle & (frame_of[:, None] != frame_of) & (place_of[:, None] != place_of)
share = (weights[:, :, words:, words:] * elsewhere)[:, :, on_circle].sum(-1).mean(-1)

# %%


def spotlight(weights: Tensor, token: int) -> Tensor:
    """The five frames, in colour where a token looks (a weight for each) and pale elsewhere; it is framed in black."""
    side, rows = 8 * patch, 8 // patch
    # the root, or only the strongest would be seen
    light = (weights / weights.max()).sqrt().view(5, rows, rows).repeat_interleave(side, 1).repeat_interleave(side, 2)
    lit = torch.lerp(0.6 + 0.3 * frames.mean(0), frames, light)
    frame, top, left = token // rows**2, token // rows % rows * side, token % rows * side
    place = lit[:, frame, top : top + side, left : left + side]
    place[:] = F.pad(place[:, 1:-1, 1:-1].clone(), (1, 1, 1, 1), value=-1.0)
    return lit


times_chance = share * weights.shape[-1] / elsewhere[on_circle].sum(-1).float().mean()
block, head = divmod(int(times_chance.argmax()), share.shape[1])
asked = int((covered * (frame_of == 2)).argmax())  # the token of the third frame that is most on the circle
print(f"block {block + 1}, head {head + 1}: looks where the circle was or will be {times_chance.max():.1f} x chance")
rows = {"the clip": frames, "where one token looks": spotlight(weights[block, head, words + asked, words:], asked)}
plots.strips(rows, alt="a red circle; below, the same frames in colour where the marked token looks", fps=2)

# %% [markdown]
# Nobody told this head where to look. The network was given tokens, a rule by which tokens may look at each other,
# and captioned clips with noise; where to look it found out because it pays: who knows where the circle was can tell
# circle from noise. (One help it did have in training: a layer on the middle block was asked where the nearest object
# is and how it moves, and was then thrown away. It says nothing about who should look at whom.)
#
# This chapter builds that network, from the first weighted average to the last parameter. It is the machine in the
# middle of Sora, Wan and HunyuanVideo, a **diffusion transformer** (DiT), only small.
#
# ## A weighted average
#
# All that a transformer's tokens can do to each other is this: take an average. A token asks a question, the
# **query**. Every token holds up a sign that says what it has, its **key**, and a parcel to hand over, its **value**.
# The better a key fits the query, the more of that parcel goes into the average.
#
# Four tokens of a clip: a red one in column 1, a blue one in 4, a red one in 3, a blue one in 6. Somebody asks:
# *where is red?* The fit of query and key is measured by a **score**, their dot product. Scores become weights by
# `exp`, which makes them positive, and by dividing by the sum. **With the scores multiplied by 0, what is the answer?
# And when they are multiplied by something very large?**

# %%
# NBVAL_CHECK_OUTPUT
asks = [1.0, 0.0]  # red?
signs = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]  # red, blue, red, blue
columns = [1.0, 4.0, 3.0, 6.0]
for sharpness in (0, 1, 5):
    scores = [sharpness * sum(a * b for a, b in zip(asks, sign, strict=True)) for sign in signs]
    parts = [math.exp(score) for score in scores]
    shares = [part / sum(parts) for part in parts]
    answer = sum(part * column for part, column in zip(shares, columns, strict=True))
    print(f"sharpness {sharpness}: {[round(100 * part) for part in shares]} %, answer {answer:.2f}")

# %% [markdown]
# At 0 everybody counts alike, and the answer is the mean of all columns. At 5 only red counts, and the answer is the
# mean of 1 and 3. The step from scores to weights is called **softmax**: it is a soft way to choose the maximum.
#
# For all queries at once the scores are one matrix product. And two things are added:
#
# - **the root.** A score is a sum of `e` products, where `e` is how many numbers a query has. If the numbers in it
#   have size 1, the sum has size `√e`, just as a random walk of `e` steps ends `√e` away. So scores are divided by
#   `√e`, or long vectors would be sharp for no reason;
# - **the mask** (chapter 02): where it is false, a score becomes minus infinity, whose `exp` is 0.
#
# `attention(q, k, v) = softmax(q kᵀ / √e) v`
#
# {card}
#
# Write it for `b` clips and `h` heads at once (what heads are, we shall see presently; here they are only one more
# axis). There are `n` queries and `m` keys (fewer or more), each key with a value. The mask broadcasts against the
# scores, `b h n m`; a mask of `None` hides nothing.
#
# The cell under the check asks whether the root is worth a line. It takes 64 random queries and keys of more and more
# numbers, and shows the largest weight of a query. (A trick: with the identity matrix for values, attention hands out
# its *weights*.) If everybody counted alike, it would be 1/64. **What will it be with 1024 numbers, with and without
# the root?**


# %% exercise="attend"
def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Each query's weighted average of the values; the mask is true where one may look.

    ``query: b h n e``, ``key: b h m e`` and ``value: b h m d`` give ``b h n d``; the mask broadcasts to ``b h n m``.
    """
    ### BEGIN SOLUTION
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(dim=-1) @ value
    ### END SOLUTION


# %% check="attend"
check.attend(attend)

# %%
attend = use(attend=attend)
lengths = [4, 16, 64, 256, 1024]
identity = torch.eye(64).expand(1, 8, 64, 64)
largest: dict[str, list[float]] = {"divided by the root": [], "not divided": []}
for e in lengths:
    query, key = torch.randn(2, 1, 8, 64, e, generator=torch.Generator().manual_seed(e))
    for label, factor in zip(largest, (1.0, e**0.5), strict=True):
        largest[label].append(float(attend(factor * query, key, identity, None).amax(-1).mean()))
alt = "the largest weight against the length of the vectors: flat with the root, rising to nearly 1 without"
with plots.chart(alt=alt, size=(6.4, 2.6)) as axes:
    for label, values in largest.items():
        axes.semilogx(lengths, values, "o-", base=2, label=label)
    axes.set(xlabel="numbers in a query", ylabel="largest weight", ylim=(0, 1.05))
    axes.legend()

# %% [markdown]
# Without the root, long vectors choose *one* token from the start, whichever happens to fit. And a choice that is all
# or nothing cannot be learned from: if the weights are 1 and 0, a small change of the scores changes nothing, so the
# gradient is zero. Keep this thought, it comes back in a moment.
#
# ## Heads
#
# **An average forgets its parts.** A token that looks at its left and at its right neighbour with weights of one half
# gets their mean: is 3 now the mean of 2 and 4, or of 3 and 3? It takes *two* averages to know. So the vectors are
# cut into pieces, the **heads**, and each piece asks and looks on its own. Then a last matrix, `out`, mixes what they
# found.
#
# **Does it cost more?** Guess the number of operations of a layer with 1, 4 and 16 heads, for 100 tokens 256 wide.

# %%
# NBVAL_CHECK_OUTPUT
brightness = torch.tensor([1.0, 2.0, 4.0, 4.0, 4.0, 7.0])
left, right = torch.diag(torch.ones(5), -1), torch.diag(torch.ones(5), 1)  # weights: all on one neighbour
print("one head, both neighbours:", ((left + right) / 2 @ brightness)[1:-1].tolist())
print("two heads, one each:      ", torch.stack([left @ brightness, right @ brightness], -1)[1:-1].tolist())

no_turn = torch.ones(1, 1, 1, 1, dtype=torch.cfloat)  # multiplied by 1, nothing is turned: see below
for heads in (1, 4, 16):
    layer = Attention(256, heads)
    with FlopCounterMode(display=False) as counter:
        layer(torch.randn(1, 100, 256), no_turn, None)
    print(f"{heads:2} heads of {256 // heads:3}: {counter.get_total_flops():,} operations")

# %% [markdown]
# **Nothing.** 16 heads make 16 times as many weights, from vectors that are 16 times shorter. (The price is paid
# elsewhere: a short vector can ask only simple questions. Most models settle at 64 to 128 numbers a head.) As for the
# cost of attention itself, you have measured it in chapter 02: it grows with the square of the number of tokens.
#
# ## When scores run away
#
# The root holds as long as the numbers in queries and keys have size 1. At the start of training they have. But they
# are made by learned matrices, and training is free to enlarge these: sharper attention often *is* better, for a
# while. If it goes too far, every token stares at one other, the gradient dies, and some large models have diverged
# at this point: their loss climbs, and does not come back.
#
# The remedy is to take the size away: divide every query and every key by the typical size of its numbers, the **root
# of the mean square**. How sharp a head is should be *one* number that training can turn, and not a side effect of
# large matrices. So one number remains, the head's **gain**.
#
# `rms_norm(x) = gain · x / √(mean(x²) + 0.000001)`
#
# {card}
#
# Over the last axis. `gain` broadcasts against `x` (it has shape `heads 1`). The tiny number keeps a vector of zeros
# from becoming 0/0.
#
# Under the check are the weights of 16 tokens, a row for each. From left to right the matrices that make queries and
# keys have grown, as they may in training. Above without the norm, below with it (with gain 1). The caption says at
# how many tokens a token looks, in effect (`exp` of the entropy of its weights). **What do you expect in the lower
# row?**


# %% exercise="rms_norm"
def rms_norm(x: Tensor, gain: Tensor) -> Tensor:
    """``x`` divided by the root of its mean square (over the last axis), times ``gain``."""
    ### BEGIN SOLUTION
    return x * gain * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)
    ### END SOLUTION


# %% check="rms_norm"
check.rms_norm(rms_norm)

# %%
rms_norm = use(rms_norm=rms_norm)
query, key = 0.7 * torch.randn(2, 1, 1, 16, 64, generator=torch.Generator().manual_seed(1))
identity, shown = torch.eye(16)[None, None], {}
for label, norm in {"": lambda x: x, ", normed": lambda x: rms_norm(x, torch.ones(1))}.items():
    for growth in (1, 2, 4, 8):
        looks = attend(norm(growth * query), norm(growth * key), identity, None)[0, 0]
        many = torch.special.entr(looks).sum(-1).exp().mean()
        shown[f"x {growth}{label}: at {many:.1f}"] = looks
plots.images(shown, alt="16 x 16 attention weights; without the norm they end as single bright dots", width=150)

# %% [markdown]
# In the lower row nothing moves at all: the size is divided out. There is a ceiling, too. A normed query of `e`
# numbers is `√e` long as an arrow, so that no score can exceed `√e · √e / √e = √e`, times the gains. This is
# **QK-norm**. It has become standard since vision transformers of 8 billion parameters were seen to diverge without
# it, and one of 22 billion was trained with it. Further down you will see the scores run in a real (tiny) training.
#
# ## Where and when: a turn
#
# Attention sees a set (chapter 02): shuffle the tokens, and nothing changes but their order. The coordinates have to
# get in. Where would they do most good? In the *score*, since there it is decided who looks at whom. And what should
# a score know? Not that one token is at second 7.0 and the other at 7.5, but that they are **half a second apart**. A
# ball falls alike at any time of day.
#
# So we look for a way to write a coordinate into a query and into a key such that their dot product depends on the
# *difference*. Take two numbers of a query as an arrow in the plane, and turn it by an angle that grows with its
# seconds, like the hand of a clock. Do the same with the key. **Slide `start`: both arrows move. What about the angle
# between them? And what does the dot product of two arrows of length 1 depend on?**


# %%
def arrows(start: float, gap: float) -> plots.Picture:
    """A query at ``start`` seconds and a key that is ``gap`` later, on a clock that takes 4 seconds for a turn."""
    query, key = (2 * math.pi * second / 4 for second in (start, start + gap))
    with plots.canvas(size=(2.4, 2.6)) as axes:
        for angle, label, width, size in ((query, "query", 7, 14), (key, "key", 2, 6)):  # neither hides the other
            tip = math.cos(angle), math.sin(angle)
            axes.plot([0, tip[0]], [0, tip[1]], "o-", label=label, markevery=[1], linewidth=width, markersize=size)
        score = math.cos(key - query)
        axes.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), aspect="equal", title=f"score {score:+.2f}")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, fontsize=8)
    return plots.drawn(axes, alt=f"two arrows on a circle, at {start} and {start + gap} seconds; score {score:.2f}")


explore(arrows, start=[0.0, 0.5, 1.0, 2.0, 3.0], gap=[0.0, 0.5, 1.0, 1.5, 2.0])

# %% [markdown]
# The start turns both, and leaves the score alone; only the gap counts. That is **RoPE**, rotary position embedding.
# A head of `e` numbers is `e/2` such arrows, each on a clock of its own.
#
# Turning has a short form. Read the pair `(a, b)` as the complex number `a + b·i`. Multiplying it by the number
# `cos + i·sin` of length 1 turns it by that angle: `(a·cos - b·sin) + (a·sin + b·cos)·i`. So all the turns of a token
# are a row of `e/2` complex numbers, the **table**.
#
# {card}
#
# Turn the pairs of neighbouring channels (0 with 1, 2 with 3, …) by a table that broadcasts against them.
#
# Then we shall see how well a query fits to keys at other times, if all of them were the same before the turn: with
# **one** clock that takes 2 seconds for a turn, and with eight clocks from 2 to 64 seconds. Each curve is drawn
# twice, for a query at second 0 (line) and for one at second 7 (dashed). **What will the single clock confuse? And
# will line and dashes agree?**


# %% exercise="apply_rope"
def apply_rope(x: Tensor, table: Tensor) -> Tensor:
    """Turn each pair of neighbouring channels: ``x: b n ... e``, and ``table`` (complex) fits ``b n ... e/2``."""
    ### BEGIN SOLUTION
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * table).flatten(-2)
    ### END SOLUTION


# %% check="apply_rope"
check.apply_rope(apply_rope)

# %%
apply_rope = use(apply_rope=apply_rope)
apart = torch.linspace(-12, 12, 241)


def turned(seconds: Tensor, wavelengths: Tensor) -> Tensor:
    angle = 2 * math.pi * seconds[:, None] / wavelengths
    return apply_rope(torch.ones(1, len(seconds), 2 * len(wavelengths)), torch.polar(torch.ones_like(angle), angle))[0]


alt = "score against time apart: one clock is a wave that repeats every 2 s, eight clocks a peak at 0"
with plots.chart(alt=alt, size=(7.6, 2.6), panels=2) as panels:
    clocks = {"one clock": torch.tensor([2.0]), "eight clocks": 2 * 32 ** torch.linspace(0, 1, 8)}
    for axes, (label, wavelengths) in zip(panels, clocks.items(), strict=True):
        for start, style in ((0.0, "-"), (7.0, "--")):
            query = turned(torch.tensor([start]), wavelengths)[0]
            axes.plot(apart, turned(start + apart, wavelengths) @ query / len(query), style)
        axes.set(xlabel="seconds from the query", ylabel="score", title=label, ylim=(-1.1, 1.1))

# %% [markdown]
# To one clock, *two seconds ago* looks like *now*. Eight clocks agree only at 0, as the hands of hour, minute and
# second do together what none of them can alone. The lengths of turn (**wavelengths**) grow by the same factor from
# each clock to the next: the short ones tell neighbours apart, the long ones know roughly when.
#
# **A video has three coordinates**: seconds, row and column. Each axis gets a *band* of the pairs for itself, with
# its own range of wavelengths; in minisora, from 2 to 64 seconds and from 4 to 128 patches. They are **real
# numbers**: half a second is a quarter turn of the fastest clock, whatever the number of frames in between.
#
# {card}
#
# Build the table. Of `pairs = head_dim // 2` each axis gets `pairs // axes`, and the first axis what is left over as
# well. In a band the wavelengths run from the shortest to the longest, both included, each longer than the one before
# by the same factor. The angle is `2·π · coordinate / wavelength`; the bands stand side by side in the order of the
# axes. The axis of length 1 is for the heads, which are all turned alike.


# %% exercise="rope_table"
def rope_table(coords: Tensor, head_dim: int, wavelengths: tuple[tuple[float, float], ...]) -> Tensor:
    """Turns for tokens at ``coords: b n axes``, as complex numbers ``b n 1 head_dim/2``.

    They lie on the device of ``coords``. ``wavelengths`` has the shortest and the longest of each axis.
    """
    ### BEGIN SOLUTION
    pairs, axes, angles = head_dim // 2, len(wavelengths), []
    for axis, (shortest, longest) in enumerate(wavelengths):
        size = pairs // axes + (pairs % axes if axis == 0 else 0)
        wavelength = shortest * (longest / shortest) ** torch.linspace(0, 1, size, device=coords.device)
        angles.append(2 * math.pi * coords[..., axis, None].float() / wavelength)
    angle = torch.cat(angles, dim=-1)[..., None, :]
    return torch.polar(torch.ones_like(angle), angle)
    ### END SOLUTION


# %% check="rope_table"
check.rope_table(rope_table)

# %%
rope_table = use(rope_table=rope_table)
steps = torch.linspace(-6, 6, 121)
curves = {}
for axis, label in enumerate(("seconds", "rows", "columns")):
    places = torch.zeros(1, 121, 3)
    places[..., axis] = steps
    turned = apply_rope(torch.ones(1, 121, 1, 64), rope_table(places, 64, VIDEO_AXES))[0, :, 0]
    curves[label] = turned @ torch.ones(64) / 64  # with a key at the origin, which is not turned
alt = "score against distance along seconds, rows and columns: three peaks at 0; that of time is the narrowest"
with plots.chart(alt=alt, size=(6.4, 2.6)) as axes:
    for (label, curve), style in zip(curves.items(), ("-", "-", "--"), strict=True):
        axes.plot(steps, curve, style, label=label)
    axes.set(xlabel="distance along one axis, the other two alike", ylabel="score")
    axes.legend()

# %% [markdown]
# Alike before the turn, tokens now fit roughly the better, the nearer they are, in time and in space. (The humps near
# 2, 4 and 6 seconds, and near 4 patches, are where the fastest clock of that axis has come full circle.) The learned
# matrices can turn queries and keys *against* each other, too, and so move the peak anywhere: "the place one patch to
# the left, half a second ago" is a question that a head can ask.
#
# ## Slide a clip in time
#
# Take a whole clip and add three seconds to the coordinates of all its tokens, as if it began later. The words of the
# caption stay where they are: minisora's words lie at the coordinate 0, where RoPE does nothing; they are nowhere and
# never. **What changes in the first block, what must not, and what of the network's final answer?**
#
# {card}
#
# This exercise asks for no formula, only for your prediction: `True` for what stays the same. The check holds it
# against an experiment.
#
# The cell after it slides our clip before the shipped network, by up to 8 seconds, and measures how much the answer
# changes. Once the patches move alone, and once patches *and* words (every turn in the table is multiplied by the
# same turn). **Which of the two curves is flat?**


# %% exercise="stays_the_same"
def stays_the_same() -> dict[str, bool]:
    """What stays the same when the patches (not the words) move by three seconds?

    In the first block: the numbers of a patch's turned "query", the "length" of that query, the "value" that is
    handed over, the scores "patch to patch", "word to word" and "word to patch". At the end: the "velocity".
    """
    ### BEGIN SOLUTION
    answer = {"query": False, "length": True, "value": True, "velocity": False}
    return answer | {"patch to patch": True, "word to word": True, "word to patch": False}
    ### END SOLUTION


# %% check="stays_the_same"
check.stays_the_same(stays_the_same)

# %%
coords, half = coordinates(5, 8, 8, 0.5, patch).to(device), torch.full((1, 1), 0.5, device=device)
tokens = patchify(0.5 * latents + 0.5 * noise, patch)


def slid(seconds: float, words_too: bool) -> Tensor:
    offset = torch.tensor([seconds, 0.0, 0.0], device=device)
    context = dit.prepare(coords if words_too else coords + offset, text)
    if words_too:
        context = context._replace(rope=context.rope * rope_table(offset.view(1, 1, 3), head_dim, VIDEO_AXES))
    return dit(tokens, half, context)


here, slides = slid(0.0, False), [0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0]
with plots.chart(alt="change of the velocity against the slide: zero if words move too", size=(6.4, 2.6)) as axes:
    for label, words_too in (("the patches move", False), ("patches and words move", True)):
        axes.plot(slides, [float((slid(s, words_too) - here).norm() / here.norm()) for s in slides], "o-", label=label)
    axes.set(xlabel="slide in seconds", ylabel="change of the answer")
    axes.legend()

# %% [markdown]
# If *everything* moves, nothing changes: that is the law of RoPE, to the last rounding. If only the patches move,
# their scores among each other are still the same, but the words see them under another angle. Is that a flaw? It is
# a choice: so a word can know how far from the beginning of the clip a patch is. Read the height of the curve as how
# much use this network makes of it: 0.01 is a change of one per cent.
#
# ## How time speaks
#
# The **time** of diffusion, the noise level, must reach every token too: at `t = 0.9` it has to guess, at `t = 0.1`
# to polish. One could add it to the input once; but what is said once at the door is forgotten ten blocks later. In a
# DiT, time speaks to *every* block, through its LayerNorms. A **LayerNorm** takes from each token its mean and its
# size. In their place time puts a **shift** and a **scale** of its own, one number for each channel: adaptive
# LayerNorm, **adaLN**.
#
# And a third number, the **gate**: how loudly what attention (or the MLP) says is added to the token. All of them are
# learned functions of the time. Here are the gates of the shipped network, block by block. **Would you expect a block
# to work as hard on clean clips as on noise?**


# %%
def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """``LayerNorm(x) * (1 + scale) + shift``, all ``b n d``: with zeros, a plain LayerNorm."""
    return F.layer_norm(x, x.shape[-1:]) * (1 + scale) + shift


times = torch.linspace(0, 1, 41)
modulation = dit.modulation(F.silu(dit.time(times.to(device))))
alt = "mean size of the gates of attention and of the MLP against time, a line for each block"
with plots.chart(alt=alt, size=(7.6, 2.8), panels=2) as panels:
    for axes, part, title in zip(panels, (2, 5), ("attention", "MLP"), strict=True):
        for i, layer in enumerate(dit.blocks, start=1):
            gate = (modulation + layer.table).chunk(6, dim=-1)[part]
            axes.plot(times, gate.abs().mean(-1).cpu(), label=f"block {i}")
        axes.set(xlabel="time (0 clean, 1 noise)", title=f"gates of the {title}", ylim=(0, None))
    panels[1].legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))

# %% [markdown]
# Where a line is flat, the block listens little to the clock; where it rises or falls, it speaks louder at some noise
# levels than at others. (In weights that we looked at, attention was the louder, the more noise there was, and the
# MLP the other way round: to guess one asks the others, to polish one thinks for oneself.) Six numbers for each
# channel make a **modulation**: shift, scale, gate for attention, and the same three for the MLP.
#
# Two decisions of minisora, which you will find in your stub:
#
# - **One modulation for all blocks**, made from the time by one matrix; each block only adds its own small **table**
#   of `6·width` numbers. (The original DiT had such a matrix in *every* block. We shall count below what it costs.)
#   The mean of the caption's words is added to the time before that matrix, as in Stable Diffusion 3: with words as
#   tokens alone, our network had learned colours after an hour, but neither shapes nor motions. (The chart above
#   leaves that part out.)
# - **Every token has its own time.** `modulation` has one row for each *different* time (and caption) in the batch, and
#   `level: b n` says which row is whose. A frame that is given is clean, and has time 0; its neighbours are being made, at time
#   0.7. The words are given: time 0, always.
#
# {card}
#
# `__init__` is done. Write `forward` for `x: b n d`, `modulation: rows 6d` and `level: b n`. Attention first:
# `x + gate · attention(modulate(x, shift, scale))`. Then the same with the MLP, on what the first half has left.
# `self.attention` takes `(…, rope, mask)`.


# %% exercise="DiTBlock"
class DiTBlock(nn.Module):
    """Attention and MLP, each shifted, scaled and gated by the token's time (the parts come in this order).

    ``x: b n d``; ``modulation: rows 6d``, and ``level: b n`` says which row is whose.
    """

    def __init__(self, width: int, heads: int, mlp_ratio: int = 4) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.mlp = MLP(width, mlp_ratio)
        self.table = nn.Parameter(torch.zeros(6 * width))

    def forward(self, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None) -> Tensor:
        ### BEGIN SOLUTION
        per_token = F.embedding(level, modulation + self.table)
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = per_token.chunk(6, dim=-1)
        x = x + gate_a * self.attention(modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_m * self.mlp(modulate(x, shift_m, scale_m))
        ### END SOLUTION


# %% check="DiTBlock"
check.DiTBlock(DiTBlock)

# %% [markdown]
# ## Why zero?
#
# Stack the block a few times, put a matrix before it (`patch_in`) and one after it (`patch_out`), and you have a DiT.
# Now look at how it begins its life. The matrix that makes the modulation is set to **zero**, and so is `patch_out`:
# hence *adaLN-zero*. All gates are shut, every block is the identity, and the first answer is 0, whatever one asks.
#
# **Two questions before you run.** If everything is multiplied by zero, is the gradient not zero too: will such a
# network ever wake up? And what is it good for? Here are tiny DiTs, 8 of *your* blocks deep, which learn the velocity
# in a world of clouds (chapter 05), where the least possible loss is known.

# %%
DiTBlock = use(DiTBlock=DiTBlock)
TINY = DiTConfig(channels=2, width=48, depth=8, heads=2, text_width=8, text_depth=0, text_heads=1, vocabulary=3)
CLOUDS = drifting_clouds(torch.zeros(2, 3, 4, 6))


def cloud_loss(net: DiT, generator: torch.Generator) -> Tensor:
    """Mean squared error of the velocity of 16 fresh clips at random times."""
    x0 = patchify(CLOUDS.sample(16, generator=generator), TINY.patch)
    eps, t = torch.randn(x0.shape, generator=generator), torch.rand(16, 1, generator=generator)
    places, no_words = coordinates(3, 4, 6, 0.5, TINY.patch), torch.ones(1, 1, dtype=torch.long)
    answer = net(x0 + t[..., None] * (eps - x0), t, net.prepare(places, net.encode_text(no_words)))
    return (answer - (eps - x0)).square().mean()


# %%
def tiny(*, zero: bool = True) -> DiT:
    """A DiT of your blocks; with ``zero=False`` it starts like any other network, with random numbers everywhere."""
    with swap(DiTBlock=DiTBlock):
        net = DiT(TINY, generator=torch.Generator().manual_seed(0))
    if not zero:
        generator = torch.Generator().manual_seed(1)
        for layer in (net.modulation, net.final_modulation, net.patch_out):
            nn.init.normal_(layer.weight, std=layer.in_features**-0.5, generator=generator)
    return net


def who_learns(net: DiT) -> None:
    """Which parts have a gradient that is not exactly zero?"""
    parts = {"patch_out": net.patch_out, "modulation": net.modulation, "patch_in": net.patch_in}
    parts |= {"attention": net.blocks[3].attention.qkv, "MLP": net.blocks[3].mlp.up}
    print([name for name, layer in parts.items() if bool(layer.weight.grad.any())])


# %%
# NBVAL_CHECK_OUTPUT
def train(net: DiT, steps: int, watch=lambda net: None) -> list[float]:
    """The loss of each of the first ``steps`` steps; ``watch`` sees the network with its gradients."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-3)
    generator, losses = torch.Generator().manual_seed(5), []
    for _ in range(steps):
        loss = cloud_loss(net, generator)
        optimizer.zero_grad()
        loss.backward()
        watch(net)
        optimizer.step()
        losses.append(loss.item())
    return losses


_ = train(tiny(), 4, watch=who_learns)

# %% [markdown]
# It wakes up from the end: in the first step only `patch_out` has a gradient, since what *comes* to it is not zero.
# In the second step it is no longer zero itself, so the gates feel that they would be useful, and open a crack. In
# the third the blocks behind the gates begin to learn. A product of two zeros would be dead for ever; here every zero
# has a living factor beside it.
#
# **And what for?** Compare the first 50 steps with a network that begins with random numbers everywhere, and watch
# the largest score in attention as well, with and without QK-norm. **Draw your guess of the two losses before you
# run: where does each begin?** (The loss of saying nothing is 2 on average, since clouds and noise have variance 1
# each; a single batch scatters about it.)


# %%
def trained(net: DiT, steps: int) -> tuple[list[float], list[float]]:
    """The loss and the largest score of each step."""
    heard = []

    def spy(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        heard.append(float((query.detach() @ key.detach().mT).abs().max()) / query.shape[-1] ** 0.5)
        return attend(query, key, value, mask)

    with swap(attend=spy):
        losses = train(net, steps)
    return losses, [max(heard[i : i + TINY.depth]) for i in range(0, len(heard), TINY.depth)]


steps = by_profile(50, fast=8)
runs = {"zero": trained(tiny(), steps), "random": trained(tiny(zero=False), steps)}
with swap(rms_norm=lambda x, gain: x * gain):
    runs["zero, without QK-norm"] = trained(tiny(), steps)

# %%
floor = float(CLOUDS.loss_floor(torch.linspace(0.005, 0.995, 100)).mean())
alt = "left: with zeros the loss starts near 2 and falls, without it starts near 3; right: scores grow without QK-norm"
with plots.chart(alt=alt, size=(7.8, 2.9), panels=2) as (left, right):
    for label in ("zero", "random"):
        left.plot(runs[label][0], label=label)
    left.axhline(2, color="grey", linestyle="--", linewidth=1, label="says nothing")
    left.axhline(floor, color="black", linewidth=1, label="perfect")
    left.set(xlabel="step", title="loss")
    right.plot(runs["zero"][1], label="with QK-norm")
    right.plot(runs["zero, without QK-norm"][1], label="without")
    right.set(xlabel="step", title="largest score", ylim=(0, None))
    left.legend(fontsize=8)
    right.legend(fontsize=8)

# %% [markdown]
# **Left.** The random network begins *worse than saying nothing*: eight blocks of random chatter, which it has to
# unlearn first. The zero network begins at "nothing" and only ever adds what helps. Here, with eight blocks, that is
# a head start of a dozen steps; the more blocks there are, the louder the chatter.
#
# **Right.** Without the norm the scores have begun to run, while the loss does not show it yet. It will, once the
# weights of many heads have become all or nothing; and then it is too late.
#
# ## What a time for every token buys
#
# Each token has a time of its own, so a clip may be clean in one place and noise in another. Here is the shipped
# network on our clip, and we measure its error in the last four latent frames, at several noise levels, in three
# cases: all five frames are noisy; the first frame is clean *and its time says so*; the first frame is clean *but its
# time says that it is as noisy as the rest*. **In which order do you expect the three?** (The first case is drawn as
# 1.)

# %%
noises = torch.randn(6, *latents.shape[1:], generator=torch.Generator().manual_seed(3)).to(device)


def error(t: float, first: float, told: float) -> float:
    """Of the velocity in frames 2 to 5 at time t, if the first is at noise level ``first`` and said to be at ``told``."""
    level, said = (torch.tensor([each, t, t, t, t], device=device).view(1, 1, 5, 1, 1) for each in (first, told))
    wrong = velocity(latents + level * (noises - latents), said) - (noises - latents)
    return float(wrong[:, :, 1:].square().mean())


levels = by_profile([0.3, 0.4, 0.5, 0.6, 0.7, 0.8], fast=[0.5, 0.8])
with plots.chart(
    alt="error in the other frames against the noise level, where all noisy is 1", size=(6.4, 2.7)
) as axes:
    axes.axhline(1, color="grey", linewidth=1)
    for label, told_so in (("told that it is clean", True), ("told that it is not", False)):
        axes.plot(levels, [error(t, 0.0, 0.0 if told_so else t) / error(t, t, t) for t in levels], "o-", label=label)
    axes.set(xlabel="time of the other frames", ylabel="error, all noisy = 1", title="the first frame is clean")
    axes.legend()

# %% [markdown]
# The gap between the two curves is made by nothing but the *time* of one frame's tokens: the same numbers, believed
# or not believed. Up to about 0.6 the lower curve stays at 1, even a hair above: at low noise each frame shows by
# itself what is in it, and a clean neighbour has nothing to add. Where the curve lies below 1, this network has learned
# to carry what is given into the frames that are not; how far below depends on how long it was trained. (Beyond 0.8
# nearly everything is a guess, and a single clip says little.) This one mechanism, a clean token with time 0, is how
# minisora animates a picture, extends a clip and fills a hole (chapter 09).
#
# ## Words and patches in one attention
#
# How do the words get in? There are two schools.
#
# - **Cross-attention**: patches attend to patches; then, in a second attention with matrices of its own, patches ask
#   and *words* answer. The words themselves stay what they were.
# - **Joint attention**: one sequence, words first, then patches, and everybody attends to everybody. The words change
#   as well: a block later, "circle" can know where the circle is.
#
# minisora is of the second school, with the same matrices for both. So its weights have four quarters: patches that
# look at patches or at words, words that look at words or at patches. **Where will the looks go in early blocks, and
# where in late ones?** The thin lines are what it would be if everybody looked at everything alike.

# %%
quarters = {"patches at words": weights[:, :, words:, :words], "words at patches": weights[:, :, :words, words:]}
alt = "share of a patch's looks that go to words, and of a word's looks that go to patches, for each block"
with plots.chart(alt=alt, size=(6.4, 2.7)) as axes:
    for (label, part), colour in zip(quarters.items(), plots.COLOURS, strict=False):
        axes.plot(range(1, len(part) + 1), 100 * part.sum(-1).mean((1, 2)), "o-", color=colour, label=label)
        axes.axhline(100 * part.shape[-1] / weights.shape[-1], color=colour, linewidth=0.8)
    axes.set(xlabel="block", ylabel="% of the looks", ylim=(0, 100))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
may_look = torch.ones(weights.shape[-2:], dtype=torch.bool, device=device)
may_look[:words, words:] = False
answer = dit(tokens, half, dit.prepare(coords, text)._replace(mask=may_look[None, None]))
print(f"if words may not look at patches, the answer changes by {100 * (answer - here).norm() / here.norm():.1f} %")

# %% [markdown]
# Read the curves: does a patch ask the words early, or late? Do words look at the clip more than the thin line, or
# less? (With the weights that we looked at, patches ask words most in block 3; words look at patches less than the
# line says in all blocks but the last.) With cross-attention the second curve would be zero everywhere. The last
# lines of the cell forbid those looks by a mask; what they print measures what the looks are worth to this network.
#
# ## Count it
#
# How large is such a network? You know every matrix of a block by now: four of attention, two of the MLP, none with a
# bias. Add the small things: the table, and the gain of the norm, one number for each head, for queries and for keys.
#
# The whole network is the blocks, the two ends, the time and the text. The package adds it all up in
# `minisora/model/flops.py`, the parameters and the operations of one call, from the sizes alone, so that one can know
# the price of a model *before* building it. The cell after the check asks whether these formulas agree with PyTorch,
# which counts every number of the real network, and every matrix product while it runs.
#
# {card}
#
# Count the numbers that a block learns.


# %% exercise="block_parameters"
def block_parameters(width: int, heads: int, mlp_ratio: int = 4) -> int:
    """How many learned numbers there are in a ``DiTBlock``."""
    ### BEGIN SOLUTION
    attention = 4 * width**2 + 2 * heads
    mlp = 2 * mlp_ratio * width**2
    return attention + mlp + 6 * width
    ### END SOLUTION


# %% check="block_parameters"
check.block_parameters(block_parameters)

# %%
# NBVAL_CHECK_OUTPUT
sizes = DiTConfig(channels=16, width=128, depth=4, heads=2, text_width=64, text_depth=1, vocabulary=304, patch=2)
net, ids, places = DiT(sizes), torch.ones(1, 11, dtype=torch.long), coordinates(5, 8, 8, 0.5, patch=2)
with FlopCounterMode(display=False) as counter:
    net(torch.randn(1, 80, sizes.token_channels), torch.rand(1, 1), net.prepare(places, net.encode_text(ids)))
held = sum(each.numel() for each in net.parameters())
print("parameters agree:", parameters(sizes) == held, f"(about {held / 1e6:.0f} million)")
print("operations agree:", flops(sizes, 80, 11) == counter.get_total_flops())
print(f"a block 256 wide: {12 * 256**2:,} in matrices, {6 * 256 + 2 * 4:,} in the table and the gains")

# %% [markdown]
# Now the same arithmetic on published sizes. The first question was put off above: what would it cost to give every
# block a modulation matrix of its own (`6·width²`), as DiT did? The second: which school is dearer, joint or cross?
# Joint attention makes the sequence longer by the words. Cross-attention has four more matrices, two of which work on
# all the patches, and a second (narrow) attention. **Guess both, for Wan's 75,600 patches and 512 words.**

# %%
# NBVAL_CHECK_OUTPUT
# name: blocks, width, the MLP's inner width, square matrices in a block
systems = {
    "small": (6, 256, 1024, 4),
    "DiT-XL/2": (28, 1152, 4608, 4),
    "Wan 2.1 1.3B": (30, 1536, 8960, 8),
    "Wan 2.1 14B": (40, 5120, 13824, 8),
}
for name, (depth, d, inner, square) in systems.items():
    blocks, own = depth * (square * d**2 + 2 * d * inner), depth * 6 * d**2
    print(f"{name:12}: blocks {blocks / 1e6:8,.0f} million; a modulation for each: + {100 * own / blocks:.0f} %")

n, m, d = 75_600, 512, 5120
alone = 24 * n * d**2 + 4 * n**2 * d  # block_flops of chapter 02
print(f"joint: + {100 * (24 * (n + m) * d**2 + 4 * (n + m) ** 2 * d - alone) / alone:.0f} % operations")
print(f"cross: + {100 * (4 * (n + m) * d**2 + 4 * n * m * d) / alone:.0f} % operations")

# %% [markdown]
# A modulation for each block is half as much again as the block itself (less where blocks have more matrices), spent
# on a message that is the same for the whole clip. That is why PixArt-alpha, Wan and minisora share it. And joint
# attention is the *cheaper* school here: 512 words lengthen a sequence of 75,600 by less than a hundredth. What
# cross-attention buys for its price is that the words' keys and values do not depend on the noise, so they are
# computed once for all steps.
#
# ## Who looks at whom
#
# Back to where we began. Here are all the heads of the shipped network at `t = 0.5`, each as a map of **frame by
# frame**: row i says how the looks of the patches in latent frame i are spread over the five latent frames. The
# caption says how much stays in one's own frame (20 % would be no preference). Some networks for video are built from
# separate layers for space (look around in your frame) and for time (look at your place in other frames). **Would a
# network that may do anything invent that by itself?**

# %%
among = weights[:, :, words:, words:]
among = among / among.sum(-1, keepdim=True)
by_frame = among.unflatten(2, (5, -1)).unflatten(4, (5, -1)).sum(-1).mean(3)  # blocks heads 5 5
own = by_frame.diagonal(dim1=-2, dim2=-1).mean(-1)
maps = {
    f"{i + 1}.{j + 1}: {100 * own[i, j]:.0f} %": by_frame[i, j]
    for i in range(by_frame.shape[0])
    for j in range(by_frame.shape[1])
}
print(f"heads that stay at home (over 50 %): {int((own > 0.5).sum())} of {own.numel()}")
alt = "how the looks from each latent frame are spread over the frames; the diagonal is one's own frame"
plots.images(maps, alt=alt, width=84, columns=8)

# %% [markdown]
# A bright diagonal is a head for space; an even map is a head that gathers over the whole clip; a diagonal beside the
# main one would be a head that looks half a second back, or ahead. So the answer is: partly. Some heads keep mostly
# to their own frame, a few look half a second back, and many do neither. Choose a block, a head and a frame, and look
# through the eyes of a token on the circle. **Look for four kinds: a head for the neighbourhood, one that looks at
# its own place half a second ago, one that follows the circle through time, and one that looks away from it.** (Which
# of them there are depends on the weights.)


# %%
def eyes(block: int, head: int, frame: int) -> plots.Picture:
    token = int((covered * (frame_of == frame - 1)).argmax())
    seen = spotlight(among[block - 1, head - 1, token], token)
    return plots.filmstrip(seen, alt=f"the frames in colour where block {block}, head {head} looks from frame {frame}")


blocks, heads = weights.shape[:2]
explore(eyes, block=range(1, blocks + 1), head=range(1, heads + 1), frame=[1, 2, 3, 4, 5])

# %% [markdown]
# **Do not believe such maps too easily.** They show where a head *looks*, not what it takes from there (that is in
# the values) nor whether anybody uses it (that is in the gates). An honest test takes the head away and measures what
# is lost.
#
# ## Into the machine
#
# Four of your functions take the places of minisora's own, in the network and in its text encoder, and make a clip.

# %%
settings = {"seconds": by_profile(2.0, fast=0.5), "steps": by_profile(10, fast=2)}
yours = swap(attend=attend, rms_norm=rms_norm, apply_rope=apply_rope, rope_table=rope_table)
yours.report("a red circle moves right", **settings)

# %% [markdown]
# ## Break it
#
# Two slips that raise no error, and leave every shape as it was.
#
# **First: only the queries are turned**, and the keys forgotten. The score then depends on where the *query* is, and
# no longer on the distance. **Second: the root is forgotten** (the scores are √e times too large: 8 times, with 64
# numbers a head). What will each do to the clip? Which of the two leaves more of it? (The last row has both slips at
# once.)


# %%
def queries_only(x: Tensor, table: Tensor) -> Tensor:
    turned = apply_rope(x, table)
    return torch.stack([turned[:, :, 0], x[:, :, 1]], dim=2)  # minisora turns queries and keys in one go: b n 2 h e


def no_root(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    return attend(query * query.shape[-1] ** 0.5, key, value, mask)


swap(apply_rope=queries_only, attend=no_root).report("a red circle moves right", **settings)

# %% [markdown]
# With the first, a token no longer finds the others by their distance: every score holds an angle that training has
# never produced, and each block builds on the wrong answers of the one before. With our weights nothing at all is
# left, not even the colour: the clip is black. The second makes of every average a choice: who listens to one other
# token agrees with that one and with nobody else, and the clip falls apart: with our weights a red blob survives,
# frayed, before a sky whose patches do not fit together. This network was trained without the slip. One that is
# *trained* with it learns to live with it, at a price that shows in no error message and in no shape, only in worse
# clips. That is why parts are tested before networks are trained.
#
# ## In the real systems
#
# - **The transformer**: attention, heads and the root are from Vaswani et al. 2017 ([arXiv
#   1706.03762](https://arxiv.org/abs/1706.03762)).
# - **DiT** replaced the U-Net of diffusion by such blocks, compared four ways to let time speak, and found adaLN-zero
#   the best; its largest, DiT-XL/2, has 28 blocks, 1152 wide, 675 million parameters (Peebles & Xie 2022,
#   [2212.09748](https://arxiv.org/abs/2212.09748)). **PixArt-alpha** shares the modulation
#   ([2310.00426](https://arxiv.org/abs/2310.00426)).
# - **QK-norm**: Henry et al. 2020 ([2010.04245](https://arxiv.org/abs/2010.04245)); Dehghani et al. 2023 needed it on
#   the way to 22 billion parameters ([2302.05442](https://arxiv.org/abs/2302.05442)). **RMSNorm**: Zhang & Sennrich
#   2019 ([1910.07467](https://arxiv.org/abs/1910.07467)). **RoPE**: Su et al. 2021
#   ([2104.09864](https://arxiv.org/abs/2104.09864)).
# - **Stable Diffusion 3** made joint attention known, with separate matrices for text and image
#   ([2403.03206](https://arxiv.org/abs/2403.03206)). **CogVideoX** attends jointly to text and all of space and time,
#   with RoPE in three axes ([2408.06072](https://arxiv.org/abs/2408.06072)). **HunyuanVideo** has 20 blocks with
#   separate and then 40 with common matrices, 3072 wide; of a head's 128 numbers 16 are for time, 56 for rows and 56
#   for columns ([2412.03603](https://arxiv.org/abs/2412.03603)).
# - **Wan 2.1** is of the other school: cross-attention to the text, 40 blocks, 5120 wide, one shared modulation and a
#   small bias for each block, QK-norm ([2503.20314](https://arxiv.org/abs/2503.20314)).
# - **A time for each token**: Chen et al. 2024 in *Diffusion Forcing*
#   ([2407.01392](https://arxiv.org/abs/2407.01392)), and **LTX-Video**, which animates images with it
#   ([2501.00103](https://arxiv.org/abs/2501.00103)).
# - **Sora** "is a diffusion transformer" that works on spacetime patches; its blocks, sizes and text conditioning are
#   not published (OpenAI 2024, [*Video generation models as world
#   simulators*](https://openai.com/index/video-generation-models-as-world-simulators/)).
#
# ## Recap
#
# - Attention is a weighted average; the weights come from how well keys fit a query. Heads are several averages at
#   the price of one.
# - Scores are divided by `√e`, and QK-norm keeps queries and keys at size 1, so that sharpness is learned and does
#   not run away.
# - RoPE turns queries and keys by their coordinates: scores then know differences only. Three axes get three bands of
#   wavelengths.
# - Time speaks through shift, scale and gate of every block, and each token has its own time.
# - Gates begin at zero: the network starts as "nothing" and adds only what helps.
# - In joint attention words and patches are one sequence. A block has about `12·width²` parameters.
#
# ## Five words
#
# - **attention**: every token's weighted average of all tokens' values, the weights being the softmax of its query's
#   scores with their keys.
# - **head**: one of several attentions side by side, each on its own slice of the width.
# - **RoPE**: rotary position embedding; turns pairs of a query's and a key's channels by angles that grow with the
#   coordinates.
# - **adaLN-zero**: LayerNorms whose shift and scale come from the time, and gates that are zero at the start.
# - **joint attention**: words and patches in one sequence, all of which attend to all.
#
# ## Test yourself
#
# **1.** A head has 128 numbers. How large can a score be after QK-norm with gain 1, and what is then the largest
# possible ratio of two weights?
#
# <details><summary>Answer</summary>
#
# Normed vectors are √128 = 11.3 long, so that a dot product is at most 128, and the score at most 128/√128 = **11.3**
# (and at least -11.3). The ratio of two weights is at most exp(22.63), about **6.7 billion**: sharp enough for
# anything, but bounded. The gains can raise it.
#
# </details>
#
# **2.** You trained on clips of 2 seconds that all begin at second 0. Now you ask for 4 seconds. Which distances
# between patches has the network never seen? What of distances to words?
#
# <details><summary>Answer</summary>
#
# Patches more than 2 seconds apart are new, and those of the first and last frames will look at each other under
# angles that no training has shaped. The words are at 0, so that every patch after second 2 also sees *them* under a
# new angle. The differences up to 2 seconds are known, at any place in the clip: that is what RoPE buys.
#
# </details>
#
# **3.** A colleague sets *both* `patch_out` and `patch_in` to zero "to be consistent with adaLN-zero", and leaves the
# rest. What happens in the first steps?
#
# <details><summary>Answer</summary>
#
# `patch_in`'s bias starts at zero as well, so at first all patches are the same vector of zeros (LayerNorm leaves it
# at zero), and what comes to `patch_out` is zero as well: its weights get no gradient, and as long as they are zero,
# nothing before them does. Only `patch_out`'s bias learns. Two zeros in a product are dead for ever; one is not.
#
# </details>
#
# **Next: [07 · Words that steer](07_words_that_steer.ipynb).** The words are in the sequence. How do they get a say?
