# %% [markdown]
# # 14 · Cascades and few steps
#
# | | |
# |---|---|
# | **You build** | noise on a condition, EDM's preconditioning, guidance inside a network, two steps in one, a student that teaches itself, the diagnosis of five students that fail |
# | **It becomes** | `minisora/cascade/` (stages in pixels, layers over time) and `minisora/diffusion/` (`precondition.py`, `distil.py`) |
# | **You need** | chapters 04 (the path), 05 (velocities), 06 (the transformer), 07 (guidance) and 09 (solvers) |
# | **Time** | 90 to 120 minutes of reading and writing; running everything takes about two minutes on a 2-core laptop |

# %%
import time

import torch
from IPython.display import display
from torch import Generator, Tensor, nn

from minisora.cascade.world import FPS, draw, to_video
from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, use
from minisora.course.small import found

begin("14")

# %%
pipeline, prompt = finished_pipeline().by_itself(), "a large red circle moves right"  # no student stands in
asked = {f"{n} calls": pipeline.generate(prompt, seconds=by_profile(2.0, fast=0.5), steps=n).frames for n in (20, 4)}
plots.strips(asked, alt="one prompt and seed, by twenty calls of the network and by four", columns=5)

# %% [markdown]
# One prompt, one seed: twenty calls of the network, and four. Every large system of the past years fights on two fronts:
#
# 1. **Too many pixels.** A clip in full size is more than a network can make at once. So make a small one, and let other
#    networks add frames and pixels: a **cascade** (Imagen Video, Make-A-Video), or compress it (chapter 03, and this
#    whole course). Stable Video Diffusion stands in between. We build the cascade, and find the knob without which it is
#    worse than nothing.
# 2. **Too many steps.** A clip is twenty or fifty calls of a large network. A **student** learns from the finished one to go the
#    same way in four, two, one.
#
# Both can be shown with networks of a quarter of a million numbers, on clips of five frames of 16x16 pixels, that are
# trained in a minute or two of one processor. That is much smaller than the real thing, and where it behaves otherwise
# we say so.
#
# ## A small world
#
# One thing on black that moves left, right, up or down. Pixels are centred and scaled, as latents are.

# %%
# NBVAL_CHECK_OUTPUT
drawn = draw(by_profile(256, fast=64), seed=14)
clips = drawn.clips((5, 16, 16))
print(f"clips {tuple(clips.shape[1:])}, mean near 0: {abs(float(clips.mean())) < 0.2}", end=", ")
print(
    f"size near 1: {0.7 < float(clips.std()) < 1.4}, caption without its motion: {drawn.stills[0] in drawn.captions[0]}"
)

# %% [markdown]
# ## A cascade
#
# **Imagen Video** (Ho et al. 2022, [2210.02303](https://arxiv.org/abs/2210.02303)) is seven networks in a row: a base makes 16 frames
# of 40x24 pixels at 3 frames a second; three add frames in between (*temporal super-resolution*), three add pixels
# (*spatial*). In the end there are 128 frames of 1280x768. Each is a diffusion model of its own, with the caption, and with *what is there so
# far* as a condition.
#
# Ours has three, each the `DiT` of chapter 06: 3 frames of 16x16 → 5 frames → 5 frames of 32x32. The clip so far is enlarged by
# repeating frames and pixels, cut into the same patches, and told to each token.
#
# Now a question that decides everything. In training the third network is given *true* small clips, in use *generated*
# ones. **What will it do with a fault that no true clip ever had?**
#
# The remedy (Ho et al. 2021, [2106.15282](https://arxiv.org/abs/2106.15282)) is to spoil the condition *on purpose*: noise of a random
# level in training, and the network is told the level. Where it is noisy, trust it less. At sampling one chooses.
#
# {card}
#
# `low` is `b c t h w`, `level` is `b`, from 0 (as it is) to 1 (noise). Put each clip where it would be on the straight
# path at time `level`, with noise from `generator`, and append a channel that holds the level: `b c+1 t h w`.


# %% exercise="augmented"
def augmented(low: Tensor, level: Tensor, *, generator: Generator) -> Tensor:
    """A clip so far under noise of ``level``, and one channel more that says so: ``b c t h w -> b c+1 t h w``."""
    ### BEGIN SOLUTION
    level = level.to(low).view(-1, 1, 1, 1, 1)
    noised = (1 - level) * low + level * torch.randn(low.shape, generator=generator)
    return torch.cat([noised, level.expand_as(low[:, :1])], dim=1)
    ### END SOLUTION


# %% check="augmented"
check.augmented(augmented)

# %%
augmented = use(augmented=augmented)
levels = torch.tensor([0.0, 0.1, 0.3, 0.6])
told = augmented(clips[:1].expand(4, -1, -1, -1, -1), levels, generator=Generator().manual_seed(0))
rows = {f"level {float(s):g}": to_video(each[:3]) for s, each in zip(levels, told, strict=True)}
plots.strips(rows, alt="one small clip under more and more noise", columns=5, moving=False)

# %% [markdown]
# Look how they fade: on the straight path a clip is the fainter the noisier it is. So `Stage` divides what it is told by `√((1 - level)² + level²)`, to size one again (`size_one` in [`condition.py`](../minisora/cascade/condition.py)). That
# looks like a nicety. Keep it in mind.
#
# `python experiments/cascade.py` trains the three stages, and beside them **one** network that makes 5 frames of 32x32 at once, with as much
# arithmetic as the three together. Here they are at work, stage by stage.

# %%
from minisora.cascade import cascade
from minisora.course.small import three_stages

trio, new = three_stages(), draw(3, seed=141)
ids, empty, run = new.ids(), new.tokenizer.encode([""]), {"generator": Generator().manual_seed(1)}
steps = by_profile(16, fast=2)
made = cascade(trio, ids, empty, levels=[0.1, 0.1], scales=[2.0, 1.0, 1.0], steps=steps, **run)
names = ("base", "more frames", "more pixels")
rows = {f"{name}: {new.captions[i]}": to_video(made[s][i]) for i in (0, 1) for s, name in enumerate(names)}
plots.strips(rows, alt="two captions, each through three stages", columns=5, fps=FPS)

# %% [markdown]
# Now the knob (`python experiments/augmentation.py`). The third stage is asked to enlarge the same 64 small clips, at eight levels: once *true* ones, once those that the
# first two have *generated*, and once what they make in three steps each, which is worse. How wrong are its clips? For true ones that is the squared error to the very clip. For generated ones nobody knows the very clip; so it is that to the *nearest* one of the same caption, of all places and speeds.
# Clips differ far more than levels do, so every level gets the same clips and the same noise, and what is drawn is by how much a clip is worse than *itself* without noise.
# Beside our stage ("size one") stand the same one after twice as many batches, and (in the printed lines) one that is told clips as you have just made them, fading ("faint").
# **Before you run it: where is the best level in each case?**

# %%
knob, kinds = found("augmentation"), ("true", "generated", "generated in 3 steps")
if knob:
    with plots.chart(alt="a valley for generated small clips, none for true ones", size=(10, 2.9), panels=3) as panels:
        for axes, kind in zip(panels, kinds, strict=True):
            for stage, style in (("size one", "o-"), ("twice as long", "s--")):
                rows = [(row["level"], row["more"], row["interval"]) for row in knob[stage][kind]]
                levels, more, within = zip(*rows, strict=True)
                axes.plot(levels, more, style, label=stage)
                axes.fill_between(levels, *zip(*within, strict=True), alpha=0.3)
            axes.set(xlabel="noise on the small clip", title=f"small clips: {kind}")
        panels[0].legend(title="error, more than without")
    for stage in ("size one", "another chance", "a third chance", "twice as long", "faint"):
        best = [min((row["error"], row["level"]) for row in knob[stage][kind]) for kind in kinds]
        less = knob[stage]["of less contrast"]["more"]
        print(f"{stage:15} least error, and its level: {best}; a true clip of less contrast: {less:+.4f}")

# %% [markdown]
# *True* small clips: the less noise the better, at every level, with intervals that leave no doubt. *Generated* ones: **a U**, as in the paper. Noise of 0.2 is better than none (by 0.0025, 0.0009 to 0.0042), and at 0.35 all of that is lost again; two other trainings of the same stage have their valley at 0.2 and 0.25.
# And the worse the small clips, the more noise is worth it: for those of three steps the valley is five times as deep and lies at 0.3. Noise covers what is finer than itself. Of a true clip that is detail; of a generated one it is in part fault, of which the stage makes something better by itself.
#
# Now the squares. After **twice as many batches** the valley is gone, and everything is better without it than it ever was with it (0.380 for generated clips; the U's floor is at 0.415). So the noise did not mend the small clips. It mended what the *third stage* did to them, which had not learnt enough to know a fault when it sees one.
# A knob at sampling is worth what the training has left undone.
#
# And one warning. The stage that is told *faint* clips has far deeper valleys, for generated clips and, which should not be, for true ones, at 0.15. What mends there is not noise. Give it a *true* clip without any noise, but with nine tenths of its contrast: the last number (−0.0102, nearly as much as its best noise).
# It has met clips of all levels, faint ones for the most part; one without noise is the strongest that it knows, and it turns up the contrast of its own clip. A little noise *dims* the small clip, and that helps. At size one there is nothing to dim. (Less contrast gains a little there, too, −0.0035, and nothing after twice as many batches;
# so of our U a part may be that. Not all: for true clips noise gains nothing.) For a while this page took the faint stage's valley for the U of Ho et al. **A knob may turn something else than what it says.**
#
# And the cascade beside the single network? How far are their clips from true ones? (The Fréchet distance of chapter 15, of random filters over frames: less is better.)

# %%
swept = found("cascade")
if swept:
    for name in ("cascade", "single", "true"):
        row = swept[name]
        print(
            f"{name:12} distance {row['distance']:6.2f}   motion as asked {row['motion']:.0%}   colour {row['colour']:.0%}"
        )
    work = {name: each["operations"] / 1e12 for name, each in swept["trained"].items()}
    print("training, in 10^12 operations:", {name: round(each, 1) for name, each in work.items()})
    print("seconds of one processor for 48 clips:", swept["seconds"])

# %% [markdown]
# With as much arithmetic in training the single network is far behind: it has 513 batches to learn everything at full size, and every one of its tokens looks at
# 320 others; its things have their colour, and hardly ever their motion. The base sees 48 tokens and settles motion and colour for all that follow (46 of the 48 clips move as asked, 5 of the single network's).
# The cascade is faster to sample, too. That is the whole argument for cascades, and for every other way to make the first network's world *small*: for a codec, above all.
#
# Turn the knob yourself. **From which level on does the clip become another one than the small one says?**

# %%
small = {"true": new.clips((5, 16, 16)), "generated": made[1]}


def enlarge(level: float, low: str) -> plots.Picture:
    run = {"generator": Generator().manual_seed(5), "steps": 4}
    large = cascade(trio[1:], ids[:1], empty, levels=[level], first=small[low][:1], **run)[1]
    pictures = {"small": to_video(small[low][0])[:, 2], f"level {level:g}": to_video(large[0])[:, 2]}
    return plots.images(pictures, alt=f"a {low} small frame, and what is made of it at level {level}", width=150)


explore(enlarge, level=[0.0, 0.1, 0.2, 0.3, 0.45, 0.6], low=["true", "generated"])

# %% [markdown]
# ## Numbers of size one
#
# These networks see patches of 4x4 pixels: 48 numbers, and they are 64 wide. At low noise the answer *is* the noise, all 48 numbers of
# it. Must it really pass through the network? It stands in `x` already.
#
# **EDM** (Karras et al. 2022, [2206.00364](https://arxiv.org/abs/2206.00364)), which Stable Video Diffusion is built on, takes it past the
# network. There the clip stays as it is, noise of size sigma is laid over it (sigma is its time, up to 80), and the network
# `F` is part of a denoiser
#
# `D(x, sigma) = c_skip·x + c_out·F(c_in·x, c_noise)`
#
# whose coefficients follow from one wish: **what `F` sees and what `F` is asked for has variance 1, at every sigma**, and as
# little as possible of `F`'s error comes through. With data of size `data` and independent noise:
#
# - `x` has the variance `sigma² + data²`: so `c_in` is known.
# - The best multiple of `x` for the clip is the clip's *share* of that variance: `c_skip`.
# - What is left has a variance, too: `c_out` is its root. **Do you see that it is never larger than `data`?**
# - `c_noise = ln(sigma) / 4`, found by trying.
#
# {card}
#
# Return `(c_skip, c_out, c_in, c_noise)`, in this order, each shaped as `sigma`.


# %% exercise="edm_coefficients"
def edm_coefficients(sigma: Tensor, data: float = 0.5) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """``c_skip, c_out, c_in, c_noise`` for clips of standard deviation ``data`` under noise of ``sigma``."""
    ### BEGIN SOLUTION
    total = sigma**2 + data**2
    return data**2 / total, sigma * data / total.sqrt(), 1 / total.sqrt(), sigma.log() / 4
    ### END SOLUTION


# %% check="edm_coefficients"
check.edm_coefficients(edm_coefficients)

# %%
edm_coefficients = use(edm_coefficients=edm_coefficients)
sigma = torch.logspace(-2.5, 1.9, 60)
skip, out, scale, noise = edm_coefficients(sigma, 1.0)
with plots.chart(alt="c_skip falls from 1 to 0, c_out rises from 0 to 1, where noise is as large as data") as axes:
    axes.semilogx(sigma, skip, label="c_skip")
    axes.semilogx(sigma, out, "--", label="c_out")
    axes.set(xlabel="sigma (data: 1)", ylabel="coefficient")
    axes.legend()
noised = clips + 0.3 * torch.randn(clips.shape, generator=Generator().manual_seed(2))
skip, out, scale, _ = (float(each) for each in edm_coefficients(torch.tensor(0.3), float(clips.std())))
print(f"seen: {float((scale * noised).std()):.2f}   asked for: {float(((clips - skip * noised) / out).std()):.2f}")

# %% [markdown]
# At high noise the network predicts the clip, at low noise the noise, and in between a mixture, without a switch anywhere. On
# the straight path it is the same thought with other letters (`minisora/diffusion/precondition.py`: `v = a·x + b·F`); the stages
# above are wrapped in it.
#
# ## Pictures first
#
# **Make-A-Video** (Singer et al. 2022, [2209.14792](https://arxiv.org/abs/2209.14792)) has no video with a caption at all. It takes a
# finished picture model, which has learnt from billions of captioned pictures what things look like, adds layers *over time*, and goes on with
# *uncaptioned* clips, from which it learns how things move. What is added begins as **nothing**: the last matrix of each new layer is
# zero, so that in the first step the clip is a row of pictures as good as ever.

# %%
# NBVAL_CHECK_OUTPUT
from minisora.cascade import Inflated
from minisora.cascade.world import tiny
from minisora.model import video_velocity

pictures, half = tiny(width=32, depth=2), torch.tensor(0.5)
nn.init.normal_(pictures.patch_out.weight, std=0.1, generator=Generator().manual_seed(0))  # as if it had learnt
both = Inflated(pictures, told=1, steered=True)
with torch.no_grad():
    text = pictures.encode_text(drawn.ids()[:2])
    whole = both(clips[:2], half.view(1, 1, 1, 1, 1), text, torch.zeros(2, 1))
    alone = video_velocity(pictures, drawn.ids()[:2], (1, 16, 16))(clips[:2, :, 3:4], half)
print("the fourth frame of a clip, as if it were a picture:", torch.allclose(whole[:, :, 3:4], alone, atol=1e-4))
ends = [layer.out.weight for layer in (*both.over_time, both.steering)]
print(f"{len(ends)} new layers, which end in zeros:", not any(bool(each.any()) for each in ends))

# %% [markdown]
# A layer over time looks at *one place* through time. It knows how far apart two frames are, but not which is the first, and nothing of the caption. So there is a third thing
# that begins as nothing, `Steering` in [`temporal.py`](../minisora/cascade/temporal.py): each token is told what the words say of its frame, row and column.
#
# `python experiments/pictures_first.py` does it in our world: pictures with captions ("a large red circle"), then clips whose caption is *what a
# still of them is called*. (In the paper it is a network's view of one frame; it says what is there, and not what it does.) In a share of
# the clips the caption goes on: "... moves left". Then all are asked for motion. In a control no caption goes on. **At which share will the words be
# heard? And what happens to colours?**
#
# **Frames per second are a condition**, too: the network is told how fast the frames of a clip follow each other, drawn at random in
# training; ours knows 1 and 2. **Halve them: what happens to the way that a thing goes from one frame to the next?**

# %%
first = found("pictures_first")
if first:
    print(f"{'share':>6}{'captioned clips':>17}{'of a batch':>12}{'as asked':>10}{'95 %':>12}{'each training':>22}")
    for row in first["shares"]:
        (low, high), each = row["interval"], ", ".join(f"{share:.0%}" for share in row["by seed"])
        print(
            f"{row['share']:6.0%}{row['captioned clips']:17}{row['of each batch']:12.0%}{row['motion']:10.0%}", end=""
        )
        print(f"{low:7.0%} -{high:4.0%}{each:>22}")
    print("colours that are right:", *sorted({f"{row['colour']:.0%}" for row in first["shares"]}))
    last = first["shares"][-1]["step"]
    print("\na thing's way from frame to frame, in sides of the frame")
    for rate in sorted(last, reverse=True):
        print(f"  told {rate} frames a second: made {last[rate]:.3f}, true clips {first['true step'][rate]:.3f}")

# %%
from minisora.course.small import kept_clips

if first and (kept := kept_clips("pictures_first")):
    arms = {tuple(map(float, key.split())): clips for key, clips in kept.items()}
    said = "{:.0%} of clips, {:.0%} of a batch: " + first["prompts"][0]
    rows = {said.format(*arm): arms[arm][0] for arm in sorted(arms)}
    display(plots.strips(rows, alt="one prompt by networks that saw ever more captions of motion", columns=3, fps=1))

# %% [markdown]
# **Colours** are right in all clips, whatever the share: pictures have taught them, and learning motion did not unteach it. **Words of motion** are not heard by the control, which no caption has told what a clip does: 59 of 288 clips go where they were asked to,
# by luck. With 41 captioned clips it is 216. From there to all 2,048 the share makes no difference that can be seen: 196 to 216 of 288, and trainings of one share lie further apart (57 and 80 of 100). In all of these captioned clips fill *half of each batch*, however
# few they are. Where they fill all of it, and no clip is met without one, 288 of 288 obey. So what counts is **how often a caption of motion is met**, and hardly how many different ones there are. Drawn at random from the shares, in our larger world, a third of the clips was not enough in as
# many batches (`docs/recipes.md`).
#
# **The frame rate** is heard, too: told twice as many frames a second, things go about half as far between two of them (0.128 and 0.225 of a side; true clips 0.108 and 0.215). And `Steering`? Without it the same network, with all captions, stays at chance (19 of 96, and 81 with it, in the larger world). Two captions differ in one word of seven. The mean of the words
# hardly differs then, and behind layers that begin as nothing that is too faint to be noticed: `Steering` begins with the *sum* of the words, at size one.
#
# ## Motion as a number, and what a filter is worth
#
# **Stable Video Diffusion** (Blattmann et al. 2023, [2311.15127](https://arxiv.org/abs/2311.15127)) tells its network *how much moves*,
# as a number from 0 to 255: the **motion bucket**. And it is a paper about *data*: of 580 million clips it keeps 152 million, by
# optical flow (does it move?), cut detection, and text recognition. Is a filter worth it, where it throws half of the clips away?
#
# `python experiments/curation.py` spoils half of 2,100 clips: frozen, cut together from two, a bar of text across. The filter only
# measures. Three networks then learn for equally many steps. **Which one will make the best clips?**

# %%
curated = found("curation")
if curated:
    print("kept by the filter:", {k: f"{v['kept']} of {v['clips']}" for k, v in curated["filter"].items()}, "\n")
    print(f"{'learnt from':20}{'clips':>6}{'motion':>9}{'colour':>9}{'unspoiled':>11}{'distance':>10}")
    for row in curated["runs"]:
        shares = f"{row['motion']:9.0%}{row['colour']:9.0%}{row['passes the filter']:11.0%}"
        print(f"{row['data']:20}{row['clips']:6}{shares}{row['distance']:10.2f}")

# %% [markdown]
# Read it by rows. **The filtered half makes the best clips**: 6.1 from true ones, where everything makes 7.5, and as many clips at random 9.0. So what is thrown away was worth less than nothing, and that cannot be seen without the
# third row: fewer clips alone are worse. *Unspoiled* asks the filter itself about what was made; bars of text were hardly learnt in 350 batches, nor was motion by words (a quarter is chance). And mind the first line: of 350 clips that were
# cut together the filter lets 31 pass.
#
# In Stable Video Diffusion people prefer the model that learnt from 10 million filtered clips to the one that learnt from as many unfiltered ones, and the advantage survives fine-tuning on
# good clips.
#
# And the motion bucket: asked against measured.

# %%
if curated:
    with plots.chart(
        alt="measured against asked motion: two nearly flat lines, far from the diagonal", size=(4.6, 3.0)
    ) as axes:
        for row, marker in zip(curated["runs"][:2], "so", strict=True):
            buckets = {int(b): m for b, m in row["measured"].items()}
            axes.plot(list(buckets), list(buckets.values()), marker + "-", label=row["data"])
        axes.axline((50, 50), slope=1, color="grey", linewidth=1)
        axes.set(xlabel="asked", ylabel="measured")
        axes.legend()
    low, middle, high = curated["buckets of the clean clips"]
    print(f"of the clean clips, 90 in 100 lie between {low:.0f} and {high:.0f}")

# %% [markdown]
# Hardly at all: the lines go up, by a few points where 120 were asked for. In 350 batches of a network as small as this one the number is the last thing to be heard; and what is measured in clips that are not finished is
# for the most part their flicker, which is why it lies near or above the top of what clean clips have. A knob that is there is not yet a knob that works: *ask and measure*, as here. The paper has 127 as a default.
#
# ## Few steps: what stands in the way
#
# Now the other front. First without any network: in a Gaussian world (chapter 05) the velocity and where it leads are formulas. How
# many steps are enough depends on one thing: **are the ways straight?** A world of a single clip has straight ways, and Euler needs
# one step. **And a world in which things vary?**

# %%
# NBVAL_CHECK_OUTPUT
from minisora.diffusion import ab2, sample, time_grid
from minisora.diffusion.distil import exact_mean_velocity, instantaneous, mean_step, straightness
from minisora.diffusion.gaussian import GaussianWorld, drifting_clouds

sky = drifting_clouds(torch.linspace(-1, 1, 60).double().view(1, 3, 4, 5), frames=10, pixels=4)
point, ends = GaussianWorld(sky.mean, 1e-9 * torch.eye(60).double()), torch.tensor([1.0, 0.0]).double()
grain = torch.randn(64, 1, 3, 4, 5, generator=Generator().manual_seed(0)).double()
for name, world in {"one clip": point, "many clips": sky}.items():
    goal, bend = world.flow(grain, *ends), float(straightness(world.velocity, grain, time_grid(32)).mean())
    wrong = {n: float((sample(world.velocity, grain, time_grid(n)) - goal).square().mean().sqrt()) for n in (1, 4, 16)}
    print(f"{name}: bend {bend:.1f}; Euler's error", *(f"{n} steps {error:.2f}" for n, error in wrong.items()))
perfect = exact_mean_velocity(lambda x, t, s: sky.flow(x, t.flatten()[0], s.flatten()[0]))
in_one = sample(sky.velocity, grain, time_grid(1).double(), step=mean_step(perfect))
print("a perfect student in one step, as the exact flow:", torch.allclose(in_one, goal, atol=1e-6))

# %% [markdown]
# One step from noise always ends at the *mean* of all clips: at `t = 1` the velocity is `x - mean`, for it cannot know more. The bend is where
# a noise's own clip shows. A solver goes along the bend in short straight pieces. A **student** learns the whole piece at once: the **mean
# velocity** of a segment, `u(x, t, s)`, with `x_s = x + (s - t)·u`. Here it is a formula as well, and right in a single step. So nothing forbids it. What has to be learnt is another *function*: not "which way here", but "where does this lead".
#
# ## First: guidance in one call
#
# A guided step is two answers: with the caption, and without. Before anything else both become one, by a student who is told the
# *scale* (Meng et al. 2022, [2210.03142](https://arxiv.org/abs/2210.03142)). The teacher's two answers make the target.
#
# {card}
#
# `pair(x, t)` returns the teacher's answers `(better, worse)`, with captions and without; `student(x, t, scale)` is one answer. `scale`
# is `b 1 1 1 1`: each clip has its own. Return the mean squared error to the guided answer. Who may learn from it, and who not?


# %% exercise="distil_guidance"
def distil_guidance(student, pair, x: Tensor, t: Tensor, scale: Tensor) -> Tensor:
    """The loss of a student that is to answer at once what a teacher's two answers make together."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        better, worse = pair(x, t)
        target = worse + scale * (better - worse)
    return (student(x, t, scale) - target).square().mean()
    ### END SOLUTION


# %% check="distil_guidance"
check.distil_guidance(distil_guidance)

# %% [markdown]
# ## Then: two steps in one
#
# **Progressive distillation** (Salimans & Ho 2022, [2202.00512](https://arxiv.org/abs/2202.00512)): the student's one step from `t` to `s` is to end where
# *two* steps of its teacher end. When it can do that, it becomes the teacher: 16 steps, 8, 4, 2, 1. Imagen Video does it with all seven of its
# networks, down to 8 steps each.
#
# {card}
#
# `teacher(x, t, s)` is a mean velocity. Go from `t` to the middle and on to `s`; return the velocity with which *one* step ends there.
# No gradient flows back.


# %% exercise="halving_target"
def halving_target(teacher, x: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """The mean velocity of two steps of a teacher, ``t`` to the middle and on to ``s``."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        middle = (t + s) / 2
        first = teacher(x, t, middle)
        second = teacher(x + (middle - t) * first, middle, s)
        return (first + second) / 2
    ### END SOLUTION


# %% check="halving_target"
check.halving_target(halving_target)

# %% [markdown]
# In the Gaussian world no network has to learn it: let each student *be* its target. **After four halvings, how far is its single step from the exact
# flow: as far as one Euler step, or as far as sixteen?**

# %%
# NBVAL_CHECK_OUTPUT
halving_target = use(halving_target=halving_target)
student = instantaneous(sky.velocity)
for calls in (16, 8, 4, 2, 1):
    made_by = sample(sky.velocity, grain, time_grid(calls).double(), step=mean_step(student))
    print(f"{calls:2} steps: error {float((made_by - goal).square().mean().sqrt()):.2f}")
    student = (lambda teacher: lambda x, t, s: halving_target(teacher, x, t, s))(student)

# %% [markdown]
# As far as sixteen, to the last digit: **a student is at best as good as its first teacher**, whose own error it inherits. What it adds is what
# it fails to learn, round by round.
#
# ## A student without a teacher
#
# Each halving is a training. **Shortcut models** (Frans et al. 2024, [2410.12557](https://arxiv.org/abs/2410.12557)) do it all in one: the network is told how long
# its step is, and is its *own* teacher: a long step should end where two of its own half steps end. Here in three of four clips of a batch the step has no
# length, and the target is the path's velocity, as ever. **What would it learn without those three?**
#
# {card}
#
# `x0`, `noise` are clips and noise, `t` and `s` are `b 1 ... 1`; `student(x, t, s)` is a mean velocity; no gradient flows through the two half steps. Where `s = t`, the target is the velocity of the
# straight path; elsewhere that of two steps of the student's own from `x_t`. You may call your `halving_target`.


# %% exercise="shortcut_target"
def shortcut_target(student, x0: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    """What a student without a teacher is to answer at ``x_t``, clip by clip."""
    ### BEGIN SOLUTION
    x = (1 - t) * x0 + t * noise
    with torch.no_grad():
        middle = (t + s) / 2
        first = student(x, t, middle)
        second = student(x + (middle - t) * first, middle, s)
    return torch.where(s == t, noise - x0, (first + second) / 2)
    ### END SOLUTION


# %% check="shortcut_target"
check.shortcut_target(shortcut_target)

# %% [markdown]
# To see it, the smallest world that has bends: points in the plane, six lamps on a ring. A network of 34,000 numbers learns it while you
# wait: once with the velocity alone, once as a shortcut model.

# %%
from minisora.course.exercises.c14_cascades.ring import LAMPS, Small, far, lesson

shortcut_target = use(shortcut_target=shortcut_target)


def learn(target, steps: int = by_profile(1200, fast=60)) -> tuple[nn.Module, float]:
    """A small network that has learnt a target, and the seconds of processor that it took."""
    net, dice, begun = Small(), Generator().manual_seed(0), time.process_time()
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        x0, noise, t, s = lesson(256, dice)
        loss = (net((1 - t) * x0 + t * noise, t, s) - target(net, x0, noise, t, s).detach()).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        fall.step()
    return net.requires_grad_(False), time.process_time() - begun


# %%
points = torch.randn(600, 2, generator=Generator().manual_seed(9))


def landed(net: nn.Module, calls: int) -> Tensor:
    """Where points of noise end after so many calls."""
    return sample(lambda x, t: x, points, time_grid(calls), step=mean_step(lambda x, t, s: net(x, t[:, :1], s[:, :1])))


students = {"velocity only": learn(lambda net, x0, noise, t, s: noise - x0), "shortcut": learn(shortcut_target)}
for name, (net, _) in students.items():
    print(f"{name:14}", *(f"{n} calls {far(landed(net, n)):.2f}" for n in (1, 2, 4, 8, 16)), sep="   ")

# %%
shown = {
    f"{name}, {calls}": (name, calls) for name, calls in (("velocity only", 1), ("velocity only", 16), ("shortcut", 1))
}
alt = "one call of the velocity ends in the middle; sixteen calls, and one call of the shortcut, around the ring"
with plots.chart(alt=alt, size=(8.4, 2.9), panels=3) as panels:
    for axes, (title, (name, calls)) in zip(panels, shown.items(), strict=True):
        axes.plot(*landed(students[name][0], calls).T, ".", markersize=3)
        axes.plot(*LAMPS.T, "x", color="black")
        axes.set(title=title, xlim=(-2.4, 2.4), ylim=(-2.4, 2.4), aspect="equal")

# %% [markdown]
# One call of the plain velocity lands everything in the middle of the ring, where there is no lamp. (So small a network finds the ring in seconds, and the six lamps on it hardly.) One call of the shortcut model is
# about as good as four of Euler's, and sixteen are not much better than these four.
#
# ## Advanced: MeanFlow, and what it costs
#
# Halves of halves are errors of errors. **MeanFlow** (Geng et al. 2025, [2505.13447](https://arxiv.org/abs/2505.13447)) needs no second
# step. Begin with what `u` *means*: `(t - s)·u(x, t, s)` is the integral of the velocity from `s` to `t`. Differentiate by `t`, along the way:
#
# `u + (t - s)·du/dt = v`, so the target is `v - (t - s)·du/dt`
#
# where `du/dt` is how fast `u` itself changes as the point moves on: one *forward* derivative (`torch.func.jvp`), in the direction in which
# `x` moves with `v`, `t` with 1, and `s` not at all. **Will it be better? What will it cost?**

# %%
from minisora.diffusion.distil import mean_flow_target


def mean_flow(net: nn.Module, x0: Tensor, noise: Tensor, t: Tensor, s: Tensor) -> Tensor:
    return mean_flow_target(net, noise - x0, (1 - t) * x0 + t * noise, t, s)


students["MeanFlow"] = learn(mean_flow)
plain = students["velocity only"][1]
for name, (net, seconds) in students.items():
    errors = "   ".join(f"{n} calls {far(landed(net, n)):.2f}" for n in (1, 2, 4))
    print(f"{name:14} {errors}   a training step costs {seconds / plain:.1f} times the plain one")

# %% [markdown]
# As good as the shortcut with one call (0.47 and 0.44 from the lamps), and each training step costs 2.7 times the plain one, the shortcut's 1.3 (you may measure a little otherwise). That is the price of a derivative
# through the whole network, and this network is tiny. What MeanFlow buys is a target without steps, and on ImageNet that was worth it: see *In the real systems*.
#
# ## Five students that fail
#
# A world with two clips, -1 and +1, in which the exact flow is known: noise above 0 goes to +1, below to -1. Five students, and what they do in 1, 2,
# 4, 8 and 16 calls: how far their ends are from the lamps, and how far out they lie. (Good ones: 0 and 1.)

# %%
from minisora.course.exercises.c14_cascades import CAUSES, STUDENTS, report

line = torch.randn(400, 1, generator=Generator().manual_seed(0))
for name in STUDENTS:
    ended = {calls: report(name, calls, line) for calls in (1, 2, 4, 8, 16)}
    away = "  ".join(f"{calls:2}: {float((x.abs() - 1).abs().mean()):.2f}" for calls, x in ended.items())
    out = "  ".join(f"{float(x.abs().mean()):.2f}" for x in ended.values())
    print(f"{name}  away {away}   out {out}")
print(*(f"\n- {cause}" for cause in CAUSES))

# %% [markdown]
# {card}
#
# Each of the five has another one of these causes; one is left over. Return the cause of the student `"A"` to `"E"`, a string of `CAUSES`. (How far out is the
# *noise* on average? 0.77.)


# %% exercise="diagnose_students"
def diagnose_students(student: str) -> str:
    """Why the student "A" to "E" fails: one of ``CAUSES``."""
    ### BEGIN SOLUTION
    found_out = {"A": 1, "B": 2, "C": 0, "D": 3, "E": 4}
    return CAUSES[found_out[student]]
    ### END SOLUTION


# %% check="diagnose_students"
check.diagnose_students(diagnose_students)

# %% [markdown]
# One of them **must** fail, whatever its size and however long it learns. Whoever shows a network noise and *some* clip, and asks for that clip, teaches it
# the mean of all clips: with this noise any of them could have been meant. It is no fault of the network. Which clip belongs to which noise is decided by the
# *flow* alone, and a one-step student has to be told by somebody who went that way: a teacher, itself in smaller steps, or the derivative.
#
# ## In pixels
#
# `python experiments/few_steps.py`: a teacher for our small clips; guidance made part of it; then halvings 16 → 8 → 4 → 2 → 1, and beside them one shortcut model. All begin
# from the same noise, and are compared with the teacher's 64 guided steps. **Who is nearest at 1, 2, 4 and 8 calls?** (A guided call of the teacher is *two*
# answers of the network; a call of a student is one.)

# %%
few = found("few_steps")
if few:
    calls = (1, 2, 4, 8, 64)
    for what, about in (("error", "distance from the teacher's 64 steps"), ("distance", "distance from true clips")):
        print(f"{about:38}" + "".join(f"{n:>8}" for n in calls))
        for name in dict.fromkeys(row["by"] for row in few["rows"]):
            by = {row["calls"]: row[what] for row in few["rows"] if row["by"] == name}
            print(f"  {name:36}" + "".join(f"{by[n]:8.2f}" if n in by else f"{'':8}" for n in calls))
    print("\nseconds of training:", {name: each["seconds"] for name, each in few["trained"].items()})

# %%
from minisora.cascade import Stage
from minisora.course.small import by_student, small_students

nets, some = small_students(), draw(2, seed=142)
if few and nets:
    grid, words = torch.randn(2, 3, 5, 16, 16, generator=Generator().manual_seed(3)), some.ids()
    guided = Stage(nets["teacher"], (5, 16, 16)).guided(words, empty, scale=few["scale"])
    ways = {f"teacher, {n} guided": sample(guided, grid, time_grid(n), step=ab2) for n in (32, 4, 1)}
    for name, calls in (("in 4", 4), ("in 1", 1), ("shortcut", 4), ("shortcut", 1)):
        by = by_student(nets[name], words, grid, calls=calls, scale=few["scale"])
        ways[f"{name.replace('in', 'halved to')}, {calls} calls"] = by
    rows = {name: to_video(torch.cat(list(x), dim=-1)) for name, x in ways.items()}
    display(plots.strips(rows, alt="two clips by a teacher and its students", columns=5, moving=False))

# %% [markdown]
# The error is in units in which clips have the size 1.
#
# - **One and two calls**: the students win by far. The teacher's one guided call is the caricature of a mean (the third picture); theirs are clips, at about the
#   distance from true clips that the teacher reaches with four.
# - **Four calls**: the teacher is a little nearer in the error (0.40; 0.46 and 0.50), the shortcut model to true clips (2.06; 2.36; the halved one 3.17). But a student's four calls are four answers of the network, the teacher's are eight.
# - **Eight and more**: the teacher wins. Where it may be asked often it needs no student. (The halved networks get *further* from true clips with more calls, from 2.4 with one to 3.4 with eight; why, we have not found out.)
# - **Where the students lose**: look at *guidance distilled* with 64 calls. It follows the teacher's very steps and is at 0.38 already, since it had twenty seconds
#   to learn one answer for two, at any scale. All that comes after inherits that; four halvings bring it to 0.55: they add 0.17.
# - **One network or four**: the shortcut model took 32 seconds and serves all numbers of steps, the halvings 45 for four networks of one number each. They end alike here.
#
# All of this after a minute or two of one processor, with one seed. (Motion and colour are not in the table: they are right in all 64 clips, whoever made them, even in the teacher's single call:
# a mean of clips that move right moves right.)
#
# ## First no student, then three
#
# The course's own painter was given a student early on, of guidance and of small steps at once: `minisora train text-to-video --teacher data/checkpoints --few 4`, 42 minutes of one core, 1,383 batches of 16.
# Then we asked the *teacher* for few steps. Clips with everything right, of 48 prompts that `minisora evaluate` does not use (a loop that is not kept; `minisora evaluate --steps 4` asks the same of 300):
#
# | calls | answers of a network | one object | hard motions | two objects | one digit |
# |---|---|---|---|---|---|
# | 12 | 19 | 45 | 42 | 39 | 34 |
# | 6 | 10 | 46 | 41 | 39 | 34 |
# | 4 | 7 | 45 | 42 | 38 | 34 |
# | 3 | 5 | 43 | 39 | 37 | 32 |
# | 2 | 4 | 35 | 28 | 27 | 33 |
# | the student, 4 | 4 | 43 | 37 | 36 | 30 |
#
# (A guided call is two answers; these weights had a finisher below t = 0.6, which was not guided.) For four *answers* the student is by far the better buy: 146 clips of 192, the teacher's two calls 123. But for three answers more the teacher makes 159, as many as with
# nineteen, and nobody waits for three answers. The reason why so few are enough stands before the first call: since chapter 09 a *plan* settles what happens, and what is left is to paint it. Where one knows where
# one goes, ways are straight (the first section on steps), and a solver of second order has little to bend. So the student stayed at home, and the default went from twelve calls to six. The planner did not need one either: it
# keeps its word as often with four guided calls as with ten. Later it turned out that a plan settles most of what *guidance* is for, too: four calls without it are right as often as six with it, and a plan is as good in two calls without guidance, since it is read and made again
# where it does not keep its word (99, 99 and 92 of 100 in the suites of shapes and 96 of digits, for 99, 98, 88 and 90 by default). The card of the weights says so (`quick`): four answers of the painter in place of twelve.
#
# What brought students back was the clock. A third of the answers took 0.60 times the time of the default, from a prompt to a file: once painting is short, everything around it counts, plans, decoding, the file. So now there are
# students, in a folder `student` beside the weights, and whoever asks for `--steps 4` gets them (`python -m benchmarks video` says where the time goes):
#
# | who | learnt from | and needs |
# |---|---|---|
# | the painter | its own four calls *without* guidance, which are better than the default's six with it, two in one: one halving | 2 answers, where the default has 12 |
# | the planner | six guided calls, three in one; then a second round from that student, two in one | 1 answer a plan, for 12 |
# | the writer of digits | eight guided calls, four in one | 2 answers, for 16 |
# | the decoder | nobody: its first five blocks make the clips of all eight (51 dB), the other three are left out | five eighths of the arithmetic |
#
# The halvings are this chapter's `halving_target`, on networks of real size (`minisora/training/teacher.py`), each begun with its teacher's weights and trained for four minutes (the writer) to an hour and a half (the painter) of one core. What no plan says all of, such as four things at once, is painted by the teacher as before.
# Everything is right in 93 of 100 clips of one object, 99 held out, 94 of two objects and 92 of a digit (`minisora evaluate --steps 4`), and from a prompt to a file it takes 0.30, 0.27 and 0.32 times the time of the default for one object, two, and a digit.
#
# It is not free. A student of the planner answers at once what its teacher, guided, would have come to, and is nearer to the mean: of 64 plans of "a red circle stays still" the places have a spread of 0.11 and 0.12 sides, the default's 0.13 and 0.15. A plan that may choose
# its size or its motion chooses the usual one more often ([all that was measured](../docs/recipes.md#students-after-all-three-calls-for-a-clip)). **How much of the time is left with four steps, and what of the clip?** (The first call of all is not timed: it loads and warms up.)

# %%
PROMPTS = ["a large red circle moves right", "a blue star orbits"][: by_profile(2, fast=1)]
machine, sides, spent = finished_pipeline(), {}, {}
for steps in (None, 4):
    seconds = by_profile(2.0, fast=0.5)
    machine.generate(PROMPTS[0], seconds=seconds, steps=steps)
    begun = time.perf_counter()
    for each, clip in zip(PROMPTS, machine.generate(PROMPTS, seconds=seconds, steps=steps), strict=True):
        sides[f"{steps or 'default'} steps: {each}"] = clip.frames
    spent[steps] = time.perf_counter() - begun
print(f"four steps take {spent[4] / spent[None]:.2f} times the time of the default, planning and decoding included")
plots.strips(sides, alt="prompts by the default and by four steps", columns=5)

# %% [markdown]
# ## Break it
#
# **First: tell the wrong level.** The third stage gets true small clips with noise of 0.3 on them, and is told that there is none. **Which of its habits will
# now do harm?**

# %%
low, goal = new.clips((5, 16, 16)), new.clips((5, 32, 32))
noisy = augmented(low, torch.full((3,), 0.3), generator=Generator().manual_seed(6))
lie, rows = torch.cat([noisy[:, :3], 0 * noisy[:, 3:]], dim=1), {"small, noised": to_video(noisy[0, :3])}
for name, told in (("told 0.3", noisy), ("told 0", lie)):
    known, dice = trio[2].known(told), Generator().manual_seed(7)
    large = trio[2].sample(ids, empty, known=known, generator=dice, steps=6)
    rows[name] = to_video(large[0])
    print(f"{name}: error {float((large - goal).square().mean()):.2f}")
plots.strips(
    rows,
    alt="a noised small clip, and what is made of it when its level is told and when it is not",
    columns=5,
    moving=False,
)

# %% [markdown]
# The error grows from 0.12 to 0.15: by a quarter. That is less than one should fear of such a lie, and it says something about *this* network: after 220 batches it trusts
# the small clip little, whatever it is told. The better a stage is trained, the more it believes, and the more a lie costs. (Untold faults of the stage before are such lies, all of them.)
#
# **Second: the shortcut without its anchor.** The same network, but the target is *always* two steps of its own. Student A above, who always says
# 0, agrees with itself perfectly. **Will this one come to say 0, too?**

# %%
for steps in (10, 30, 60):
    lost, _ = learn(lambda net, x0, noise, t, s: halving_target(net, (1 - t) * x0 + t * noise, t, s), steps)
    print(
        f"after {steps} steps of training one call goes {float((landed(lost, 1) - points).norm(dim=1).mean()):.1f} far"
    )

# %% [markdown]
# It does not even do that. Its second half step starts where its own first one has led, further out than it has ever been, where its answer is wilder; that becomes the
# target, and so on. Without data nothing calls it back. (With the anchor the same loop is a contraction: short steps are right, and longer ones follow.)
#
# ## In the real systems
#
# - **Imagen Video** ([2210.02303](https://arxiv.org/abs/2210.02303)): 11.6 billion numbers in seven networks, all in pixels and with v-prediction; conditions are
#   noised at random in training and at a fixed signal-to-noise ratio of 3 or 5 at sampling. Distilled, guidance first, to 8 steps for each of the seven: 618 seconds become 35, and
#   the CLIP score falls from 25.19 to 25.03.
# - **Cascaded diffusion** ([2106.15282](https://arxiv.org/abs/2106.15282)): one network for 64x64 had an FID of 2.35; a cascade to 64x64 *without* augmentation 6.02, worse than no cascade at all.
# - **Make-A-Video** ([2209.14792](https://arxiv.org/abs/2209.14792)): 2.3 billion pictures with captions, 20 million clips without; temporal convolutions begin as the identity, temporal attention
#   at zero; its last stage lays the *same* noise over all frames, against flicker.
# - **Stable Video Diffusion** ([2311.15127](https://arxiv.org/abs/2311.15127)): EDM with 1.5 billion numbers, frames per second and motion bucket as conditions; a model trained on 10 million filtered clips
#   is preferred to one trained on 10 million unfiltered ones, and the advantage survives fine-tuning.
# - **Guidance in one call**: **HunyuanVideo** ([2412.03603](https://arxiv.org/abs/2412.03603)) distils it with a random scale from 1 to 8 and is 1.9 times as fast. **LTX-Video**
#   ([2501.00103](https://arxiv.org/abs/2501.00103)) ships a distilled model of 8 steps without guidance.
# - **MeanFlow** ([2505.13447](https://arxiv.org/abs/2505.13447)): ImageNet in one step with an FID of 3.43, where a shortcut model has 10.60. With segments of no length in all samples it learns nothing of
#   few steps (FID 329 in one), with none of them it has 67; a quarter of real segments is best.
# - **Consistency models** ([2303.01469](https://arxiv.org/abs/2303.01469)) learn the *end* of the way from every point of it; **DMD** ([2311.18828](https://arxiv.org/abs/2311.18828)) gives up the way, and asks two
#   networks whether the student's clips look like the teacher's.
#
# ## Recap
#
# - A cascade makes few pixels first. Each stage must expect the faults of the one before: noise on its condition, and the level told.
# - Preconditioning takes past the network what stands in `x` already; what is left has size one at any noise.
# - Motion can be learnt from clips without captions. *Words* of motion need clips that say them.
# - What a network is told as a number (frames a second, motion) it can be asked for, within what it has seen.
# - A student learns the mean velocity of a segment. It is at best as good as whoever taught it.
# - Noise and clip must be paired by the flow. Paired by chance, the best answer is the mean.
#
# ## Five words
#
# - **cascade**: several networks in a row, each with the smaller clip of the one before as its condition.
# - **conditioning augmentation**: noise on that condition, of a level that the network is told.
# - **preconditioning**: scaling what a network sees and says, with a skip around it, so that both have size one at any noise.
# - **motion bucket**: how much moves in a clip, as a number that the network is told.
# - **mean velocity**: the velocity with which one step covers a whole segment; what students of few steps learn.
#
# ## Test yourself
#
# **1.** A cascade's last stage is perfect on true small clips and poor on generated ones. Which knob do you turn, which way, and why does it not help without end?
#
# <details><summary>Answer</summary>
#
# **More noise on its condition** at sampling: it then trusts the small clip less, and repairs faults. But with every bit of noise the condition says less, so that from some level on the
# large clip is another one than the small one. The best level is in the middle for generated clips, and 0 for true ones (Ho et al. 2021). In our small world 0 is best for both: see above why noise only seemed to help.
#
# </details>
#
# **2.** A student was distilled from a teacher of 16 Euler steps. With 1 step it is as good as the teacher with 16. Your colleague wants it better than the teacher's 64 steps. How?
#
# <details><summary>Answer</summary>
#
# **Not by longer training**: it inherits its teacher's error. Start from a better teacher: more steps in the first round, or a better solver (ab2, Heun). A student can be *nearer to data* than its teacher only if it is
# shown data (an adversarial loss, DMD, MeanFlow from scratch).
#
# </details>
#
# **3.** Somebody trains a network to turn noise into clips in one step, by showing it random pairs of noise and clip for a month. What does it draw, and what would a *single* change mend?
#
# <details><summary>Answer</summary>
#
# **The mean of all clips**, a grey cloud: for any noise every clip is as likely. Pair each noise with the clip to which the *teacher's flow* takes it: then there is one right answer for each noise.
#
# </details>
#
# **Where to go from here.** `python experiments/few_steps.py` is two hundred lines: try another teacher for the first round. How one knows whether a student is worse is chapter 15's subject: measuring.
