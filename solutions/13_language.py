# %% [markdown]
# # 13 · Language
#
# | | |
# |---|---|
# | **You build** | a captioner's targets and its way to speak; a count of what a caption gets right; what a word is worth when some captions are wrong; full captions of short prompts; a language as two tables |
# | **It becomes** | `minisora/model/captioner.py`, `minisora/worlds/agreement.py` and `minisora/language/` |
# | **You need** | chapters 06 (attention) and 07 (words, and who is bound to what) |
# | **Time** | 80 to 110 minutes of reading and writing; running everything takes one to two minutes on a 2-core laptop |

# %%
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from minisora.course import begin, by_profile, check, explore, finished_captioner, finished_pipeline, plots, use
from minisora.model.captioner import IGNORED, Captioner, CaptionerConfig, say, sees
from minisora.model.tokenizer import BEGIN, PAD
from minisora.presets import WORLD
from minisora.training.captioning import full_caption, train_captioner
from minisora.training.latents import ClipSet, draw_clips
from minisora.worlds.claims import Claims, ObjectClaim, claims_of, parse

begin("13")
END = PAD  # a caption ends where its padding begins

# %%
pipeline, captioner = finished_pipeline(), finished_captioner()
device, codec, tokenizer = pipeline.device, pipeline.codec, pipeline.tokenizer
COUNT = by_profile(64, fast=24)
scenes, video = draw_clips(ClipSet(clips=COUNT, world=WORLD, seed=1313), 0)  # clips that no training shows
with torch.no_grad():
    latents = codec.encode(video.to(device))
truth = [full_caption(scene) for scene in scenes]
said = tokenizer.decode(say(captioner, latents, longest=40))
rows = {f"it says: {words}": clip for words, clip in zip(said[:4], video[:4], strict=True)}
plots.strips(rows, alt="four drawn clips, and what the captioner says of each")

# %% [markdown]
# So far words became clips. Here a clip becomes words: a small network looks at the latents of a clip that it has
# never seen, and writes a sentence. It has 0.4 million numbers, a fifteenth of the transformer that paints.
#
# Who needs that? Whoever has clips and no words. Nobody who trains a real video model finds millions of clips *with
# good sentences*: under most videos stands little, and some of it is wrong. So the makers of DALL-E 3, and of Sora
# after them, trained a captioner first, and let it write the sentences that the large model then learnt from. This
# page walks the whole way of a word:
#
# 1. **from the clip**: a captioner, and how far what it says is true;
# 2. **into training**: what wrong words cost, and what the captioner's are worth;
# 3. **from the user**: a prompt is short, in other words, or in another language. A caption is made of it.
#
# ## From left to right
#
# The captioner is a transformer as in chapter 06, without noise and without time. One sequence holds the patches of
# the clip and the words of the sentence behind them. It is asked one thing only: **which word comes next?**
#
# So a word must not see the words behind it: the answer would lie on the table. **Six patches and four words: draw
# the square of who may look at whom.**

# %%
# NBVAL_CHECK_OUTPUT
mask = sees(6, 4)
print("who looks (row) at whom (column), patches first:")
print(*("".join("x" if seen else "." for seen in row) for row in mask.tolist()), sep="\n")
print("of 100 pairs, allowed:", int(mask.sum()))

# %% [markdown]
# Patches look at all patches, and at no word: or else a word would read those after it by way of the picture. Words look
# at all patches, at themselves, and *back*. That one triangle is the whole difference between an encoder of words
# (chapter 07) and a network that can speak.
#
# It also makes training cheap. All places of a sentence are asked at once: the network reads the *true* words up to a
# place, and says the next one there. This is called **teacher forcing**.
#
# {card}
#
# `ids` is `b m`, as the tokenizer makes them: `BEGIN` (1), words, padding (`PAD`, 0). Return two tensors `b m`: what
# is read, and the target of each place.
#
# - The target of a place is the word behind it, that of the last word is `END` (0): somebody has to tell it when to
#   stop.
# - The places of padding do not count: their target is `IGNORED` (-100), which `F.cross_entropy` passes over.


# %% exercise="next_word"
def next_word(ids: Tensor) -> tuple[Tensor, Tensor]:
    """What a causal network reads, and what it should say at each place: ``b m`` both."""
    ### BEGIN SOLUTION
    behind = torch.cat([ids[:, 1:], torch.full_like(ids[:, :1], END)], dim=1)
    return ids, behind.masked_fill(ids == PAD, IGNORED)
    ### END SOLUTION


# %% check="next_word"
check.next_word(next_word)

# %%
# NBVAL_CHECK_OUTPUT
next_word = use(next_word=next_word)
read, target = next_word(tokenizer.encode(["a small red circle spins", "a blue star"]))
word = {PAD: "-", BEGIN: "<begin>", IGNORED: "(ignored)"} | {i + 2: w for i, w in enumerate(tokenizer.words)}
for one, other in zip(read, target, strict=True):
    print("reads", *(f"{word[int(i)]:10}" for i in one))
    print("says ", *(f"{'<end>' if int(i) == END else word[int(i)]:10}" for i in other), "\n")

# %% [markdown]
# The loss is the **cross-entropy**: minus the logarithm of the probability that the network gave to the right word, on
# average over all places that count.
#
# **Before it has learnt anything every word is as likely as any other. What is the loss then, to three digits?** You
# need one number: there are 304 ids, with the two marks.

# %%
# NBVAL_CHECK_OUTPUT
import math

sizes = CaptionerConfig(channels=codec.config.channels, vocabulary=len(tokenizer), width=64, depth=2, heads=2)
untrained = Captioner(sizes, generator=Generator().manual_seed(0)).to(device)
ids = tokenizer.encode(truth).to(device)
read, target = next_word(ids)
with torch.no_grad():
    logits = untrained(latents, read)
loss = F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED)
print("ids in all:", len(tokenizer), "  ln of it:", round(math.log(len(tokenizer)), 3))
print("the first loss is that:", math.isclose(float(loss), math.log(len(tokenizer)), abs_tol=1e-3))

# %% [markdown]
# ## Half a minute of training
#
# Two tiny captioners learn from the few clips above, one of them **blind**: it is given zeros in place of the clip.
# **Sketch both curves first. When does the blind one fall behind, and why not earlier?**

# %%
STEPS = by_profile(300, fast=6)
curves = {}
for label, clips in {"sees the clip": latents, "blind": torch.zeros_like(latents)}.items():
    tiny = Captioner(sizes, generator=Generator().manual_seed(0)).to(device)
    curves[label] = losses = []
    options = {"steps": STEPS, "batch": 16, "watch": lambda _, loss, losses=losses: losses.append(loss)}
    train_captioner(tiny, lambda chosen, clips=clips: clips[chosen.to(device)], truth, tokenizer, **options)
with plots.chart(
    alt="two losses that fall together at first; later the one that sees the clip goes on falling"
) as axes:
    for label, losses in curves.items():
        axes.plot(losses, label=label)
    axes.set(xlabel="step", ylabel="nats a word", ylim=(0, None))
    axes.legend()

# %% [markdown]
# First both learn *English*: that a sentence begins with "a", that a size is followed by a colour, that "to" is
# followed by "the". For that nobody has to look. What is left for the blind one is what no grammar knows: *which*
# size, which colour, which shape. On new clips a choice among eight colours costs ln 8 = 2.1 nats on average, once a
# thing; spread over the dozen words of a sentence that is little, and so **a captioner with a fine loss may be nearly
# blind**. We need another measure than the loss. (Here both curves end lower still: so few sentences are soon known by
# heart.)
# But first it has to speak.
#
# ## Speaking
#
# In training the true words are there to be read. In use it reads *its own*: it says a word, puts it down, reads
# everything once more, says the next one. Always taking the likeliest word is called **greedy** decoding.
#
# {card}
#
# `logits(ids)` is `b m vocabulary`: at each place, how likely each word is to come next. Begin each of the `rows`
# with `BEGIN`. A row that has said `END` is done: padding behind it. Stop when all are done, or after `longest` words.
# Return ids as the tokenizer makes them: `rows m`, as wide as `BEGIN` and the longest caption; `END` has no column.


# %% exercise="greedy"
def greedy(logits, rows: int, *, longest: int = 64) -> Tensor:
    """Captions of the likeliest next word each time: BEGIN, words, and padding behind the end."""
    ### BEGIN SOLUTION
    ids, going = torch.full((rows, 1), BEGIN), torch.ones(rows, dtype=torch.bool)
    for _ in range(longest):
        word = torch.where(going, logits(ids)[:, -1].argmax(-1).cpu(), PAD)
        going = going & (word != END)
        if not going.any():
            break
        ids = torch.cat([ids, word[:, None]], dim=1)
    return ids
    ### END SOLUTION


# %% check="greedy"
check.greedy(greedy)

# %%
# NBVAL_CHECK_OUTPUT
greedy = use(greedy=greedy)


@torch.no_grad()
def spoken(clips: Tensor) -> list[str]:
    """What the shipped captioner says of latents."""
    return tokenizer.decode(greedy(lambda ids: captioner(clips, ids.to(clips.device)), len(clips), longest=40))


def claims(caption: str) -> Claims:
    """What a caption says: nothing, if it contradicts itself."""
    try:
        return parse(caption)
    except ValueError:
        return Claims()


print("your decoder and the package's say the same:", spoken(latents[:8]) == said[:8])

# %% [markdown]
# How sure is it? Move the sliders: they choose a clip, and a place in its true sentence. The bars are the five
# likeliest next words. **Where do you expect one bar of 100 %, and where several?**

# %%
with torch.no_grad():
    sure = captioner(latents[:8], tokenizer.encode(truth[:8]).to(device)).softmax(-1).cpu()


def next_words(clip: int, place: int) -> plots.Picture:
    before = ["<begin>", *truth[clip].replace(",", " ,").split()]
    place = min(place, len(before) - 1)
    best = sure[clip, place].topk(5)
    with plots.canvas(size=(6.4, 2.0)) as axes:
        axes.barh([word[int(i)].replace("-", "<end>") for i in best.indices][::-1], best.values.tolist()[::-1])
        axes.set(xlim=(0, 1), title=f"after: {' '.join(before[max(0, place - 6) : place + 1])}")
    bars = plots.drawn(axes, alt=f"the five likeliest words after {before[place]}")
    return plots.stack(plots.filmstrip(video[clip], alt=truth[clip], columns=6), bars)


explore(next_words, place=[0, 1, 2, 3, 4, 6, 8], clip=list(range(4)))

# %% [markdown]
# Grammar is certain. What is hard to see is not: a size near a border between two names, a shape of few pixels, a
# motion that the four frames of a latent hide. Where you see two bars, the greedy sentence shows nothing of the doubt.
#
# ## Is it true?
#
# Translations are often scored by how many words they share with a reference. For "a small **red** circle moves left"
# against "a small **blue** circle moves left" that is five of six, and the clip is wrong. We know better, since our
# sentences can be *read*: `parse` (chapter 01) makes claims of them, and the scene says which hold.
#
# A caption can fail in two ways, and they must not be mixed up: what it says may be **wrong**, and what is true may be
# **left out**. A person who writes "a ball" says nothing wrong.
#
# {card}
#
# `said` and `true` are lists of `ObjectClaim(shape, colour, size, motion)`; in `said` None is "not mentioned". Return
# three numbers: claims that are right, that are wrong, that are left out.
#
# - Nobody says *which* thing is meant. Pair each thing that is said with one of the scene (no two with the same one),
#   or with nobody, so that most claims are right; among equals, so that least is left out.
# - Whatever is said and not right is wrong; of a thing that is not there, everything.
# - Left out: four claims for each thing of the scene that nobody means; for one that is meant, each None of what was said
#   of it.


# %% exercise="agreement"
def agreement(said: list[ObjectClaim], true: list[ObjectClaim]) -> tuple[int, int, int]:
    """Claims that are right, that are wrong, and that are left out."""
    ### BEGIN SOLUTION
    from itertools import permutations

    def fields(thing: ObjectClaim) -> tuple:
        return thing.shape, thing.colour, thing.size, thing.motion

    claims = sum(word is not None for thing in said for word in fields(thing))
    best = (-1, 0)
    for chosen in permutations([*said, *[None] * len(true)], len(true)):
        pairs = [(a, b) for a, b in zip(chosen, true, strict=True) if a is not None]
        words = [(x, y) for a, b in pairs for x, y in zip(fields(a), fields(b), strict=True) if x is not None]
        best = max(best, (sum(x == y for x, y in words), len(words)))
    return best[0], claims - best[0], 4 * len(true) - best[1]
    ### END SOLUTION


# %% check="agreement"
check.agreement(agreement)

# %% [markdown]
# Now the table that counts: the captioner on clips that no training has shown, and beside it two floors. The first
# one looks at **another clip**: sentences as good as any, only not about this one. The second is a person in a hurry,
# who says the shapes and nothing else. **How many claims about another clip's things will be right by luck?** (Eight
# colours, six shapes, three sizes, fifteen motions; and the pairing is the luckiest.)

# %%
agreement = use(agreement=agreement)


def scored(captions: list[str]) -> dict[str, float]:
    """Claims right, wrong and left out, as shares of what is true; and clips of which all is right."""
    read = [claims(caption).objects for caption in captions]
    found = [agreement(words, claims_of(scene).objects) for words, scene in zip(read, scenes, strict=True)]
    there = sum(4 * len(scene.objects) for scene in scenes)
    shares = {name: sum(each[i] for each in found) / there for i, name in enumerate(("right", "wrong", "left out"))}
    return shares | {"all right": sum(wrong + left == 0 for _, wrong, left in found) / len(found)}


short = [" and ".join(f"a {thing.shape}" for thing in scene.objects) for scene in scenes]
for label, captions in {"captioner": said, "of another clip": said[1:] + said[:1], "shapes only": short}.items():
    print(f"{label:15}", "   ".join(f"{name} {share:4.0%}" for name, share in scored(captions).items()))

# %% [markdown]
# In the last row nothing is wrong, and three quarters are left out. Keep the two kinds of failure in mind: training
# will suffer from them in two ways.
#
# The figures of the whole run stand on the captioner's card: 512 new clips, and the processor time that it took. The
# judge (chapter 01) reads a clip with geometry, which somebody had to think out; the captioner learnt it from examples in
# minutes.
# But it reads only what its examples were like.

# %%
import json

from minisora.checkpoint import shipped_folder

path = shipped_folder().parent / "ladder" / "captioner.json"
card = json.loads(path.read_text()) if path.exists() else {"scores": {}, "steps": 0, "processor_seconds": 0}
print(f"{card['steps']} steps, {card['processor_seconds'] / 60:.1f} minutes of one core; share of clips right in")
for label in ("it", "of another clip"):
    print(f"{label:15}", ", ".join(f"{kind} {share:.0%}" for kind, share in card["scores"].get(label, {}).items()))

# %% [markdown]
# **A test of its eyes.** Turn the frames of clips round, in pixels, and encode them anew. What moved left moves right
# now, what grew shrinks. What spins, spins. **If it had learnt only what things look like, and guessed their motion:
# what would it say of the turned clips?**

# %%
turn = {"left": "right", "right": "left", "up": "down", "down": "up", "grows": "shrinks", "shrinks": "grows"}
turn |= {f"{a}-{b}": f"{turn[a]}-{turn[b]}" for a in ("up", "down") for b in ("left", "right")}
way = [i for i, scene in enumerate(scenes) if all(thing.motion in turn for thing in scene.objects)]
with torch.no_grad():
    turned = spoken(codec.encode(video[way].flip(2).to(device)))
motions = lambda text: sorted(str(thing.motion) for thing in claims(text).objects)  # noqa: E731
before = sum(motions(said[i]) == motions(truth[i]) for i in way)
after = sum(motions(text) == sorted(turn[m] for m in motions(truth[i])) for i, text in zip(way, turned, strict=True))
print(f"of {len(way)} clips with nothing but such motions: right {before}, turned round {after}")
print("as drawn:", said[way[0]], "\nturned:  ", turned[0])

# %% [markdown]
# If the second number is far above what guessing gives, it sees motion. It need not be as high as the first: a turned
# clip may begin in a way in which no clip of this world does.
#
# ## What a wrong word costs
#
# Now to the training of the large model. Suppose that a share p of all captions names a wrong colour. The network is
# told "red" and shown, now and then, a blue circle. What does it learn?
#
# The loss is a mean square (chapter 05), so what it paints for "red" is the *mean* of all clips that were called red.
# How many of these are red? What does the word make it *believe*? That is a question for Bayes.
#
# {card}
#
# `often` says how often each of `k` things is there. A share `wrong` of the captions names another thing than the
# right one, and then each of the `k - 1` others equally often. Return a table `k k`: in row i, how likely each thing is to be there
# **when word i is said**. Each row sums to 1.


# %% exercise="believed"
def believed(often: Tensor, wrong: float) -> Tensor:
    """Row i: how likely each of the ``k`` things is there when the caption says word i."""
    ### BEGIN SOLUTION
    k = len(often)
    says = torch.full((k, k), wrong / (k - 1))
    says.fill_diagonal_(1 - wrong)
    both = says * often
    return both / both.sum(1, keepdim=True)
    ### END SOLUTION


# %% check="believed"
check.believed(believed)

# %% [markdown]
# With `k` colours that are equally frequent the picture painted for a word is the right one, *blended* with all
# others. Two words then differ by 1 - p·k/(k - 1) of what they should (the 1 - p of the right thing, less the p/(k - 1)
# that the other word has of it). **At which p do eight colour words mean nothing
# at all? And two (say, "left" and "right")?**

# %%
# NBVAL_CHECK_OUTPUT
believed = use(believed=believed)
for k in (2, 8):
    for wrong in (0.0, 0.2, 0.5, 0.875):
        table = believed(torch.full((k,), 1 / k), wrong)
        print(f"{k} words, {wrong:5.1%} wrong: the word differs by {float(table[0, 0] - table[1, 0]):6.3f}", end="   ")
        print("= 1 - p k / (k - 1):", math.isclose(table[0, 0] - table[1, 0], 1 - wrong * k / (k - 1), abs_tol=1e-5))

# %% [markdown]
# Of two words, one that is wrong in half of the captions points nowhere; below that it is *weak*, and above it points
# the other way. Is it so in real latents? No network is needed for the mean: we take the latents of the clips,
# give them colour words of which some are wrong, and take the mean of each word's clips.

# %%
from random import Random

from minisora.worlds.scene import COLOURS

single = [i for i, scene in enumerate(scenes) if len(scene.objects) == 1]
places = latents[single].flatten(1).cpu()
names = torch.tensor([COLOURS.index(scenes[i].objects[0].colour) for i in single])
there, dice = names.unique(), Random(0)
true = torch.stack([places[names == colour].mean(0) for colour in there])
true -= true.mean(0)


def worth(wrong: float) -> float:
    """How far the means of the words lie apart, as a share of what they should."""
    told = [dice.choice(there[there != n].tolist()) if dice.random() < wrong else n for n in names.tolist()]
    means = torch.stack([places[torch.tensor(told) == c].mean(0).nan_to_num() for c in there])
    return float(((means - means.mean(0)) * true).sum() / true.square().sum())  # along the true differences


# %%
shares, k = [0.0, 0.2, 0.4, 0.6, 0.8], len(there)
rounds = by_profile(200, fast=20)
measured = [sum(worth(wrong) for _ in range(rounds)) / rounds for wrong in shares]
with plots.chart(
    alt="points near a straight line that falls from 1 to below 0.2 as the share of wrong words grows"
) as axes:
    axes.plot(shares, [1 - p * k / (k - 1) for p in shares], label="1 - p k / (k - 1)")
    axes.plot(shares, measured, "o", label="means of latents")
    axes.set(xlabel="share of wrong words p", ylabel="what a word is still worth", ylim=(-0.1, 1.1))
    axes.legend()

# %% [markdown]
# And what is **left out**? If "red" is never said, red and blue clips look alike to the words, and the network paints
# the mean of all. A word that is not in the captions cannot be heard later, however plainly the user says it. Guidance
# (chapter 07) can make up for weak words, at its price. It cannot make up for missing ones: nothing times three is
# nothing.
#
# ## Re-captioning
#
# So here is the experiment of DALL-E 3 (Betker et al. 2023), on the smallest scale that shows anything. It is *not* a
# video model: a transformer of 0.8 million numbers learns to draw **pictures** (the first latent frame of 4,096 clips
# of one thing), three times, for 800 steps, with the same pictures in the same order and the same noise. Only the
# captions differ:
#
# - **short** ones, as people write them: the shape always, colour, size and motion now and then, the background
#   never, and a fifth of the words wrong;
# - what the **captioner** says of the same clips;
# - the **truth**.
#
# `python experiments/recaptioning.py compare` makes the table (eight minutes of one core). First what the captions were
# like. Then they draw: all three are prompted with *full and true* captions of pictures that none of them has seen.
# On the left: by how much does the predicted picture get worse if one word of the prompt is exchanged for a wrong one?
# A word that costs nothing is not heard. On the right: how many of their pictures does the judge find right, of 128?
#
# **Which of the three captions err most, and which leave out most? Which word will the first transformer not hear?**

# %%
path = shipped_folder().parent / "ladder" / "recaptioning.json"
result = json.loads(path.read_text()) if path.exists() else {"captions": {}, "steps": 0}
for label, found in result["captions"].items():
    counts = f"right {found['right']:.2f}, wrong {found['wrong']:.2f}, left out {found['left_out']:.2f}"
    print(f"{label:28} of 4 claims {counts}: “{found['example']}”")

# %%
alt = "bars for three kinds of captions: what a wrong colour, size and shape cost, and how many pictures are right"
with plots.chart(alt=alt, size=(9, 3), panels=2) as (left, right):
    for i, (label, found) in enumerate(result["captions"].items()):
        for axes, form in ((left, "wrong {}"), (right, "{} right")):
            heights = [found[form.format(kind)] for kind in ("colour", "size", "shape")]
            axes.bar([j + 0.27 * (i - 1) for j in range(3)], heights, width=0.25, label=label)
    for axes, title in ((left, "a wrong word costs"), (right, "share of pictures that are right")):
        axes.set(title=title)
        axes.set_xticks(range(3), ["colour", "size", "shape"])
    if result["captions"]:
        left.legend(fontsize=8)
for label, found in result["captions"].items():
    print(f"{label:28} error {found['error']:.4f}; without words {found['without words']:+.4f};", end=" ")
    print(", ".join(f"{kind} right {found[f'{kind} right']:.0%}" for kind in ("colour", "size", "shape")))

# %% [markdown]
# Trained on the captioner's words the transformer can hardly be told from the one that was told the truth, and the
# one that learnt from short captions is far behind: it hears a wrong colour faintly, a wrong size hardly at all. Note
# three things before you believe it.
#
# - Short captions differ in *two* ways, wrong and short, and what is short weighs more here: they never name the
#   background, which fills most of a picture (that is most of the error). To tell the two apart takes a fourth run.
# - The captioner was trained on these very clips, with their true captions. On new ones it errs more often: compare
#   its line of counts with the table of new clips further up. In the world outside, somebody has to write those
#   first true captions by hand.
# - Look at shape: hardly any picture is right, in all three. 800 steps are too few, whatever the captions say.
#
# How much should be rewritten? Betker et al. took 95 captions of 100 from the machine and 5 as people had written
# them, so that the model does not grow used to one writer's habits. Our captioner has such a habit: always the same
# order of words. Whoever trains on it alone has a model that wants to be addressed *in that style*. Which leads to
# the user.
#
# ## A prompt is no caption
#
# The model was trained on full captions, and the user types "two balls dancing". DALL-E 3 and Sora hand this to a
# language model, which writes a long caption of it (**prompt upsampling**). Here rules and a dictionary do.

# %%
from dataclasses import replace

from minisora.language import upsample
from minisora.worlds.scene import MOTIONS, SHAPES, SIZES

for seed, prompt in enumerate(
    ["two balls dancing", "sunset", "a big ball rolling over", "star in the night"][: by_profile(4, 4)]
):
    try:
        full = upsample(prompt, Generator().manual_seed(seed))
        print(f"{prompt:26} → {full.caption}\n{'':29}{full.why}")
    except ValueError as error:
        print(f"{prompt:26} → {error}")

# %% [markdown]
# Read the second lines. Every word is accounted for: kept, replaced, added, or passed over. That is no decoration.
# What is *added* was not asked for: somebody chose it in the user's name. So `minisora generate --upsample` shows the
# caption and asks; whoever says no gets nothing else. Dice choose what is left open, and the seed is the user's: the
# same seed, the same caption.
#
# {card}
#
# `things` are what was said, as `ObjectClaim`s, with None for what was not. Go through them in order, and in each
# through shape, colour, size, motion (`SHAPES`, `COLOURS`, `SIZES`, `MOTIONS`). Where there is None, let
# `choose(words)` pick one of the words that are free. Return the completed list.
#
# - What is said stays, even if it is said twice.
# - No two things may come out with the same shape *and* colour by your choice: no sentence could tell them apart. So
#   give `choose` only the shapes (or colours) that would not make this thing equal to another one, as the others are at
#   that moment.


# %% exercise="fill_in"
def fill_in(things: list[ObjectClaim], choose) -> list[ObjectClaim]:
    """What is left open, chosen; nothing that is said changes, and no two things are made to look the same."""
    ### BEGIN SOLUTION
    filled = list(things)
    for i in range(len(filled)):
        taken = {(each.shape, each.colour) for j, each in enumerate(filled) if j != i}
        for kind, words in (("shape", SHAPES), ("colour", COLOURS), ("size", SIZES), ("motion", MOTIONS)):
            if getattr(filled[i], kind) is None:
                new = [replace(filled[i], **{kind: word}) for word in words]
                clash = [kind in ("shape", "colour") and (each.shape, each.colour) in taken for each in new]
                free = [word for word, bad in zip(words, clash, strict=True) if not bad]
                filled[i] = replace(filled[i], **{kind: choose(free)})
    return filled
    ### END SOLUTION


# %% check="fill_in"
check.fill_in(fill_in)

# %%
from minisora.worlds.claims import sentence

fill_in = use(fill_in=fill_in)
prompt = "a red circle and a circle"
for seed in range(3):
    print(" and ".join(map(sentence, fill_in(list(parse(prompt).objects), Random(seed).choice))))

# %% [markdown]
# Does it help the clip? One prompt, once in known words with nothing filled in, once in full, with the same noise; the
# judge is asked only what the *prompt* asks. (A few clips are an anecdote; `experiments/upsampling.py` takes 200
# prompts.) **Which kind of claim do you expect to gain most?**

# %%
from minisora.evaluation.judge import judge

prompts = ["two balls dancing", "a star", "red thing", "a gem and a bubble", "something spins", "a coin rolling"]
made = [upsample(prompt, Generator().manual_seed(i)) for i, prompt in enumerate(prompts[: by_profile(6, fast=1)])]
asked = [each.plain for each in made]
pictures, steps = {}, by_profile(12, fast=2)
for label, texts in {"as it is": asked, "in full": [each.caption for each in made]}.items():
    clips = [clip.frames for clip in pipeline.generate(texts, seed=list(range(len(texts))), steps=steps)]
    verdicts = [judge(clip, parse(words)) for clip, words in zip(clips, asked, strict=True)]
    counts = {kind: sum(getattr(v, kind) for v in verdicts) for kind in ("count", "shape", "motion", "everything")}
    print(f"{label:9}", ", ".join(f"{kind} right {count} of {len(clips)}" for kind, count in counts.items()))
    pictures |= {f"{label}: {text}": clip for text, clip in list(zip(texts, clips, strict=True))[:2]}
plots.strips(pictures, alt="two short prompts and their full captions, a clip each", moving=False)

# %% [markdown]
# ## Words that nobody taught
#
# The network has a vector for each word of its vocabulary, and none for any other. "A crimson ball" works since
# *crimson* was in the captions. "A scarlet kitten"? There are three ways out, in this order.
#
# **1. A dictionary.** Somebody wrote down that a bubble is a circle. It is dull, it can be read and corrected, and it
# never surprises.
#
# **2. A sentence encoder**, if one is at hand: a network that has read much text and puts words of like meaning near
# one another. `upsample(…, similar=…)` takes any function from a word to a known one.
#
# **3. An error that names neighbours.** A slip of the keyboard is near in *letters*: how many were left out, added,
# mistaken, or swapped with their neighbour?

# %%
# NBVAL_CHECK_OUTPUT
from minisora.spelling import distance

for typed, known in (
    ("grene", "green"),
    ("crcle", "circle"),
    ("sqaure", "square"),
    ("cat", "star"),
    ("kitten", "spin"),
):
    print(f"{typed:8} {known:8} {distance(typed, known)}")
for prompt in ("a grene circle", "a scarlet kitten", "a bubble"):
    for attempt in (lambda p: parse(p).objects, lambda p: upsample(p, Generator().manual_seed(0)).caption):
        try:
            print(f"{prompt:18} {attempt(prompt)}")
        except ValueError as error:
            print(f"{prompt:18} {error}")

# %% [markdown]
# An error is the honest end. A *kitten* is near a *cat* in every encoder on earth, and there is no cat in this world:
# whatever came back would be a lie with a good conscience.
#
# What does our own text encoder know, without any dictionary? It was trained together with the painter (chapter 07).
# **Which known words will lie nearest to "crimson"? To "ball"? And to "left"?** We ask twice: its table of vectors, and
# its output.

# %%
FRAMES = {"crimson": "a {} star", "huge": "a {} red star", "ball": "a red {}", "left": "a star moves {}"}
table = pipeline.dit.text.embedding.weight.detach().float().cpu()[2:]
for one, frame in FRAMES.items():
    with torch.no_grad():
        ids = tokenizer.encode([frame.format(each) for each in tokenizer.words]).to(device)
        encoded = pipeline.dit.encode_text(ids).tokens[:, frame.split().index("{}") + 1].float().cpu()
    for label, vectors in {"in the table": table, "in a sentence": encoded}.items():
        unit = F.normalize(vectors - vectors.mean(0), dim=-1)
        near = (unit @ unit[tokenizer.words.index(one)]).topk(6)
        words = [f"{tokenizer.words[i]} {v:.2f}" for v, i in zip(near.values, near.indices, strict=True)]
        print(f"{one:8} {label:13}", ", ".join(words[1:]))

# %% [markdown]
# The first lines are the vectors themselves, the second ones what the encoder makes of them (each known word put into
# the same gap of a sentence). Nobody told the network what a synonym is. Where synonyms come together in the second
# line, it is because the same pictures belonged to both; and it is not the *table* that knows it but the layers behind
# it, which need not move two vectors together to give them one meaning. *That* is what a text encoder trained along can
# learn. What no training can give it is a place for a word that no caption has.
#
# ### What a pre-trained encoder buys
#
# Large models take a text encoder that was trained on text alone, and leave it frozen. It buys
#
# - words, spellings and **languages** that no caption had;
# - word order and binding, from more sentences than there are videos;
# - sentences that can be encoded once, and stored.
#
# It does not buy what things *look like*, for it has never seen any; and it costs: Imagen's has 4.6 billion numbers. For three hundred words of a drawn world there is nothing to buy:
# the table *is* the encoder.
#
# ## Five languages, one drawing
#
# Languages of the world can be had without any training, if the world is small. The network knows English only, and
# never sees anything else: a small grammar stands before it.

# %%
# NBVAL_CHECK_OUTPUT
from minisora.language import describe, translate
from minisora.worlds.scene import Scene, SceneObject

scene = Scene(
    (SceneObject("diamond", "red", "small", "up-left"), SceneObject("circle", "blue", "large", "spins", x=0.3))
)
for language in ("en", "de", "tr", "az", "ru"):
    words = describe(scene, language=language)
    print(f"{language}  {words}\n    {translate(words).english}")

# %% [markdown]
# Look at the second line of each pair: they are the same five times, letter by letter. So the same seed draws the
# same clip.
#
# A sentence becomes *meanings* (`shape circle`, `colour red`), and meanings become a sentence. Reading is more
# generous than writing: any ending will do, and so will spellings without dots and hooks. A grammar that only has to
# *understand* may be sloppy where nothing is ambiguous. It must be strict where it cannot know: two languages in one
# sentence, or a word that nobody knows, are errors again.

# %%
from minisora.course.exercises.c13_language import NOUNS, STEMS

for prompt in (
    "ein roten Kreise dreht sich",
    "kirmizi daire saga gidiyor",
    "ein rosa Kreis",
    "ein roter Kreis ve mavi kare",
):
    try:
        print(f"{prompt:30} {translate(prompt).english}")
    except ValueError as error:
        print(f"{prompt:30} {error}")
print("\nfor the exercise:", NOUNS, STEMS, sep="\n")

# %% [markdown]
# Writing needs a lexicon and endings. English has no endings for adjectives; Turkish puts endings where English has
# words; German has three genders and lets its adjectives show them. Let us write that part.
#
# {card}
#
# `NOUNS` has each noun with its gender (m, f, n), `STEMS` the adjectives without their endings. Put a thing into
# German, size before colour: article, two adjectives, noun. Both adjectives take the same ending. `case` is
#
# | | m | f | n | ending of adjectives |
# |---|---|---|---|---|
# | `"a"`: it is introduced | ein Kreis | eine Raute | ein Quadrat | -er, -e, -es |
# | `"the"`: it is known | der Kreis | die Raute | das Quadrat | -e |
# | `"dat"`: left of it (dative) | dem Kreis | der Raute | dem Quadrat | -en |


# %% exercise="in_german"
def in_german(size: str, colour: str, shape: str, case: str) -> str:
    """A thing in German: "ein kleiner roter Kreis" (``a``), "der kleine rote Kreis" (``the``), "dem …" (``dat``)."""
    ### BEGIN SOLUTION
    noun, gender = NOUNS[shape]
    articles = {"a": ("ein", "eine", "ein"), "the": ("der", "die", "das"), "dat": ("dem", "der", "dem")}
    endings = {"a": ("er", "e", "es"), "the": ("e", "e", "e"), "dat": ("en", "en", "en")}
    i = "mfn".index(gender)
    return f"{articles[case][i]} {STEMS[size]}{endings[case][i]} {STEMS[colour]}{endings[case][i]} {noun}"
    ### END SOLUTION


# %% check="in_german"
check.in_german(in_german)

# %%
# NBVAL_CHECK_OUTPUT
in_german = use(in_german=in_german)
things = [(s, c, n) for n in NOUNS for s in SIZES for c in STEMS if c not in SIZES]
back = [parse(translate(f"{in_german(*thing, 'a')} dreht sich").english).objects[0] for thing in things]
same = [(read.size, read.colour, read.shape) == thing for read, thing in zip(back, things, strict=True)]
print("things:", len(things), "  read back as what they were:", sum(same))
print(in_german("large", "green", "star", "the"), "ist links von", in_german("small", "orange", "diamond", "dat"))

# %% [markdown]
# ## Break it
#
# **First: it may not stop.** We forbid the captioner to say END. **What comes after a full sentence, if it has to go
# on?**


# %%
@torch.no_grad()
def endless(ids: Tensor) -> Tensor:
    logits = captioner(latents[:2], ids.to(device))
    logits[..., END] = -torch.inf
    return logits


for clip, words in zip(truth, tokenizer.decode(greedy(endless, 2, longest=30)), strict=False):
    print(f"truth:   {clip}\nendless: {words}\n")

# %% [markdown]
# It has never been anywhere behind an end, so whatever comes is made of habits, with nothing to see in it. A network
# that was trained without the target END (in exercise 13.1: IGNORED there, too) does this by itself.
#
# **Second: nothing to see.** A clip without any thing in it, and a clip of pure noise. **Will it say that there is
# nothing? How sure will it be of its colour?**

# %%
from minisora.worlds.render import render

far = Scene((SceneObject("circle", "red", "small", "still", x=9.0),), "grey")  # out of sight
empty = render([far], frames=17, height=64, width=64).to(device)
with torch.no_grad():
    noise = torch.randn(latents[:1].shape, generator=Generator().manual_seed(0)).to(device)
    nothing = torch.cat([codec.encode(empty), noise])
    words = tokenizer.decode(say(captioner, nothing, longest=40))
    sure = captioner(nothing, tokenizer.encode(words).to(device)).softmax(-1).amax(-1).cpu()
for label, text, row in zip(("an empty clip", "pure noise"), words, sure, strict=True):
    picked = {w: f"{p:.0%}" for w, p in zip(text.split(), row.tolist(), strict=False) if w in COLOURS}
    print(f"{label}: {text}   {picked}")

# %% [markdown]
# There was a thing in every clip that it has seen, so it names one here: it *cannot* say "nothing", it was never
# taught to. Captioners of real videos do the same; they name the microphone that is always there where somebody speaks.
# This is called **hallucination**, and it goes straight into the training data of the next model.
#
# ## In the real systems
#
# - **DALL-E 3** (Betker et al. 2023, [Improving Image Generation with Better
#   Captions](https://cdn.openai.com/papers/dall-e-3.pdf)): a captioner in two forms, short and descriptive.
#   Text-to-image models were trained on people's captions, on short synthetic and on descriptive ones, 500,000 steps
#   at a batch of 2,048 each: by CLIP score descriptive beat short, and short beat people's. In the end 95 % of the
#   captions are synthetic; and a language model lengthens the user's prompt.
# - **Sora** ([OpenAI 2024](https://openai.com/index/video-generation-models-as-world-simulators/)): the same
#   re-captioning, with a captioner of its own for *all* videos, and GPT for the prompts.
# - **Movie Gen** ([2410.13720](https://arxiv.org/abs/2410.13720)): captions of whole videos of about 100 words by
#   LLaMa3-Video; in people's votes they beat captions of single frames that were rewritten, 67 to 15 %. Camera motion
#   comes as a word before the caption.
# - **Imagen** ([2205.11487](https://arxiv.org/abs/2205.11487)): a frozen T5-XXL, trained on text only. A larger text
#   encoder helped more than a larger painter. T5 and CLIP tie on easy captions; in hard ones people preferred T5.
# - **SD3** ([2403.03206](https://arxiv.org/abs/2403.03206)): three frozen encoders, each left out at random in
#   training. Without T5 pictures look as good; they follow long prompts less, and cannot spell.
# - **Sana** ([2410.10629](https://arxiv.org/abs/2410.10629)) takes a small language model, Gemma 2; Chinese and emoji
#   work though no caption had them. Trained along instead of frozen: latent diffusion's first text model, GLIDE, and
#   this course.
#
# ## Recap
#
# - A captioner is a transformer with a triangle in its mask. It learns to say the next word after the true ones, and
#   speaks by reading its own.
# - Its loss is mostly grammar. What counts is which claims hold: right, wrong and left out are three numbers.
# - A word that is wrong in a share p of the captions is worth 1 - p·k/(k - 1); one that is left out, nothing.
# - Re-captioning makes both better at once, as far as the captioner sees.
# - A prompt is made a caption before it is used: known words stay, open ones are filled, and the user may say no.
# - Unknown words: a dictionary, an encoder, an error, in this order. Another language is a lexicon and endings.
#
# ## Five words
#
# - **captioner**: a network that says what a clip shows.
# - **teacher forcing**: in training each next word is asked for after the true words, not after the network's own.
# - **greedy decoding**: the likeliest word is taken each time, and never taken back.
# - **re-captioning**: new captions for old clips, written by a captioner, to train on.
# - **upsampling** (of a prompt): a short or free sentence becomes a full caption.
#
# ## Test yourself
#
# **1.** A captioner's loss falls from 0.50 to 0.45 nats a word over a week, and its claims get no better. What has it
# learnt?
#
# <details><summary>Answer</summary>
#
# **Habits of language**: in which order things are named, which synonym is usual, when a sentence ends. Most words of a
# sentence are grammar, and can be guessed without looking. Ask which claims hold, and compare with the blind one.
#
# </details>
#
# **2.** In your data a tenth of the captions exchange left and right; a tenth name a wrong one of eight colours. Which words
# suffer more?
#
# <details><summary>Answer</summary>
#
# **Left and right**: 1 - 0.1 · 2/1 = 0.8, and 1 - 0.1 · 8/7 = 0.89. A wrong word of two always points the opposite
# way; wrong ones of eight point in seven directions, which nearly cancel.
#
# </details>
#
# **3.** A user writes "ein Auto". Why is an error better than the nearest known thing, and where would a pre-trained text
# encoder change that?
#
# <details><summary>Answer</summary>
#
# The encoder would know that *Auto* is a car, near a truck. But **no clip that the model was trained on shows one**:
# it could only paint something else, in silence. It helps where the world has the thing and only the *word* is new.
#
# </details>
#
# **Where to go from here.** `minisora words --language de` lists what can be said, `--upsample` makes a caption of a
# short prompt, and [docs/languages.md](../docs/languages.md) says how to add a language of your own in one file. Your
# parts run in the package: the head of each exercise says in which file.
