# %% [markdown]
# # 00 · A video from a sentence
#
# | | |
# |---|---|
# | **You build** | a first version of five small parts of the machine, and with them a loop of a dozen lines that turns a sentence into a video; then you find out which part is broken in four other machines |
# | **It becomes** | a line each of `minisora/request.py`, `minisora/model/tokenizer.py`, `minisora/diffusion/path.py`, `solvers.py` and `guidance.py`, most of which later chapters build in full; what you diagnose at the end is `minisora/pipeline.py`, which puts the parts together |
# | **You need** | Python as far as functions and lists; a tensor is a block of numbers that one can add and multiply, and that is all you need to know of them today. No mathematics beyond the straight line |
# | **Time** | 60 to 80 minutes of reading and writing; running everything takes half a minute on a 2-core laptop, and less with a GPU |

# %%
from dataclasses import replace
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.course import Studio, begin, by_profile, check, explore, finished_pipeline, plots, use
from minisora.diffusion import ab2, classifier_free, euler, sample, time_grid, watch_x0
from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import KINDS, SUITES, evaluate
from minisora.model import video_velocity
from minisora.worlds import parse
from minisora.worlds.vocabulary import WORDS

begin("00")

# %% [markdown]
# A sentence goes in:

# %%
prompt = "a large red circle moves right"

machine = finished_pipeline()
helpers = machine.planner, machine.finisher
machine.planner = machine.finisher = None  # one network for everything: its two helpers wait for chapter 09
steps = by_profile(machine.sampling.steps, fast=4)
clip = machine.generate(prompt, seed=0, steps=steps).frames
plots.player(clip, alt=f"the clip that the machine made of the sentence: {prompt}")

# %% [markdown]
# A video comes out. It was not looked up anywhere. No such clip existed before you ran the cell: a network of a few
# million numbers *made it up*, out of noise, in a second or so. This page shows you how. The ten chapters after it
# let you build every part.
#
# Did the machine do as it was told? You have eyes. For the thousand clips that you will not look at, the course has a
# **judge**: a program that follows the spots of colour in a clip and asks which claims of the sentence are true of
# what it sees. **Look at the clip and answer for yourself first:** is there one thing, is it red, a circle, large,
# and does it move to the right?


# %%
def told(clip: Tensor, prompt: str) -> str:
    """The judge's verdict on a clip in a line: which claims of the prompt hold."""
    verdict = judge(clip, parse(prompt))
    kinds = ("count", "colour", "shape", "size", "motion")
    return "  ".join(f"{kind} {'✓' if getattr(verdict, kind) else '✗'}" for kind in kinds)


print(told(clip, prompt))

# %% [markdown]
# A judge that you do not know is a poor judge, and this one is strict: a lump is no circle to it. How often the
# machine is right, and how often the judge itself errs, is *measured* at the end of this page. Chapter 01 takes the
# judge apart.
#
# ## Play
#
# Before any explanation, an hour could be spent here. Type another sentence and press Generate. Four things can be
# changed, and the rest of this page is about what each of them really does:
#
# - the **words**. Six shapes (circle, square, triangle, star, diamond, ring), eight colours (red, orange, yellow,
#   green, cyan, blue, purple, white), three sizes, and motions: *moves left*, *bounces*, *orbits*, *spins*, *grows*,
#   *shrinks*, *blinks*, *stays still*. Everyday words do as well: *a tiny crimson ball rolls to the left*;
# - the **seed**: any whole number. The same sentence with another seed is another clip;
# - the **steps**: how long the machine works on it;
# - the **guidance**: how strictly it takes your words.
#
# (`make studio`, in a terminal, opens the same panel on a page of its own.)

# %%
Studio("a large orange star moves down", machine, steps=steps)

# %% [markdown]
# You may have met its limits already. **What will it say to a cat?** A large model would give you one. Ours knows a
# few hundred words, and its world holds nothing that has fur. It is honest about that.
#
# (`# NBVAL_CHECK_OUTPUT` on top of a cell is meant for the course's own tests: what the cell prints must be the same
# on every computer.)

# %%
# NBVAL_CHECK_OUTPUT
for wish in ("a pink cat dances", "a red circl moves right"):
    try:
        machine.generate(wish)
    except UserError as error:
        print(f"{wish}  ->  {error}")
print("it knows", ", ".join(WORDS[26:42]), "and many more")

# %% [markdown]
# ## What is a clip to a machine?
#
# A pixel of a screen has three lamps: red, green and blue. So for a machine a pixel is three numbers, a frame is
# three numbers for each of its pixels, and a clip is a stack of frames. Nothing else: no circle, no left or right.
#
# **Guess before you calculate:** how many numbers is the clip at the top of this page?
#
# {card}
#
# Count the numbers of a clip. The first frame is shown at second 0 and the last one at second `seconds`, with `fps`
# frames in each second; a clip of 0 seconds is a single frame. (Round `seconds * fps` to a whole number: computers
# miss it by a hair, and to them 4.1 * 30 is 122.99999999999999.)


# %% exercise="clip_numbers"
def clip_numbers(seconds: float, height: int, width: int, fps: float = 8.0) -> int:
    """How many numbers a clip has whose last frame comes ``seconds`` after its first."""
    ### BEGIN SOLUTION
    frames = 1 + round(seconds * fps)
    return 3 * frames * height * width
    ### END SOLUTION


# %% check="clip_numbers"
check.clip_numbers(clip_numbers)

# %%
clip_numbers = use(clip_numbers=clip_numbers)
on, codec = machine.device, machine.codec
channels = codec.config.channels
in_latents = channels * 5 * 8 * 8
print("our clip:", tuple(clip.shape), "= colours, frames, rows, columns")
print(f"by your count: {clip_numbers(2.0, 64, 64):,} numbers; there are {clip.numel():,}")
print(f"as latents: {in_latents:,}, which is {clip.numel() / in_latents:.0f} times fewer")

# %% [markdown]
# Two hundred thousand numbers for two seconds of a picture smaller than your thumbnail. (The last line tells a
# secret: the machine does not work on pixels. It works on a shorthand with far fewer numbers, the **latents**, and a
# **codec** translates between the two. Chapter 03 builds it. You may forget it until then; everything on this page is
# true of both.)
#
# So making a video is *choosing 208,896 numbers*. **What does one see if each of them is chosen by rolling dice?**

# %%
dice = torch.randn(clip.shape, generator=torch.Generator().manual_seed(0))


def strip(clip: Tensor) -> Tensor:
    """Every fourth frame of a clip ``3 t h w``, side by side with a white gap, as one picture ``3 h w``."""
    return torch.cat([F.pad(frame, (0, 2), value=1.0) for frame in clip[:, ::4].unbind(1)], dim=-1)


shown = {"dice": strip(dice), "the clip": strip(clip)}
plots.images(shown, alt="five frames, of coloured noise or of the clip", width=360, columns=2)

# %% [markdown]
# **Noise**, as on a television without an aerial. Roll the dice a billion times, and you will see noise a billion
# times: among all that could be shown, what looks like *anything* is unimaginably rare. A machine that makes videos
# must find its way from a place where nearly everything is (noise) to one where nearly nothing is (videos).
#
# The idea behind Sora, and behind nearly all of its kind, rests on one observation. *From noise to a clip is hard,
# but from a clip to noise is child's play.* Anybody can turn a clip into noise: mix it with noise, a little more at
# every moment. Let **time** run from **t = 0, the clip**, to **t = 1, nothing but noise**, with the two mixed in
# proportion in between.
#
# {card}
#
# Mix a clip with noise: at time `t`, noise has the share `t`, and the clip has the rest.


# %% exercise="blend"
def blend(clip: Tensor, noise: Tensor, t: float) -> Tensor:
    """The clip at time ``t`` on the straight way from itself (t = 0) to ``noise`` (t = 1)."""
    ### BEGIN SOLUTION
    return (1 - t) * clip + t * noise
    ### END SOLUTION


# %% check="blend"
check.blend(blend)

# %% [markdown]
# Now look at one frame drown. **At which time can you no longer say what it shows?** Do you still see it at t = 0.75,
# now that you know what to look for?

# %%
blend = use(blend=blend)
frame = clip[:, 8:9]
grain = dice[:, 8:9]
drowning = {f"t = {t}": blend(frame, grain, t)[:, 0] for t in (0.0, 0.25, 0.5, 0.75, 1.0)}
plots.images(drowning, alt="a frame of the clip with so much noise", width=140, columns=5)

# %% [markdown]
# ## The way back
#
# So we can make as many examples as we like of *a noisy clip* and *the noise that was mixed into it*. And with
# examples a network can be trained to answer one question: **here is a noisy clip, its time and a sentence: in which
# direction does the noise lie?** It learns this from millions of such pairs, and is corrected after each of them
# (chapters 05 and 08). Its answer is called the **velocity**: an arrow, for each of the numbers, that points from the
# clip to the noise.
#
# Then it is handed *pure noise*, in which there never was a clip. It answers all the same, as we answer who look at
# clouds: it *believes* it sees something, and the sentence tells it what. We go a small step against the arrow, ask
# again from there, go on. After some twenty steps no noise is left, and what it believed in has become a clip.
#
# The next cell is the machine with its lid off. **You need not understand its lines now**; three of the functions
# that it calls you will write yourself on this page, in their simplest form. It keeps two things at each step: what
# there *is*, and what the network at this moment *believes* that it will become. (Its noise is noise of latents. Seen
# through the codec it is coarser than the dice above.)

# %%
noise = torch.randn(1, channels, 5, 8, 8, generator=torch.Generator().manual_seed(0)).to(on)
words = machine.tokenizer.encode([prompt, ""]).to(on)
asked = video_velocity(machine.dit, words[:1], (5, 8, 8))
both = video_velocity(machine.dit, words, (5, 8, 8))
guided = classifier_free(asked, both, scale=machine.sampling.guidance)

there_is, believed = [noise], []
watched = watch_x0(guided, lambda x0, t: believed.append(x0))
times = time_grid(steps, shift=machine.sampling.shift)
latents = sample(watched, noise, times, step=ab2, watch=lambda step, x: there_is.append(x))
films = [codec.decode(torch.cat(each)).cpu() for each in (there_is, [*believed, latents])]
print("the clip from the top of the page:", torch.allclose(films[0][-1], clip, atol=1e-2))

# %% [markdown]
# **Before you move the slider, predict:** what will be decided first, and what last? The colour, the place, the
# motion, the outline? And what can a network possibly believe at step 0, when there is nothing to be seen but noise?


# %%
def moment(step: int) -> plots.Picture:
    shown = {"there is": strip(films[0][step]), "believed": strip(films[1][step])}
    shown = {f"{label} (t = {times[step]:.2f})": each for label, each in shown.items()}
    return plots.images(shown, alt=f"five frames of the clip after {step} steps", width=360, columns=1)


explore(moment, step=list(range(steps + 1)))

# %% [markdown]
# At step 0 the network sees nothing, so all that it can believe in is the *average* of all clips that the sentence
# allows: a red smear that is already on its way from the left edge to the right one, as the circle is in all of these
# clips. How high it flies, where its outline runs and what is behind it are still open. (What you see is that average
# exaggerated; the reason comes below under *guidance*.) With each step more is decided, and what is decided limits
# the rest.
#
# *Coarse first, fine last* is what people say of these models. One can measure it. Split each belief into its coarse
# part (the mean colours of squares of 16 x 16 pixels) and what remains, its fine part. How far is each of the two
# from where it will end up, as a share of how far it was at the start? **Which of the two curves will fall first?**

# %%
coarse = F.avg_pool3d(films[1], (1, 16, 16))
fine = films[1] - F.interpolate(coarse, scale_factor=(1, 16, 16))
alt = "the distance of the belief from the final clip against the step, for its coarse and its fine part; both end at 0"
with plots.chart(alt=alt, size=(6.4, 2.8)) as axes:
    for label, part in {"coarse": coarse, "fine": fine}.items():
        left = (part - part[-1]).square().flatten(1).mean(1).sqrt()
        axes.plot(range(steps + 1), left / left[0], "o-", markersize=4, label=label)
    axes.set(xlabel="step", ylabel="still to be decided (share)", ylim=(0, None))
    axes.set_xticks(range(0, steps + 1, max(1, steps // 10)))
    axes.legend()

# %% [markdown]
# The coarse part is settled while the fine one is still open. (If it first *rises*, that is guidance again: it
# overshoots in the first steps, and the later ones correct it.) So the picture is not uncovered like one under snow.
# It is *made*, from the large to the small, as a painter would.
#
# ## One step
#
# Take a single number of a clip, one that is -0.5 in the clip and 1.5 in the noise. Where is it on its way? **By how
# much does it move in each quarter of the time? So what is its velocity, in units per unit of time, and which sign
# does it have?**

# %%
# NBVAL_CHECK_OUTPUT
pixel, its_noise = torch.tensor(-0.5), torch.tensor(1.5)
for t in (1.0, 0.75, 0.5, 0.25, 0.0):
    print(f"t = {t:4}: {blend(pixel, its_noise, t):5.2f}")

# %% [markdown]
# It moves by 0.5 in every quarter, so by 2.0 in a whole unit of time. That is `noise - clip`: the velocity points
# towards the noise, as time does. On the way to the clip, time runs backwards.
#
# {card}
#
# You are at `x` at time `t`, and the velocity there is known. Where are you at time `s`, if you go straight on? (When
# the machine makes a clip, `s` is a little smaller than `t`.)


# %% exercise="one_step"
def one_step(x: Tensor, velocity: Tensor, t: float, s: float) -> Tensor:
    """Where ``x`` is at time ``s`` when it moves straight on from time ``t`` with this ``velocity``."""
    ### BEGIN SOLUTION
    return x + (s - t) * velocity
    ### END SOLUTION


# %% check="one_step"
check.one_step(one_step)

# %% [markdown]
# Go all the way, `one_step(x, velocity, t, 0)`, and you are at `x - t · velocity`. That is the clip which the network
# at this moment *believes in*. The lower pictures of the slider above were calculated like this.
#
# ## Words become numbers
#
# A network can only calculate, so your sentence has to become numbers too. That is the work of the **tokenizer**, and
# there is no magic in it: each word of the vocabulary has a number, its place in the list. The first two numbers are
# taken. **0** fills up short sentences, **1** says "here it begins". So the first word of the list has the number 2.
#
# What a word *means* is not in its number. "red" has the number 34 and "orange" the number 35, as a coat has a number
# in the cloakroom. The **text encoder** learns the meaning, from the clips (chapter 07).
#
# {card}
#
# Turn a prompt into a list of numbers: 1 for the beginning, and then for each word its place in `vocabulary` plus 2.
# Prompts may have capital letters, the vocabulary has none. An empty prompt is the 1 alone. For an unknown word raise
# a `ValueError`, as `.index` of a list does by itself. (Leave commas and full stops to the real tokenizer.)


# %% exercise="word_numbers"
def word_numbers(prompt: str, vocabulary: tuple[str, ...]) -> list[int]:
    """The numbers of a prompt's words, after a 1 for the beginning; raises ``ValueError`` for an unknown word."""
    ### BEGIN SOLUTION
    known = list(vocabulary)
    return [1] + [known.index(word) + 2 for word in prompt.lower().split()]
    ### END SOLUTION


# %% check="word_numbers"
check.word_numbers(word_numbers)

# %% [markdown]
# ## How strictly to take the words
#
# Here is what the network believes at the very first step, when there is only noise: once with an empty sentence, and
# once with yours. **Predict:** what does it believe in when nothing is said?

# %%
nothing_said = video_velocity(machine.dit, words[1:, :1], (5, 8, 8))
start = torch.tensor(1.0, device=on)
beliefs = {"nothing said": noise - nothing_said(noise, start), "the sentence": noise - asked(noise, start)}
shown = {label: strip(codec.decode(each)[0].cpu()) for label, each in beliefs.items()}
plots.images(shown, alt="five frames of a first belief, with the sentence or without it", width=360, columns=2)

# %% [markdown]
# The one on the left was told nothing: it is close to the average of *all* clips. The one on the right has heard the
# sentence. (At t = 1 the belief `x - t · velocity` is `noise - velocity`.) What they differ in is **what the words
# change**. And here someone had an idea that is as simple as it is bold: if this difference is what the words do,
# *take more of it than there is*. That is **guidance** (Ho and Salimans 2022, chapter 07): begin at the velocity
# without the prompt, go towards the one with it, and do not stop there.
#
# {card}
#
# Guidance 0 is the velocity without the prompt, guidance 1 the one with it, and guidance 4 is four times as far in
# the same direction.


# %% exercise="steer"
def steer(without: Tensor, with_prompt: Tensor, guidance: float) -> Tensor:
    """From the velocity ``without`` a prompt towards the one ``with_prompt``, ``guidance`` times as far."""
    ### BEGIN SOLUTION
    return without + guidance * (with_prompt - without)
    ### END SOLUTION


# %% check="steer"
check.steer(steer)

# %% [markdown]
# ## The whole machine
#
# You now have everything. The sentence becomes numbers, the network answers with two velocities, guidance joins them
# into one, a step is taken, and so on until t = 0; then the codec turns latents into pixels. **This is how a video is
# made**, by us and by all published systems of this kind; how much of it is known of Sora, you will read below. Read
# the loop slowly: two of its lines call the three functions that you have just written.

# %%
word_numbers, one_step, steer = use(word_numbers=word_numbers), use(one_step=one_step), use(steer=steer)


@torch.no_grad()
def from_sentence(prompt, seed=0, guidance=machine.sampling.guidance, steps=steps, step=one_step) -> Tensor:
    numbers = torch.tensor([word_numbers(prompt, machine.tokenizer.words)], device=on)
    asked = video_velocity(machine.dit, numbers, (5, 8, 8))  # the network, told the sentence
    free = video_velocity(machine.dit, torch.tensor([[1]], device=on), (5, 8, 8))  # the same one, told nothing
    x = torch.randn(1, channels, 5, 8, 8, generator=torch.Generator().manual_seed(seed)).to(on)
    for t, s in pairwise(time_grid(steps, shift=machine.sampling.shift).to(on)):
        x = step(x, steer(free(x, t), asked(x, t), guidance), t, s)
    return codec.decode(x)[0].cpu()


mine = from_sentence(prompt)
theirs = codec.decode(sample(guided, noise, times, step=euler))[0].cpu()
print("the same clip as the package makes with straight steps:", torch.allclose(mine, theirs, atol=1e-2))
plots.strips({"your loop": mine, "minisora": clip}, alt=f"clips of the sentence: {prompt}", columns=5)

# %% [markdown]
# The two rows differ a little. Straight steps are the simplest ones; minisora's remember the velocity before and bend
# (chapter 09). It is the only difference.
#
# Now the guidance. **Predict:** what will it look like at 0, where the sentence is not heard? And at 16?

# %%
scales = by_profile([0.0, 1.0, 2.0, 4.0, 8.0, 16.0], fast=[0.0, 4.0])
guided_clips = {scale: from_sentence(prompt, guidance=scale) for scale in scales}


def strictly(guidance: float) -> plots.Picture:
    clip = guided_clips[guidance]
    return plots.images({told(clip, prompt): strip(clip)}, alt=f"the clip at guidance {guidance}", width=360, columns=1)


explore(strictly, guidance=scales)

# %% [markdown]
# At 0 it makes *something*: whatever this noise suggests. (A tick on *shape* says only that something in the clip
# passes for a circle. What else there is, and in which colour, the other claims ask.) At 16 it shouts. Most claims
# may still hold, but there is another ground, which nobody asked for: guidance multiplies *every* difference
# that the words make. Too little does not listen, too much overdoes it. A good value is found by measuring.
#
# ## What the seed decides, and what the words decide
#
# The seed decides the noise, and nothing else: it numbers the rolls of the dice. **Predict:** the sentence says
# *large*, *red*, *circle* and *moves right*. What does it *not* say? That is what the seed can choose.

# %%
seeds = [0, 1, 2, 3]
for_seeds = machine.generate([prompt] * 4, seed=seeds, steps=steps)
shown = {f"seed {n}: {told(each.frames, prompt)}": strip(each.frames) for n, each in zip(seeds, for_seeds, strict=True)}
plots.images(shown, alt="five frames of the clip from another seed", width=360, columns=2)

# %% [markdown]
# The ground is black or dark blue, and once the circle flies lower: nobody has said anything about either. And
# the other way round: **the same noise under four sentences.** Look for what they have in common.

# %%
sentences = [prompt, "a large blue circle moves right", "a large red star moves right", "a small red circle moves up"]
for_words = machine.generate(sentences, seed=[0] * 4, steps=steps)
shown = {
    f"{said} — {told(each.frames, said)}": strip(each.frames) for said, each in zip(sentences, for_words, strict=True)
}
plots.images(shown, alt="five frames of the clip of this sentence, all from the same noise", width=360, columns=2)

# %% [markdown]
# Clips from the same noise are often alike in what the sentences leave open: here in the height at which the large
# things fly, and some of them in the ground. Not always: one other word may bring another ground. Noise is the raw
# block, words are the chisel. So one keeps the seed when one wants to change *one* thing, and checks whether the rest
# has stayed.
#
# ## The map
#
# Time to name the parts. In the picture each box is one part, with the chapter in which you build it and the file
# that has the finished one. Follow a sentence from the upper left to the video; the middle row is run again and
# again, once a step. The lowest row is how the network came to know what it knows.
#
# (The next three cells only draw. Run them and go on to the picture.)

# %%
ROWS = (  # each part: name, chapter, folder and file of minisora/
    "a sentence | tokenizer, 07, model/tokenizer.py | text encoder, 07, model/text.py |"
    " | judge, 01, evaluation/judge.py | a video",
    "noise | patches, 02, model/patches.py | transformer, 06, model/dit.py | guidance, 07, diffusion/guidance.py"
    " | sampler, 09, diffusion/sampler.py | codec, 03, codec/autoencoder.py",
    "drawn worlds, 01, worlds/render.py | codec , 03, codec/autoencoder.py | noise schedule, 04, diffusion/path.py"
    " | objective, 05, diffusion/objective.py | training, 08, training/run.py",
)
PARTS = {}
for y, row in enumerate(reversed(ROWS)):
    for x, part in enumerate(each.strip() for each in row.split("|")):
        name, chapter, file = part.split(", ") if ", " in part else (part, "", "")
        if name:
            PARTS[name] = (x, y, f"chapter {chapter}\n{file}".replace("/", "/\n") if file else "")


# %%
def arrow(start: str, end: str) -> dict:
    """From the side of one box to the facing side of another."""
    (ax, ay, _), (bx, by, _) = PARTS[start], PARTS[end]
    right, up = (bx > ax) - (bx < ax), (by > ay) - (by < ay)
    wide, high = (0.44, 0.0) if ay == by else (0.0, 0.31)
    places = {"xytext": (ax + wide * right, ay + high * up), "xy": (bx - wide * right, by - high * up)}
    return {"text": "", "arrowprops": {"arrowstyle": "->"}, **places}


WAYS = "a sentence>tokenizer>text encoder>transformer>guidance>sampler>codec>a video>judge", "noise>patches>transformer"
WAYS += ("drawn worlds>codec >noise schedule>objective>training>transformer",)
ARROWS = [arrow(*pair) for way in WAYS for pair in pairwise(way.split(">"))]
AGAIN = {"arrowstyle": "->", "connectionstyle": "arc3,rad=0.12", "linestyle": "--"}
ARROWS.append({"text": "", "xytext": (4, 1.31), "xy": (1, 1.31), "arrowprops": AGAIN})
NOTES = (2.2, 1.56, "again, once a step"), (3.1, 0.5, "weights"), (-0.43, 2.4, "GENERATING: seconds")
NOTES += ((-0.43, 0.4, "TRAINING: hours, once"),)

# %%
alt = "the map of the machine: " + "; ".join(f"{name}: {' '.join(says.split())}" for name, (*_, says) in PARTS.items())
FOLDERS = dict(zip(("worlds", "codec", "model", "diffusion", "training", "evaluation"), plots.COLOURS, strict=False))
with plots.chart(alt=alt, size=(7.6, 4.6)) as axes:
    for name, (x, y, says) in PARTS.items():
        folder = says.split("\n")[1].strip("/") if says else ""
        axes.bar(x, 0.6, 0.86, bottom=y - 0.3, color=FOLDERS.get(folder, "grey"), alpha=0.2)
        axes.text(x, y + 0.16 * bool(says), name, ha="center", va="center", weight="bold", fontsize=8)
        axes.text(x, y - 0.1, says, ha="center", va="center", fontsize=7)
    for each in ARROWS:
        axes.annotate(**each)
    for x, y, says in NOTES:
        axes.text(x, y, says, fontsize=8, style="italic")
    axes.set(xlim=(-0.5, 5.5), ylim=(-0.4, 2.7))
    axes.set_axis_off()

# %% [markdown]
# Colours are the folders of the package, so this is also a map of `minisora/`. Chapter 10 is missing from the
# picture, as it is about the whole middle row: how to run it fast. **Four of the functions that you wrote on this
# page have their place in a box. In which ones?** (Not all are in the rows where you would look for them first.)
#
# <details><summary>Answer</summary>
#
# `word_numbers` in *tokenizer*, `steer` in *guidance*, `one_step` in *sampler*. And `blend` in *noise schedule*, in the
# lowest row: mixing with noise belongs to training, since a machine that makes a clip begins with pure noise.
# (`clip_numbers` only counts.)
#
# </details>
#
# ## Four broken machines
#
# A map is worth something when you can find your way with it. Below are four clips of *a large red circle moves
# right*, all from the same noise. They were made by four machines in which *one part each* is broken. The suspects
# are
#
# - the `tokenizer`: turns words into numbers;
# - the `sampler`: takes the steps, from the noise to the end;
# - the `patches`: cut each frame of latents into pieces for the transformer, and lay its answer out again;
# - the `codec`: turns latents into pixels.

# %%
from minisora.course.exercises.c00_sentence import broken_clips

patients = {f"clip {letter}": strip(each) for letter, each in broken_clips(machine, steps=steps).items()}
plots.images({"healthy": strip(clip), **patients}, alt="five frames from this machine", width=360, columns=2)

# %% [markdown]
# {card}
#
# Say which part was broken in which clip: return `"tokenizer"`, `"sampler"`, `"patches"` or `"codec"`. Each of them
# is to blame once. Ask of each part what would still be *right* if it alone were broken.


# %% exercise="broken_part"
def broken_part(clip: str) -> str:
    """Which part of the machine was broken when clip "A", "B", "C" or "D" was made."""
    ### BEGIN SOLUTION
    return {"A": "patches", "B": "tokenizer", "C": "codec", "D": "sampler"}[clip]
    ### END SOLUTION


# %% check="broken_part"
check.broken_part(broken_part)

# %% [markdown]
# That is how one finds faults in a large model too, where no error is ever raised and every fault looks like "bad
# pictures": each part leaves its own kind of damage.
#
# ## Break it
#
# **First: walk the wrong way.** One sign decides whether a step leads to the clip or away from it. What will the end
# look like, when each step goes further into the noise?
#
# **Second: be impatient.** If the velocity is known at the start, why not walk all the way in *one* step? **What will
# it show? You have seen this picture before.** (The clips called *in … steps* are made at guidance 1: the sentence is
# heard, and nothing is exaggerated.)


# %%
def wrong_way(x: Tensor, velocity: Tensor, t: float, s: float) -> Tensor:
    return x + (t - s) * velocity


broken = {"towards the clip": mine, "away from it": from_sentence(prompt, step=wrong_way)}
for n in by_profile([1, 2, 4, machine.sampling.steps], fast=[1, 4]):
    broken[f"in {n} step" + "s" * (n > 1)] = from_sentence(prompt, steps=n, guidance=1.0)
shown = {label: strip(each) for label, each in broken.items()}
plots.images(shown, alt="five frames of the clip that comes out", width=360, columns=2)

# %% [markdown]
# The wrong way ends in something louder than the noise at the start: the machine has *subtracted* what it believed
# in. Nothing warns you. Every tensor has the right size, no number is infinite, and a training run with such a sign
# would go on for days.
#
# One single step lands where the network believed to go at the very beginning: it is the right-hand one of the two
# first beliefs above, number for number, an average of all clips that fit. An average of a thousand good clips is not
# a good clip. That is why there are steps: each one lets the network change its mind, now that a little more is
# settled. (A large thing on a straight way is easy: once its height is settled little is left to decide. Two steps
# already show a circle, though a ragged one before a ground that is not yet decided, and four look nearly as good as
# twenty. How to get along with few steps is chapter 09; large systems spend a great part of their research on it.)
#
# ## How good is it? The claim of this course, and its limits
#
# **The claim:** this is a complete machine of the kind that Sora is. No part is a toy that stands for the real one: a
# codec, a transformer over spacetime patches, a text encoder, guidance, samplers, training from nothing. It is small
# enough for a laptop, and by chapter 10 you will have written the heart of each part on the map and run *your own*
# machine.
#
# **The limits** are best measured. The judge marks clips for one-object sentences, three times: as they were *drawn*
# by a program (so that every claim is true, and each mark lost is the judge's own error), the same clips *through the
# codec* and back (what is lost here, no network can win back), and what the *machine* made of the sentences, this time
# with its two helpers. **Where do you expect the largest step down?**

# %%
machine.planner, machine.finisher = helpers
suite = replace(SUITES[0], scenes=by_profile(20, fast=3))
rows = evaluate(
    [suite],
    roundtrip=lambda clips: codec.decode(codec.encode(clips.to(on))).cpu(),
    generate=lambda said, seeds, _: torch.stack([c.frames for c in machine.generate(said, seed=seeds, steps=steps)]),
)
alt = "; ".join(f"{row.source}: " + ", ".join(f"{k} {row.scores[k].share:.0%}" for k in KINDS) for row in rows)
with plots.chart(alt=f"share of claims that hold: {alt}", size=(7.2, 2.8)) as axes:
    for i, row in enumerate(rows):
        heights = [row.scores[k].share for k in KINDS]
        axes.bar([x + 0.27 * i for x in range(len(KINDS))], heights, 0.25, label=row.source)
    axes.set(xticks=[x + 0.27 for x in range(len(KINDS))], xticklabels=KINDS, ylabel="right", ylim=(0, 1))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.25), ncols=3)
print("everything right:", {row.source: f"{row.scores['everything'].right} of {suite.scenes}" for row in rows})

# %% [markdown]
# ("Binding" asks that *one and the same* thing has all that is said of it. "Everything" asks that all claims hold at
# once, so it is the hardest column.) These bars are drawn from the weights that you have, so they say what is true of
# *them*, and not what we wish. (`machine.card` says how they were made, and for how long.) `minisora evaluate` makes
# the full table, with more sentences, two objects, and combinations never seen in training.
#
# And some limits no training will move. Its world is drawn: six shapes, no fur, no faces, no gravity that it was not
# told of. Two seconds, 64 x 64 pixels, no sound. What only size brings, this course cannot show you: hundreds of
# millions of films, networks on thousands of GPUs. Every idea on the way there it can, with nothing hidden.
#
# ## In the real systems: Sora, and what is known of it
#
# OpenAI showed **Sora** on 15 February 2024, with a technical report, [*Video generation models as world
# simulators*](https://openai.com/index/video-generation-models-as-world-simulators/) (Brooks, Peebles and others). It
# made videos of up to a minute at a time when a few seconds were usual. The report says, and the course builds:
#
# | what the report says | where you build it |
# |---|---|
# | a network compresses videos in time and in space into latents, and a decoder leads back to pixels | 03 |
# | latents are cut into *spacetime patches*, which are to video what tokens are to text; an image is a single frame | 02 |
# | Sora is a *diffusion transformer*: from noisy patches and a text it is trained to predict the clean ones | 05, 06 |
# | videos keep their own length, size and shape in training, instead of being cut to one format | 02 |
# | a captioning model writes detailed captions for the training videos, as for DALL·E 3; a language model lengthens what users type | 01, 07 |
# | samples get better with more training compute (shown at one, four and 32 times a base) | 08 |
# | besides text it takes images and videos: it animates, extends in both directions, edits, and connects clips | 09 |
#
# It names failures too: glass that does not shatter as it should, food that stays whole after a bite, things that
# appear from nowhere in long clips.
#
# **What is not known** is the rest. "Model and implementation details are not included in this report", says the
# report itself: not the size of the network, the data, the compute, the codec's factors, the size of a patch, the
# noise schedule, the text encoder or the sampler. Whoever gives you such a number is guessing. OpenAI made a faster
# version [public in December 2024](https://openai.com/index/sora-is-here/) and showed [Sora
# 2](https://openai.com/index/sora-2/), with sound, on 30 September 2025; what was published with them does not fill
# these gaps either. Where the report is silent, this course does what *published* systems of the same kind do:
#
# - **DiT** (Peebles & Xie 2022, [arXiv 2212.09748](https://arxiv.org/abs/2212.09748)) is the diffusion transformer
#   that the report cites; one of its two authors, Peebles, is also the second author of Sora's report. The networks
#   of **Imagen Video** ([2210.02303](https://arxiv.org/abs/2210.02303)) and **Stable Video Diffusion**
#   ([2311.15127](https://arxiv.org/abs/2311.15127)) were still U-Nets, made of convolutions.
# - **Latent diffusion** (Rombach et al. 2021, [2112.10752](https://arxiv.org/abs/2112.10752)) brought the codec,
#   **flow matching** (Lipman et al. 2022, [2210.02747](https://arxiv.org/abs/2210.02747)) the straight way from noise
#   to clip, and **classifier-free guidance** (Ho & Salimans 2022, [2207.12598](https://arxiv.org/abs/2207.12598))
#   your `steer`.
# - **Movie Gen** (Meta 2024, [2410.13720](https://arxiv.org/abs/2410.13720)): a transformer of 30 billion parameters
#   and flow matching, described on some ninety pages, without weights.
# - With weights: **CogVideoX** ([2408.06072](https://arxiv.org/abs/2408.06072)), **HunyuanVideo**
#   ([2412.03603](https://arxiv.org/abs/2412.03603)), **LTX-Video** ([2501.00103](https://arxiv.org/abs/2501.00103))
#   and **Wan 2.1** ([2503.20314](https://arxiv.org/abs/2503.20314)). All four are latent video diffusion
#   transformers: you will recognise the boxes of the map in their code.
#
# How much larger are they?

# %%
# NBVAL_CHECK_OUTPUT
# billions of numbers in the transformer, and the frames, height and width of a clip
systems = {
    "minisora": (0.006, 17, 64, 64),  # the preset "micro"
    "LTX-Video": (2, 121, 512, 768),
    "CogVideoX-5B": (5, 49, 480, 720),
    "HunyuanVideo": (13, 129, 720, 1280),
    "Wan 2.1": (14, 81, 720, 1280),
}
for name, (billions, frames, height, width) in systems.items():
    numbers = 3 * frames * height * width
    times_ours = numbers / clip_numbers(2.0, 64, 64)
    print(f"{name:13} {billions:6} billion; a clip has {numbers / 1e6:6.1f} million numbers, {times_ours:5.0f} x ours")
minute = clip_numbers(60.0, 1080, 1920, 24.0)
print(f"a minute of 1080p at 24 frames a second would have {minute / 1e6:,.0f} million")

# %% [markdown]
# Networks up to two thousand times larger, for clips of up to seventeen hundred times more numbers. The boxes on the
# map are the same.
#
# ## Recap
#
# - A clip is a block of numbers; nearly all such blocks are noise.
# - The way from a clip to noise is a simple mixture. A network learns the direction of that way, the velocity, from
#   noisy clips of which we know what they were.
# - To make a clip, start at noise and walk against the velocity in small steps. At first the network believes in an
#   average; with each step it commits itself.
# - A sentence is a list of numbers that the network reads along. Guidance exaggerates the difference that it makes.
# - The seed decides what the sentence leaves open.
# - A score means little without its *floors*: the errors that the judge and the codec make even where every claim is
#   true. No model can be blamed for those.
#
# ## Five words
#
# - **time** (t): how far a clip is on its way to noise: 0 is the clip, 1 is noise.
# - **velocity**: the direction and speed of that way, one number for each of the clip's; what the network predicts.
# - **prompt**: the sentence that says what to show.
# - **guidance**: how many times as far to go from "without the prompt" towards "with the prompt".
# - **seed**: the number that decides the noise at the start, and with it all that the prompt leaves open.
#
# ## Test yourself
#
# **1.** A network's velocity at t = 1 is exactly the noise itself, `velocity = noise`, whatever the noise is. What
# does it believe the clip to be, and what does one step from t = 1 to s = 0 make?
#
# <details><summary>Answer</summary>
#
# One step is `noise + (0 - 1) · noise = 0`: a clip in which every number is 0, middle grey. It believes in grey, as
# the average of very many different clips is.
#
# </details>
#
# **2.** Two friends type the same sentence with the same seed, and get different clips. Name three things that may
# differ.
#
# <details><summary>Answer</summary>
#
# The weights of the network, the number of steps, and the guidance; also the size and length of the clip (other
# noise), the way to take steps, or a different version of the program. The seed alone does not make a clip.
#
# </details>
#
# **3.** A model's clips are right in 60 of 100 cases, says a judge. What else do you ask before you call it bad, or
# good?
#
# <details><summary>Answer</summary>
#
# What the same judge says of clips that are *certainly right*, drawn or filmed: if it passes only 65 of these, 60 is
# excellent. And what it says after the codec alone. And how many clips were counted: 60 of 100 may as well be 50 or
# 69 (chapter 01 and `minisora evaluate` give the intervals).
#
# </details>
#
# **Next: [01 · Video is a tensor](01_video_is_a_tensor.ipynb).** What the numbers of a clip are, how to draw a world
# in which every sentence can be checked, and who the judge is.
