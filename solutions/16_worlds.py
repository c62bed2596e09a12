# %% [markdown]
# # 16 · Worlds
#
# | | |
# |---|---|
# | **You build** | the error of a velocity, matrices of noise levels, the mask of diffusion forcing, a frame and its memory, reward reflection, and the test that finds a hacked reward |
# | **It becomes** | `minisora/physics/`, `minisora/diffusion/`, `minisora/playing/` and `minisora/eureka/` |
# | **You need** | chapters 05 (velocities), 06 (attention) and 09 (samplers) |
# | **Time** | 100 to 130 minutes of reading and writing; running everything takes about a minute on a 2-core laptop |

# %%
import json

import torch
from IPython.display import display
from torch import Generator, Tensor

from minisora.checkpoint import shipped_folder
from minisora.course import begin, by_profile, check, explore, plots, use
from minisora.course.play import Play

begin("16")
Play()

# %% [markdown]
# The blue square is you. Walk into the ball and it rolls on by a cell, unless something is behind it; bring it to the green
# corners. (Click into the field and press w, a, s, d; or press *Live*, and time goes by.) The right half is a program of
# thirty lines. **The left half is no program at all**: a network of half a million numbers has seen pictures and key
# presses, and draws what it thinks comes next. It has never been told what a wall is.
#
# Such a network is called a *world model*. OpenAI's report on Sora bears the title "Video generation models as world
# simulators". Is that so? In this chapter:
#
# 1. **Physics**: worlds whose laws we know. Does a video model learn the law, or the clips?
# 2. **A world to play in**: what you have just seen, and how long it lasts.
# 3. **Dreaming of rewards**: plans that are made inside the learnt world, and rewards that write themselves.
#
# What fails is the result here, and there will be enough of it.
#
# ## Four laws
#
# A disc that goes on as it went; one that falls; two that collide, each the heavier the larger it is; one on a thread.
# The first two are formulas, the other two are simulated by pymunk. Ten frames of 16 x 32 pixels, and a row of each:

# %%
from minisora.physics.bodies import collision, pendulum
from minisora.physics.motions import FAST, KNOWN, MIDDLE, SLOW, Speeds, parabola, uniform_motion
from minisora.physics.things import STRIP, draw

LAWS = {"uniform motion": uniform_motion, "parabola": parabola, "collision": collision, "pendulum": pendulum}
rows = {law: draw(make(1, KNOWN, generator=Generator().manual_seed(1)))[0] for law, make in LAWS.items()}
plots.strips(
    rows, alt="a disc that moves evenly, one that falls, two that collide, a pendulum", columns=10, moving=False
)

# %% [markdown]
# We begin with the first law alone, in a strip of 8 x 32 pixels. `python experiments/physics.py` has trained the course's transformer
# (0.3 million numbers, directly on pixels) on 1,200 such clips. It is given three frames and makes the other seven. All speeds that
# it has seen lie **between 0.8 and 1.8 pixels a frame**. Kang et al. (2024, [2411.02385](https://arxiv.org/abs/2411.02385)) did this
# with models up to a thousand times as large, and asked: what happens at other speeds?
#
# For that one has to *measure* a velocity in pictures. `centroids` gives the middle of what is red (or blue) in each frame, to
# a fraction of a pixel. The rest is yours.
#
# {card}
#
# `found` and `places` are `b t 2`: where the thing is in the clip, and where the law puts it. A velocity is the difference of
# neighbouring frames. Take the length of the difference of the two velocities, and average it over clips and steps. Steps
# *between* given frames do not count; the one out of the last given frame does. Where a thing was lost, `found` is NaN: a clip
# in which a step that counts is lost does not count at all.


# %% exercise="velocity_error"
def velocity_error(found: Tensor, places: Tensor, *, given: int = 3) -> float:
    """Mean distance of the clips' velocities from the true ones, ``b t 2`` each, in pixels a frame."""
    ### BEGIN SOLUTION
    error = (found.diff(dim=1) - places.diff(dim=1)).norm(dim=-1)[:, given - 1 :]
    return float(error[error.isfinite().all(1)].mean())
    ### END SOLUTION


# %% check="velocity_error"
check.velocity_error(velocity_error)

# %% [markdown]
# First the **floor**: the same measure on *true* clips. It is not 0, since pixels are coarse. Then the model: at speeds that it
# knows, and at slow (0.1 to 0.5) and fast ones (2.1 to 2.5), which it has never seen. **What would a model do that has understood
# uniform motion? And one that has not?** In the strips the true clip is above, the made one below.

# %%
velocity_error = use(velocity_error=velocity_error)
from minisora.physics.measure import centroids
from minisora.physics.predictor import foresee, load_predictor

LADDER, N, rows = shipped_folder().parent / "ladder", by_profile(64, fast=16), {}
model = load_predictor(LADDER / "physics-uniform.safetensors")
for name, speeds in (("slow", SLOW), ("known", KNOWN), ("fast", FAST)):
    things = uniform_motion(N, speeds, generator=Generator().manual_seed(7), rows=MIDDLE)
    truth = draw(things, height=STRIP)
    made = foresee(model, truth, generator=Generator().manual_seed(5))
    floor, error = (velocity_error(centroids(each), things.places[:, 0]) for each in (truth, made))
    print(f"{name:6} floor {floor:.3f}, made {error:.3f} pixels a frame")
    rows |= {name: truth[0], f"{name}, made": made[0]}
display(plots.strips(rows, alt="slow, known and fast discs, true and made", columns=10, moving=False))

# %% [markdown]
# At speeds that it knows the error is 0.12: six or seven times the floor, after half a minute of training. At speeds that it does
# not know it is five times as large again, to both sides. And look *how* it is wrong: the slow disc, which should go at 0.3,
# hurries off at 0.9; the fast one is held back to 1.8. These are the **ends of what it has seen**. It has not learnt "it goes on
# as it went", which would be simpler, but "it goes like the clip that I know and that is most like this one". Kang et al. find the
# same with 310 million numbers and 3 million clips (0.012 inside, 0.427 outside), and call it *case-based*.
#
# One law was learnt in half a minute. A second network of the same size was shown **four** at once: uniform motion, the parabola of
# a throw, the collision of two discs, a pendulum. **Which of them will have the smallest error at speeds that it knows, and which
# the largest outside?**

# %%
measured = json.loads((LADDER / "physics.json").read_text("utf-8"))
print(
    f"velocity error of {measured['tested']} clips each, in pixels a frame\n{'':28}{'floor':>8}{'known':>8}{'slow':>8}{'fast':>8}"
)
laws = measured["laws"]
for name in dict.fromkeys(key.rpartition(", ")[0] for key in laws):
    errors = "".join(f"{laws[f'{name}, {kind}']['error']:8.2f}" for kind in ("known", "slow", "fast"))
    print(f"{name:28}{laws[f'{name}, known']['floor']:8.2f}{errors}")
print(
    {
        name: f"{measured['training'][name]['steps']} steps, {measured['training'][name]['seconds']} s"
        for name in ("uniform", "laws")
    }
)

# %% [markdown]
# At speeds that it knows each law is within 0.10 to 0.23: the pendulum best, since a swing that one has seen is all there is to know of
# it. Outside, **every law fails** as the first one did, by two to twenty times as much, and the one that was learnt best fails worst: a
# pendulum that swings wider than any it has seen is wrong by two pixels a frame. Each network of this page learns for seconds to two minutes
# (Kang et al. trained for 100,000 steps); what the better ones gain, they gain inside.
#
# Move the slider: which speed do the three given frames show, and what becomes of it?

# %%
gap = load_predictor(LADDER / "physics-gap.safetensors")


def asked(speed: float, shown: str) -> plots.Picture:
    things = uniform_motion(1, Speeds(((speed, speed + 1e-4),)), generator=Generator().manual_seed(2), rows=MIDDLE)
    truth = draw(things, height=STRIP)
    network = model if shown == "0.8 to 1.8" else gap
    made = foresee(network, truth, generator=Generator().manual_seed(5))
    x = centroids(made)[0, :, 0]
    rows = {f"true: {speed}": truth[0], f"made: {float(x[-1] - x[2]) / 7:.2f}": made[0]}
    return plots.strips(rows, alt=f"a disc at {speed} pixels a frame, true and made", columns=10, moving=False)


explore(asked, speed=[0.2, 0.6, 1.0, 1.35, 1.8, 2.2, 2.6], shown=["0.8 to 1.8", "0.4 to 0.8 and 1.9 to 2.3"])

# %% [markdown]
# ## A gap
#
# The second network of the slider has seen slow discs (0.4 to 0.8) and fast ones (1.9 to 2.3), and nothing between; the first
# one has seen just that gap (0.8 to 1.8). **What does the one with the gap make of 1.3, which lies between what it knows?** Draw
# the curve that you expect: asked speed to the right, generated speed upwards. (Means of 16 clips; the bars are their standard
# deviation.)

# %%
with plots.chart(alt="generated against asked speed, with its spread: two networks and the diagonal") as axes:
    for name, label in (("gap", "seen: the grey bands"), ("uniform", "seen: between them")):
        speed, mean, spread = torch.tensor(measured["speeds"][name]).T
        axes.errorbar(speed, mean, spread, fmt="o-", label=label, markersize=4, elinewidth=0.8)
    for low, high in measured["gap"]:
        axes.axvspan(low, high, color="silver", alpha=0.4, linewidth=0)
    axes.plot([0.2, 2.5], [0.2, 2.5], "--", color="black", label="as asked")
    axes.set(xlabel="asked (pixels a frame)", ylabel="generated")
    axes.legend(loc="lower right", fontsize=9)

# %% [markdown]
# Two flat pieces and a bridge. Asked for anything up to 1.0, the network with the gap answers 0.62, the middle of its slow discs;
# asked for 1.9 or more, it stays at about 2.1. Between, the *mean* climbs, below the diagonal up to 1.6. But look at the bars: six
# to eight times as long as elsewhere. Hardly any clip goes at the mean; each is slow (about 0.65) or fast (about 2). **It does not
# interpolate, it chooses.** The other network follows the diagonal inside of what it has seen, and is flat outside: 0.87 from 0.5 to
# 0.8, and 1.75 from 2.0 on. (Its mean falls once more below 0.4, and the bars grow, as the other's longest does at 1.1: a disc or
# two jump back.) Kang et al. say it so: with a wide gap the answers bend to its ends, with a narrow one, or with a few clips put back
# into it, a network interpolates.
#
# ## Which attribute wins?
#
# A network sees **red discs and blue squares**, nothing else. Then it is given three frames of a *blue disc*. There is no
# such thing in its world; one of its two attributes has to go. **Which one?** (For you colour and shape are equally plain.)

# %%
from minisora.physics.attributes import parted

swapped = load_predictor(LADDER / "physics-colour-shape.safetensors")
things, blue = parted(N, ("colour", "shape"), generator=Generator().manual_seed(9))
truth = draw(things, height=STRIP)
made = foresee(swapped, truth, generator=Generator().manual_seed(5))
one, two = int(blue.argmax()), int(blue.argmin())
rows = {"given: blue disc": truth[one], "made": made[one], "given: red square": truth[two], "made of it": made[two]}
display(plots.strips(rows, alt="a blue disc and a red square, and what is made of them", columns=10, moving=False))
print(
    f"of {measured['tested']} clips each, read at their end:\n{'':22}{'both kept':>10}{'the first':>10}{'the second':>11}{'neither':>9}"
)
for row in measured["attributes"]:
    shares = [f"{row[key]:.0%}" for key in ("both kept", "first wins", "second wins", "neither")]
    print(f"{' and '.join(row['pair']):22}" + "".join(f"{share:>10}" for share in shares))

# %% [markdown]
# **The colour wins in all of them.** A blue disc grows corners, a red square becomes round, although three frames show plainly what
# it is. Blue things *are* squares here, and the colour is what the network goes by: probably since it changes far more numbers of a
# picture than a few corners do. The table has all six pairs of four attributes, a network each (ten seconds of training). Read it as a league: colour
# beats size, velocity and shape; size beats velocity and shape; velocity beats shape, which beats nobody. **Colour, size, velocity, shape**: that is
# the order of Kang et al., with networks a hundred to a thousand times as large (a blue ball became a blue square in 1,400 of 1,400 of their clips).
# It is also the order in which the large network of this course learnt to obey its words ([chapter 08](08_training.ipynb)).
#
# ## Mirrors, shadows and walls
#
# Three things that every film has, and that a model of pictures has to get right without knowing why: a **mirror image** (the mirror
# stands in the middle; the image is blue, so that it can be measured), a **shadow** (blue again: it lies on the ground, the further to the right the
# higher its thing flies), and a **wall** behind which something disappears. **Will image and shadow keep to their thing where the network is wrong about its speed?**

# %%
from minisora.physics.scenery import APPROACH, PASSING, QUICKLY, behind_a_wall, mirrored, shadowed

scenery = load_predictor(LADDER / "physics-scenery.safetensors")
kinds = {"mirror": (mirrored, APPROACH), "mirror, fast": (mirrored, QUICKLY), "wall": (behind_a_wall, PASSING)}
rows = {}
for name, (make, speeds) in kinds.items():
    truth = draw(make(1, speeds, generator=Generator().manual_seed(4)), height=STRIP)
    rows |= {name: truth[0], f"{name}, made": foresee(scenery, truth, generator=Generator().manual_seed(5))[0]}
display(plots.strips(rows, alt="a mirror, a fast mirror and a wall, true and made", columns=10, moving=False))
shade, rows = load_predictor(LADDER / "physics-shadow.safetensors"), {}
for name, speeds in {"shadow": KNOWN, "shadow, slow": SLOW, "shadow, fast": FAST}.items():
    truth = draw(shadowed(1, speeds, generator=Generator().manual_seed(6)))
    rows |= {name: truth[0], f"{name}, made": foresee(shade, truth, generator=Generator().manual_seed(5))[0]}
plots.strips(rows, alt="thrown discs and their shadows, true and made", columns=10, moving=False)

# %%
print(f"{'':16}{'apart':>8}{'drawn':>8}{'errors go together':>21}{'error of the thing':>21}{'of the image':>15}")
for kind in (f"{what}, {speed}" for what in ("mirror", "shadow") for speed in ("known", "slow", "fast")):
    made, drawn = (measured["scenery"][f"{kind}, {way}"] for way in ("made", "drawn"))
    line = f"{made['apart']:8.2f}{drawn['apart']:8.2f}{made['correlation']:21.2f}{made['thing']:21.2f}{made['image']:15.2f}"
    print(f"{kind:16}{line}")
for wall in ("walls of 6 to 9", "walls of 10.5"):
    row = measured["scenery"][wall]
    said = ", ".join(f"{key.removeprefix('made: ')} {row[key]}" for key in row if key.startswith("made"))
    print(f"{wall}, {row['clips']} clips: {said}")

# %% [markdown]
# - **The mirror** holds. Thing and image are both wrong about the speed (more so at speeds that the network has not seen), but they
#   are wrong *together*: their errors have a correlation of 0.8 to 0.9, and they stay within 0.2 to 0.4 pixels of each other. It has not
#   learnt how fast things go on; that the image belongs to the thing it has. (Drawn clips: rounding errors go together, too.)
# - **The shadow** holds as well: within 0.2 to 0.3 pixels of where it belongs under *this* disc, with errors that have a correlation of 0.92 to 0.99,
#   while the disc itself is wrong by a third of a pixel a frame, and by 0.8 at speeds that the network does not know.
# - **Behind the wall** the disc is remembered: in 34 of 38 clips it comes out again, always in its colour, though for some frames
#   no pixel of it was to be seen. But it comes out a pixel early or late, which is half a step. (Not 64 clips: only those count
#   whose disc should be in full sight again at the end.)
# - A **wider wall** than any that it has seen, 10.5 instead of 6 to 9: of 44 discs 20 come out. (These go at 2.1 to 2.2 instead of 1.7
#   to 2.2, else they would not come out in time.) Object permanence, too, is a matter of cases.
#
# ## A world to play in
#
# Now to the room. Its rule is a few lines of `minisora/playing/world.py`, for many rooms at once. Everything that there is to
# know is in the picture, *except for one thing*: who stands on the goal hides it. **Which cell of the picture must a
# network remember then, and for how long?**

# %%
# NBVAL_CHECK_OUTPUT
from minisora.playing import ACTIONS, new_states
from minisora.playing import draw as picture_of
from minisora.playing.world import busy_actions, looks, rollout
from minisora.playing.world import read as cells_of

rooms = new_states(200, Generator().manual_seed(0))
states, actions = busy_actions(rooms, 12, Generator().manual_seed(1))
moved = (states[-1].ball != rooms.ball).any(1).float().mean()
print(ACTIONS, tuple(picture_of(rooms).shape), f"balls that were moved after 12 steps: about {float(moved):.1f}")
print("read back from their pictures:", bool((cells_of(picture_of(rooms)) == looks(rooms)).all()))

# %% [markdown]
# ## A noise level for each frame
#
# A video model of the chapters before denoises all frames together. For a game that will not do: the next key is not yet
# pressed. **Diffusion forcing** (Chen et al. 2024, [2407.01392](https://arxiv.org/abs/2407.01392)) gives each frame a noise level
# *of its own*. Then sampling is a walk through a **matrix**: a row for each step, a column for each frame. All at once, one
# after the other, or a pyramid in which the near future is clearer than the far one: three matrices, one network.
#
# {card}
#
# `times` fall from 1 to 0. Frame i begins `i * delay` steps after frame 0; until then it is at the first of the times, and once
# it is ready it stays at the last. Return a row for each step, until the last frame is ready.


# %% exercise="staggered"
def staggered(times: Tensor, frames: int, *, delay: int) -> Tensor:
    """Noise levels ``steps + 1, frames``: each frame starts ``delay`` steps after the one before it."""
    ### BEGIN SOLUTION
    last = len(times) - 1
    clock = torch.arange(last + delay * (frames - 1) + 1)[:, None] - delay * torch.arange(frames)
    return times[clock.clamp(0, last)]
    ### END SOLUTION


# %% check="staggered"
check.staggered(staggered)

# %%
staggered = use(staggered=staggered)
from minisora.diffusion import time_grid

levels = {f"delay {delay}": staggered(time_grid(4), 6, delay=delay) for delay in (0, 1, 4)}
plots.images(levels, alt="noise levels by step (down) and frame (right)", width=200)

# %% [markdown]
# Light is noise. With a delay of 4, the number of steps, each frame is finished before the next one begins: a game.
#
# ## Learning it in one pass
#
# In play, a frame looks at a finished past. To train each frame by itself would waste most of the work. So the network gets each
# clip **twice in one row**: once as *history*, and once as *targets*, which are noisy and to be denoised. Who may look at whom
# decides what is learnt. **What would a target learn that sees its own frame in the history?**
#
# {card}
#
# For `frames` frames: a matrix of booleans `2 frames x 2 frames`, a row for who looks, a column for who is seen; first the history,
# then the targets. A frame of the history sees the history up to itself. A target sees the history *before* it, and itself.


# %% exercise="forcing_mask"
def forcing_mask(frames: int) -> Tensor:
    """Who sees whom, ``2 frames x 2 frames``: first the history, then the targets."""
    ### BEGIN SOLUTION
    upto = torch.ones(frames, frames, dtype=torch.bool).tril()
    nobody, itself = torch.zeros_like(upto), torch.eye(frames, dtype=torch.bool)
    return torch.cat([torch.cat([upto, nobody], 1), torch.cat([upto & ~itself, itself], 1)])
    ### END SOLUTION


# %% check="forcing_mask"
check.forcing_mask(forcing_mask)

# %%
# NBVAL_CHECK_OUTPUT
forcing_mask = use(forcing_mask=forcing_mask)
import itertools

from minisora.playing import FrameTransformer, FrameTransformerConfig
from minisora.playing.forcing import forcing_loss

fresh = FrameTransformer(FrameTransformerConfig(), generator=Generator().manual_seed(0))
clips = torch.stack([picture_of(state) for state in states[:5]], dim=1)[:16]
told = torch.cat([torch.full((16, 1), len(ACTIONS)), actions[:16, :4]], dim=1)
loss = forcing_loss(fresh, clips, told, history=0.5, generator=Generator().manual_seed(2))
print("numbers:", sum(each.numel() for each in fresh.parameters()), "loss is a number:", bool(loss.isfinite()))
print("seen by the last target of four:", forcing_mask(4)[-1].int().tolist())

# %% [markdown]
# This mask is what makes training and play the *same*: in play the history is not computed again but kept, as keys and values of
# each layer, the **cache**. A frame that is in it was computed when its future did not exist; with the mask it was so in
# training, too. (`tests/playing/test_dream.py` compares the two, number by number.)
#
# ## A frame, and its memory
#
# The last part: noise on the history. In training the past is true. In play it is what the network has made itself, with its
# small faults, which it then believes, and adds to. GameNGen ([2408.14837](https://arxiv.org/abs/2408.14837)), which plays Doom
# in a network, found that without a remedy the picture falls apart after 20 to 30 steps. The remedy: **noise on the past in
# training, and its level told**. So the network learns not to trust the past to the last pixel. And in play a finished
# frame may be remembered a little noisy, which drowns its faults.
#
# {card}
#
# `look(x, time, action, cache)` returns the clean picture that the network believes in, and the cache with this frame in it.
# (`time` is a tensor of a single number, as `times` holds them; make one of the level with `torch.as_tensor`.) Go from
# `noise` along `times` with Euler's steps, `x + (s - t) (x - clean) / t`; meanwhile the cache stays as it was. Then look once
# more, at the finished frame mixed with `fresh` noise, `(1 - level) x + level fresh`, and tell that level. Return the finished
# frame (without that noise) and the cache of the last look.


# %% exercise="next_frame"
def next_frame(look, cache, action: Tensor, noise: Tensor, times: Tensor, *, level: float, fresh: Tensor):
    """A frame made from noise, and the cache that remembers it at a noise level."""
    ### BEGIN SOLUTION
    x = noise
    for t, s in itertools.pairwise(times):
        clean, _ = look(x, t, action, cache)
        x = x + (s - t) * (x - clean) / t
    _, longer = look((1 - level) * x + level * fresh, torch.as_tensor(level), action, cache)
    return x, longer
    ### END SOLUTION


# %% check="next_frame"
check.next_frame(next_frame)

# %% [markdown]
# Two networks have been trained (`python experiments/play.py`): on the same clips, in the same order, with the same noise, but
# one with a **clean** history and one with a **noisy** one, levels from 0 to 0.5. First, one frame after a true past. **How many
# steps of denoising does it take? What is harder than walking?**

# %%
next_frame = use(next_frame=next_frame)
played = json.loads((LADDER / "play.json").read_text("utf-8"))
print("next frames that are right to the last cell, of 512")
for name, row in played["one step"].items():
    steps = ", ".join(f"{key} {row[key]:.1%}" for key in row if key.endswith("steps"))
    print(f"{name} history: {steps}; where a ball is pushed ({row['pushes']}) {row['pushed']:.1%}")

# %% [markdown]
# 97 of 100 next frames are right to the last of their 36 cells; where a ball is pushed, 93, since then three things have to be
# right together, and pushes are rare in the clips. More steps hardly help: there is only *one* next frame, and nothing to choose.
# The network of the noisy history is behind, by three or four of 100 frames, and most at pushes: 83 right of 100 against 93, or 14
# faults against 6. It has had the same time for a harder task.
#
# ## A thousand frames
#
# Now they dream on by themselves, a thousand frames in 32 rooms, and every frame is compared with the rule. Two questions, and
# the first is milder: is it still **a room** (one player, one ball, the walls that there were)? And is it **the** room that it
# should be? **Which of the four lines will be the lowest after a hundred frames?** (Remembered at 0 means: as it was made. At 0.1 noise is
# mixed into the memory, and its level told.)

# %%
names = {(each["network"], each["level"]): each["rows"] for each in played["long"]}
alt = "share of frames that are a room, and share of cells as the rule says, over a thousand frames"
with plots.chart(alt=alt, size=(9, 3), panels=2) as panels:
    for axes, what in zip(panels, ("room", "cells"), strict=True):
        for (name, level), each in names.items():
            label = f"{name} history, remembered at {level:g}"
            axes.semilogx([row["frame"] for row in each], [row[what] for row in each], "o-", label=label, markersize=4)
        title = {"room": "still a room", "cells": "cells as the rule says"}[what]
        axes.set(xlabel="up to frame", title=title, ylim={"room": (0, 1.03), "cells": (0.85, 1.01)}[what])
    panels[1].axhline(33 / 36, color="black", linestyle="--", linewidth=0.8, label="an empty room with its walls")
    panels[0].legend(fontsize=8)
    panels[1].legend(fontsize=8, loc="lower left", handles=panels[1].get_lines()[-1:])

# %%
print(f"{'':34}{'first fault (median)':>22}{'player':>9}{'ball':>7}{'goal':>7}{'blur':>7}")
for each in played["long"]:
    faults, end = each["frames until the first fault"], each["rows"][6]
    says = f"{each['network']} history, remembered at {each['level']:g}"
    parts = "".join(f"{end[part]:7.2f}" for part in ("player", "ball", "goal", "blur"))
    print(f"{says:34}{faults[len(faults) // 2]:22}  {parts}")
print("the last four columns: frames 51 to 100")

# %% [markdown]
# **Noise on the history does not help here**, which is not what we had expected. The network of the clean history is ahead for
# hundreds of frames: half of its rooms are right to the last cell for 39 frames, half of the other's for 18. (In one thing it is
# behind: the goal. In frames 51 to 100 that is right in 81 of 100 frames, with the noisy history in 87; in frames 201 to 500 in 61
# and 71.) And *remembering* under noise changes next to nothing. Why? Look at the last column: **nothing blurs**. A cell is a
# wall or it is none, and whoever draws it draws it crisp; the little faults of pixels, which noise drowns, are mended at every
# frame and do not add up. What goes wrong are *decisions*: a player is lost at a push, or there are two. Noise does not heal
# that, and it makes the task harder, at the same number of steps. The pictures of a film are not so kind, and GameNGen's finding
# is about those. (Break it, at the end of the page, spoils the past on purpose, and there the noisy history pays.)
#
# In the long run all are lost. In frames 501 to 1000 one in seven to eleven is still a room, and fewer than two in a hundred are the
# right one: a player who once went another way is hardly ever found again. Do not be misled by the 9 of 10 cells that are right: by
# then that is about what an empty room with its walls has (33 of 36, or 0.92: the dashed line).
#
# See it with your own eyes: one room, the same keys, both networks.

# %%
from minisora.course.play import dreamer
from minisora.playing.dream import dream_of

LONG = by_profile(200, fast=20)
start = new_states(1, Generator().manual_seed(12))
path, keys = busy_actions(start, LONG, Generator().manual_seed(13))
shown = torch.tensor([1, 2, 5, 10, 20, 50, 100, 200])[: by_profile(8, fast=5)]
rows = {"true": torch.stack([picture_of(path[i])[0] for i in shown], dim=1)}
for name, level in (("clean", 0.0), ("noisy", 0.0), ("noisy", 0.1)):
    made = dream_of(dreamer(name), picture_of(start), keys, generator=Generator().manual_seed(14), history=level)
    rows[f"{name}, {level:g}"] = made[0, shown].transpose(0, 1)
alt = "one room at frames 1, 2, 5, 10, 20, 50, 100 and 200, true and dreamt"
plots.strips(rows, alt=alt, columns=len(shown), moving=False)

# %% [markdown]
# ## What it remembers
#
# The player steps onto the goal, waits, and steps off. The network remembers four frames. **For how many frames of waiting will
# the goal come back? And what comes back after that?**

# %%
for row in played["hidden goal"]:
    bar = "█" * round(40 * row["kept"])
    print(
        f"covered for {row['frames']} frames: the goal is where it was in {row['kept']:4.0%} of {row['rooms']} rooms {bar}"
    )
print(
    "frames a second on one core:", {key: each for key, each in played["frames a second"].items() if "clock" not in key}
)

# %% [markdown]
# Covered for one frame, the goal comes back nearly always; for two, half of the time; from three on, hardly. The cache does hold
# four frames, so the goal was still *to be seen* in it: remembering is learnt as well, and in the clips nobody waits that long on a
# goal. What comes back later is guessed, or nothing. (Two steps a frame make 230 frames a second on one core, where ten would do.)
#
# ## Dreaming of rewards
#
# A world that one can play in can also be *planned* in: try thousands of futures in the dream, and do what went best. What "best"
# means is a **reward**, and to write a good one is an art. Eureka (Ma et al. 2023,
# [2310.12931](https://arxiv.org/abs/2310.12931)) lets a language model write it, tries it, tells the model how each of its terms did,
# and lets it write again. We do the same without a language model: rewards are **small programs of a grammar**.

# %%
# NBVAL_CHECK_OUTPUT
from minisora.eureka import parse
from minisora.eureka.evolve import grammar_writer
from minisora.eureka.features import FEATURES

for name, what in FEATURES.items():
    print(f"{name:24} {what}")
for program in grammar_writer(Generator().manual_seed(3), each=3)(None, None):
    print("a random reward:", program)
print("read and written again:", str(parse("near(distance(ball, goal)) - 0.5 * moved(ball)")))

# %% [markdown]
# All of these are read off the *picture*, by the same eyes in the dream and in truth. A plan is twelve actions. The cross-entropy
# method tries 24 rows of actions in the dream, keeps the five that the reward likes best, and draws new ones like them; three rounds in
# all. The best row is then played in the **true** world. The **score** is the share of its way to the goal that the ball has come: 1 is
# there, 0 as far as before, below 0 farther away. The reward never sees the score. (To be quick, the dream takes one step of
# denoising a frame here: `steps=1`.)

# %%
from minisora.eureka import features, imagined, score, search, truly

network = dreamer()
dream = imagined(network, generator=Generator().manual_seed(20), steps=1)
start = new_states(by_profile(12, fast=4), Generator().manual_seed(33))
hand = parse("-1 * distance(ball, goal) - 0.25 * distance(player, ball)")
plan = search(hand, dream, start, frames=12, generator=Generator().manual_seed(21), each=by_profile(24, fast=8))
reached = score(truly(start, plan))
best = int(reached.argmax())
made = dream_of(
    network, picture_of(start)[best : best + 1], plan[best : best + 1], generator=Generator().manual_seed(1)
)
true = [picture_of(each)[0] for each in rollout(start.rooms(slice(best, best + 1)), plan[best : best + 1])]
print(f"reward: {hand}\nscore in the true world: {float(reached.mean()):.2f} on average of {len(reached)} rooms")
rows = {"dreamt": made[0].transpose(0, 1), "played": torch.stack(true, dim=1)}
plots.strips(rows, alt="the best plan, as it was dreamt and as it was played", columns=13)

# %% [markdown]
# ## Reward reflection
#
# A reward is a sum of terms. After a trial: which term has *decided* what was done, and did it decide *for the task*? A term that is
# always the same decides nothing, however large. One that goes against the score may have the wrong sign; rooms differ, though,
# and a correlation is no proof.
#
# {card}
#
# `terms` are `n k`: for each of n trials, what each of the k terms added up to. `scores` are `n`. Return `k 2`: each term's **share
# of the spread** (its standard deviation over the sum of all standard deviations, both with `correction=0`), and its
# **correlation** with the score. Where a term or the score does not change, the correlation is 0; where no term changes, all
# shares are 0 as well.


# %% exercise="reflect"
def reflect(terms: Tensor, scores: Tensor) -> Tensor:
    """Each term's share of the spread, and its correlation with the score: ``n k`` and ``n`` -> ``k 2``."""
    ### BEGIN SOLUTION
    spread, size = terms.std(0, correction=0), scores.std(correction=0)
    together = ((terms - terms.mean(0)) * (scores - scores.mean())[:, None]).mean(0)
    still = spread * size < 1e-9
    correlation = torch.where(still, 0.0, together / (spread * size).clamp(min=1e-9))
    return torch.stack([spread / spread.sum().clamp(min=1e-9), correlation], dim=1)
    ### END SOLUTION


# %% check="reflect"
check.reflect(reflect)

# %% [markdown]
# `python experiments/eureka.py` begins with random programs. The best of each generation is reflected on, and its children heed what
# it says (half of the time; evolution wants chance as well). The trials are planned in the dream and scored in truth. **After how
# many generations is a random program as good as the one written by hand?**

# %%
reflect = use(reflect=reflect)
evolved = json.loads((LADDER / "eureka.json").read_text("utf-8"))
print("best so far, by generation:", [generation["score"] for generation in evolved["generations"]])
first, last = evolved["generations"][0], evolved["generations"][-1]
print(f"\nthe first one: {first['best']}\nits shares and correlations: {first['reflection']}\n\nthe last one:")
for (share, correlation), term in zip(last["reflection"], parse(last["best"]).terms, strict=True):
    print(f"{term!s:42} {share:4.0%} of the spread, correlation {correlation:+.2f}")
print(f"\n{evolved['new rooms']} new rooms{'':14}{'planned in the dream':>22}{'in truth':>11}{'on the goal':>13}")
for name, row in evolved["rewards"].items():
    inside, outside = row["dream"], row["truth"]
    print(
        f"{name:26}{inside['score']:17.2f} ± {inside['error']:.2f}{outside['score']:11.2f}{inside['on the goal']:13.0%}"
    )
print("plans that nobody sought:", evolved["rewards"]["evolved"]["usual"]["score"])

# %% [markdown]
# - **The dream is good enough to plan in**: plans that were sought there score as well in the true world as plans that were sought in
#   truth, as far as 24 rooms can tell. Twelve frames are within what the dream holds.
# - **Evolution did not reach the hand**: 0.19 ± 0.06 against 0.34 ± 0.07, somewhat less than two standard errors apart. Twenty-four
#   programs in four generations, on twelve rooms, came to a reward that is better than nobody's plans. What it lacks may be the
#   distance itself, which still pulls where `near` has died away; 24 rooms cannot tell the hand from the task itself. Eureka tries
#   16 programs in each of 5 rounds, and its writer has read the source of the world. Ours throws dice. `experiments/eureka.py` has
#   the numbers to raise.
# - **Reflection** did its work all the same: the first generation's best program had the ball's nearness to the goal with a *minus*,
#   with a correlation of -0.97; the next one turned its sign.
# - **And it is no proof**: the last program's first term, "keep off the goal", has -0.65. Three children turned its sign, and
#   scored less (0.06 to 0.11 against 0.18). Perhaps it is only that whoever has pushed a ball to the goal stands beside it.
#
# ## A reward that is hacked
#
# The ball shall cover the goal. So let us reward just that, in plain words: `covered(goal)`, **1 where no bare goal is to be
# seen**. **What will the planner do?** Write it down before you look.

# %%
hacked = parse("covered(goal)")
plan = search(hacked, dream, start, frames=12, generator=Generator().manual_seed(21), each=by_profile(24, fast=8))
cells = truly(start, plan)
worth = hacked.total(features(cells))
best = int((worth - 100 * (score(cells) > 0)).argmax())  # of the rooms whose ball came no nearer
true = [picture_of(each)[0] for each in rollout(start.rooms(slice(best, best + 1)), plan[best : best + 1])]
print(f"reward in truth {float(worth.mean()):.1f} of 12, score {float(score(cells).mean()):.2f}")
plots.strips(
    {"played": torch.stack(true, dim=1)}, alt="the player walks onto the goal, off it and on again", columns=13
)

# %% [markdown]
# It walks onto the goal, off it and on again, and leaves the ball alone. (We show the best paid of the rooms whose ball came no
# nearer; in others it did, by chance.) Nothing is broken: reward and world do what they say. The reward was not what was *meant*. How
# would one notice, without looking at every film? **The harder one optimises, the plainer it becomes**: take the reward's favourite of 1, 2,
# 4 ... 32 random plans, and watch the reward and the score part. (Rewards are divided by what was gained in the dream.)

# %%
alt = "gained against the number of candidates: by hand all rise; hacked the reward does, half of it real, the score hardly"
with plots.chart(alt=alt, size=(9, 2.6), panels=2) as panels:
    for axes, (name, rows) in zip(panels, evolved["pressure"].items(), strict=True):
        hoped = rows[-1]["dreamt"] - rows[0]["dreamt"]
        for key, label in (("dreamt", "reward, dreamt"), ("true", "reward, in truth"), ("score", "score")):
            values = torch.tensor([row[key] for row in rows])
            gained = (values - values[0]) / (1 if key == "score" else hoped)
            axes.semilogx([row["candidates"] for row in rows], gained, "o-", label=label, markersize=4)
        axes.set(title=name, xlabel="candidates", ylabel="gained (dreamt: 1)")
    panels[0].legend(fontsize=8)

# %% [markdown]
# By hand what was dreamt is real, and the score grows by 0.21. Hacked, 3.0 of the 5.4 that were dreamt are there in truth, and the score
# grows by 0.08, which 24 rooms cannot tell from nothing.
#
# There are two ways to be fooled, and they want different remedies. Either the *reward* is wrong: it is earned in truth, and the
# task is not done. Or the *model* is: what the plan earned in the dream is not there in truth, because it found a fault of
# the dream that pays. The second is what dreams add to the old trouble with rewards.
#
# {card}
#
# `dreamt` and `true` are the reward of the plans in the dream and in the true world, `score` what they are worth for the task;
# `usual` is (reward, score) of plans that nobody sought. If nothing was gained in the dream: `"nothing gained"`. If less than half
# of that gain is there in truth: `"the model is exploited"`. If the score is not above the usual one: `"the reward is
# hacked"`. Otherwise `"fine"`. In this order.


# %% exercise="verdict"
def verdict(dreamt: float, true: float, score: float, usual: tuple[float, float]) -> str:
    """Whether plans that a reward likes are good ones: in one of four phrases."""
    ### BEGIN SOLUTION
    reward, task = usual
    if dreamt <= reward:
        return "nothing gained"
    if true - reward < 0.5 * (dreamt - reward):
        return "the model is exploited"
    return "fine" if score > task else "the reward is hacked"
    ### END SOLUTION


# %% check="verdict"
check.verdict(verdict)

# %%
verdict = use(verdict=verdict)
from minisora.eureka.writer import prompt_for

for name, where in [*((name, "dream") for name in evolved["rewards"]), ("hacked", "truth")]:
    there, usual = evolved["rewards"][name][where], evolved["rewards"][name]["usual"]
    says = verdict(there["reward there"], there["reward in truth"], there["score"], (usual["reward"], usual["score"]))
    gains = [there[key] - usual["reward"] for key in ("reward there", "reward in truth")]
    print(
        f"{name:16} in the {where}: gained {gains[0]:5.1f}, true {gains[1]:5.1f}; score {there['score']:5.2f}: {says}"
    )
told = prompt_for(parse(last["best"]), torch.tensor(last["reflection"]))
print("\nwhat a language model would be told:", told[told.index("The best reward") :])

# %% [markdown]
# The hacked reward is hacked **twice**. Sought in truth, its plans earn what they promise, and the ball lies where it lay: the reward
# is wrong. Sought in the dream, less than half of the gain is real, for the planner has found the dream's own weakness: a goal on
# which one has stood for some frames is *forgotten*, and one may walk off it and is paid for ever. (You have measured the
# forgetting above; that it is what pays is our reading.) The remedies are two: another reward; and clips in which somebody waits
# on a goal, with a longer memory. And without the plans that nobody sought, as a yardstick, no number here would say anything.
#
# A language model can take the grammar's place: `model_writer` wants a function from a text to texts, and takes from each answer
# the last line that is a program. The last lines above are the end of what it is told: the task, the grammar, and the
# reflection. (`tests/eureka/` has a recorded answer to it.)
#
# ## Break it
#
# **First: spoil the memory.** Both networks remember their frames under noise of level 0.3, of which they are told. Only one has ever
# seen that. **How long will the other one last?**

# %%
from minisora.playing.drift import drift

FRAMES = by_profile(30, fast=8)
start = new_states(16, Generator().manual_seed(40))
path, keys = busy_actions(start, FRAMES, Generator().manual_seed(41))
for name in ("clean", "noisy"):
    for level in (0.0, 0.3):
        dice = Generator().manual_seed(42)
        found = drift(dream_of(dreamer(name), picture_of(start), keys, generator=dice, history=level), path)
        share, right = float(found.room[:, -5:].float().mean()), float(found.cells[:, -5:].mean())
        print(
            f"{name} history, remembered at {level}: at the end {share:4.0%} are a room, {right:.0%} of the cells right"
        )

# %% [markdown]
# The network of the clean history goes from 75 rooms of 100 to 6, the other from 44 to 32. **Now** the noise on the history pays: who
# has learnt from a spoilt past can live with one. It is an insurance, and has its price where nothing happens.
#
# **Second: fewer given frames.** The strip again, at speeds that the network knows, but it is given two frames, or one. **What is the
# error with one?** (The speeds lie between 0.8 and 1.8. It was trained with three.)

# %%
things = uniform_motion(N, KNOWN, generator=Generator().manual_seed(7), rows=MIDDLE)
truth = draw(things, height=STRIP)
for given in (3, 2, 1):
    made = foresee(model, truth, generator=Generator().manual_seed(5), given=given)
    print(f"{given} given: {velocity_error(centroids(made), things.places[:, 0], given=given):.2f} pixels a frame")

# %% [markdown]
# One picture holds no velocity: who guesses any speed between 0.8 and 1.8 is wrong by a third of a pixel on average. This one is
# wrong by 0.43, more than a guess. Two pictures do hold it; but the network has always had three, and makes hardly anything of two.
#
# ## In the real systems
#
# - **Kang et al.** ([2411.02385](https://arxiv.org/abs/2411.02385)): models of 22 to 456 million numbers on up to 3 million clips of 128 x 128
#   pixels. Uniform motion in distribution: an error of 0.012 (floor 0.010); out of it 0.427, and no better with more clips or a
#   larger network. Of the attributes, colour beats size, size velocity, velocity shape: a blue ball became a blue square in 1,400
#   of 1,400 clips. What did help was more *combinations* in training: abnormal clips fell from 67 to 10 of 100.
# - **Diffusion Forcing** ([2407.01392](https://arxiv.org/abs/2407.01392)) rolls out a thousand frames after training on far fewer. SkyReels-V2 and MAGI-1
#   allow only levels that do not fall with time, and give each chunk a cache.
# - **GameNGen** ([2408.14837](https://arxiv.org/abs/2408.14837)): Doom in a fine-tuned Stable Diffusion, 20 frames a second on one TPU with four steps a
#   frame. **DIAMOND** ([2405.12399](https://arxiv.org/abs/2405.12399)): Atari and Counter-Strike in pixels, three steps; its agents, trained in the dream, reach 1.46 of a
#   human's score. **Genie** ([2402.15391](https://arxiv.org/abs/2402.15391)) finds eight actions in videos without labels.
#   [Genie 3](https://deepmind.google/discover/blog/genie-3-a-new-frontier-for-world-models/): 24 frames a second at 720p, consistent for a few minutes.
# - **Self Forcing** ([2506.08009](https://arxiv.org/abs/2506.08009)) trains on its *own* frames, through the cache: 84.3 on VBench frame by frame, where
#   diffusion forcing has 77.2.
# - **Eureka** ([2310.12931](https://arxiv.org/abs/2310.12931)): GPT-4 reads the environment's source and writes 16 rewards in each of 5
#   rounds. In 29 environments it beats the human reward in 83 of 100 cases. There is no learnt world in it: its trials run
#   in a simulator.
#
# ## Recap
#
# - A video model continues what is like its clips. Outside of them it answers with the nearest that it knows; in a wide gap between
#   what it knows it chooses one side or the other, and only the mean looks like understanding. Measure both, beside the floor.
# - If two attributes always went together, one of them is believed and the other bent.
# - A level for each frame makes one network a film maker and a game. With the mask, training is what play will be.
# - A dream believes what it has made. Noise on the past, told to the network, keeps it from trusting its own faults.
# - What no frame of the cache shows is gone.
# - A reward is optimised as it is written. Compare three numbers: reward in the dream, reward in truth, score.
#
# ## Five words
#
# - **world model**: a network that says what comes next, given the past and an action.
# - **diffusion forcing**: training with a noise level of its own for each frame, so that any matrix of levels can be sampled.
# - **rollout**: many steps of a model, each from what the one before has made.
# - **reward hacking**: a plan that earns the reward and does not do what was meant.
# - **reward reflection**: what each term of a reward did, told to whoever writes the next one.
#
# ## Test yourself
#
# **1.** A world model of a car is trained on roads at 50 and at 100 km/h. A film of 130 km/h goes on at 100. What do you call that, and
# what would you add to the training: ten times as many films, or a few at 130?
#
# <details><summary>Answer</summary>
#
# **Case matching**: it answers with the nearest case. Ten times as many of the same change nothing out of distribution (Kang et al.
# found no trend from 30,000 to 3 million clips); a few beyond 130 move the edge. Beyond those it will fail again.
#
# </details>
#
# **2.** In a learnt game a chest that one walks away from is gone when one comes back after a minute; after five seconds it is there. What is
# missing, and what would *not* help?
#
# <details><summary>Answer</summary>
#
# **Memory**: the cache holds some seconds. More training or more noise on the history does not help (if it has learnt to use all of its
# cache; ours had not); a longer cache, or a state that is kept elsewhere, does. Measure how long a thing may be hidden.
#
# </details>
#
# **3.** A planner's reward in the dream is 40, in the true world 38, usual 5. The score has not moved. Where do you look?
#
# <details><summary>Answer</summary>
#
# At the **reward**: it is really earned, so the model is not to blame. Watch one of the plans, and ask what the reward pays for.
#
# </details>
#
# **Where to go from here.** The room is in the Studio, too (`minisora studio --play`). The commands of this page:
# `python experiments/physics.py`, `play.py` and `eureka.py`. A world that one can make is also a world that one can fake: chapter
# 17 asks whose responsibility that is.
