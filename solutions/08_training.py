# %% [markdown]
# # 08 · Training
#
# | | |
# |---|---|
# | **You build** | one update of the weights, the learning rate of every step, the average that is shipped, the heart of Muon, the memory that a run needs; and you say what is wrong with four runs that fail |
# | **It becomes** | `minisora/training/ema.py`, most of `optim.py`, and a part of `estimate.py` beside them |
# | **You need** | chapter 05 (the loss, and its floor); chapter 06 helps |
# | **Time** | 100 to 130 minutes of reading and writing; running everything takes about a minute on a 2-core laptop, and a GPU is not needed. Training the course's own model takes hours there, and need not be done: what it could do along the way comes with the course |

# %%
import copy
import tempfile
import time
from functools import cache
from pathlib import Path

import lightning
import torch
from IPython.display import display
from torch import Tensor, nn

from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, progress, use
from minisora.course.exercises import c08_training as small
from minisora.course.exercises.c08_training import adamw, after_every_fifth, batch_of, distance, learn, small_dit
from minisora.course.ladder import loss_by_time, open_ladder

begin("08")

# %% [markdown]
# Every row below is the same sentence, begun from the same noise, sampled in the same way. All that differs is how
# long the network has been trained.

# %%
pipeline = finished_pipeline()
ladder = open_ladder(pipeline)
if ladder:
    rungs = [(i, ladder.rungs[i]) for i in ladder.some(4)]
    shown = {f"step {each['steps']:,}, {each['minutes']:.1f} minutes": ladder.clips(i)[0] for i, each in rungs}
    print(ladder.about["prompts"][0])
    display(plots.strips(shown, alt="one sentence at growing training: first spots, later an object that moves"))

# %% [markdown]
# This is the **ladder**: what the course's own run could do on its way, after its first steps, twice as many, and so on
# to the end. OpenAI showed Sora in the same way: the same prompts and seeds at one, four and thirty-two times
# the computing. You will climb it in the middle of this chapter, and it will tell you something that the loss curve
# of that run keeps to itself.
#
# Before that, the machine that made it, from the data to the step. After it, what can go wrong, and what changes when
# there are many GPUs instead of two cores.
#
# ## Encode once
#
# The transformer learns on latents, and the codec of chapter 03 stays as it is all the while. So a clip's latents are
# the same whenever that clip comes up. **What is the share of drawing and encoding in a training step, if every batch
# is drawn and encoded when it is needed?** A tenth? A half? Let us measure, with small clips and a very small
# transformer.

# %%
from minisora.diffusion.objective import loss_at
from minisora.model import DiT, video_velocity
from minisora.presets import WORLD
from minisora.training.data import LatentBatch, LatentBatches, Share
from minisora.training.latents import ClipSet, draw_clips, encode_clips


def dit_loss(dit: DiT, batch: LatentBatch, seed: int) -> Tensor:
    """Chapter 05's loss, with noise and times that depend on the seed alone."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(batch.latents.shape, generator=generator)
    t = torch.rand(len(noise), 1, 1, 1, 1, generator=generator)
    velocity = video_velocity(dit, small.TOKENIZER.encode(batch.captions), tuple(noise.shape[2:]))
    return loss_at(velocity, batch.latents, noise, t)


# %%
clip_set = ClipSet(clips=96, frames=9, height=32, width=32, world=WORLD)
begun = time.process_time()
scenes, video = draw_clips(clip_set, chunk=0)
drawn = time.process_time()
with torch.no_grad():
    latents = pipeline.codec.encode(video.to(pipeline.device)).cpu()
encoded = time.process_time()
channels = latents.shape[1]
dit, eight = small_dit(channels), LatentBatch(0, latents[:8], ["a red circle"] * 8)
for seed in (0, 1):  # the first time is slower
    before = time.process_time()
    dit_loss(dit, eight, seed).backward()
made, learned = 1000 * (encoded - begun) / len(video) * 8, 1000 * (time.process_time() - before)
print(f"8 clips: {1000 * (drawn - begun) / len(video) * 8:.0f} ms to draw, {made:.0f} ms to draw and encode,")
print(f"{learned:.0f} ms to learn from: made anew every time, they take {made / (made + learned):.0%} of the time")

# %% [markdown]
# For this little transformer it is a large part of the work, and every time the same work. So it is done once:
# `encode_clips` writes the latents to a file in half precision and the scenes beside them. The next call only opens
# the file, and an encoding that was interrupted goes on where it stopped. **Why are the scenes kept, and not the
# captions?** And what should happen if somebody trains a better codec, and forgets the old file?
#
# The second half of the cell is about **batch number k**. What comes in which batch is usually a matter of a shuffled
# loader and its hidden state. minisora does it differently: *batch k is a pure function of the seed and of k.*
# Predict what is printed.

# %%
# NBVAL_CHECK_OUTPUT
folder = Path(tempfile.mkdtemp())
cached = encode_clips(folder / "latents", codec=pipeline.codec, clip_set=clip_set)
print(", ".join(sorted(path.name for path in (folder / "latents").iterdir())))
print(len(cached), "clips of", cached.latents.shape[2:], "latents in", cached.latents.dtype)
try:
    # Any other network will do for another codec: only its hash is looked at.
    encode_clips(folder / "latents", codec=small_dit(channels), clip_set=clip_set)
except ValueError as error:
    print("of another codec:", "holds latents of another codec or other clips" in str(error))
batches = LatentBatches([cached], batch=8, seed=0, image_share=0.0, short_share=0.0)
seventh, parts = batches(7, Share()), [batches(7, Share(rank, 2)) for rank in (0, 1)]
print("batch 7 again is the same:", torch.equal(batches(7, Share()).latents, seventh.latents))
print("batch 8 is another:", not torch.equal(batches(8, Share()).latents, seventh.latents))
print("two processes share it:", torch.equal(torch.cat([part.latents for part in parts]), seventh.latents))

# %% [markdown]
# The scenes are kept because captions are cheap, and may differ each time that a clip comes up: one scene can be told
# in four styles. And the refusal is worth more than it looks. Latents of *another* codec have the same shape;
# training on them works, the loss falls, and the clips come out wrong in colours that nobody can explain. So a hash
# of the codec's weights lies beside the latents.
#
# A run that is resumed at step 7 asks for batch 7 and gets it: nothing has to be remembered. Two processes ask for
# their halves, and get them without talking to each other. And who finds a bug at step 4,812 can look at batch 4,812.
#
# ## The bare loop
#
# Most of this chapter's experiments need hundreds of steps, so we want something smaller still, and, above all, a
# world where we **know how far we are from perfect**: chapter 05's Gaussian clips, 2 frames of 4 x 4, whose best
# velocity is a formula. There the loss of a network is
#
# `loss = floor + distance`
#
# where the *floor* is what nobody can know, and the *distance* is the mean squared difference from the best velocity.
# On real clips one sees the sum and no more. Here we see both.
#
# {card}
#
# All of training is one update, repeated. It has four lines: clear the old gradients (`backward` *adds* to what is
# there), make new ones, shorten them if they are too long, and step. All weights together have *one* gradient, whose
# norm is the root of the sum of all squares; `most` is the longest that it may be. Return its norm from before.
#
# After the check comes the loop around it. (`batch_of(step)` draws clips, noise and times: chapter 05's `x`, `t` and
# the velocity `noise - x0`, a pure function of the step.)


# %% exercise="one_update"
def one_update(
    network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, *, most: float = float("inf")
) -> float:
    """One update of the weights; the gradient is shortened to a total norm of ``most``. Returns its norm before."""
    ### BEGIN SOLUTION
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), most)
    optimizer.step()
    return float(norm)
    ### END SOLUTION


# %% check="one_update"
check.one_update(one_update)

# %%
one_update = use(one_update=one_update)
numbers = small.small_world().mean.numel()
network = small.SmallNetwork(numbers)
optimizer = torch.optim.AdamW(network.parameters(), lr=0.003)
for step in range(60):
    x, t, velocity = batch_of(step)
    loss = (network(x, t) - velocity).square().mean()
    norm = one_update(network, optimizer, loss, most=1.0)
    if step % 20 == 19:
        print(f"step {step + 1}: loss {loss.item():.2f}, gradient {norm:.2f}, from perfect {distance(network):.2f}")
by_hand = network

# %% [markdown]
# Hold on to these eight lines. Nothing that follows replaces them; it only decides what goes into them.
#
# ## Overfit one batch first
#
# Before any long run, give the network **one batch, with one noise, again and again**. It has to learn it by heart:
# there is nothing random left, so the floor is 0. If the loss does not go towards zero, something is broken, and you
# know it after a minute instead of after a night. Here is the small transformer on 8 of our clips. **How many steps
# will it take to fall below 1? And below 0.1?** (With nothing learned, the loss is about 2.)


# %%
def overfit(dit: DiT, optimizer: torch.optim.Optimizer, says: str, steps: int = by_profile(60, fast=4)) -> list[float]:
    """The losses of a network that sees the same batch with the same noise at every step."""
    losses, fixed = [], batches(0, Share())
    for _ in progress(range(steps), says):
        loss = dit_loss(dit, fixed, seed=0)
        one_update(dit, optimizer, loss)
        losses.append(loss.item())
    return losses


dit = small_dit(channels)
by_heart = {"AdamW, rate 0.001": overfit(dit, torch.optim.AdamW(dit.parameters(), lr=0.001), "overfitting")}
with plots.chart(alt="the loss on one batch falls from about 2 towards zero", size=(6.4, 2.6)) as axes:
    for label, losses in by_heart.items():
        axes.plot(range(1, len(losses) + 1), losses, label=label)
    axes.set(xlabel="step", ylabel="loss on the one batch", ylim=(0, None))
    axes.legend()

# %% [markdown]
# It is learning them by heart: below 1 after some 25 steps, at 0.28 after 60, so 0.1 would take longer (or another
# rate, see below). Gradients reach all that has to change, and words, times and latents arrive where they belong.
# What it does *not* show: the sign of the target (a network learns a wrong one just as gladly, see chapter 05),
# whether the data are any good, and whether the real loop draws its noise anew. Keep this curve: we come back to it
# with another optimiser.
#
# ## From eight lines to Lightning
#
# The loop above runs on one device, is lost when the lid is closed, and says nothing on its way. One can write all of
# that by hand, and everybody does, once. minisora takes [Lightning](https://lightning.ai), which asks you to put the
# eight lines into named places, and does the rest around them:
#
# | in the bare loop | in Lightning | in minisora |
# |---|---|---|
# | `network = ...` | `__init__` of a `LightningModule` | `TextToVideoModule` |
# | `optimizer = ...` | `configure_optimizers` | Muon and AdamW in one |
# | `for step in range(60)` | `Trainer(max_steps=60)` | `Pace`: a budget of steps or minutes |
# | `batch_of(step)` | a data loader, or a `LightningDataModule` | `BatchModule`: batch k from (seed, k) |
# | `loss = ...` | `training_step` | `loss_at`, with noise from (seed, k) |
# | `zero_grad`, `backward`, `step` | done by the trainer | |
# | `most=1.0` | `gradient_clip_val=1.0` | not used, see below |
# | `print` | callbacks | `Report`, `KeepState`, `FiniteGuard` |
#
# **Will the weights after 60 steps be nearly the same as those of our loop, or the same to the last bit?**


# %%
# NBVAL_CHECK_OUTPUT
class Small(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.network = small.SmallNetwork(numbers)

    def training_step(self, batch: small.Mixed, index: int) -> Tensor:
        return (self.network(batch.x, batch.t) - batch.velocity).square().mean()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.AdamW(self.network.parameters(), lr=0.003)


trainer, module = small.quiet_trainer(max_steps=60, gradient_clip_val=1.0), Small()
loader = torch.utils.data.DataLoader([batch_of(step) for step in range(60)], batch_size=None)
trainer.fit(module, loader)
pairs = zip(module.network.parameters(), by_hand.parameters(), strict=True)
print("the same to the last bit:", all(torch.equal(ours, theirs) for ours, theirs in pairs))

# %% [markdown]
# The same bits. Lightning is not another way of training; it is the same loop with handles on it. (If yours says
# False, look first whether `one_update` passes its check.) minisora's own call of the trainer is forty lines long:
# `minisora/training/fit.py`.
#
# ## The learning rate: up, along, down
#
# How large should a step be? From here on we watch the *distance* from perfect, which only this world can show us.
# `learn(optimizer_of, steps, factor=...)` is your loop, in a function: it returns the distance after every fifth step
# and all losses.
#
# A step along the gradient of *one batch* is a step in nearly the right direction: part of it is the gradient of the
# world, part of it is the luck of the draw. The luck averages out over many steps, but each step that is taken puts
# new luck into the weights. **So a large rate gets quickly to where the luck of one step is as large as what is still
# to be learned, and there it stays.** A small rate gets lower and takes longer. Could one have both?
#
# {card}
#
# Yes: a large rate first, a small one at the end. minisora's schedule is a product of two factors. One *rises* over
# the first `warm_up` steps: step 0 has `1/warm_up`, the next `2/warm_up`, and so on up to 1. The other one stays at 1
# until the last share `decay` of the run, and then *falls* in a straight line, to 0 when `progress` is 1. (Progress
# and not steps: a run of so many minutes follows the clock. It may end a little over its budget.)
#
# Under the check you can play with it: on the left your schedule, on the right the distance from perfect (grey: the
# same rate, never lowered). **Before you move anything: with how much decay does the run end lowest? Is it ever worth
# beginning with a rate of 0.03?**


# %% exercise="learning_rate_factor"
def learning_rate_factor(step: int, *, progress: float, warm_up: int = 100, decay: float = 0.35) -> float:
    """The share of the peak rate at a step, counted from 0, when the share ``progress`` of the run is over."""
    ### BEGIN SOLUTION
    rise = min(1.0, (step + 1) / warm_up)
    fall = min(1.0, max(0.0, (1 - progress) / decay))
    return rise * fall
    ### END SOLUTION


# %% check="learning_rate_factor"
check.learning_rate_factor(learning_rate_factor)

# %%
learning_rate_factor = use(learning_rate_factor=learning_rate_factor)
STEPS = by_profile(300, fast=20)


def falling(decay: float):
    return lambda step, share: learning_rate_factor(step, progress=share, warm_up=20, decay=decay or 1e-9)


descent = cache(lambda rate, decay: learn(adamw(rate), STEPS, factor=falling(decay))[0])


def schedule(rate: float, decay: float) -> plots.Picture:
    factors = [falling(decay)(step, step / STEPS) for step in range(STEPS)]
    with plots.canvas(size=(5.6, 2.3), panels=2) as (left, right):
        left.plot([rate * factor for factor in factors])
        left.set(title="learning rate", xlabel="step", ylim=(0, 0.032))
        for share, colour in ((0, "silver"), (decay, plots.COLOURS[1])):
            right.semilogy(after_every_fifth(STEPS), descent(rate, share), color=colour)
        right.set(title="distance from perfect", xlabel="step", ylim=(0.01, 1))
    return plots.drawn(left, alt=f"peak rate {rate}, decay {decay}: ends {descent(rate, decay)[-1]:.3f} from perfect")


explore(schedule, rate=[0.001, 0.003, 0.01, 0.03], decay=[0, 0.2, 0.4, 0.8])

# %% [markdown]
# At a peak of 0.01 the run ends 0.096 from perfect without a fall, 0.041 with a decay of 0.4, and 0.037 with 0.8:
# that there is a fall matters much, how long it is little. A peak of 0.03 ends worse: 300 steps are too few for it.
# At 0.001 the fall even does harm, since there was still more to be learned than luck to lose. Look at *where* the
# curve dives: only when the rate falls. The high rate has done its work long before, but nobody could see it, because
# the luck of the last steps lay on top of it. Two lessons that save whole runs:
#
# - a curve that has been flat for hours may only need its decay;
# - runs may be compared only **at the same point of their schedule**.
#
# (Warm-up shows little in so small a network. In a transformer the first gradients are large and of one kind, and
# AdamW's estimate of their size is still a guess; a few dozen careful steps are cheap insurance.)
#
# ### Clipping
#
# What if one batch is rotten: a broken file, a clip with values a hundred times too large? Step 150 below is such a
# batch. **Adam divides each step by the size of recent gradients, so it should hardly notice. Should it?**

# %%
ROTTEN = by_profile(150, fast=10)


def with_a_rotten_one(step: int) -> small.Mixed:
    batch = batch_of(step)
    return batch._replace(velocity=100 * batch.velocity) if step == ROTTEN else batch


limits = {"as it comes": float("inf"), "clipped to a norm of 1": 1.0}
runs = {label: learn(adamw(0.003), STEPS, batches=with_a_rotten_one, most=most)[0] for label, most in limits.items()}
with plots.chart(alt="unclipped the distance jumps at the rotten batch and recovers slowly", size=(6.4, 2.5)) as axes:
    for label, curve in runs.items():
        axes.semilogy(after_every_fifth(STEPS), curve, label=label)
    axes.set(xlabel="step", ylabel="distance from perfect")
    axes.legend()

# %% [markdown]
# It notices twice. The momentum carries the rotten direction on for a dozen steps; and the average of the squares,
# which Adam divides by, has become so large that for hundreds of steps every step is too short: 150 steps later the
# run is only just back where it was before the rotten batch. A clipped gradient has its direction and not its size,
# and one bad direction among thousands is nothing.
#
# minisora itself does not clip. Most of its weights are stepped by Muon, whose steps have a fixed size whatever the
# gradient's. Instead `FiniteGuard` ends a run *before* a gradient that is not a number reaches the weights (on a GPU,
# where looking means waiting, every 20 steps, and before anything is saved).
#
# ## The average of all that
#
# There is a second way to get rid of the luck of the last steps: keep an **average of the weights** along the way. It
# does not disturb the training in the least (it is a copy that follows), and it is the average that is sampled from,
# judged, and shipped. An *exponential moving average* (EMA) needs no list of old weights:
#
# `average ← decay · average + (1 - decay) · weights`
#
# With decay 0.99 it looks back over about 1 / (1 - 0.99) = 100 steps.
#
# {card}
#
# In the beginning there are not yet a hundred steps to look back on, only the random first weights. So at update `n`
# (how many updates there *have been*) keep no more than `(1 + n) / (10 + n)`: a tenth at first, then more and more.
# And a network has *buffers* too, numbers that are not learned: copy them as they are.
#
# Under the check three lengths follow one run at a high, constant rate. **Which of the three will be nearest to
# perfect after 100 steps, and which at the end?**


# %% exercise="Ema"
class Ema:
    """A frozen copy of a network that follows its weights: ``average <- keep * average + (1 - keep) * weights``."""

    def __init__(self, model: nn.Module, *, decay: float = 0.999) -> None:
        self.decay, self.updates = decay, 0
        self.model = copy.deepcopy(model).requires_grad_(False)

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take one step towards the present weights; keep at most ``decay``, and less at first."""
        ### BEGIN SOLUTION
        keep = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for mine, theirs in zip(self.model.parameters(), model.parameters(), strict=True):
            mine.lerp_(theirs, 1 - keep)
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)
        self.updates += 1
        ### END SOLUTION


# %% check="Ema"
check.Ema(Ema)

# %%
Ema = use(Ema=Ema)
LONG, averages = by_profile(800, fast=30), {}
followed: dict[float, list[float]] = {0.8: [], 0.95: [], 0.999: []}


def follow_with(step: int, network: nn.Module) -> None:
    for decay, curve in followed.items():
        averages[decay] = averages.get(decay) or Ema(network, decay=decay)
        averages[decay].update(network)
        if step % 5 == 4:
            curve.append(distance(averages[decay].model))


raw, _ = learn(adamw(0.01), LONG, watch=follow_with)
with plots.chart(alt="the raw weights stay highest; longer averages end lower", size=(6.8, 3)) as axes:
    for label, curve in {"the weights": raw, **{f"average, decay {d}": curve for d, curve in followed.items()}}.items():
        axes.semilogy(after_every_fifth(LONG), curve, label=label)
    axes.set(xlabel="step", ylabel="distance from perfect")
    axes.legend()

# %% [markdown]
# The same run, the same weights, and several times nearer to perfect, for the price of a copy. Thanks to its warm-up
# the longest average looks no further back than the run is old, so here it is never the worst one: after 100 steps it
# is level with decay 0.95, from about 200 on it is the nearest. Without the warm-up, one would see only its random
# beginnings for a thousand steps: you will meet a patient who has that.
#
# How long *should* it be? As long as the network does not change much meanwhile. In a real run one keeps two or three
# lengths, or recomputes any length afterwards from stored ones (EDM2). And since decay of the rate and averaging
# remove the same luck, a run that ends with a long decay gains less from its average.
#
# ## Muon
#
# AdamW looks at each number of a weight matrix by itself. But a matrix is one thing: it turns directions into
# directions. Take the gradient of a hidden matrix of our small transformer, and look at its **singular values**: how
# strongly it would change the answer to each of 64 directions.

# %%
dit = small_dit(channels)
slow = torch.optim.AdamW(dit.parameters(), lr=0.001)
for step in range(10):
    one_update(dit, slow, dit_loss(dit, batches(step, Share()), step))
named = {name: p for name, p in dit.named_parameters() if ".blocks." in f".{name}" and p.ndim == 2}
name, matrix = max(named.items(), key=lambda each: each[1].numel())
gradient = matrix.grad.clone()
strengths = torch.linalg.svdvals(gradient)
tenth = int((strengths > strengths[0] / 10).sum())
print(f"{name}: {tuple(matrix.shape)}; {tenth} of {len(strengths)} directions reach a tenth of the strongest")

# %% [markdown]
# A third of the directions are heard, and they decide where a step goes; the rest hardly move, step after step,
# although what they would have learned may be just as useful. **Muon** gives all directions the same say: it replaces
# the gradient (with momentum) `U S Vᵀ` by `U Vᵀ`, all singular values set to 1.
#
# A singular value decomposition at every step would be slow. But there is a trick that needs only products. Take a
# polynomial that drives numbers between 0 and 1 towards 1, and note that `X (XᵀX)` has the same singular *vectors* as
# X and cubed singular *values*. So `a X + b (X Xᵀ) X + c (X Xᵀ)² X` applies `a s + b s³ + c s⁵` to every singular
# value `s` at once. With the well-chosen 3.4445, -4.7750 and 2.0315, five rounds take 0.9 to 0.68, 0.1 to 0.71, and
# even 0.01 to 0.70. Not exactly 1, but nearly alike, and nobody needs more. (What is far below a hundredth does not
# arrive in five rounds.)
#
# {card}
#
# Write it for a batch of matrices `b n m`. The polynomial wants singular values of at most 1, so first divide *each
# matrix* by its own Frobenius norm (the root of the sum of its squares; no singular value is larger). Add 1e-7 to the
# norm, in case it is 0.


# %% exercise="orthogonalise"
def orthogonalise(matrices: Tensor, *, steps: int = 5) -> Tensor:
    """Push all singular values of each matrix ``b n m`` towards 1 and leave its singular vectors."""
    a, b, c = 3.4445, -4.7750, 2.0315
    ### BEGIN SOLUTION
    x = matrices / (matrices.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x
    ### END SOLUTION


# %% check="orthogonalise"
check.orthogonalise(orthogonalise)

# %%
orthogonalise = use(orthogonalise=orthogonalise)
pushed = torch.linalg.svdvals(orthogonalise(gradient[None])[0])
with plots.chart(alt="the gradient's singular values fall steeply; Muon's stay near 1", size=(6.4, 2.6)) as axes:
    axes.semilogy(strengths / strengths[0], label="the gradient (largest = 1)")
    axes.semilogy(pushed, label="what Muon steps along")
    axes.set(xlabel="direction, from the loudest", ylabel="singular value", ylim=(1e-3, 3))
    axes.legend()

# %% [markdown]
# Only matrices inside the blocks have directions in this sense. Biases, embeddings, the first and the last layer stay
# with AdamW, so minisora's optimiser is both in one: `build_optimizer(hidden, rest)`. Now the race on the one batch.
# **AdamW gets two rates to choose from, Muon one. Who is below 0.1 first?**


# %%
from minisora.training.optim import build_optimizer, hidden_matrices


def muon_and_adamw(network: nn.Module) -> torch.optim.Optimizer:
    hidden = hidden_matrices(network)
    chosen = {id(parameter) for parameter in hidden}
    rest = [p for p in network.parameters() if id(p) not in chosen]
    return build_optimizer(hidden, rest, muon_lr=0.02, adam_lr=0.001)


for label, make in {"AdamW, rate 0.003": adamw(0.003), "Muon 0.02, AdamW 0.001": muon_and_adamw}.items():
    dit = small_dit(channels)
    by_heart[label] = overfit(dit, make(dit), label)
with plots.chart(alt="loss on one batch: the lower rate of AdamW is slowest, two end alike", size=(6.4, 2.8)) as axes:
    for label, losses in by_heart.items():
        axes.semilogy(range(1, len(losses) + 1), losses, label=label)
    axes.set(xlabel="step", ylabel="loss on the one batch")
    axes.legend()

# %% [markdown]
# Look at the two AdamWs first: a factor of three in the rate decides more than anything else, and nobody tells you
# which one is right. Muon's 0.02 is the same for small and large matrices, since its steps have a fixed size; here it
# starts late and catches up: it and the better AdamW pass 0.1 within a few steps of each other and end alike. Eight
# clips by heart are too short a race to tell them apart. In a longer one (`docs/recipes.md`, 1.2 minutes of the
# starter's training each) Muon's error was a quarter lower than that of the better AdamW near the clip (t = 0.3), and
# 3 % lower near the noise. It is one comparison and not a law, but it is why minisora has Muon.
#
# ## A loss that says little
#
# Look again at a run with decay in the small world, as one sees it in real life (left), and as only we can see it
# (middle). On the right is the loss of the course's own run. **In the left picture, what share of the loss will the
# second half of the run take away, and what share of the distance that is left at half-time? And in the right one: at
# which step does the first object appear in the clips, when does it begin to move, when has it the right shape?**
# Write your guesses down.


# %%
curve, losses = learn(adamw(0.01), LONG, factor=falling(0.4))
test, best = small.examination()
floor, ticks = float((best - test.velocity).square().mean()), (0.02, 0.1, 0.5)
alt = "left a jagged, soon flat loss; in the middle a distance that falls to the end; right a real loss, slowly falling"
with plots.chart(alt=alt, size=(10, 2.8), panels=3) as (left, middle, right):
    left.plot(range(1, LONG + 1), losses, linewidth=1)
    left.axhline(floor, color="black", linestyle="--")
    left.set(xlabel="step", title="loss (dashed: the floor)", ylim=(0, 2.5))
    middle.semilogy(after_every_fifth(LONG), curve)
    middle.set(xlabel="step", title="distance from perfect", yticks=ticks, yticklabels=ticks)
    middle.minorticks_off()
    right.plot(*(zip(*ladder.about["curve"], strict=True) if ladder else ((), ())), linewidth=1)
    right.set(xlabel="step", title="loss of the course's run", ylim=(0, 1))
then, last = curve[len(curve) // 2], curve[-1]
print(f"second half: {(then - last) / (floor + then):.0%} of the loss, and {(then - last) / then:.0%} of the distance")

# %% [markdown]
# A few per cent of the loss, hidden in its own noise, are most of the distance that was left. And the loss on the
# right, steep at first, falls slowly to the end, without a step that could be an object, a motion or a shape. There are
# three reasons why the loss of a diffusion model says so little:
#
# 1. **most of it is floor**, which no training changes;
# 2. **it is jagged by its own doing**: every batch has other times and other noise, and some times are harder;
# 3. **it is a mean over times, and they are not equally important.** Whether there is one ring or two is decided
#    while all is nearly noise. Being right there moves a few numbers of the loss. Fine grain, near the clip, moves
#    more.
#
# ## The ladder
#
# So one looks at clips, from the same noise, and lets the judge of chapter 01 score them. For every rung of the
# course's own run you can see its training loss (a mean around that step), what the judge says of clips for
# one-object prompts, and four of the run's clips. **Climb, with your guesses beside you.**

# %%
if ladder:
    print("rows:", "; ".join(ladder.about["prompts"]))
    explore(lambda step: ladder.picture(step), step=ladder.steps)
    print(ladder.table())
    print(f"(scores of {ladder.about['judged']} prompts: one prompt more or less is {1 / ladder.about['judged']:.2f})")

# %% [markdown]
# The loss does most of its falling while there is nothing to be seen. What the judge asks for comes later, and not at
# once: as a rule colour first (every token can know it by itself), then where things are and how many, then motion
# (which takes agreement between frames), and shape last (a few pixels at the rim decide it). Compare with what you
# wrote down.
#
# Read the other columns only from where the **count** has risen. Before that there is no object in the clip, and what
# the judge says of the colour or shape of noise is a guess, sometimes a lucky one: a judge, too, has a range in which
# it can be asked. (If the table shows no motion or no shape yet, the run was too short for them: that is what an
# honest ladder looks like.)
#
# Where in the loss is it hidden? We can ask the network of an early rung and the shipped one, on the same clips and
# noise, time by time. **Where is the early one furthest behind: near the clip, in the middle, or near the noise?**

# %%
times = torch.tensor(by_profile([0.1, 0.3, 0.5, 0.7, 0.85, 0.95], fast=[0.2, 0.9]))
if ladder:
    few, networks = by_profile(8, fast=1), {f"step {int(ladder.about['early'][:7]):,}": ladder.early()}
    networks["the shipped weights"] = pipeline.dit
    with plots.chart(alt="loss against time for an early rung and the shipped weights", size=(6.4, 2.6)) as axes:
        for label, dit in networks.items():
            axes.plot(times, loss_by_time(pipeline, dit, times, clips=few), "o-", label=label)
        axes.set(xlabel="time t (0 clean, 1 noise)", ylabel="loss", ylim=(0, None))
        axes.legend()

# %% [markdown]
# All those clips, good and bad, lie between these two curves. (The shipped weights went on from the last rung for 224
# minutes more.) In the weights that we looked at, the early rung had two to four times the loss everywhere but close
# to the noise, where it is decided what will be in the clip: there it had less than one and a half times. Reason 3.
# What to take home: **judge a diffusion model by its samples**, from fixed prompts and fixed noise, at fixed moments;
# use the loss to see that nothing has exploded.
#
# The course's own run went wrong in just this way, for hours: the size of its tokens was chosen by their error, and
# small tokens, which draw fine details, had the lower one. But their clips did not do what the captions said. A test
# that asks *that* (exchange one word of the caption: does the answer get worse?) found that tokens of four times the
# size had heard as much of the motion after 6 minutes as the small ones after 96. Two helpers came out of such tests: some
# of the batches are single **pictures**, many at once, since a picture costs a fifth of a clip and has a shape,
# too; and a linear layer, thrown away afterwards, that asked the middle of the network **where the object is and where
# it goes**. (Today a small network of its own answers that before anything is painted: `worlds/plan.py`.) All of it,
# also what failed, is in `docs/recipes.md`.
#
# ## Pull the plug
#
# Runs die: lids are closed, machines are taken away, disks are full. A resumed run should be *the same run*, to the
# last bit, or else one never knows whether a bump in the curve is the network or the interruption. What has to be
# kept for that? The weights, surely. **What else?** Make a list, then look what minisora writes. First a run of 12
# steps in one piece.


# %%
from minisora.training.fit import fit
from minisora.training.modules import TextToVideoModule
from minisora.training.pace import Budget, Schedule
from minisora.training.settings import TextToVideoSettings


def train(run: Path, batches, seed: int = 0) -> TextToVideoModule:
    # Twelve steps with everything that a real run has; it saves its state after each of them.
    module = TextToVideoModule(small_dit(channels, seed), small.TOKENIZER)
    settings = TextToVideoSettings(
        run=run, budget=Budget(steps=12), batch=8, schedule=Schedule(warm_up=4), save_minutes=0, sample_minutes=None
    )
    with small.silent():  # its progress
        fit(module, batches, settings)
    return module


in_one_piece = train(folder / "whole", batches)
print(sorted(path.name for path in (folder / "whole").iterdir()))
print("last.ckpt holds:", ", ".join(sorted(torch.load(folder / "whole" / "last.ckpt", weights_only=False))))

# %% [markdown]
# Now the same with a power cut when batch 7 is asked for (the loader asks one step ahead). Then a *new* module, with
# other random weights, is given to the same folder.


# %%
# NBVAL_CHECK_OUTPUT
def until_the_power_fails(step: int, share: Share) -> LatentBatch:
    if step == 7:
        raise RuntimeError("no power")
    return batches(step, share)


try:
    train(folder / "cut", until_the_power_fails)
except RuntimeError as error:
    kept = torch.load(folder / "cut" / "last.ckpt", weights_only=False)
    print(f"{error}; the state on disk is of step {kept['global_step']}")
resumed, whole = train(folder / "cut", batches, seed=1).state_dict(), in_one_piece.state_dict()
print("the same to the last bit:", all(torch.equal(resumed[name], whole[name]) for name in whole))

# %% [markdown]
# What if one part of the state is lost? Below, a small run is stopped half-way and goes on without its optimiser's
# memory, or without its step number (so that batches and learning rate begin again), or without its average. **Which
# of the three would you see in a loss curve?**


# %%
uninterrupted = small.SmallRun(STEPS, falling(0.4)).go_on(STEPS)
half_way = small.SmallRun(STEPS, falling(0.4)).go_on(STEPS // 2)
for lost in ("nothing", "optimizer", "step", "average"):
    run = copy.deepcopy(half_way)
    if lost != "nothing":
        getattr(run, f"new_{lost}")()
    run.go_on(STEPS - STEPS // 2)
    print(f"{lost + ' lost':15} weights differ by {run.apart(uninterrupted):7.1e}; from perfect:", end=" ")
    print(f"weights {distance(run.network):.3f}, average {distance(run.average.model):.3f}")

# %% [markdown]
# In a loss curve one would see the lost step number at most, and even that hardly above the luck of single batches.
# It is dear: the run ends where its rate should have fallen, and has seen the first half of its data twice. A lost
# average leaves the weights alone, and for a while one samples from something young. A lost optimiser costs next to
# nothing *here*, and that is the trap: nothing fails, nothing is printed, and it is another run than you think. So
# the test for resuming compares bits, and not losses.
#
# ## Four runs that fail
#
# Five runs in the small world: a healthy one, and four with one trouble each. All of them run to the end and none
# raises an error.
#
# - **rate too high**: the steps are too long;
# - **same batch**: the seed does not move on, so every step draws the same clips, noise and times;
# - **slow average**: the average has decay 0.9995 from its first update, without a warm-up;
# - **deaf to time**: the network is told t = 0.5, whatever the time is.
#
# Three curves each: the loss in training, the loss on fresh clips, and that of the *averaged* weights on fresh clips.
# **Before you look, draw the four pictures yourself.**

# %%
runs = {name: small.ill_run(name, steps=by_profile(400, fast=60)) for name in ("healthy", "A", "B", "C", "D")}
alt = "loss curves of five runs: healthy ones meet near the floor; A, B, C and D part or stay above it, each in its way"
with plots.chart(alt=alt, size=(11, 2.8), panels=5) as panels:
    for axes, (name, curves) in zip(panels, runs.items(), strict=True):
        for label, style in (("training", "-"), ("held_out", "--"), ("average", ":")):
            axes.plot(curves.steps, getattr(curves, label), style, label=label.replace("_", "-"))
        axes.axhline(floor, color="black", linewidth=0.8)
        axes.set(title=name, xlabel="step", ylim=(-0.1, 3.6))
    panels[0].legend(fontsize=8)
print(f"floor {floor:.2f}; at the end:\n{'':9}{'training':>10}{'fresh clips':>13}{'average':>10}{'gradient':>10}")
for name, curves in runs.items():
    last = curves.training[-1], curves.held_out[-1], curves.average[-1], curves.gradient[-1]
    print(f"{name:9}{last[0]:10.2f}{last[1]:13.2f}{last[2]:10.2f}{last[3]:10.2f}")

# %% [markdown]
# {card}
#
# Name the trouble of each run, as a dictionary from "A", "B", "C" and "D" to the words in bold above.


# %% exercise="diagnose_training"
def diagnose_training() -> dict[str, str]:
    """The trouble of each run, A to D: "rate too high", "same batch", "slow average" or "deaf to time"."""
    ### BEGIN SOLUTION
    return {"A": "same batch", "B": "deaf to time", "C": "slow average", "D": "rate too high"}
    ### END SOLUTION


# %% check="diagnose_training"
check.diagnose_training(diagnose_training)

# %% [markdown]
# Four runs, four questions, and they work on real runs too:
#
# - **Is the training loss below what is possible?** Then it is learned by heart. Fresh clips tell.
# - **Do the average and the weights part?** Then look at the average: its length, its warm-up, whether it is updated.
# - **Did it explode at first, and is it still high, with large gradients?** Take a tenth of the rate.
# - **Is it calm, and too high?** Then the network is not told something, or cannot say it. More steps will not help.
#
# ## Two processes
#
# More devices mean, first of all: *larger batches in the same time*. Each process has a copy of the network, takes
# its share of the batch, and makes a gradient. Then all gradients are averaged, and everybody takes the same step
# (**DDP**, distributed data parallel). The mean of the means of equal shares is the mean of all, so it should be the
# same run as one process with the whole batch. **The same to the last bit?**
#
# Here is the training, in a file of its own, since each process is a Python of its own. With `"ddp"` PyTorch averages
# the gradients while `backward` is still running; with `"alone"` every process is left to itself.

# %%
SOURCE = """
import sys, torch, torch.distributed as distributed, torch.nn as nn
def train(how, rank, world):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 2))
    copied = nn.parallel.DistributedDataParallel(network) if how == "ddp" else network
    optimizer, mine = torch.optim.SGD(network.parameters(), lr=0.1), slice(rank * 8 // world, (rank + 1) * 8 // world)
    for step in range(20):
        generator = torch.Generator().manual_seed(step)
        x, y = torch.randn(8, 6, generator=generator), torch.randn(8, 2, generator=generator)
        optimizer.zero_grad()
        (copied(x[mine]) - y[mine]).square().mean().backward()
        optimizer.step()
    return network.state_dict()
"""

# %%
made = small.in_processes(SOURCE)
if made:
    exec(SOURCE, names := {})
    joint = names["train"]("alone", 0, 1)  # one process, the whole batch
    for how in ("ddp", "alone"):
        first, second = made[0][how], made[1][how]
        apart = max(float((first[name] - second[name]).abs().max()) for name in joint)
        wrong = max(float((first[name] - joint[name]).abs().max()) for name in joint)
        print(f"{how:6} the two differ by {apart:.0e}; the first differs from one process with all by {wrong:.0e}")
else:
    print("This machine did not let two processes find each other: nothing is shown here, and nothing depends on it.")

# %% [markdown]
# With DDP the two agree to the last bit, for they take the same steps from the same weights; with one process they
# agree up to rounding, since sums in another order round differently. Left alone, they drift apart, each a network of
# its own half.
#
# In minisora nothing of the training changes. The trainer starts the processes, `Share` gives each of them its slice
# of batch k, and the command is the same but for two options:
#
# | on | command |
# |---|---|
# | this machine | `minisora train text-to-video` |
# | two processes of this machine | `minisora train text-to-video --devices 2 --strategy ddp` |
# | eight GPUs | `minisora train text-to-video --preset base --devices 8 --strategy ddp` |
# | eight GPUs, each too small for the whole network and for what its share of the batch leaves | `minisora train text-to-video --preset large --devices 8 --strategy fsdp` |
#
# Several *machines* are one more number: Lightning's `Trainer(num_nodes=4, ...)` in `minisora/training/fit.py`, and
# the same command started on each of them (by Slurm, or with `MASTER_ADDR` and `NODE_RANK` set). Batch k, noise and
# shares stay what they are, whatever the number of processes.
#
# ## What fits?
#
# Too small for the whole: how large is the whole? Besides the clips that are being worked on, a device holds, for
# each parameter, the weight itself, its gradient, what the optimiser remembers, and the average. All of it in
# float32, also when the arithmetic is done in bfloat16: an update is often too small for its eight bits to notice.
#
# {card}
#
# Muon remembers one number for each of its parameters (the momentum), AdamW two (the means of the gradient and of its
# square). With `"ddp"` each device has a copy of everything; with `"fsdp"` (*fully sharded*) it keeps one slice of
# everything, and fetches the rest of a block just when it computes it. **Guess first: how many bytes for each
# parameter, if a network is nearly all Muon's?**
#
# The other half of memory is what the forward pass keeps for the backward pass, and that grows with the batch and
# with the tokens. And the time is arithmetic: about `6 · parameters · tokens` operations for a clip (2 for each
# parameter and token forward, twice that backward), plus attention, which grows with the square of the tokens. **Is
# the rule of six good enough?** Under the check are all presets, counted by the function behind `--dry-run`, and the
# largest one twice: copied to eight GPUs, and sharded.


# %% exercise="state_bytes"
def state_bytes(parameters: int, muon: int, *, devices: int = 1, strategy: str = "ddp") -> float:
    """Bytes on every device for weights, gradients, optimiser and average; ``muon`` of the parameters are Muon's."""
    ### BEGIN SOLUTION
    optimiser = muon + 2 * (parameters - muon)
    numbers = 3 * parameters + optimiser
    return 4 * numbers / (devices if strategy == "fsdp" else 1)
    ### END SOLUTION


# %% check="state_bytes"
check.state_bytes(state_bytes)

# %%
from minisora.presets import PRESETS
from minisora.training.estimate import estimate, text_to_video_work

print(small.presets_in_numbers(), "\n")
preset = PRESETS["large"]
work = text_to_video_work(preset.dit, small.latent_shape_of(preset))
where = {"devices": 8, "precision": preset.precision, "fused": True, "minutes": preset.minutes}
for strategy in ("ddp", "fsdp"):
    print(f"large, {strategy}\n{estimate(work, batch=preset.batch, teraflops=400, strategy=strategy, **where)}\n")

# %% [markdown]
# Where the rule of six says more than was counted, parameters sit idle: the table of words, and what is computed once
# for a clip instead of once for a token. Where it says much less, attention has taken over. For planning it is good
# enough. Nearly all of a state is 16 bytes for each parameter, so `large` would fit one GPU; what does not fit is
# what a batch leaves for the backward pass.
#
# Sharding by itself makes 1.4 GB of the 11.2 GB of state. The larger saving, 17 GB of activations in place of 227,
# comes from something that minisora switches on together with it: each block keeps only its input and is computed a
# second time on the way back (*activation checkpointing*). That costs a third more time. The two estimates leave out
# what the wires cost; inside one machine that is little, between machines it decides everything.
#
# On your own machine, with its speed measured: `minisora train text-to-video --preset small --dry-run`; for machines
# that you do not have, add `--accelerator cuda --devices 8`.
#
# ## Break it
#
# **First: a rounding error that grew a thousandfold.** The polynomials of Muon commute, so one can gather them in the
# small matrix X Xᵀ and touch X only at the end. That is faster, exact on paper, and what minisora does in float32. In
# bfloat16, which is precise enough for Muon as everybody says, it is a trap, and minisora's authors walked into it:
# the loss simply stood still. **Find the line to blame in the table.**


# %%
def loudest_after_five(x: Tensor, dtype: torch.dtype, *, gathered: bool) -> float:
    x = (x / x.norm()).to(dtype)
    one = product = torch.eye(len(x), dtype=dtype)
    gram = x @ x.mT
    for _ in range(5):
        polynomial = 3.4445 * one - 4.7750 * gram + 2.0315 * gram @ gram
        product, gram = polynomial @ product, polynomial @ gram @ polynomial
        if not gathered:  # step X itself, and begin anew
            x, product = product @ x, one
            gram = x @ x.mT
    return float(torch.linalg.svdvals((product @ x).float())[0])


steep = small.drawn(64, 4, seed=0) @ small.drawn(4, 64, seed=1) + 0.02 * small.drawn(64, 64, seed=2)
for dtype in (torch.float32, torch.bfloat16):
    for label, gathered in {"X stepped itself": False, "gathered in X Xᵀ": True}.items():
        print(f"{str(dtype)[6:]:9}{label}: largest {loudest_after_five(steep, dtype, gathered=gathered):8.2f}")

# %% [markdown]
# X Xᵀ holds the *squares* of singular values. What is 1/100 in X is 1/10,000 there, below the precision of bfloat16
# beside a 1: it drowns in rounding errors, and a rounding error is then treated as a quiet direction that has to be
# made louder, five times in a row. No shape is wrong, nothing is NaN, and the step is hundreds of times too long.
#
# **Second: everybody draws the same.** Four processes with a batch of 16 each, which should be as good as one with
# 64. But each of them seeds its own generator, and all with the same number. The mean of four equal gradients is that
# gradient. **What do you expect of the loss curve, and of the distance?**


# %%
def shares(different: bool):
    """Batches of four processes: different clips for each, or the same for all."""

    def batches(step: int) -> small.Mixed:
        seeds = [4 * step + (rank if different else 0) for rank in range(4)]
        world = small.small_world()
        parts = [small.mixed(world, torch.Generator().manual_seed(5000 + seed), batch=16) for seed in seeds]
        return small.Mixed(*(torch.cat(each) for each in zip(*parts, strict=True)))

    return batches


for label, different in (("a share of its own for each", True), ("the same for all", False)):
    curve, losses = learn(adamw(0.01), STEPS, batches=shares(different))
    ends = sum(losses[-50:]) / len(losses[-50:]), sum(curve[-10:]) / len(curve[-10:])
    print(f"{label:28} loss {ends[0]:.2f}, distance from perfect {ends[1]:.3f}")

# %% [markdown]
# Nothing fails. Four machines are paid for, one and the same quarter of the work is done four times, and without a
# floor to compare with nobody would notice the loss. minisora's test for this is as simple as it is strict: two
# processes must have the *gradients* of one with the joint batch.
#
# ## In the real systems
#
# - **DiT** was trained with AdamW at a constant rate of 1e-4, without warm-up or weight decay, and sampled from an
#   average with decay 0.9999 (Peebles & Xie 2022, [arXiv 2212.09748](https://arxiv.org/abs/2212.09748)).
# - **The length of the average** decides much of the quality, and the best one is different for each network.
#   **EDM2** stores snapshots from which any length can be recomputed after training (Karras et al. 2023,
#   [2312.02696](https://arxiv.org/abs/2312.02696)). It, too, trains on latents that were encoded beforehand.
# - **Up, along, down** is known as warm-up-stable-decay: MiniCPM ([2404.06395](https://arxiv.org/abs/2404.06395)) and
#   Hägele et al. 2024 ([2405.18392](https://arxiv.org/abs/2405.18392)) found it as good as a cosine whose length must
#   be known in advance.
# - **Muon**: Jordan et al. 2024 ([kellerjordan.github.io](https://kellerjordan.github.io/posts/muon/)). Moonlight
#   carried it to language models of 16 billion parameters ([2502.16982](https://arxiv.org/abs/2502.16982)), Kimi K2
#   to a trillion ([2507.20534](https://arxiv.org/abs/2507.20534)).
# - **DDP**: Li et al. 2020 ([2006.15704](https://arxiv.org/abs/2006.15704)). **Sharding**: ZeRO
#   ([1910.02054](https://arxiv.org/abs/1910.02054)) and PyTorch's FSDP
#   ([2304.11277](https://arxiv.org/abs/2304.11277)).
# - **Movie Gen**'s 30 billion parameters were trained on up to 6,144 H100 GPUs, sharded, with the tokens of one clip
#   spread over several GPUs as well ([2410.13720](https://arxiv.org/abs/2410.13720)). **Open-Sora 2.0** put the price
#   of a model of 11 billion at about 200,000 dollars ([2503.09642](https://arxiv.org/abs/2503.09642)).
# - **Sora**: neither size nor data nor cost are public. Its report shows a ladder, though: the same prompts and seeds
#   at base, 4x and 32x compute (OpenAI 2024, [*Video generation models as world
#   simulators*](https://openai.com/index/video-generation-models-as-world-simulators/)).
#
# ## Recap
#
# - Encode once, keep the hash of the codec, and make batch k a function of the seed and k.
# - Training is one update, repeated: clear, backward, clip, step. Lightning is the same loop with handles.
# - Overfit one batch before you train on all.
# - A high rate learns and a falling rate shows it. An average of the weights takes away the same luck.
# - Muon gives all directions of a matrix the same say.
# - The loss is mostly floor: look at samples from fixed noise, and let a judge count.
# - A resumed run is the same run, to the last bit, or it is another run.
# - DDP copies everything and averages gradients; FSDP slices everything and fetches it when needed.
#
# ## Five words
#
# - **ladder**: weights of one run at growing numbers of steps, sampled from the same noise.
# - **EMA** (exponential moving average): a copy of the network that follows its weights slowly; it is what is
#   shipped.
# - **warm-up** and **decay**: the first part of a run, in which the learning rate rises, and the last, in which it
#   falls to zero.
# - **Muon**: an optimiser that steps a matrix equally far in all its directions.
# - **DDP** and **FSDP**: many processes with a copy each, or with a slice each.
#
# ## Test yourself
#
# **1.** Your run has been flat for two hours at a constant rate. A colleague wants to stop it and try a network twice
# as large. What do you do first, and why?
#
# <details><summary>Answer</summary>
#
# Copy the state, and let the copy run out with the rate falling to zero (and look at the average, which costs
# nothing). What is flat at a high rate is often the luck of the last steps, on top of progress that is already there.
# Then compare *samples* from fixed prompts and noise: the loss may hardly show it.
#
# </details>
#
# **2.** A transformer has 1 billion parameters, 950 million of them Muon's. What does its state take on one GPU of 80
# GB, and what on each of eight, sharded? What is not in these numbers?
#
# <details><summary>Answer</summary>
#
# 4 bytes x (3 x 1000 + 950 + 2 x 50) million = **16.2 GB**; an eighth of it is **2 GB**. Not in them: what the
# forward pass keeps for the backward pass, which grows with batch and tokens and is often the larger part, and the
# buffers of the library and of communication.
#
# </details>
#
# **3.** A run was stopped at step 5,000 and resumed. Its loss goes on as before, but its samples are suddenly noisy
# for a few hundred steps and then good again. What was not restored?
#
# <details><summary>Answer</summary>
#
# The average, most likely. The loss is that of the weights, which are fine; samples are made from the average, which
# began anew (or from an old file) and needed some hundred steps to catch up. It is not the optimiser: a lost one
# changes the weights themselves, and then samples cannot be bad for hundreds of steps while the loss is good.
#
# </details>
#
# **Next: [09 · Samplers](09_samplers.ipynb).** The network is what it is. How does one get the best clip out of it,
# with the fewest calls?
