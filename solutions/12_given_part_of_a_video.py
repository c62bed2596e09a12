# %% [markdown]
# # 12 · Given part of a video
#
# | | |
# |---|---|
# | **You build** | what is given, as two arguments for the sampler: both ends, a loop, all but a hole with soft borders, a clip under some noise, a silhouette; and an eye for edits that are broken |
# | **It becomes** | `minisora/diffusion/given.py` and `structure.py` beside it |
# | **You need** | chapters 05 (a time for each token), 07 (guidance) and 09 (the sampler, `animate`) |
# | **Time** | 80 to 110 minutes of reading and writing; running everything takes one to two minutes on a 2-core laptop |

# %%
import torch
from IPython.display import display
from torch import Generator, Tensor

from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, use
from minisora.diffusion import Given, Velocity, ab2, animate, classifier_free, prepend, sample, time_grid
from minisora.model import TextTokens, video_velocity
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

begin("12")

# %%
pipeline = finished_pipeline()
device, codec, CHANNELS = pipeline.device, pipeline.codec, pipeline.codec.config.channels
FRAMES = by_profile(5, fast=3)  # latent frames: 5 of them are 17 frames of pixels
TIMES = time_grid(by_profile(12, fast=2), shift=pipeline.sampling.shift)


def network(prompts: list[str], scale: float | None = None, away_from: str = "") -> Velocity:
    """The shipped network with a prompt for each row, guided away from the empty one, or from another."""
    words = [*prompts, *[away_from] * len(prompts)]
    text = pipeline.dit.encode_text(pipeline.tokenizer.encode(words).to(device))
    alone = TextTokens(*(part[: len(prompts)] for part in text))
    one, both = (video_velocity(pipeline.dit, each, (FRAMES, 8, 8)) for each in (alone, text))
    return classifier_free(one, both, scale=pipeline.sampling.guidance if scale is None else scale)


def draw(*things: SceneObject, background: str = "black", frames: int = 4 * FRAMES - 3) -> Tensor:
    """A clip of what is described, in pixels: ``1 3 frames 64 64``."""
    return render([Scene(things, background)], frames=frames, height=64, width=64).to(device)


# %%
star = draw(SceneObject("star", "orange", "large", "still", x=-0.15), background="navy", frames=1)
picture = codec.encode(star)
prompts = [f"a large orange star {does}" for does in ("moves right", "moves up", "shrinks")]
noise = torch.randn(3, CHANNELS, FRAMES, 8, 8, generator=Generator().manual_seed(0)).to(device)
x, free = animate(noise, picture)
moving = sample(network(prompts), x, TIMES, free=free, step=ab2)
rows = dict(zip(prompts, codec.decode(moving), strict=True))
plots.strips(rows, alt="one still picture of an orange star, and three clips that begin with it")

# %% [markdown]
# One picture, three sentences, three clips that begin with it. (How well the star keeps its form depends on your
# weights. That it *begins* as drawn does not.)
#
# In chapter 09 this was one exercise, and the table under it claimed that a whole list of powers is "more of the
# same". This page goes through that table. Everything that a video editor wants of the machine is one question: **some
# of it is given, make the rest.** And there is one sampler, whose loop you have written. Nothing on this page changes
# a line of it: each power is a function that returns *two arguments*, where to start and what is free (one of them, at
# the end, which times are left instead).
#
# `x, free = power(noise, what is given)`, and then `sample(velocity, x, times, free=free)`
#
# | power | given at time 0 | who sells it |
# |---|---|---|
# | animate | the first frame | Sora, Gen-2, Pika |
# | extend, forwards and backwards | the first frames, the last frames | Sora |
# | connect, loop | both ends | Sora |
# | inpaint | all but a hole | Pika |
# | video to video | nothing: the start is a clip under noise | Gen-1, Sora |
#
# First a helper, so that each of the coming cells fits into a line or two; and a rehearsal of what *given* means. (On
# this page the transformer that paints does everything alone. Where the shipped weights also have a planner, chapter
# 09, the pipeline asks it as well.)
# **How many of the numbers in the first latent frame have changed on the way?**


# %%
# NBVAL_CHECK_OUTPUT
def dice(rows: int, seed: int) -> Tensor:
    """The same noise for each row."""
    one = torch.randn(1, CHANNELS, FRAMES, 8, 8, generator=Generator().manual_seed(seed))
    return one.expand(rows, -1, -1, -1, -1).to(device)


def made(prompts: list[str], given: Given, **how: object) -> Tensor:
    """Latents: a clip for each prompt, of which some is given."""
    return sample(network(prompts, **how), given.x, TIMES, free=given.free, step=ab2)


def seen(latents: Tensor) -> Tensor:
    return codec.decode(latents).detach().cpu().clamp(-1, 1)


print("the first latent frame, bit for bit:", torch.equal(moving[:, :, :1], picture.expand_as(moving[:, :, :1])))
print("any number of the others as it was:", bool((moving[:, :, 1:] == x[:, :, 1:]).any()))

# %% [markdown]
# None. A token whose time stands at 0 is looked at by all the others and is never moved. In pixels it is the picture
# *as the codec can show it*.
#
# Does the rest obey? Six sentences go with the same picture, and the judge (chapter 01) reads the clips. **Which of
# them does a still picture already contradict, or make hard?**

# %%
from minisora.evaluation.judge import judge
from minisora.worlds.claims import parse

does = ["moves right", "moves up", "moves down and to the right", "grows", "spins", "stays still"]
prompts = [f"a large orange star {each}" for each in by_profile(does, fast=does[:2])]
clips = seen(made(prompts, animate(dice(len(prompts), seed=1), picture)))
for prompt, clip in zip(prompts, clips, strict=True):
    verdict = judge(clip, parse(prompt))
    told = {"motion": verdict.motion, "colour": verdict.colour, "shape": verdict.shape, "size": verdict.size}
    print(f"{prompt:45}", *(f"{kind} {'yes' if fine else 'NO':4}" for kind, fine in told.items()))

# %% [markdown]
# Six clips are an anecdote. What to look at: the picture says *what* there is (colour, shape, size are mostly right
# for nothing), the words say *what happens*. A still picture of a thing contradicts no motion, but it does not show any
# either: everything that a motion needs (how fast, how far) is left to the model. So a model that animates has an easier task than one that starts from
# words alone, and many makers recommend the detour: first a picture, then its motion.
#
# ## What came before?
#
# Sora's makers show three clips that begin differently and end alike: they gave the *ending* and let the model make
# what came before. Nothing about noise knows which way time runs. Here the last latent frame is given, a red circle
# on the right, and three sentences say how it got there. **Before you run it: draw the three first frames.**

# %%
circle = draw(SceneObject("circle", "red", "large", "right", x=-0.15, speed=0.18))
ending = codec.encode(circle)[:, :, -1:]
prompts = [f"a large red circle {each}" for each in ("moves right", "moves down", "grows")]
three = made(prompts, prepend(dice(3, seed=1), ending))
endings = seen(three)
rows = dict(zip(prompts, endings, strict=True))
alt = "three clips of a red circle: from the left, from above, from small; all end alike on the right"
plots.strips(rows, alt=alt, moving=False)

# %% [markdown]
# A latent frame stands for four frames of pixels, so the last *four* frames of all three clips are given. **Are they
# the same in the three clips, to the last pixel?** Think of the codec before you answer.

# %%
# NBVAL_CHECK_OUTPUT
same_latents = torch.equal(three[:, :, -1:], ending.expand(3, -1, -1, -1, -1))
apart = (endings[1:, :, -4:] - endings[:1, :, -4:]).abs()
print("the last latent frame, in all three:", same_latents)
print("the last four frames of pixels, to the last bit:", bool((apart == 0).all()))
print("but for less than a tenth of the range, on average:", bool(apart.mean() < 0.2))

# %% [markdown]
# In latents, bit for bit; in pixels, nearly. The decoder is *causal* (chapter 03): it looks back, and what it sees
# there differs in the three clips. An extension forwards has no such trouble: what is given comes first.
#
# ## Both ends
#
# `animate` gives the first frame (`extend` does the same with several), `prepend` the last ones. Give both, and the
# question is: *how does the one become the other?* Here is their big sister.
#
# {card}
#
# `prefix` and `suffix` are latents, `b c k h w` with one frame or more each (or `1 c k h w`, the same for all
# clips). Return `Given(x, free)`, with `free` as `b 1 t 1 1`, and leave the caller's noise as it is. If the two
# together leave no frame to make, raise a `ValueError` that says so.


# %% exercise="connect"
def connect(noise: Tensor, prefix: Tensor, suffix: Tensor) -> Given:
    """Both ends are given, ``b c k h w`` each: where to start, and what is free."""
    ### BEGIN SOLUTION
    frames, start, end = noise.shape[2], prefix.shape[2], suffix.shape[2]
    if start + end >= frames:
        raise ValueError(f"{start} and {end} latent frames given of {frames}: nothing is left to make")
    x, free = noise.clone(), noise.new_ones(len(noise), 1, frames, 1, 1)
    x[:, :, :start], free[:, :, :start] = prefix.to(noise), 0
    x[:, :, frames - end :], free[:, :, frames - end :] = suffix.to(noise), 0
    return Given(x, free)
    ### END SOLUTION


# %% check="connect"
check.connect(connect)

# %% [markdown]
# Two pictures, a green square at the upper left and at the lower right, and two stories between them, of which the
# second one does not lead there. Below that, two
# ends that have *nothing to do with each other*, a red circle and a blue square. **What will the model do in the
# second and a half between them, in which one has to become the other: move, melt, or cut?**

# %%
connect = use(connect=connect)


def still(*things: SceneObject, background: str = "black") -> tuple[Tensor, Tensor]:
    """A picture in latents, as the codec writes it at the start of a clip and at its end."""
    latents = codec.encode(draw(*things, background=background, frames=1).expand(-1, -1, 17, -1, -1))
    return latents[:, :, :1], latents[:, :, -1:]


upper, _ = still(SceneObject("square", "green", "medium", "still", x=-0.2, y=-0.2))
_, lower = still(SceneObject("square", "green", "medium", "still", x=0.2, y=0.2))
red, _ = still(SceneObject("circle", "red", "large", "still", x=-0.1))
_, blue = still(SceneObject("square", "blue", "large", "still", x=0.1))
stories = ["a medium green square moves down and to the right", "a medium green square moves right"]
cuts = ["a large red circle stays still", "a large blue square stays still"]
clips = [*seen(made(stories, connect(dice(2, 2), upper, lower))), *seen(made(cuts, connect(dice(2, 2), red, blue)))]
rows = dict(zip([*stories, *cuts], clips, strict=True))
alt = "clips whose first and last frames are given: a square on its way down, a circle, then a square"
plots.strips(rows, alt=alt, moving=False)

# %% [markdown]
# Between ends that agree, the motion has to *arrive*, which no text can ask for. Between ends that do not, look where
# the change sits (often at a border between latent frames) and whether it is a cut. The model was trained on clips
# without cuts, where one thing never becomes another; but it must break the rule somewhere, and the words may say on
# which side of the cut most frames lie. OpenAI shows bridges between very different clips that blend gradually; that
# takes a model that has seen the world change.
#
# ## A loop and its seam
#
# A clip that is connected with itself can run for ever. There is one catch, and it is the codec's. A causal codec
# writes the *first* frame of a clip by itself, and every later latent frame holds *four* frames. So the same still
# picture has two spellings, one for the start and one for the end. (For a still they are nearly alike; below you see how
# nearly. Something that moves can be spelled in the second way only.)
#
# {card}
#
# `first` is the picture at the start, `b c 1 h w`. `last`, if it is given, is the same picture as the codec writes it
# at the end; without it (None) take `first` there as well. Return `Given(x, free)`; a clip of two frames has nothing
# left to make: a `ValueError`. You may use `connect`.


# %% exercise="loop"
def loop(noise: Tensor, first: Tensor, last: Tensor | None = None) -> Given:
    """The clip ends as it begins, ``b c 1 h w``."""
    ### BEGIN SOLUTION
    return connect(noise, first, first if last is None else last)
    ### END SOLUTION


# %% check="loop"
check.loop(loop)

# %% [markdown]
# The **seam** is the step from the last frame back to the first. How large may it be? As large as any other step. So
# we draw a star that moves by itself and take *its* mean change from frame to frame as the measure (a grey line in the
# picture).
# **What will the bars of the looped clip look like?** The bar on the right is the seam; think of what the last latent
# frame holds.

# %%
loop = use(loop=loop)


def steps(clip: Tensor) -> Tensor:
    """Mean change from each frame of a clip ``3 t h w`` to the next; the last one is the seam."""
    return (clip.roll(-1, dims=1) - clip).abs().mean((0, 2, 3))


first, last = still(SceneObject("star", "orange", "large", "still", x=-0.15), background="navy")
print(f"the two spellings of the still are {(first - last).square().mean().sqrt():.3f} apart (latents spread by 1)")
looped = seen(made(["a large orange star moves right"], loop(dice(1, seed=2), first, last)))[0]
drawn = draw(SceneObject("star", "orange", "large", "right", x=-0.15, speed=0.18), background="navy")[0].cpu()
alt = "bars of the change from frame to frame: peaks between latent frames, low at the end"
with plots.chart(alt=alt, size=(6.4, 2.2)) as axes:
    axes.bar(range(len(steps(looped))), steps(looped))
    axes.axhline(steps(drawn)[:-1].mean(), color="grey", linewidth=1)
    axes.set(xlabel="step (the last one is the seam)", ylabel="change")
plots.player(looped, alt="a star goes right and comes back to where it began")

# %% [markdown]
# The last four bars are low, and that is the trouble: the last latent frame *is the still picture, four times*. The
# star goes out, comes back, and stands for half a second. And look for peaks every four steps, where a latent frame
# ends and the next begins. These are not the loop's but the model's: to it each latent frame is a half-second of its
# own.
#
# Sora's makers describe a better way: **extend a clip both forwards and backwards until the two meet.** Take a clip
# that is already in motion; its last frames are the prefix of a new piece, its first frames the suffix, and the piece
# is a bridge. Nothing stands still at the joints, as what is given there *moves*.

# %%
clip = draw(SceneObject("circle", "red", "large", "orbits", x=0.0, speed=0.3))
past = by_profile(5, fast=1)
prefix = codec.encode(clip[:, :, -past:])  # the end of the clip, encoded anew as the start of another
# A codec writes four frames as one latent frame only after a start. So put five stills before them (two latent
# frames), as a runway, and keep only the third.
runway = torch.cat([clip[:, :, :1].expand(-1, -1, 5, -1, -1), clip[:, :, :4]], dim=2)
suffix = codec.encode(runway)[:, :, -1:]
bridge = seen(made(["a large red circle orbits"], connect(dice(1, seed=4), prefix, suffix)))[0]
ring = torch.cat([clip[0].cpu(), bridge[:, past:-4]], dim=1)
print(f"largest step of the ring: {steps(ring).max() / steps(clip[0].cpu())[:-1].mean():.1f} of the drawn clip's mean")
print(f"frames: {clip.shape[2]} drawn, {ring.shape[1] - clip.shape[2]} made")
plots.strips({"the ring": ring}, alt="a red circle orbits, and goes on until it meets its own beginning")

# %% [markdown]
# Look for a stop: nothing tells the circle to stand still. Look for jumps: they sit, if anywhere, at the borders of
# the piece that was made, and in it.
#
# `minisora loop` does the same, and one thing more. A codec's errors change from latent frame to latent frame, so that
# what stands still flickers, most at the seam. So every pixel of the ring is replaced by the nearest values that change
# little from frame to frame, where "little" is a sum of absolute values (*total variation*): flicker goes, steps stay.
# That is forty lines, `minisora/edits/steady.py`, and takes the seam from 2.0 to 1.2 times a drawn clip's change.
#
# ## A hole
#
# `free` broadcasts over `b 1 t h w`: a time for each *place*, not only for each frame. So a region can be given, or
# be all that is not given. A **hole** is 1 where to generate and 0 where the clip stays.
#
# And between 0 and 1? A token with `free = 0.6` starts at the time 0.6: not pure noise but the clip under that much
# noise, something to be *reconsidered* and not invented. So a hole can have soft borders, as in a photo editor, and here
# "soft" has an exact meaning.
#
# {card}
#
# `hole` broadcasts over `b 1 t h w`, and may be booleans. On the straight path a clip at time t is
# `(1 - t) * clip + t * noise`. Return `Given(x, free)`: `x` with the noise's type and on its device; `free` may stay as
# small as the hole is.


# %% exercise="inpaint"
def inpaint(noise: Tensor, clip: Tensor, hole: Tensor) -> Given:
    """All of ``clip`` is given but a hole (1: made anew, 0: given, between: the clip under so much noise)."""
    ### BEGIN SOLUTION
    clip, hole = clip.to(noise), hole.to(noise)
    return Given((1 - hole) * clip + hole * noise, hole)
    ### END SOLUTION


# %% check="inpaint"
check.inpaint(inpaint)

# %% [markdown]
# Now a clip with two things in it, and the right half is to be made anew. (In training *frames* were given, always as
# a whole: `random_given` in `given.py`. Nobody has ever shown this network a frame of which one half is finished. So
# whatever works here works because a token's time is part of its own input, and every token looks at every other.)
#
# **What will stand on the right if the sentence says nothing about it?** The last row tries it.

# %%
inpaint = use(inpaint=inpaint)
up = SceneObject("circle", "red", "medium", "up", x=-0.27, y=0.15, speed=0.15)
down = SceneObject("square", "blue", "medium", "down", x=0.27, y=-0.15, speed=0.15)
before = draw(up, down)
latents = codec.encode(before)
half = torch.zeros(1, 1, 1, 1, 8, device=device)
half[..., 4:] = 1
left = "a medium red circle moves up"
prompts = [f"{left} and a medium yellow star moves down", f"{left} and a medium green square moves down", left]
hard = made(prompts, inpaint(dice(3, seed=3), latents, half))
rows = {"before": before[0], **dict(zip(prompts, seen(hard), strict=True))}
plots.strips(
    rows, alt="a circle on the left stays as it was; the square on the right becomes a star, or vanishes", moving=False
)

# %%
# NBVAL_CHECK_OUTPUT
print(
    "outside the hole, in latents, bit for bit:", torch.equal(hard[..., :4], latents[..., :4].expand_as(hard[..., :4]))
)
outside = (seen(hard) - codec.decode(latents).detach().cpu())[..., :16].abs()
print("two patches away from the hole, in pixels, nearly:", bool(outside.mean() < 0.1))

# %% [markdown]
# ### Soft borders
#
# (Where no words ask for anything, there is nothing to make but background; or what was there leaves traces.)
#
# At the border a thing may be cut in two, or a half that is given may grow another half. Where the border is soft,
# the model may bend what is there until both sides fit. And there is a trap: the network sees *patches* of 2 x 2
# latents (16 x 16 pixels), and each has one time: the noisiest of its four (`token_times` in `model/velocity.py`). **What
# happens to a hole whose border runs through the middle of a patch?** The last picture tries it.

# %%
wide = draw(SceneObject("circle", "red", "large", "still", x=0.05))
whole, prompt = codec.encode(wide), ["a large white circle stays still"]
border = {"hard": [0, 0, 0, 0, 1, 1, 1, 1], "soft": [0, 0, 0.6, 0.6, 1, 1, 1, 1], "through a patch": [0] * 5 + [1] * 3}
rows = {"before": wide[0]}
for label, columns in border.items():
    hole = torch.tensor(columns, dtype=torch.float32, device=device).view(1, 1, 1, 1, 8)
    rows[label] = seen(made(prompt, inpaint(dice(1, seed=6), whole, hole)))[0]
pictures = {label: clip[:, -1] for label, clip in rows.items()}
alt = "the last frame of a red circle whose right part was made anew in white: with a hard border, a soft one, a wrong one"
plots.images(pictures, alt=alt, width=150)

# %% [markdown]
# Half a circle is given, and the words ask for another colour. Look at the border: how far does the new colour reach
# in each picture, and does one outline go round both halves? Softness is a matter of taste; that a hole follows the
# patches is not.
#
# ## Begin on the way
#
# What if the hole is 0.6 *everywhere*? Then nothing is given, and nothing starts as pure noise either: the whole clip
# is put under noise and made anew, alike. That is **SDEdit** (Meng et al. 2021). Its one number is the **strength**:
# 1 forgets the clip, 0 changes nothing.
#
# It can be had with `inpaint` and a hole that is 0.6 all over; then all steps are spent below 0.6. The usual way
# keeps the grid of times and leaves out those above the strength: fewer steps, and no `free` at all.
#
# {card}
#
# Return where to start and the times that are left, `(x, times)`: those that are at most `strength`. The clip must be as
# noisy as *the first of them* says. A strength below 0 or above 1 is a `ValueError`.


# %% exercise="sdedit"
def sdedit(clip: Tensor, noise: Tensor, times: Tensor, *, strength: float) -> tuple[Tensor, Tensor]:
    """Where to start and the times that are left, if ``clip`` is to be made anew from ``strength`` on."""
    ### BEGIN SOLUTION
    if not 0 <= strength <= 1:
        raise ValueError(f"strength {strength}: from 0 (changes nothing) to 1 (forgets the clip)")
    late = times[times <= strength]
    t = late[0].to(clip)
    return (1 - t) * clip + t * noise, late
    ### END SOLUTION


# %% check="sdedit"
check.sdedit(sdedit)

# %% [markdown]
# Six drawn clips, and for each a sentence that asks for *another colour*. Two things should come out: the colour of
# the words, and the thing of the clip: where it is in every frame, and its outline. The first is the judge's "colour".
# The second we measure by silhouettes: which pixels differ from the background, in the clip and in what was made of
# it; and how much the two have in common, **intersection over union** (1: the same pixels, 0: none). Of the background
# the sentences say nothing, so it may change.

# %%
# NBVAL_CHECK_OUTPUT
sdedit = use(sdedit=sdedit)
colours = {"circle": ("red", "blue"), "square": ("yellow", "red"), "star": ("white", "yellow")}
colours |= {"diamond": ("orange", "cyan"), "ring": ("red", "white"), "triangle": ("cyan", "orange")}
colours = by_profile(colours, fast={shape: colours[shape] for shape in ("circle", "square")})
starts = {"right": (-0.15, 0.0), "left": (0.15, 0.0), "up": (0.0, 0.15)}
things, wanted = [], []
for i, (shape, (old, new)) in enumerate(colours.items()):
    motion = list(starts)[i % 3]
    things.append(SceneObject(shape, old, "large", motion, *starts[motion], speed=0.15))
    wanted.append(f"a large {new} {shape} moves {motion}")
originals = torch.cat([draw(each, background="navy") for each in things])
clean, some_noise = codec.encode(originals), dice(len(things), seed=0)
start, late = sdedit(clean, some_noise, TIMES, strength=0)
print("at strength 0 nothing is added:", torch.equal(start, clean), "\nand no step is left:", len(late) == 1)

# %%
from minisora.evaluation.backdrop import find_backdrop


def behind(video: Tensor) -> Tensor:
    """The background of each clip as the judge finds it: like ``video``, in [-1, 1]."""
    found = [find_backdrop((clip.transpose(0, 1) + 1) / 2).picture for clip in video.cpu()]
    return 2 * torch.stack(found).transpose(1, 2) - 1


def overlap(video: Tensor, other: Tensor) -> float:
    """Mean intersection over union of the silhouettes."""
    a, b = (((each.cpu() - behind(each)).abs() > 0.2).any(dim=1) for each in (video, other))
    return float(((a & b).sum((1, 2, 3)) / (a | b).sum((1, 2, 3)).clamp(min=1)).mean())


def again(latents: Tensor, strength: float, prompts: list[str] = wanted) -> Tensor:
    """Pixels: the clips made anew."""
    x, late = sdedit(latents, some_noise, TIMES, strength=strength)
    return seen(sample(network(prompts), x, late, step=ab2))


# %% [markdown]
# **Draw the two curves before you run it**: the share of clips with the new colour, and the overlap with the old
# silhouettes, as the strength goes from 0.5 to 1? The dream is a strength at which both are high.

# %%
strengths = by_profile([0.6, 0.75, 0.85, 0.95], fast=[0.9])


def measured(latents: Tensor, prompts: list[str] = wanted) -> dict[float, tuple[float, float, Tensor]]:
    """For each strength: share of clips with the colour of the words, overlap of silhouettes, and a clip to look at."""
    found = {}
    for strength in strengths:
        clips = again(latents, strength, prompts)
        right = [judge(clip, parse(prompt)).colour for clip, prompt in zip(clips, prompts, strict=True)]
        found[strength] = sum(right) / len(right), overlap(clips, originals), clips[0]
        print(f"strength {strength}: colour right {sum(right)} of {len(right)}, overlap {found[strength][1]:.2f}")
    return found


print(f"(through the codec alone the overlap is {overlap(seen(clean), originals):.2f})")
by_clip = measured(clean)
rows = {"the clip": originals[0], **{f"strength {key}": each[2] for key, each in by_clip.items()}}
alt = "a red circle moves right; the stronger the edit, the bluer, and the less where it was"
plots.strips(rows, alt=alt, columns=4, moving=False)

# %% [markdown]
# The two pull against each other: at a small strength the thing is where it was and keeps its colour, at a large one it
# has the new colour and wanders. That is no fault of the network. A large patch of one colour is the *strongest* thing in a
# clip, and survives noise that has drowned every outline (chapter 04: what is coarse is hidden last). SDEdit keeps
# what we want changed, and loses what we want kept.
#
# ## Structure against content
#
# Runway's Gen-1 (Esser et al. 2023) named the two: **content** is what things are and look like, **structure** is
# where they are and how they move. And it drew the conclusion: do not hand in the clip, hand in a clip *from which
# the content was taken*. They take depth maps, blurred more or less.
#
# We take silhouettes: white where the clip differs from its background, black elsewhere.
#
# {card}
#
# - A pixel is inside where *any* of its colours differs from `backdrop` by more than `contrast`.
# - Then average each frame over 5x5 pixels, `blur` times (`torch.nn.functional.avg_pool3d`; beyond the border of the frame there is
#   nothing, so let it not count).
# - Return a clip like `clip`, with three channels: -1 outside, 1 inside.


# %% exercise="structure"
def structure(clip: Tensor, backdrop: Tensor, *, blur: int = 0, contrast: float = 0.2) -> Tensor:
    """White silhouettes of what differs from the backdrop, before black, each frame blurred ``blur`` times."""
    ### BEGIN SOLUTION
    inside = ((clip - backdrop).abs() > contrast).any(dim=1, keepdim=True).to(clip)
    for _ in range(blur):
        inside = torch.nn.functional.avg_pool3d(inside, (1, 5, 5), stride=1, padding=(0, 2, 2), count_include_pad=False)
    return (2 * inside - 1).expand_as(clip).clone()
    ### END SOLUTION


# %% check="structure"
check.structure(structure)

# %%
structure = use(structure=structure)
backdrop = behind(originals)
shapes = {blur: structure(originals.cpu(), backdrop, blur=blur).to(device) for blur in (0, 4, 16)}
shown = {"the clip": originals[0, :, 4], **{f"blurred {blur} times": each[0, :, 4] for blur, each in shapes.items()}}
plots.images(shown, alt="a frame of the clip, and its white silhouette on black: sharp, soft, a mere glow")

# %% [markdown]
# Now the *same* SDEdit with the same noise and the same sentences, but from the silhouettes. They are white, and each
# sentence asks for a colour: is that not the same problem once more? **Bet: at which strength will the colours be
# right this time?**

# %%
by_shape = measured(codec.encode(shapes[0]))
alt = "share of right colours over overlap of silhouettes: one line from the clip, one from its silhouettes"
with plots.chart(alt=alt, size=(5.2, 3.0)) as axes:
    for label, found in {"from the clip": by_clip, "from its silhouettes": by_shape}.items():
        right, common = [each[0] for each in found.values()], [each[1] for each in found.values()]
        axes.plot(common, right, "o-", label=label)
        for strength, x_at, y_at in zip(found, common, right, strict=True):
            below = -11 if label == "from the clip" else 6
            axes.annotate(str(strength), (x_at, y_at), textcoords="offset points", xytext=(4, below), fontsize=8)
    axes.set(xlabel="overlap of silhouettes", ylabel="share with the right colour", ylim=(-0.1, 1.1))
    axes.legend()

# %% [markdown]
# The corner at the upper right is where one wants to be. If the second line gets nearer to it than the first, then by
# nothing but *taking something away* from what was given: no training, no second network. White is a colour that says
# little under noise, red is one that says much. (At a small strength the things stay white, or pale: even a silhouette
# has a content, if it is believed.)
#
# ### How literally?
#
# A sharp silhouette has an outline, and the outline says *circle*. What if the words want something else in its
# place: a star where the circle was? Then structure and content contradict each other *in the outline*, and this is
# what the blur is for: the more of it, the less there is to obey. **What do you expect the blur to cost?**

# %%
other = dict(zip(colours, [*list(colours)[2:], *list(colours)[:2]], strict=True))
changed = [f"a large {new} {other[shape]} moves" for shape, (_, new) in colours.items()]
changed = [f"{each} {prompt.split()[-1]}" for each, prompt in zip(changed, wanted, strict=True)]
looks: dict[int, Tensor] = {}
for blur, each in shapes.items():
    clips = again(codec.encode(each), 0.7, changed)
    right = sum(judge(clip, parse(prompt)).shape for clip, prompt in zip(clips, changed, strict=True))
    looks[blur] = clips
    print(f"blurred {blur:2} times: new shape right {right} of {len(clips)}, overlap {overlap(clips, originals):.2f}")


def looked(blur: int, clip: int) -> plots.Picture:
    pair = {"handed in": shapes[blur][clip], changed[clip]: looks[blur][clip]}
    strips = [plots.filmstrip(each, alt=f"{label}, blurred {blur} times", columns=4) for label, each in pair.items()]
    return plots.stack(*strips)


explore(looked, blur=list(shapes), clip=list(range(len(changed[:3]))))

# %% [markdown]
# Two dials, then: the blur says how much of the outline is *shown*, the strength how much of what is shown is
# *believed*. They are not the same: noise hides at random, blur hides what is fine.
#
# What does Gen-1 do that we do not? It **trains** with its structure: depth maps, blurred by a random amount that the
# network is told, come in as further channels of its input, clean, at every step. So structure can be obeyed
# exactly while everything else starts as pure noise, and the dial is a number that the network knows. Ours is an
# unusual clip under an unusual amount of noise. It costs nothing, and it works as far as things before a plain
# background go.
#
# But our network *has* learnt with further channels: with **plans** (chapter 09), which say where each thing is, how
# large and how turned. And it does not care who made the plan. So read one off a clip, with the judge's eyes, let the
# words say what goes there, and start from pure noise: `edits.follow`. (A path that somebody draws with the mouse would
# do as well, or the planner's own at twice its pace: `minisora/directing.py`.) **Will the outline be in the way now?**

# %%
from minisora import edits

led = []
for i, (clip, words) in enumerate(zip(originals.cpu(), changed, strict=True)):
    led.append(edits.follow(pipeline, clip, words, seed=i, tell=len).frames)
right = [judge(clip, parse(words)) for clip, words in zip(led, changed, strict=True)]
kinds = {kind: sum(getattr(each, kind) for each in right) for kind in ("colour", "shape", "motion")}
print(f"of {len(led)} right:", kinds, f"  overlap with the clips: {overlap(torch.stack(led), originals):.2f}")
rows = {"the clip": originals[0], changed[0]: led[0], "another clip": originals[1], changed[1]: led[1]}
plots.strips(rows, alt="two clips, and other things that go the same ways", columns=5, moving=False)

# %% [markdown]
# Nothing of the clip is left but some numbers, so nothing of its colour or outline can be in the way. That is the price,
# too: structure is what the plan has words for, and a plan of ours knows no folds in a coat.
#
# ## Who wins?
#
# Gen-2 took a picture and words at the same time, and nothing keeps them from contradicting each other. Give our
# network a *red* circle as first frame, and words that say *blue*. It has been trained on clips in which both are
# always true. **What will the frames after it show? And what does guidance (chapter 07) change?** Guidance 0 does not
# hear the words at all.

# %%
from minisora.evaluation.judge import read

red_circle, _ = still(SceneObject("circle", "red", "large", "still"))
said = ["blue", "yellow", "green", "white"][: by_profile(4, fast=1)]
prompts = [f"a large {colour} circle moves {way}" for colour, way in zip(said, starts | {"down": 0}, strict=False)]
rows = {}
for scale in by_profile([0.0, 0.5, 1.0, 3.0, 8.0], fast=[0.0, 3.0]):
    clips = seen(made(prompts, animate(dice(len(prompts), seed=4), red_circle), scale=scale))
    found = [[thing.colour for thing in read(clip).objects] for clip in clips]
    words = sum(colour in colours_there for colour, colours_there in zip(said, found, strict=True))
    frame = sum("red" in colours_there for colours_there in found)
    print(f"guidance {scale}: of {len(said)} the words' colour in {words}, the picture's in {frame}")
    rows[f"guidance {scale:g}"] = clips[0]
alt = "a clip that begins with a red circle while the words say blue, at rising guidance"
plots.strips({label: clip[:, :5] for label, clip in rows.items()}, alt=alt, columns=5, moving=False)

# %% [markdown]
# These are the first five frames. In latents the given one is untouchable, so the contradiction has to sit between it
# and the next: the thing changes its colour in an eighth of a second, or keeps it and the words are not heard, or
# something between. (Look at both ends, too: without guidance, and with much of it, the thing itself suffers, as in
# chapter 07.) Who wins is not
# written anywhere in the code. It was *learned*, from how often each of the two could be trusted; and where a product
# has a slider called "how much the picture counts", somebody has trained or guided it in.
#
# ## Away from words
#
# Guidance goes from the answer without words to the answer with them. Put other words in the place of the empty ones,
# and it goes *away from these*: a **negative prompt**. **"A circle moves right", away from "a white circle": what
# will be missing among eight clips?** (The judge may see two colours where a clip cannot decide.)

# %%
from collections import Counter

many = by_profile(8, fast=2)
noises = torch.randn(many, CHANNELS, FRAMES, 8, 8, generator=Generator().manual_seed(9)).to(device)
for away_from in ("", "a white circle", "a blue circle"):
    nothing = Given(noises, torch.ones_like(noises[:, :1]))
    clips = seen(made(["a circle moves right"] * many, nothing, away_from=away_from))
    there = Counter(str(thing.colour) for clip in clips for thing in read(clip).objects)
    counted = ", ".join(f"{number} {colour}" for colour, number in there.most_common())
    print(f"away from {away_from or 'nothing':14}: {counted}")

# %% [markdown]
# Eight clips prove nothing; a colour that was there and is gone is a hint. Note what a negative prompt is *not*: a
# ban. It shifts a direction at every step, and with it everything else that the two sentences do not share. It is
# also the one trick on this page that touches the network's question and not the sampler's arguments.
#
# ## Five broken edits
#
# Broken edits rarely crash. Here are five. Each was asked to **keep the first two latent frames** of a clip and to
# make the others anew (D by a strength of 0.6 only). Each program has one fault. Six possible causes are printed below,
# of which one fits nobody. The table says what can be said without an eye: whether what should be kept came out bit
# for bit, whether the others moved at all, which time the network was told of the two parts in its first call, and
# how far the numbers of the second part spread in `x` before the first step (a clip under the noise of 0.6: about 0.7).

# %%
from minisora.course.exercises.c12_given import CAUSES, PATIENTS, operate

ask = network(["a large red circle moves right"])
source, rows = codec.encode(circle), {"the clip": circle[0]}
print("             kept   others moved   told of kept   told of others   spread of others")
for name, edit in PATIENTS.items():
    f = operate(edit(dice(1, seed=8), source), source, ask, TIMES)
    print(f"patient {name}  {f.kept!s:>7} {f.moved!s:>14} {f.told_given:14.1f} {f.told_free:16.1f} {f.spread:18.2f}")
    rows[f"patient {name}"] = seen(f.made)[0]
print("\nwhat it may be:", *CAUSES, sep="\n- ")
plots.strips(
    rows, alt="a clip of a red circle, and five edits of it that are broken in different ways", columns=5, moving=False
)

# %% [markdown]
# {card}
#
# Which cause has each patient? Return it word for word, one of the list above. A `dict` will do.


# %% exercise="diagnose_edits"
def diagnose_edits(patient: str) -> str:
    """What is wrong with the edit ``patient``, "A" to "E": one of ``CAUSES``."""
    ### BEGIN SOLUTION
    findings = {
        "A": "what is given is pasted back, but the network is told that it is noise",
        "B": "free says given where x holds noise",
        "C": "free is upside down",
        "D": "there is more noise in x than the clock says",
        "E": "the network is not told, and nothing is held",
    }
    return findings[patient]
    ### END SOLUTION


# %% check="diagnose_edits"
check.diagnose_edits(diagnose_edits)

# %% [markdown]
# ## Break it
#
# **First: a clip played backwards, in latents.** To make what came *before* somebody has an idea: turn the latents
# round in time, extend them forwards, turn the result round again. No network is needed to see what is wrong. **What
# will the x-t slice of the turned latents look like?** (One row of pixels, time downwards: a thing that moves draws a
# slope.)

# %%
fast = draw(SceneObject("circle", "red", "medium", "right", x=-0.35, speed=0.3), frames=17)
turned = seen(codec.encode(fast).flip(2))[0]
print("drawn, and played backwards:")
display(plots.xt_slice(fast[0].flip(1), alt="one straight slope from upper right to lower left", row=32))
print("latents turned round:")
plots.xt_slice(turned, alt="a saw-tooth: the slope leads back every four frames", row=32)

# %% [markdown]
# The latent frames run backwards, but *inside* each of them time still runs forwards: two steps back, one ahead. A
# latent frame is not a frame. Turn the *pixels* round and encode them anew, or use `prepend`, which turns nothing.
#
# **Second: a strength without its noise.** The clip is handed in clean, but the clock starts at 0.8. The network is
# told of noise that is not there. **What will it take for noise, and what will be left?**

# %%
_, late = sdedit(clean[:1], some_noise[:1], TIMES, strength=0.8)
told_wrong = seen(sample(network(wanted[:1]), clean[:1], late, step=ab2))[0]
rows = {"the clip": originals[0].cpu(), "with its noise": again(clean, 0.8)[0], "without it": told_wrong}
print("spread of the pixels:", {label: f"{each.std():.2f}" for label, each in rows.items()})
alt = "an edit at strength 0.8 from the noised clip; and from the clean clip, with other colours"
plots.strips(rows, alt=alt, columns=4, moving=False)

# %% [markdown]
# Two things go wrong at once, compared with the middle row. Nothing was hidden, so the old clip is believed and the words
# are hardly heard. And
# if so much of the clip shines through so much noise, the clip itself must be *brighter still* (chapter 09 met this
# glare): what is fine and faint is taken away as noise, what is strong is exaggerated. Nothing warns you: shapes fit,
# types fit, a clip comes out.
#
# ## In the real systems
#
# - **Sora**'s report lists these powers one by one: animating stills of DALL-E 2 and 3, extending forwards or
#   backwards (clips with different beginnings and one ending), both at once for a seamless loop, SDEdit for style and
#   setting, and connecting two clips
#   ([OpenAI 2024](https://openai.com/index/video-generation-models-as-world-simulators/)). It does not say how what
#   is given is handed to the network. The product of December 2024 sells them as storyboard, recut, remix, blend and
#   loop.
# - **SDEdit** ([2108.01073](https://arxiv.org/abs/2108.01073)) needs a trained network and nothing else. Libraries
#   often take its strength as a share of the *steps*, which is another number than ours where steps are uneven.
# - **RePaint** ([2201.09865](https://arxiv.org/abs/2201.09865)) fills holes with a network that knows only one time
#   for all: after each step it pastes the given part in, *noised to that step's level*, and goes back and forth so
#   that both parts grow together. With a time for each token nothing needs to be pasted.
# - **Stable Video Diffusion** ([2311.15127](https://arxiv.org/abs/2311.15127)) is given its picture as further
#   channels; **LTX-Video** ([2501.00103](https://arxiv.org/abs/2501.00103)) has a time for each token, as we do, and
#   gives the first frame's tokens a small random one now and then in training, so that one network does both.
# - **Gen-1** ([2302.03011](https://arxiv.org/abs/2302.03011)): structure is estimated depth, blurred and shrunk
#   between 0 and 7 times; content is the CLIP embedding of a *picture*, and text is first turned into such an
#   embedding. In a study with people it was preferred to SDEdit in about three of four cases. **Gen-2** (March 2023)
#   came without a paper.
# - **Pika** took a negative prompt (`-neg`), guidance (`-gs`) and a strength of motion (`-motion`, 0 to 4) as options
#   in the text. About its model nothing was published.
#
# ## Recap
#
# - Every edit is two arguments of one sampler: where to start, and what is free (or, with SDEdit, which times are left).
# - What is given comes out bit for bit *in latents*; in pixels, up to what a causal decoder sees before it.
# - The first latent frame is a picture, each later one is four frames, in which time runs forwards.
# - A loop of one picture stands still at its seam; a bridge from a moving end to a moving beginning does not.
# - `free` between 0 and 1 is the clip under that much noise; a hole follows the patches.
# - SDEdit keeps colours longer than outlines. To keep the outline, take the colours away first.
# - Whether picture or words win is learned, not written.
#
# ## Five words
#
# - **prefix, suffix**: latent frames that are given at the start, at the end of a clip.
# - **seam**: the step from the last frame of a loop back to its first.
# - **inpainting**: making anew what lies in a hole, while all the rest is given.
# - **SDEdit**, with its **strength**: a clip under noise, made anew from there; the strength bounds the first time.
# - **structure, content**: where things are and how they move; what they are and look like.
#
# ## Test yourself
#
# **1.** A loop that was made from one picture halts for half a second each time it comes round. Why? And how do you
# make one that does not?
#
# <details><summary>Answer</summary>
#
# The last latent frame is given as the still picture, and a latent frame is **four frames**: half a second without
# motion. Give ends that *move*: take a clip, and make the piece that leads from its last frames back to its first
# ones.
#
# </details>
#
# **2.** A remix at strength 0.7 keeps the blue of a car that should be red, and at 0.9 the car is red and somewhere
# else. Name two ways out that need no training.
#
# <details><summary>Answer</summary>
#
# Take the colour **out of what is handed in** (its silhouettes, or greys, perhaps blurred) and edit that at 0.7 to
# 0.85. Or keep everything but the car: a **hole** that follows it, with soft borders. (More guidance is a third, with
# its price.)
#
# </details>
#
# **3.** In which two ways can `x` and `free` contradict each other, and how does one see it without looking at clips?
#
# <details><summary>Answer</summary>
#
# `x` holds *more* noise than the token's first time says (it comes out rough, or, at time 0, as the noise that it
# was), or *less* (its own detail is taken for noise). Compare the first times, `times[0] * free`, with how far `x`
# spreads there: 1 for pure noise, and what is given must equal the clip bit for bit.
#
# </details>
#
# **Where to go from here.** Your own parts run in the package (`swap(connect=connect, inpaint=inpaint)`), and the package
# has the powers for your own pictures and clips: `minisora animate`, `extend`, `loop`, `connect`, `storyboard`, `edit`,
# `restyle` and `follow`, each with `--help`, and the same functions in `minisora/edits/`. Take one of them apart: you will find
# `given.py` inside. What words do to all this, and where good ones come from, is the question of **[13 ·
# Language](13_language.ipynb)**.
