# %% [markdown]
# # 10 · GPU sampling
#
# | | |
# |---|---|
# | **You build** | an honest stopwatch, a roofline, a network in 16 bits under a sampler in 32, a memory that saves network calls, the bill of a whole sampling run; and at the end your own machine, from all your parts |
# | **It becomes** | nothing new in the package: this chapter is about what the finished machine costs |
# | **You need** | chapters 02, 03, 06, 07 and 09 |
# | **Time** | 75 to 100 minutes of reading and writing; running everything takes about a minute on a 2-core laptop. Every cell also runs on a CUDA GPU, as it is |

# %%
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Callable

import torch
from torch import Tensor
from torch.profiler import profile

from minisora.course import Studio, begin, by_profile, check, explore, finished_pipeline, plots, progress, use
from minisora.course.exercises.c10_gpu import SlowMotion, kind_of, largest_tensor, with_lazy_middle
from minisora.diffusion import ab2, classifier_free, sample, time_grid
from minisora.diffusion.path import Velocity
from minisora.model import DiT, DiTConfig, TextTokens, video_velocity
from minisora.model.flops import flops

begin("10")

# %%
pipeline = finished_pipeline()
device, config, guidance = pipeline.device, pipeline.dit.config, pipeline.sampling.guidance
clip = pipeline.generate("a red circle moves right", steps=by_profile(20, fast=4), seed=3)


def grid_of(steps: int) -> Tensor:
    """The times at which these weights are best sampled, as their card has it."""
    return time_grid(steps, shift=pipeline.sampling.shift)


plots.player(clip.frames, alt="a clip made by the shipped weights for: a red circle moves right")

# %% [markdown]
# Nine chapters went into this clip. How long did you wait for it, and for *what*? A GPU makes this faster. Which one,
# by how much, and what has to be done for it, are questions of *measuring* first. Most people who make a program
# faster on a hunch make the wrong part faster. So the chapter goes: a stopwatch that does not lie, where the time
# goes, what the hardware allows, and only then the ways to wait less, each with what it costs.
#
# All numbers below were measured on whatever device runs this page. No GPU was at hand when the stored outputs were
# made, so all *measured* ones are a CPU's; numbers for GPUs are arithmetic with the makers' data sheets, and say so.
#
# ## A stopwatch that does not lie
#
# A GPU is a second computer. Python puts work into its queue and goes on at once; the work is done later. Here is
# such a device in slow motion: ordering takes a thousandth of a second, the work half a second. **What will an
# ordinary stopwatch say?**

# %%
# NBVAL_CHECK_OUTPUT
slow = SlowMotion(0.5)
start = slow.clock()
slow.order()
print(f"the stopwatch says {slow.clock() - start:.3f} s")
slow.wait()
print(f"until it was done  {slow.clock() - start:.3f} s")

# %% [markdown]
# *Five hundred times too fast.* Whole tables of speed-ups have been printed with that mistake in them. It has three
# relatives: work that was ordered *before* is counted in; the first calls are slow, since they load kernels (the
# GPU's small programs, one for each kind of operation) and try out algorithms; and a machine has other things to do
# now and then, so that one number in five is nonsense.
#
# {card}
#
# Write a stopwatch without any of these: warm up; wait on both sides of every measurement; return the median. `work`,
# `wait` and `clock` are functions without arguments.


# %% exercise="stopwatch"
def stopwatch(work: Callable, wait: Callable, clock: Callable, *, warm_up: int = 2, repeats: int = 5) -> float:
    """Seconds that ``work`` takes on a device with a queue: the median of ``repeats``, after ``warm_up`` unmeasured.

    ``wait`` returns when the device has done all that was ordered; ``clock`` gives the time in seconds.
    """
    ### BEGIN SOLUTION
    for _ in range(warm_up):
        work()
    taken = []
    for _ in range(repeats):
        wait()
        start = clock()
        work()
        wait()
        taken.append(clock() - start)
    return statistics.median(taken)
    ### END SOLUTION


# %% check="stopwatch"
check.stopwatch(stopwatch)

# %% [markdown]
# ## Where the time goes
#
# Now with a real clock. A clip is made in four stages: the words are encoded, what does not change is prepared, the
# network is called twenty times, the decoder makes pixels. **Guess the shares before you run.**

# %%
stopwatch = use(stopwatch=stopwatch)
SHAPE = (5, 8, 8)  # latents of 17 x 64 x 64 pixels
ids = pipeline.tokenizer.encode(["a red circle moves right", ""]).to(device)
text = pipeline.dit.encode_text(ids)
one_text = TextTokens(text.tokens[:1], text.mask[:1])
both, alone = video_velocity(pipeline.dit, text, SHAPE), video_velocity(pipeline.dit, one_text, SHAPE)
noise = torch.randn(1, config.channels, *SHAPE, generator=torch.Generator().manual_seed(0)).to(device)
pair, half_way = torch.cat([noise, noise]), torch.full((1, 1, 1, 1, 1), 0.5, device=device)
wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None  # a CPU has always done what was ordered


@torch.no_grad()
def timed(work: Callable[[], object]) -> float:
    return stopwatch(work, wait, time.perf_counter, warm_up=1, repeats=by_profile(5, fast=1))


# %%
stages = {
    "20 network calls": 20 * timed(lambda: both(pair, half_way)),
    "decoder": timed(lambda: pipeline.codec.decode(noise)),
    "words": timed(lambda: pipeline.dit.encode_text(ids)),
    "preparing": timed(lambda: video_velocity(pipeline.dit, text, SHAPE)),
}
whole, constant = sum(stages.values()), stages["words"] + stages["preparing"]
print("most of it is network calls:", stages["20 network calls"] > whole / 2)
print(f"with words and preparing in every step it would take {(whole + 19 * constant) / whole:.2f} times as long")
alt = "bars: the network calls take by far the most time, then the decoder; words and preparing hardly show"
with plots.chart(alt=alt, size=(6.4, 1.9)) as axes:
    axes.barh(list(stages)[::-1], [100 * each / whole for each in stages.values()][::-1])
    axes.set(xlabel="per cent of the time")

# %% [markdown]
# **What does not depend on the step is computed once.** Words, coordinates and the mask are the same in all twenty
# steps, so `video_velocity` prepares them before the loop, as a `Context` (look at `DiT.prepare`). Here it saves
# little; large systems have text encoders with billions of weights, run them first, and then throw them out of the
# memory.
#
# Amdahl's law in one line: a part with the share `p` made `s` times faster makes the whole `1 / (1 - p + p / s)`
# times faster. Making the words free would change nothing that anyone can see. So look into the call. PyTorch's
# profiler lists every operation, with its own time. We sort them by kind. **How many operations does one call order:
# about 10, 100 or 1000?**

# %%
with torch.no_grad(), profile() as record:
    both(pair, half_way)
    wait()
events = [event for event in record.key_averages() if event.key.startswith("aten::")]
spent: Counter[str] = Counter()
for event in events:
    own = event.self_device_time_total if device.type == "cuda" else event.self_cpu_time_total
    spent[kind_of(event.key)] += own
ordered = sum(event.count for event in events)
print(f"operations in one call: about {round(ordered, -2)}, with views, and with those that only call others")
alt = "bars of the time of one network call by kind: matrix products lead; attention, element-wise work and copies share the rest"
with plots.chart(alt=alt, size=(6.4, 2.1)) as axes:
    shares = spent.most_common()[::-1]
    axes.barh([kind for kind, _ in shares], [100 * each / spent.total() for _, each in shares])
    axes.set(xlabel="per cent of the network call")

# %% [markdown]
# Matrix products do nearly all of the *arithmetic* but do not have all of the *time*. Why does adding two tensors
# take any time worth mentioning?
#
# ## The roofline
#
# Because numbers have to be fetched. A device has two speeds: operations a second, and bytes a second between memory
# and the units that compute. Both are busy at the same time, so what takes longer decides (Williams, Waterman and
# Patterson 2009):
#
# `seconds ≥ max(work / peak, traffic / bandwidth)`
#
# {card}
#
# Write the formula, and let it say which of the two it was: `"arithmetic"`, or `"memory"` where the bytes take
# longer.


# %% exercise="roofline"
def roofline(work: float, traffic: float, peak: float, bandwidth: float) -> tuple[float, str]:
    """The fewest seconds for ``work`` operations that move ``traffic`` bytes, and what sets them.

    ``peak`` operations and ``bandwidth`` bytes a second are what the device can do at most, both at the same time.
    What limits is "arithmetic", or "memory" where the bytes take longer.
    """
    ### BEGIN SOLUTION
    arithmetic, memory = work / peak, traffic / bandwidth
    return max(arithmetic, memory), "memory" if memory > arithmetic else "arithmetic"
    ### END SOLUTION


# %% check="roofline"
check.roofline(roofline)

# %% [markdown]
# Now for the operations of our network. A matrix product of `n` tokens with a `d x 4d` matrix reads both, writes `n x
# 4d` numbers, and computes `2 · n · d · 4d` times. An addition of two tensors computes once for each *three* numbers
# that it moves, whatever their size. **With the slider, put more and more clips into a batch: which dots move to the
# right? On which device does the product of a single clip wait for memory?**

# %%
from minisora.course.devices import measure_bandwidth
from minisora.training.estimate import measure_teraflops

roofline = use(roofline=roofline)
peak, bandwidth = 1e12 * measure_teraflops(device), 1e9 * measure_bandwidth(device)  # a large product, a large copy
print(f"here: {peak / 1e9:.0f} billion operations and {bandwidth / 1e9:.0f} billion bytes a second")
DEVICES = {"here": (peak, bandwidth, 4), "H100 (data sheet)": (989e12, 3.35e12, 2)}  # and bytes of a number


def operations(clips: int) -> dict[str, tuple[float, float]]:
    """Work and numbers moved of some operations of a network."""
    n, d = clips * (11 + SHAPE[0] * (SHAPE[1] // config.patch) ** 2), config.width
    return {
        "addition": (n * d, 3 * n * d),
        "GELU": (10 * n * 4 * d, 2 * n * 4 * d),
        "matrix product": (8 * n * d * d, n * d + 4 * d * d + 4 * n * d),
    }


# %%


def roofs(clips: int) -> plots.Picture:
    with plots.canvas(size=(7.4, 2.8), panels=2) as panels:
        for axes, (name, (fast, wide, size)) in zip(panels, DEVICES.items(), strict=True):
            intensity = torch.logspace(-2, 4, 100)
            axes.loglog(intensity, (intensity * wide).clamp(max=fast), color="black")
            for label, (work, numbers) in operations(clips).items():
                least, limit = roofline(work, numbers * size, fast, wide)
                axes.loglog(work / (numbers * size), work / least, "o", label=f"{label}: {limit}")
            axes.set(xlabel="operations for each byte", title=name)
            axes.legend(fontsize=7, loc="lower right")
        panels[0].set(ylabel="operations a second")
    return plots.drawn(panels, alt=f"rooflines of two devices with three operations at {clips} clips in a batch")


explore(roofs, clips=[1, 4, 16, 64, 256])

# %% [markdown]
# Left of the corner a device waits for memory, right of it for arithmetic. Element-wise work lies to the left on
# every device and with any batch. It gets faster only by *not going to memory*, that is, when several operations
# become one (below: compiling, and attention in one piece). A matrix product moves to the right with the number of
# tokens, until the weights are read once for so many tokens that they do not count. From there on its *width* is the
# ceiling: `0.8 · d` operations for each byte with 16 bits. Our 256 never reaches an H100's corner; 5120 is far beyond.
#
# Note where the corner is: a large GPU wants hundreds of operations for each byte. Our small network, one clip at a
# time, gives it a hundred at most. **A large GPU would be idle most of the time with it.** That is not the GPU's
# fault, and it is why "how much faster is a GPU" has no answer without the size of the work.
#
# ## Everything on the device
#
# A GPU has its own memory. Three rules keep a program on it:
#
# 1. a tensor that is made inside a function is made where its inputs are: `x.new_zeros(...)`, `device=x.device`;
# 2. noise is drawn on the *generator's* device, the CPU, and moved once: so seed 3 is the same clip everywhere;
# 3. nothing in the loop asks a tensor for a number: `if mask.any():` makes Python wait for the whole queue.
#
# How does one test that without a GPU? With tensors that have a device, a shape and a type, but *no numbers*. PyTorch
# has these for its compiler (`FakeTensorMode`), and minisora wraps them as `PretendedGPU`. This is the real network,
# with the real loop:

# %%
# NBVAL_CHECK_OUTPUT
from minisora.course.pretend import PretendedGPU
from minisora.presets import NANO

with PretendedGPU() as gpu:
    imagined = gpu.build(lambda: DiT(NANO.dit))
    imagined_ids = torch.empty(1, 7, dtype=torch.int64, device="cuda")
    velocity = video_velocity(imagined, imagined_ids, SHAPE)
    x = torch.empty(1, NANO.dit.channels, *SHAPE, device="cuda")
    grid = time_grid(4)
    gpu.forget()
    made = sample(velocity, x, grid, step=ab2)
    print("the clip is on", made.device.type, "with the shape", tuple(made.shape))
    print("tensors in the loop, on:", *sorted(gpu.places))
    print("times that Python waited for a number, a call:", gpu.asked / 4)

# %% [markdown]
# So all is where it belongs. And the last line found something: in each call Python *does* wait for numbers, twice. It
# is `torch.unique` in the transformer (chapter 06): how many different noise levels there are decides a shape, and a
# shape is something that Python has to know. It saves much more than it costs on our sizes; on a fast GPU with small
# clips it is the first thing to remove. (Guidance asks for one more: is any token inside its interval?)
#
# The test that runs the whole path of sampling so is `tests/test_device_purity.py`; it needs neither a GPU nor ten
# seconds.
#
# ## Sixteen bits
#
# Half the bytes are half the traffic, and GPUs multiply 16-bit matrices many times faster. **bfloat16** keeps the
# range of float32 and gives up digits: 8 bits for them, so between 1 and 2 there are 128 numbers. 1 + 1/300 is 1 in
# it, and a time of 0.9987 is 1, too.
#
# A sampler is *nothing but* a sum of small steps: `x + (s - t) · velocity`. Walk a straight way from noise to a clip,
# whose velocity is always `noise - clip`, with more and more steps, and keep `x` in float32 or in bfloat16. On paper
# the number of steps makes no difference at all. **What will it do in bfloat16?**

# %%
target = clip.frames[None, :, :5, ::2, ::2].cpu()
start_noise = torch.randn(target.shape, generator=torch.Generator().manual_seed(1))


def straight_walk(steps: int, state: torch.dtype) -> Tensor:
    """From noise to the clip with the clip in so many bits, and a velocity that is right but in bfloat16."""
    x, way = start_noise.to(state), (start_noise - target).bfloat16()
    for t, s in itertools.pairwise(torch.linspace(1, 0, steps + 1)):
        x = x + (s - t).to(state) * way.to(state)
    return x.float()


for state in (torch.float32, torch.bfloat16):
    errors = [float((straight_walk(n, state) - target).std()) for n in (10, 30, 100, 300, 1000)]
    print(f"x in {state}, error after 10, 30, 100, 300, 1000 steps:", *(f"{error:.0e}" for error in errors))
walks = {f"{n} steps": straight_walk(n, torch.bfloat16)[0] for n in (10, 1000)}
plots.strips(walks, alt="ten steps in bfloat16 reach the clip; with a thousand steps noise is left all over it")

# %% [markdown]
# **More steps, more noise.** When a step is smaller than half the distance between two neighbouring numbers, nothing
# is added at all, and `x` stands still. With float32 *for x alone* the error is that of the rounded velocity, which
# is small and does not grow with the steps. So all systems do the same: the network in 16 bits, the sampler's state
# in 32.
#
# {card}
#
# Wrap a velocity in that way: round `x`, ask, and hand the answer back in the type that `x` had. And the time? You
# have seen what became of 0.9987; it is one number, so leave it as it is.


# %% exercise="half_network"
def half_network(velocity: Velocity, dtype: torch.dtype) -> Velocity:
    """The same velocity from a network in ``dtype``: the clip goes in rounded, the time as it is.

    The answer is in the clip's own type.
    """

    ### BEGIN SOLUTION
    def rounded(x: Tensor, t: Tensor) -> Tensor:
        return velocity(x.to(dtype), t).to(x.dtype)

    return rounded
    ### END SOLUTION


# %% check="half_network"
check.half_network(half_network)

# %% [markdown]
# With the real network: a copy of it in bfloat16 makes the same clip from the same noise, with its state in 32 bits
# and in 16. How far are their latents from those of the network in float32?

# %%
from copy import deepcopy

half_network = use(half_network=half_network)
short_dit = deepcopy(pipeline.dit).bfloat16()
STILL = (1, 4, 4)
still_noise, still_times = noise[:, :, :1, :4, :4], time_grid(by_profile(50, fast=12)).to(device)
exact = video_velocity(pipeline.dit, ids[:1], STILL)
rough = video_velocity(short_dit, ids[:1], STILL)

latents = sample(exact, still_noise, still_times, step=ab2)
mixed = sample(half_network(rough, torch.bfloat16), still_noise, still_times, step=ab2)
short = sample(lambda x, t: rough(x, t).to(x.dtype), still_noise.bfloat16(), still_times, step=ab2).float()
distance = {
    name: float((each - latents).norm() / latents.norm()) for name, each in (("mixed", mixed), ("short", short))
}
print("state in 32 bits is nearer to the float32 clip than state in 16:", distance["mixed"] < distance["short"])
print({name: f"{100 * far:.1f} %" for name, far in distance.items()})

# %% [markdown]
# The network looks at `x` anew in every step, sees what was lost, and leads back; a fixed velocity cannot. But where it is
# not settled yet what a picture will show, a small error may settle it: how many per cent it is in the end depends on
# weights and noise. With the state in 32 bits there is less to settle. With hundreds of steps nothing leads back.
#
# Two more places want 32 bits, and have them in `minisora/model`: the normalisation of queries and keys with their
# rotation (`query_key.float()` in `attention.py`), and the angles of the time, which go up to 1000 radians. As for
# speed: GPUs have had units for 16 bits for years, of CPUs only some, and elsewhere bfloat16 is *slower* than
# float32. Measure.
#
# ## Attention in one piece
#
# The formula of attention makes a table of `n x n` scores for each head, writes it to memory, reads it for the
# softmax, writes it, reads it again. Kernels in the manner of FlashAttention
# ([2205.14135](https://arxiv.org/abs/2205.14135)) work on tiles, keep running sums, and never write the table.
# `F.scaled_dot_product_attention` picks one of its *back ends* by device, type and mask; here we pick for it.
#
# How large is the table? In 16 bits `2 · heads · n²` bytes: for 91 tokens (80 patches and 11 words) and 4 heads 66
# kB, for five seconds at 720p with 75 600 tokens and 40 heads **457 GB**, in every block. Even where it fits, it
# costs time:

# %%
from torch.nn.attention import SDPBackend, sdpa_kernel

query = torch.randn(1, 2, by_profile(2048, fast=1024), 64, generator=torch.Generator().manual_seed(2)).to(device)
query = query.half() if device.type == "cuda" else query  # on GPUs the flash kernel takes 16 bits only
attention_times = {}
for name, backend in (("the formula", SDPBackend.MATH), ("in one piece", SDPBackend.FLASH_ATTENTION)):
    with sdpa_kernel(backend):
        attention_times[name] = timed(lambda: torch.nn.functional.scaled_dot_product_attention(query, query, query))
print("in one piece is faster:", attention_times["in one piece"] < attention_times["the formula"])

# %% [markdown]
# Without such kernels there would be no long videos. A mask of one's own (chapter 02's packing) can rule the fastest
# back ends out; this is why `prepare` hands over `None` when nothing is padded.
#
# ## Two questions in one call
#
# Guidance asks the network twice: with the prompt and without. `classifier_free` (chapter 07) stacks both and asks
# once. **What does that save here? What would it save on a device that is mostly idle?**

# %%
once = timed(lambda: both(pair, half_way))
twice = timed(lambda: (alone(noise, half_way), alone(noise, half_way)))
print(f"two calls of one row take {twice / once:.1f} times as long as one call of two rows")

calls = Counter()


def counting(name: str, velocity: Velocity) -> Velocity:
    def counted(x: Tensor, t: Tensor) -> Tensor:
        calls[name] += len(x)
        return velocity(x, t)

    return counted


plain = (lambda x, t: x - t), (lambda x, t: x + t)
for interval in ((0.0, 1.0), (0.2, 0.8)):
    calls.clear()
    guided = classifier_free(counting("rows", plain[0]), counting("rows", plain[1]), scale=4, interval=interval)
    sample(guided, noise, time_grid(20))
    print(f"guidance for t in {interval}: {calls['rows']} rows in 20 steps")

# %% [markdown]
# A CPU has no idle units to fill, so that one call gains little. On a GPU that waits for memory, the second row is
# nearly free: the weights are read once for both. The other way to save is not to ask: guidance in an interval only
# (chapter 07), or a network that was distilled to answer as if guided.
#
# ## Fewer, larger operations
#
# Hundreds of small operations a call: on a GPU each has to be *launched*, which takes Python and the driver some
# microseconds, and each element-wise one goes to memory and back. `torch.compile` reads a whole function and writes
# new kernels, several operations in one. One compiles the **repeated block**, not the whole model: the same speed for
# a fraction of the waiting. What does the compiler see? It can be asked, by a "back end" that only counts:

# %%
seen: list[Counter[str]] = []


def only_count(graph: torch.fx.GraphModule, inputs: list[Tensor]) -> Callable[..., object]:
    """A back end for ``torch.compile`` that changes nothing, and writes down which operations it was given."""
    named = (getattr(node.target, "__name__", str(node.target)) for node in graph.graph.nodes if "call" in node.op)
    seen.append(Counter(map(kind_of, named)))
    return graph.forward


backend = "inductor" if device.type == "cuda" else only_count
block = torch.compile(pipeline.dit.blocks[0], backend=backend)
tokens, levels = torch.zeros(2, 91, config.width, device=device), torch.zeros(2, 91, dtype=torch.long, device=device)
modulation = torch.zeros(1, 6 * config.width, device=device)
rope = torch.ones(1, 91, 1, config.width // config.heads // 2, dtype=torch.complex64, device=device)
with torch.no_grad():
    block(tokens, modulation, levels, rope, None)
print("graphs:", len(seen), *({kind: n for kind, n in each.items()} for each in seen))

# %% [markdown]
# One graph, without a break: nothing in the block asks for a number. Its matrix products stay as they are (nobody
# writes better ones in passing); nearly everything else can melt into a few kernels that read and write memory once.
# The first call pays for it with half a minute or so. That comes back after some dozens of calls where a call takes
# seconds; where it takes milliseconds, as ours, after thousands. And shapes that change make it begin again.
#
# **CUDA graphs** take the other half: they record all launches of a call once, and replay them with a single one. For
# this the call may ask for no number (rule 3), and inputs have to lie at the same addresses each time. How much is it
# worth? Say, a launch costs 5 millionths of a second. Of our call's operations some 200 are launched (the others are
# views, or call others): 1 ms of launches. Its arithmetic is about 2 billion operations, for which an H100 at 40 % of
# its data sheet needs 0.005 ms. So it would be launches that one waits for. A large model's call takes seconds, and
# its few thousand launches go on while the GPU works. *Whoever optimises by recipe optimises somebody else's
# program.*
#
# ## Answers that are still good
#
# Between two steps the clip changes little, and so do the network's answers. Why not use the last one again, while it
# is still good? We do not know the new answer before we ask. But we know the new *question*: how far has the clip
# moved since we last asked?
#
# {card}
#
# Wrap a velocity such that it asks only when the clip has changed by more than `tolerance` **since it last asked**,
# relative to the clip of that time, and gives the last answer again otherwise. (It asks a tensor for a number in every
# step, against rule 3: the price of deciding while one goes.)


# %% exercise="reuse"
def reuse(velocity: Velocity, tolerance: float) -> Velocity:
    """Ask ``velocity`` only when the clip has changed by more than ``tolerance`` since it was last asked.

    The change is relative: ``|x - last| / |last|`` over all numbers, with the clip ``last`` of that call. Between calls
    the last answer is given again. The first question is always asked; each call of ``reuse`` has a memory of its own.
    """
    ### BEGIN SOLUTION
    memory: tuple[Tensor, Tensor] | None = None

    def thrifty(x: Tensor, t: Tensor) -> Tensor:
        nonlocal memory
        if memory is None or (x - memory[0]).norm() > tolerance * memory[0].norm():
            memory = (x, velocity(x, t))
        return memory[1]

    return thrifty
    ### END SOLUTION


# %% check="reuse"
check.reuse(reuse)

# %% [markdown]
# Whole answers are coarse. Large models reuse **features** instead: the first and the last blocks are computed in every
# call, and what the blocks between them add to the tokens, which changes slowly, only now and then (DeepCache,
# [2312.00858](https://arxiv.org/abs/2312.00858); Pyramid Attention Broadcast,
# [2408.12588](https://arxiv.org/abs/2408.12588)). With blocks in a list that takes a dozen lines, `with_lazy_middle` in `c10_gpu.py`.
#
# Is either better than simply taking fewer steps? That is the comparison which matters, and which is often left out.
# As the truth we take a run of four times as many steps. **What do you expect?**

# %%
reuse = use(reuse=reuse)
STEPS = by_profile(20, fast=8)
asked = counting("network", classifier_free(alone, both, scale=guidance))
full, limit = (sample(asked, noise, grid_of(n), step=ab2) for n in (STEPS, 4 * STEPS))


def cost_and_error(velocity: Velocity, steps: int) -> tuple[float, float]:
    """Network calls, and the distance of the latents to those of many steps."""
    calls.clear()
    made = sample(velocity, noise, grid_of(steps), step=ab2)
    return calls["network"], float((made - limit).norm() / limit.norm())


def features_again(steps: int) -> tuple[float, float]:
    """The same where blocks 3 to 5 of 6 rest in every second call, which then costs half a call."""
    lazy = with_lazy_middle(pipeline.dit, first=2, last=1)
    guided = classifier_free(*(video_velocity(lazy, each, SHAPE) for each in (one_text, text)), scale=guidance)
    return 0.75 * steps, cost_and_error(guided, steps)[1]


# %%
tolerances, fewer = by_profile((0.08, 0.1, 0.15, 0.25), fast=(0.1, 0.3)), by_profile((5, 8, 12, 16, 20), fast=(3, 5))
curves = {
    "fewer steps": [cost_and_error(asked, steps) for steps in progress(fewer, "fewer steps")],
    "answers used again": [cost_and_error(reuse(asked, each), STEPS) for each in progress(tolerances, "answers")],
    "features used again": [features_again(steps) for steps in progress(fewer, "features")],
}
alt = "distance to the limit against network calls, for three ways to save calls: none lies lowest everywhere"
with plots.chart(alt=alt, size=(6, 2.6)) as axes:
    for (label, points), marker in zip(curves.items(), "osD", strict=True):
        axes.plot(*zip(*points, strict=True), marker + "-", label=label)
    axes.set(xlabel="network calls", ylabel="distance to the limit", ylim=(0, None))
    axes.legend(fontsize=8)

# %% [markdown]
# An honest result: this is no free lunch. In one clip the answers used again may lie a little lower at some number of
# calls. (Where a line does not fall, the clip has decided some detail otherwise than the limit, as in chapter 09.)
# But on six prompts nothing beat taking fewer steps by more than chance: reusing an answer *is* a step of a simpler
# solver, at places that the clip chooses, and six blocks leave little between the first and the last. It pays in
# large models with dozens of blocks and fifty steps, where one may also let the change of the time-modulated input
# decide, as you did with the clip (TeaCache, [2411.19108](https://arxiv.org/abs/2411.19108)). They report roughly one
# and a half to two times the speed at little loss, sometimes more. Compare any such number with *fewer steps*, at the
# same quality.
#
# ## The decoder's memory
#
# The transformer works on latents; the decoder's tensors are the largest of the whole program. Chapter 03 decodes a
# clip piece by piece in *time*, exactly. What does that save? We watch the largest tensor that any layer makes.

# %%
from minisora.codec.stream import decode_stream

long = torch.randn(1, config.channels, 17, 8, 8, generator=torch.Generator().manual_seed(5)).to(device)
codec = pipeline.codec
at_once, largest = largest_tensor(codec, lambda: codec.decode(long))
streamed, smaller = largest_tensor(codec, lambda: torch.cat(list(decode_stream(codec, long.split(2, dim=2))), dim=2))
print("the same clip:", torch.allclose(at_once, streamed, atol=1e-4))
print(f"the largest tensor is {largest / smaller:.1f} times smaller")

# %% [markdown]
# Streaming is exact because the codec never looks ahead. For large *frames* one cuts in space as well, and there the
# layers do look across the cut. Decode the left and the right half by themselves, and put them side by side. Then let
# them overlap by two latents, and fade from one to the other. **Where will the error be?**

# %%
latent_clip = full[:, :, :3]


def in_two(overlap: int) -> Tensor:
    """Decode two halves that share ``overlap`` latents, and fade linearly from one to the other."""
    middle, scale = latent_clip.shape[-1] // 2, codec.config.spatial
    low, high = middle - overlap // 2, middle + (overlap + 1) // 2
    left, right = codec.decode(latent_clip[..., :high]), codec.decode(latent_clip[..., low:])
    fade = torch.linspace(1, 0, scale * (high - low) + 2, device=device)[1:-1]
    shared = left[..., scale * low :] * fade + right[..., : scale * (high - low)] * (1 - fade)
    return torch.cat([left[..., : scale * low], shared, right[..., scale * (high - low) :]], dim=-1)


reference = pipeline.codec.decode(latent_clip)
tiles = {f"overlap {n}": (in_two(n) - reference)[0].abs().mean((0, 1)) for n in (0, 2, 4)}
print("largest error of a place:", {name: f"{float(error.max()):.3f}" for name, error in tiles.items()})
alt = "where tiled decoding errs: beside the cut in the middle, the wider the overlap the further out"
plots.images(tiles, alt=alt, width=180)

# %% [markdown]
# A seam, where each half was told that nothing lies beyond its edge. (Each picture is as bright as its own largest
# error: compare the numbers above.) Overlap makes it weaker and smooth, and costs arithmetic twice. Most published
# decoders offer both, and seams are the usual complaint.
#
# ## Many prompts: throughput and latency
#
# Somebody asks for a hundred clips. One at a time, or sixteen together? **Latency** is how long one waits for a clip
# (below: for one of its 20 calls), **throughput** how many clips come out a second. On an idle GPU, a larger batch
# takes hardly longer until the units are full. **And here?**

# %%
batches = by_profile([1, 2, 4, 8], fast=[1, 4])


def batch_seconds(clips: int) -> float:
    velocity = video_velocity(pipeline.dit, one_text, SHAPE)
    return timed(lambda: velocity(noise.expand(clips, -1, -1, -1, -1), half_way))


latency = [batch_seconds(clips) for clips in progress(batches, "batches")]
alt = "left: the time of a call grows with the batch; right: clips a second, which on a CPU rise a little at most"
with plots.chart(alt=alt, size=(7, 2.4), panels=2) as (left, right):
    left.plot(batches, [1000 * each for each in latency], "o-")
    left.set(xlabel="clips in a batch", title="latency of a call in ms", ylim=(0, None))
    rates = [clips / (20 * each) for clips, each in zip(batches, latency, strict=True)]
    right.plot(batches, rates, "o-")
    right.set(xlabel="clips in a batch", title="clips a second, at 20 calls each", ylim=(0, 1.1 * max(rates)))

# %% [markdown]
# If the right curve is flat, a batch only makes everyone wait. If it rises, it pays, up to where it bends: there the
# device is full. Whoever serves people picks the largest batch whose latency they accept.
#
# ## The table
#
# Your device, beside those on which this was measured before (`data/devices.json`; add a row with `python -m
# minisora.course.devices`). There is no row for a GPU because none has been measured. If you have one, yours is the
# first.

# %%
from minisora.course.devices import measure, stored

mine_here = measure(pipeline, rows=by_profile(4, fast=1), repeats=by_profile(3, fast=1))
print(f"{'device':32} {'TFLOP/s':>8} {'GB/s':>6} {'tokens':>6} {'call ms':>8} {'16 clips ms':>11} {'decode ms':>9}")
for row in [*stored(), mine_here]:
    numbers = f"{row.teraflops:8.3g} {row.gigabytes:6.3g} {row.tokens:6}"
    name = f"{row.device} (stored)" if row is not mine_here else "here, now"
    print(f"{name[:32]:32} {numbers} {1e3 * row.call:8.3g} {1e3 * row.call16:11.4g} {1e3 * row.decode:9.3g}")

# %% [markdown]
# ## What Sora-sized sampling costs
#
# Sora's size has not been published. But for a transformer of *given* size the bill is arithmetic that you know:
# tokens from chapter 02, operations from chapter 06, calls from chapter 09, guidance from chapter 07.
#
# {card}
#
# Put them together. The codec is ours: 1 + 4k frames become 1 + k, and height and width shrink 8 times. The package's
# `flops(config, tokens, words)` counts one row of one call.


# %% exercise="sampling_flops"
def sampling_flops(
    config: DiTConfig, frames: int, height: int, width: int, *, steps: int, guided: bool = True, words: int = 24
) -> int:
    """Arithmetic of the whole sampling of one clip of so many frames and pixels, with a 4x8x8 codec.

    One step is one call of the network, with guidance for two rows: with the prompt and without. The frames are 1 + 4k.
    """
    ### BEGIN SOLUTION
    side = 8 * config.patch
    tokens = (1 + (frames - 1) // 4) * (height // side) * (width // side)
    return steps * (2 if guided else 1) * flops(config, tokens, words)
    ### END SOLUTION


# %% check="sampling_flops"
check.sampling_flops(sampling_flops)

# %%
sampling_flops = use(sampling_flops=sampling_flops)
GPU_PEAK = 0.4 * 989e12  # an H100 at 40 % of its data sheet
ours = DiTConfig(channels=24, width=256, depth=6, heads=4, text_width=128, text_depth=2, vocabulary=304, patch=2)
large = DiTConfig(channels=16, width=5120, depth=40, heads=40, text_width=512, text_depth=2, vocabulary=304, patch=2)
bills = {
    "ours, 2 s of 64x64": (ours, 17, 64, 64, 20),
    "a large one, 5 s of 480x832": (large, 81, 480, 832, 50),
    "a large one, 5 s of 720x1280": (large, 81, 720, 1280, 50),
    "a large one, 60 s of 720x1280": (large, 961, 720, 1280, 50),
}
for name, (each, frames, height, width, steps) in bills.items():
    operations_needed = sampling_flops(each, frames, height, width, steps=steps)
    print(
        f"{name:30} {operations_needed:8.0e} operations: {operations_needed / GPU_PEAK / 60:10.2g} minutes on an H100"
    )

# %% [markdown]
# The large one is 5120 wide and 40 blocks deep: 13 billion weights. Five seconds cost about half an hour of a large
# GPU that reaches 40 % of its peak; a *minute* of video costs not twelve times as much but two orders of magnitude
# more, since attention grows with the square of the tokens. This is where all the work of the last years has gone:
# codecs that shrink more, attention that looks at less, few-step students (from 100 rows down to 4), and many GPUs
# for one clip.
#
# ## Diagnose: why is it slow?
#
# Five programs have been profiled on an imagined GPU; each is limited by something else. All times are milliseconds
# of one step of sampling. *Kernels* is how long the GPU works, *gaps* how long it stands still; then the shares of
# both peaks that it reaches while it works, how long the first, second and tenth step take, and a step with twice the
# batch.
#
# | | kernels | gaps | of peak arithmetic | of bandwidth | steps | twice the batch |
# |---|---|---|---|---|---|---|
# | A | 96, in 400 launches | 2 | 71 % | 18 % | 98, 98, 98 | 195 |
# | B | 3, in 900 launches | 9, each about 0.01 | 4 % | 6 % | 12, 12, 12 | 12 |
# | C | 40, in 700 launches | 1 | 6 % | 88 % | 41, 41, 41 | 81 |
# | D | 18, in 400 launches | 29: 1 after each block's `if mask.any()` | 60 % | 20 % | 47, 47, 47 | 65 |
# | E | 20, in 150 launches | 1 | 66 % | 30 % | 41000, 21, 21 | 41 |
#
# It may be: `"arithmetic"`, `"memory traffic"`, `"launching small kernels"`, `"waiting for Python to read a number"`,
# `"copies between CPU and GPU"`, or `"first calls that compile"`.
#
# {card}
#
# What limits each of them most? Return it word for word, one of the list (one is nobody's). A `dict` will do.


# %% exercise="diagnose_slow"
def diagnose_slow(program: str) -> str:
    """What limits the program "A" to "E" most: in the words of the list above."""
    ### BEGIN SOLUTION
    findings = {
        "A": "arithmetic",
        "B": "launching small kernels",
        "C": "memory traffic",
        "D": "waiting for Python to read a number",
        "E": "first calls that compile",
    }
    return findings[program]
    ### END SOLUTION


# %% check="diagnose_slow"
check.diagnose_slow(diagnose_slow)

# %% [markdown]
# ## Break it
#
# **First: forget rule 1**, and make a tensor inside the loop without saying where. On a CPU this works for ever. On a
# pretended GPU?

# %%
# NBVAL_CHECK_OUTPUT


def careless(x: Tensor, t: Tensor) -> Tensor:
    return x * torch.linspace(0, 1, x.shape[-1])  # made on the CPU


with PretendedGPU():
    try:
        sample(careless, torch.empty(1, 3, *SHAPE, device="cuda"), time_grid(2))
    except RuntimeError as error:
        print("found:", "same device" in str(error) or "different devices" in str(error))

# %% [markdown]
# **Second: a memory that compares with the last step.** In `reuse`, the question was how far the clip has moved since
# the network was last *asked*. Compare with the step *before* instead, and small changes never add up. With a
# tolerance a little above the change of a step the network is asked once, in the beginning, and never again. **What
# clip is that?**


# %%
def forgetful(velocity: Velocity, tolerance: float) -> Velocity:
    last: Tensor | None = None
    answer: Tensor | None = None

    def wrong(x: Tensor, t: Tensor) -> Tensor:
        nonlocal last, answer
        if last is None or (x - last).norm() > tolerance * last.norm():
            answer = velocity(x, t)
        last = x
        return answer

    return wrong


calls.clear()
stale = sample(forgetful(asked, 0.5), noise, grid_of(STEPS), step=ab2)
print(f"the network was asked {calls['network']} times in {STEPS} steps")
made = {"asked each time": pipeline.codec.decode(full)[0], "forgetful": pipeline.codec.decode(stale)[0]}
plots.strips(made, alt="the clip of the full run, and the smear that one answer from pure noise leads to")

# %% [markdown]
# If it was asked only once, it is what the network believes in at t = 1 (chapter 00): the average of all clips that the
# prompt allows, exaggerated by the guidance. A smear, and *without any error message*.
#
# ## The Studio
#
# Here is the machine with a panel. All of its keys work without a mouse, and `make studio` opens it on a page of its
# own. (Where no widgets run you see its first clip.)

# %%
Studio("a blue star moves left", pipeline, steps=by_profile(20, fast=2), seconds=by_profile(2.0, fast=0.5))

# %% [markdown]
# ## Mine against the reference
#
# The machine is complete, so let us see what you have built. The next cell reads your notebooks in this folder,
# takes every part out of them, checks it, puts those that pass into the machine in place of the package's, builds the
# networks anew out of them, and makes a clip. If it is the package's clip, then the table says how much of this
# machine is *yours*.
#
# Parts that "stand for themselves" are experiments and diagnoses, for which the package has no place. Of those that
# are "in the machine" some, such as the loss, have work to do only while it trains. (On this page as it is stored,
# the notebooks are the course's own solutions, or, in the fast profile, those of one chapter.) Save this notebook
# before you run it.

# %%
from minisora.course.mine import mine

mine(
    ".",
    steps=by_profile(None, fast=2),
    seconds=by_profile(2.0, fast=0.5),
    only=by_profile(None, fast=["02"]),
)

# %% [markdown]
# If a part fails, its line says why; the chapter that it comes from has the check with all of its messages. A part
# can pass and yet spoil the clip (then it is named, and the package's is used): that would be a hole in our checks,
# and we would like to hear of it.
#
# ## In the real systems
#
# - **LTX-Video** compresses 32 x 32 x 8 and reports five seconds of 24 frames at 768 x 512 in two seconds on an H100,
#   faster than it plays ([2501.00103](https://arxiv.org/abs/2501.00103)). It is the codec that makes it so.
# - **Wan 2.1** decodes in pieces with a cache of features, as chapter 03 does
#   ([2503.20314](https://arxiv.org/abs/2503.20314)); **HunyuanVideo** tiles its decoder in space and time, and fades
#   ([2412.03603](https://arxiv.org/abs/2412.03603)).
# - **Many GPUs for one clip** share the tokens: each has some of them, and either passes keys and values around (Ring
#   Attention, [2310.01889](https://arxiv.org/abs/2310.01889)) or trades tokens for heads (DeepSpeed-Ulysses,
#   [2309.14509](https://arxiv.org/abs/2309.14509)). xDiT combines them for diffusion transformers
#   ([2411.01738](https://arxiv.org/abs/2411.01738)).
# - **Few steps**: CausVid turns a teacher of 50 steps into a causal student of four, which streams
#   ([2412.07772](https://arxiv.org/abs/2412.07772)).
# - **Sora**'s report says nothing about cost. It shows how quality grows with compute
#   ([2024](https://openai.com/index/video-generation-models-as-world-simulators/)).
#
# ## Recap
#
# - Warm up, wait on both sides, take the median: or you measure the queue.
# - `seconds ≥ max(work / peak, traffic / bandwidth)`. Element-wise work waits for memory; matrix products of many wide
#   tokens for arithmetic; small models on large GPUs for launches.
# - Every tensor is made where its inputs are. That can be tested without a GPU.
# - The network in 16 bits, the sampler's state and the time in 32.
# - Guidance in one call, constants before the loop, attention in one piece, blocks compiled: same clip, less waiting.
# - Reusing answers, fewer steps and tiles change the clip: compare them with each other at the same cost.
#
# ## Five words
#
# - **synchronise**: wait until a device has done all that was ordered.
# - **roofline**: the least time that an operation can take, from its arithmetic and its bytes.
# - **bfloat16**: 16 bits with the range of float32 and 8 bits of precision.
# - **kernel launch**: the order of one operation to a GPU; it costs microseconds, whatever the operation is.
# - **throughput, latency**: clips a second, and how long one waits for one.
#
# ## Test yourself
#
# **1.** A kernel does 10 billion operations on 2 billion bytes, on a device with 100 trillion operations and 1
# trillion bytes a second. How long does it take at least? What if the arithmetic were halved?
#
# <details><summary>Answer</summary>
#
# Arithmetic 0.1 ms, memory 2 ms: **2 ms**, limited by memory. Halving the arithmetic changes **nothing**; fetching
# half the bytes (16 bits in place of 32, or two operations in one) halves the time.
#
# </details>
#
# **2.** After a move to bfloat16, clips with 20 steps look fine and clips with 500 steps are noisy. What is wrong,
# and where do you look?
#
# <details><summary>Answer</summary>
#
# The sampler's `x` is in 16 bits too, and steps of 1/500 are lost in the rounding. Look at `x.dtype` in the loop: it
# has to be float32, and only the network's input and weights short.
#
# </details>
#
# **3.** Somebody reports that a cache of features makes sampling 1.9 times faster "without visible loss", on a model
# with 50 Euler steps. Which two comparisons do you ask for?
#
# <details><summary>Answer</summary>
#
# The same model with **26 steps** (the same number of calls), and with a **better solver**, such as AB2 or
# DPM-Solver++, at 26 calls; judged on many clips with a score, not on four that were picked.
#
# </details>
#
# **The machine is complete.** You know every part of it, what turns a sentence into a video, and what that costs. At
# which sizes and for how long it can be asked is the question of **[11 · Any size](11_any_size.ipynb)**, which needs no
# new part. And beyond the pages: `docs/recipes.md` says what was tried and what is worth trying next, and
# `minisora train text-to-video --preset small` on a GPU makes a larger model. Change something. Measure it. Tell
# somebody.
