# %% [markdown]
# # 17 · Responsible video
#
# | | |
# |---|---|
# | **You build** | a verifier of signed claims, an invisible mark and its false alarms, the area under a detector's curve, a test for copies, the skew that guidance makes, a filter's precision; and a diagnosis of five broken signatures |
# | **It becomes** | `minisora/audit/` |
# | **You need** | chapters 05 (velocities) and 07 (guidance); 13 (language) helps |
# | **Time** | 90 to 120 minutes of reading and writing; running everything takes about a minute on a 2-core laptop |

# %%
import json

import torch
from IPython.display import display
from safetensors.torch import load_file
from torch import Generator, Tensor

from minisora.checkpoint import shipped_folder
from minisora.course import begin, by_profile, check, explore, finished_pipeline, plots, use
from minisora.course.responsible import told

begin("17")

# %%
LADDER = shipped_folder().parent / "ladder"
seen = json.loads((LADDER / "detector.json").read_text("utf-8"))
kept = load_file(LADDER / "detector.safetensors")
drawn, made = (kept[f"clips: {name}"].float() / 127.5 - 1 for name in ("drawn", "made"))
four = {"A": drawn[0], "B": made[1], "C": made[0], "D": drawn[1]}
plots.strips(four, alt={letter: told(clip) for letter, clip in four.items()})

# %% [markdown]
# Two of these clips are drawn by a program that knows what is true; two were generated, from the captions of the other two. All
# four stand before the same ground, so that it gives nothing away (the first new clips of which that is so; nobody picked them). **Which
# two were generated? And how sure are you?** Write it down before you go on: edges, outlines, pace, what did you go by?
#
# A network of 24,000 numbers has looked at 192 of each kind for a dozen seconds:

# %%
from minisora.audit import Detector, scores

detectors = {}
for name in seen["detectors"]:
    detectors[name] = Detector(generator=Generator().manual_seed(0))
    own = {key.removeprefix(f"{name}."): value.float() for key, value in kept.items() if key.startswith(f"{name}.")}
    detectors[name].load_state_dict(own)
first = detectors["against drawn clips, as they are"]
for letter, clip in four.items():
    score = float(scores(first, clip[None]))
    print(f"{letter}: {score:+.1f}: {'generated' if score > 0 else 'true'}")
print("asked for:", " and ".join(f"{caption!r}" for caption in seen["shown"][:2]))
print("area under its curve on new clips:", seen["detectors"]["against drawn clips, as they are"]["new clips"])

# %% [markdown]
# It is never wrong: of 96 new clips of each kind it takes every generated one for likelier generated than every true one. Problem
# solved? By the end of this page the same network will accuse an innocent person, with certainty.
#
# That is the way of this page. Everything in it is **measured** in rooms so small that the truth is known:
#
# 1. **Who says so?** Signatures: what they prove, and what takes them away.
# 2. **Marks** in the pixels: how many bits of agreement are proof, and how a mark is stolen.
# 3. **Detectors**, and their collapse.
# 4. **Copies**: does it hand out its training clips?
# 5. **A skew**, and what guidance makes of it.
# 6. **What may be asked**: filters before and after.
# 7. What it costs; and who works how, afterwards.
#
# ## 1 · Who says so?
#
# A clip that was signed carries a *claim* in its own file: what made it, with which weights and settings. The format is C2PA, also
# called Content Credentials. We sign one with a test key, which nobody trusts (`pip install -c requirements.lock -e ".[sign]"` if the next cell asks for it).

# %%
import tempfile
from pathlib import Path

from minisora.provenance import make_test_key, verify
from minisora.provenance.report import as_text

folder = Path(tempfile.mkdtemp())
make_test_key(folder / "keys")
pipeline = finished_pipeline()
steps = by_profile(pipeline.sampling.steps, fast=2)
clip = pipeline.generate("a red circle moves right", seed=3, steps=steps)
try:
    clip.save(folder / "circle.mp4", sign=folder / "keys")
    said = as_text(verify(folder / "circle.mp4")).replace(f"{folder}/", "")
    print("\n".join(line[:110] for line in said.splitlines()[:7]))
except Exception as error:  # untrained weights have no origin
    print(error)

# %% [markdown]
# Now let us be unkind to the file. **Which of these five will be noticed?** One bit of the pictures; the claim says that a camera
# made it; a message written into free space behind everything; encoded once more; and last, somebody *else's* test key with the same name, and a
# claim as good as ours.

# %%
import hashlib
import hmac

from minisora.audit.claim import make_claim, statement
from minisora.course.responsible import changes
from minisora.video import read_video, save_video

for name, content in changes((folder / "circle.mp4").read_bytes()).items():
    (folder / "changed.mp4").write_bytes(content)
    print(f"{name:28} {verify(folder / 'changed.mp4').state}")
save_video(read_video(folder / "circle.mp4"), folder / "again.mp4")
print(f"{'encoded once more':28} {verify(folder / 'again.mp4').state}")
make_test_key(folder / "stranger")
clip.save(folder / "theirs.mp4", sign=folder / "stranger")
for name in ("circle", "theirs"):
    report = verify(folder / f"{name}.mp4", trust=folder / "keys" / "root.pem")
    print(f"signed: {name:20} {report.state}, on the list of whom we trust: {report.trusted}")

# %% [markdown]
# - What is signed is safe down to the bit.
# - What lies *beside* it is not: players skip free space, and so does the hash. (`docs/provenance.md` has 31 such changes, each with its outcome.)
# - **Encoded once more, there is nothing left to check.** Most sites do that, without meaning to. So the *absence* of a signature proves nothing.
# - A stranger's signature is as valid as ours. Only a list of whom one trusts tells the two apart.
#
# What is hashed, what is left out, and what is signed: the whole idea fits on a page. The claim stands *inside* the file, so its own
# place cannot be hashed: nobody knows it beforehand.
#
# {card}
#
# `claim` has `"facts"`, `"excluded"` (a start and a stop), `"digest"` (SHA-256 of the content without the excluded bytes, in
# hexadecimal), and `"signature"`: HMAC-SHA256 with the key, in hexadecimal, of `statement(claim)`, which is everything but the signature. First the signature: if it does not fit, say
# `"the claim was changed"`. Then the content: `"the content was changed"`. Otherwise `"valid"`.


# %% exercise="verify_claim"
def verify_claim(content: bytes, claim: dict, key: bytes) -> str:
    """Whether a claim is as it was signed, and the content as the claim says; the claim first."""
    ### BEGIN SOLUTION
    signature = hmac.new(key, statement(claim), "sha256").hexdigest()
    if not hmac.compare_digest(signature, claim["signature"]):
        return "the claim was changed"
    start, stop = claim["excluded"]
    digest = hashlib.sha256(content[:start] + content[stop:]).hexdigest()
    return "valid" if digest == claim["digest"] else "the content was changed"
    ### END SOLUTION


# %% check="verify_claim"
check.verify_claim(verify_claim)

# %%
# NBVAL_CHECK_OUTPUT
verify_claim = use(verify_claim=verify_claim)
content, key = b"head|........|pictures", b"secret"
mine = make_claim(content, {"source": "generated"}, key, excluded=(5, 13))
print("as signed:", verify_claim(content, mine, key))
print("other pictures:", verify_claim(content.replace(b"pict", b"fict"), mine, key))
print("other facts:", verify_claim(content, {**mine, "facts": {"source": "camera"}}, key))
print("a message in the excluded place:", verify_claim(content.replace(b"........", b"hello..."), mine, key))

# %% [markdown]
# Note the last line: what is excluded is free for all. A shared secret has a further weakness, for which C2PA uses certificates:
# whoever can *verify* can also *sign*.
#
# ### Five that do not verify
#
# Five programs sign and verify; each has one fault. (Six causes are printed; one fits nobody.) The table says whether each
# *accepts* a file, after the studio has signed it and something was done to it. **What would a sound column look like?**

# %%
# NBVAL_CHECK_OUTPUT
from minisora.course.exercises.c17_responsible.diagnose_provenance import CAUSES, PATIENTS, operate

rows = {name: operate(setup) for name, setup in PATIENTS.items()}
print(" " * 22 + "".join(f"{'patient ' + name:>11}" for name in rows))
for title in rows["A"]:
    print(f"{title:22}" + "".join(f"{'accepted' if row[title] else 'refused':>11}" for row in rows.values()))
print("\nwhat it may be:", *CAUSES, sep="\n- ")

# %% [markdown]
# {card}
#
# Which cause has each patient? Return it word for word, one of the list above. A `dict` inside the function will do.


# %% exercise="diagnose_provenance"
def diagnose_provenance(patient: str) -> str:
    """What is wrong with the program ``patient``, "A" to "E": one of ``CAUSES``."""
    ### BEGIN SOLUTION
    findings = {
        "A": "the statement is not signed",
        "B": "no claim counts as a good one",
        "C": "the pictures are not hashed",
        "D": "the hash covers the place of the claim",
        "E": "nobody asks whether the signer is trusted",
    }
    return findings[patient]
    ### END SOLUTION


# %% check="diagnose_provenance"
check.diagnose_provenance(diagnose_provenance)

# %% [markdown]
# ## 2 · Marks in the pixels
#
# A signature lies beside the pictures and is lost with the first upload. A **watermark** lies *in* them. By hand, it is chapter 03's
# idea turned round: a message of bits, a pattern of random cells for each, added (1) or taken off (0), so faintly that one has to look for it.
# Who has the key has the patterns, and reads each bit by **correlation**.
#
# {card}
#
# `clip` is `3 t h w`, `patterns` `bits h w` of -1 and 1, `message` `bits` of 0 and 1. Add each pattern or take it off, divide the sum by the
# root of the number of bits, and add it, times `strength`, to every frame and colour. Limit the result to [-1, 1].


# %% exercise="embed_spread"
def embed_spread(clip: Tensor, patterns: Tensor, message: Tensor, *, strength: float) -> Tensor:
    """A clip ``3 t h w`` in [-1, 1] with a message of 0 and 1 in every frame and colour."""
    ### BEGIN SOLUTION
    signs = 2 * message.to(clip) - 1
    mark = (signs[:, None, None] * patterns).sum(0) / len(signs) ** 0.5
    return (clip + strength * mark).clamp(-1, 1)
    ### END SOLUTION


# %% check="embed_spread"
check.embed_spread(embed_spread)

# %%
embed_spread = use(embed_spread=embed_spread)
from minisora.audit import read_spread, spread_patterns
from minisora.course.responsible import mark_strips

BITS, STRENGTH = 32, 0.03
patterns = spread_patterns(BITS, (64, 64), key=1234)
message = torch.randint(0, 2, (BITS,), generator=Generator().manual_seed(6))
marked = torch.stack([embed_spread(each, patterns, message, strength=STRENGTH) for each in made])
difference = (marked - made).square().mean()
print(
    f"PSNR {float(10 * (4 / difference).log10()):.0f} dB; read: {int((read_spread(marked[0], patterns) == message).sum())} of {BITS} bits"
)
mark_strips(made[0], marked[0])

# %% [markdown]
# So it is read in a clip that nobody has touched; after an upload some bits will be wrong. **How many of 32 have to agree
# until you say "this clip is ours"?** A clip without a mark agrees in 16, on average, but sometimes in more. You are about to
# accuse somebody, so the question is: how often does *chance* do as well?
#
# {card}
#
# The probability that fair coins agree with a message of `bits` in `agree` places **or more**. If `tried` messages are compared (one of each
# user), it is at most `tried` times that, and never more than 1.


# %% exercise="false_alarm"
def false_alarm(agree: int, bits: int, *, tried: int = 1) -> float:
    """How likely it is that a clip without a mark agrees as well as this."""
    ### BEGIN SOLUTION
    from math import comb

    tail = sum(comb(bits, k) for k in range(agree, bits + 1)) / 2**bits
    return min(1.0, tried * tail)
    ### END SOLUTION


# %% check="false_alarm"
check.false_alarm(false_alarm)

# %%
# NBVAL_CHECK_OUTPUT
false_alarm = use(false_alarm=false_alarm)
print("of 32 bits agree   by chance    with one of a million users")
for agree in (16, 20, 24, 28, 30, 32):
    print(f"{agree:10} {false_alarm(agree, 32):16.2e} {false_alarm(agree, 32, tried=10**6):20.2e}")

# %% [markdown]
# 24 of 32 sounds like much, and happens to one clip in 286: on a site with a million clips a day, 3,500
# people accused. And who asks "*which* user's is it?" asks a million times. So marks are longer, and detectors say "found" only
# far out in the tail.
#
# Now the attacks. None of them wants to hurt, they are what happens on the way. **Which costs the most bits?** Move the slider for the strength of the mark.

# %%
from minisora.course.responsible import attacks, bits_chart, fresh, grain, through_codec

tests, ways = made[: by_profile(3, fast=1)], attacks(pipeline)


def survived(strength: float) -> plots.Picture:
    hidden = [embed_spread(each, patterns, message, strength=strength) for each in tests]
    right = {
        name: sum(float((read_spread(attack(each), patterns) == message).sum()) for each in hidden) / len(hidden)
        for name, attack in ways.items()
    }
    return bits_chart(right, BITS, proof=30, title=f"strength {strength}")


explore(survived, strength=[0.01, 0.02, 0.03, 0.06, 0.12])

# %% [markdown]
# - **Light** and darkness cost nothing, and grain hardly anything: a correlation does not see them.
# - At 0.01 a **blur**, **a smaller size** and **a pixel aside** cost three to six bits. At 0.03 they cost two at most: before a
#   plain ground little looks like the mark. (Our cells are two pixels wide, so that a pixel aside still reads half of each. Marks that are *trained*
#   carry a pilot, by which the reader finds its place again.)
# - **The codec** costs the most, at 0.03 four bits, so that there is no proof: it has learnt what clips look like, and a grain is no part of that. Every network that makes a clip anew does so, without ill will. So
#   a mark is best put in *after* the decoder, or trained *into* it.
# - At 0.12 **everything survives**, the codec too, and everybody sees the grain. A mark is a bargain between not being seen and being read.
#
# ### The same mark in every clip
#
# Somebody has 64 clips of ours, each with the same message, and no key. **What is the mean of 64 clips, if each has its surroundings taken off?**

# %%
true_mark = embed_spread(torch.zeros(3, 1, 64, 64), patterns, message, strength=STRENGTH)[0, 0]
many = torch.stack([embed_spread(each, patterns, message, strength=STRENGTH) for each in fresh(64, seed=3)])
innocent = fresh(16, seed=4)
for count in (1, 4, 16, 64):
    stolen = torch.stack([grain(each) for each in many[:count]]).mean(0)
    alike = float(torch.corrcoef(torch.stack([stolen.flatten(), true_mark.flatten()]))[0, 1])
    stolen = stolen * STRENGTH / stolen.std()
    left, forged = (
        sum(float((read_spread(each, patterns) == message).sum()) for each in clips) / len(clips)
        for clips in (many[-16:] - stolen, innocent + stolen)
    )
    print(
        f"mean of {count:2}: correlation {alike:.2f}; bits left {left:.0f}, forged into others {forged:.0f} of {BITS}"
    )

# %% [markdown]
# One clip before a plain ground is a good deal of the way (0.65), sixteen are as good as it gets. Taken off, the mark leaves 20 bits, and 16 are chance; **put into a clip that was
# never generated, it makes a witness lie**, with 30 of 32 bits. Of these two the second is worse. The remedy is a message, or a pattern, that differs from clip to clip.
#
# ### A mark that is trained
#
# The package has an invisible mark of its own (`--watermark`). A convolutional network adds 48 bits (of the SHA-256 of a number), another one
# reads them; both were trained together, with blurs, crops and a stand-in for encoding between them, so that the first has learnt *where* a mark
# is safe. It is fainter than ours: 42 dB. Below are three clips, what happens to files on their way, and how many of 48 bits are right. Your
# `false_alarm` says what chance does in the worst of them; "found" is less than one in a million, 41 bits. **Which row will be the first to fall?**

# %%
from minisora.course.responsible import journeys
from minisora.marks import detect, embed

NUMBER = 2026
hidden = [embed(each, NUMBER) for each in tests]
handed_on = {name: [way(each) for each in hidden] for name, way in journeys(pipeline).items()}
print(f"{'':28}{'bits right of 48':>18}{'by chance':>12}{'found':>10}")
for name, clips in {**handed_on, "no mark in it": tests}.items():
    found = [detect(each, NUMBER) for each in clips]
    agree = [each.matches for each in found]
    bits, chance = ", ".join(map(str, agree)), false_alarm(min(agree), 48)
    print(f"{name:28}{bits:>18}{chance:12.1e}{sum(each.found for each in found):>5} of {len(found)}")
print("\non purpose:")
measured = json.loads((LADDER / "watermark.json").read_text("utf-8"))
for row in (*measured["on_purpose"], measured["forged"]):
    print(f"{row['attack']:42}{row['bits_right']:5.0%} of the bits right, found in {row['found']} of {row['clips']}")

# %% [markdown]
# - What happens to files **on their way** is what it was trained for. An mp4 costs a bit at most; at half the size and crf 28 it is touch and go, and who asks for
#   41 loses clips in which 39 bits are right, by chance one in 130,000. At 64 x 64, crf 28 leaves too little.
# - A clip **without a mark** agrees in more than 24 bits: a reader that sees nothing still leans to some. That is why "chance" is a guide here, and
#   why one asks for 41.
# - **On purpose**, there are three ways, and none needs the key. *Make the clip anew*: what a network has not learnt to keep, it does not keep;
#   our codec is enough, and a denoiser after a little noise is the general case (Zhao et al. 2023). *Learn it from many clips*: the same
#   number is the same pattern, and although sixteen clips take it off badly, they **put it into clips that never had it**, all six. *Ask the reader*: it is a
#   network with gradients, and lies in this repository; who has one changes pixels until it says no (we have not measured that).
#
# So a mark that is found is a hint, one that is not found says nothing. `docs/provenance.md` has the whole table, and what of 31 changes of a file the signature notices
# and the watermark outlives.
#
# ## 3 · A detector, and its collapse
#
# Back to the network of the first cells. It gives each clip a score. A single number for how well a score tells two kinds apart,
# whatever threshold one will choose later, is the **area under the ROC curve**: how often a made clip scores higher than a true one.
#
# {card}
#
# `made` and `true` are scores, `n` and `m` of them. Of all `n m` pairs, the share in which the made clip has the higher score. Ties count half.


# %% exercise="roc_auc"
def roc_auc(made: Tensor, true: Tensor) -> float:
    """How often a made clip scores higher than a true one; ties count half."""
    ### BEGIN SOLUTION
    higher = (made[:, None] > true).double() + 0.5 * (made[:, None] == true).double()
    return float(higher.mean())
    ### END SOLUTION


# %% check="roc_auc"
check.roc_auc(roc_auc)

# %% [markdown]
# `python experiments/detector.py` has trained it on two sorts of true clips: **drawn** ones, and drawn ones that went **through the codec**, encoded and
# decoded as generated ones are. And each of the two once more with clips that were made smaller and grainy while it learnt. **What has the
# first one learnt, that the second one cannot have?** The columns are areas: 1 is never wrong, 0.5 is a coin.

# %%
roc_auc = use(roc_auc=roc_auc)
makes = list(seen["detectors"]["against drawn clips, as they are"]["others"])
treatments = ("mp4", "smaller", "grainy")
print(f"{'':34}" + "".join(f"{name:>16}" for name in ("drawn", "drawn, treated", "coded", "coded, treated")))
rows = list(seen["detectors"].values())
for name in ("clips it was trained on", "new clips", "floor: coins", "floor: true against true", "coded against drawn"):
    print(f"{name:34}" + "".join(f"{row[name]:16.2f}" for row in rows))
for group, names in (("others", makes), ("treated", treatments), ("only the made ones treated", treatments)):
    print(f"\n{group}:")
    for name in names:
        print(f"  {name:32}" + "".join(f"{row[group][name]:16.2f}" for row in rows))
sky = seen["with a sky"]
print(
    f"\nof the 96 new clips of each kind {sky['made']} generated ones have a sky, {sky['drawn']} drawn ones (by the judge)"
)

# %% [markdown]
# - The detector that was shown **drawn** clips tells *coded* clips from drawn ones, of which neither was generated, with an area of 1.00. It is a detector of the
#   codec. Of the weights, steps and guidance it knows nothing, and so nothing of them disturbs it.
# - Made smaller and back (both kinds alike), it is at 0.59: a coin, nearly. Trained with smaller and grainy clips it holds out, at 0.94.
# - If *only the made ones* are treated, it is at 1.00 again. That is the test in many a leaflet: generated clips from one source, true ones from another.
# - The **fair** negative, coded clips: 0.64 on new clips (0.98 on those that it was trained on), and no more where it was trained with treated ones. Something is there, far
#   from enough for a verdict, and as much or as little of it in what other weights, steps and guidance make (0.60 to 0.74). It has not collapsed there; it has never stood.
#   Some of it is content at that: captions leave the background open, and the last line counts who has a sky.
# - The floor between two halves of true clips is 0.43 to 0.53 here: with 48 against 48, differences of less than a tenth say nothing.
#
# ## 4 · Copies
#
# "It only gives out what it has swallowed." Is that so? Carlini et al. (2023, [2301.13188](https://arxiv.org/abs/2301.13188)) asked image models with captions of their own
# training pictures, and found copies. But when is a sample a *copy*? The nearest of many training clips is always near: a plain
# red circle on black is near to all plain red circles. So the distance to the nearest is divided by that to the neighbourhood.
#
# {card}
#
# `samples` are `b d`, `training` `n d`. For each sample: the Euclidean distance to the nearest training clip, over `alpha` times
# the mean distance to the `near` nearest (which include it; if there are fewer clips, all of them). A number for each sample; 0 is a copy.


# %% exercise="extraction_ratio"
def extraction_ratio(samples: Tensor, training: Tensor, *, near: int = 50, alpha: float = 0.5) -> Tensor:
    """How much nearer the nearest training clip is than its neighbourhood: ``b d`` and ``n d`` to ``b``."""
    ### BEGIN SOLUTION
    distance = torch.cdist(samples, training)
    nearest = distance.topk(min(near, len(training)), dim=1, largest=False).values
    return nearest[:, 0] / (alpha * nearest.mean(1)).clamp(min=1e-12)
    ### END SOLUTION


# %% check="extraction_ratio"
check.extraction_ratio(extraction_ratio)

# %% [markdown]
# Three networks have trained **equally long** (2,500 batches, `python experiments/copying.py`) on 20, 200 and 12,800 clips of five frames of
# 16 x 16. And now the trap: the samples of which network will be *nearest* to its training clips, in plain distance? **Whose samples
# would you call copies, and what do you compare them with?**

# %%
extraction_ratio = use(extraction_ratio=extraction_ratio)
from minisora.course.responsible import ratios_chart

copying = json.loads((LADDER / "copying.json").read_text("utf-8"))
WHICH = ("asked with its own captions", "asked with new captions", "new true clips")
print(f"{'':14}{'':30}{'nearest':>9}{'ratio':>8}{'copied':>9}    error on own clips, on new ones")
for name, row in copying["sets"].items():
    for which in WHICH:
        found, errors = row["pixels"][which], row["error"]
        tail = f"    {errors['own']:.3f}, {errors['new']:.3f}" if which == WHICH[0] else ""
        print(f"{name + ' clips':14}{which:30}{found['nearest']:9.2f}{found['ratio']:8.2f}{found['copied']:9.0%}{tail}")
display(ratios_chart(copying["sets"], WHICH))

# %%
shown = {name: each.float() / 127.5 - 1 for name, each in load_file(LADDER / "copying.safetensors").items()}
rows = {}  # of each kind the sample that is nearest to a training clip, by its ratio
for name in ("20, its own captions", "20, new captions", "200, its own captions", "12800, its own captions"):
    count, asked = name.split(", ")
    rows[f"{count} clips, {asked}"] = shown[name][0]
    rows[f"the nearest of the {count} ({asked})"] = shown[f"{name}: nearest"][0]
plots.strips(rows, alt={name: told(clip) for name, clip in rows.items()}, columns=5, moving=False)

# %% [markdown]
# *Copied* are samples whose ratio is below that of 99 of 100 *new true clips* of the same set (0.58, 0.21 and 0.02). The strips show the worst of
# 128 samples each.
#
# - **20 clips**: asked with its own captions, 98 of 100 samples are copies: a ratio of 0.09, with the nearest clip beside them to prove it. Even asked
#   for *new* clips, one in three is nearer than 99 of 100 true clips are, and one in five nearer than a ratio of 0.2. Its error on new clips is 250 times that on its own: it has learnt them by heart, and nothing else.
# - **200 clips**: no copy at all, though each was seen 200 times. The error is half as large again on new clips (0.068 and 0.046), and the samples are a little nearer to the training
#   clips than true ones are (0.83 and 1.03). It *leans* on them, and gives none away. A loss that knows its clips is not yet extraction.
# - **12,800 clips**: the smallest distance of samples but for the copies (5.8), and yet they are far *farther* than new true clips (2.3), whose nearest neighbour is close by since
#   there are so many. Who compares plain distances of two networks compares the sizes of their training sets.
#
# By features and by the numbers that a judge would read (`copying.json`), the answers are the same: 98, 1 and 0 of 100, and 92, 0 and 0.
#
# ## 5 · A skew
#
# "A circle moves right": which colour? The prompt leaves it open, so the training clips decide. In one small world four of five
# *things* are red, circles and squares alike. In another four of five *circles* are red and four of five squares blue: the skew hangs on
# the word. Both networks have seen captions with a colour and without. **Which of the two skews will grow with guidance?**
#
# Guidance adds velocities, and velocities belong to slopes of log densities. So what guidance aims at has a formula:
# the density with the prompt, to the power of the scale, times the density without, to the power of one minus the scale.
#
# {card}
#
# `conditional` and `unconditional` are shares of `k` colours, with the prompt and without: take them for the two densities. Return the shares that a
# guidance of `scale` aims at; they add up to 1.


# %% exercise="guided_shares"
def guided_shares(conditional: Tensor, unconditional: Tensor, *, scale: float) -> Tensor:
    """Shares ``k`` that guidance aims at, of the shares with the prompt and without one."""
    ### BEGIN SOLUTION
    weight = conditional**scale * unconditional ** (1 - scale)
    return weight / weight.sum()
    ### END SOLUTION


# %% check="guided_shares"
check.guided_shares(guided_shares)

# %%
guided_shares = use(guided_shares=guided_shares)
from minisora.course.responsible import skew_chart

bias = json.loads((LADDER / "bias.json").read_text("utf-8"))
display(skew_chart(bias, guided_shares))
print(f"{'skew by word':24}{'red':>7}{'interval':>15}{'moves':>8}{'named colour':>14}{'distance':>10}")
for name, row in bias["remedies"].items():
    span, named = f"{row['low']:.0%} to {row['high']:.0%}", row["named colour right"]
    print(f"{name:24}{row['share']:7.0%}{span:>15}{row['moves']:8.0%}{named:14.0%}{row['distance']:10.1f}")

# %% [markdown]
# - **Everywhere**: from 83 of 100 to 89 or 91: a rise, and more than the formula's, but small beside the other. With and without the prompt the shares are the same, so there is nothing to go away *from*.
# - **By word**: from 69 to 91 of 100. Without the prompt half are red, with it most: guidance exaggerates just that. (The formula predicts 95 at guidance 2 and more than 99
#   at 4. The network has not quite learnt the skew, 69 instead of 81, and sampling does not quite reach what guidance aims at. The direction is right, the height is not.)
#
# The remedies, at guidance 4, in the skew by word, beside clips of circles of which half are red (the distance is Fréchet's, chapter 15):
#
# - **Guide less**, or only below a time of 0.8, when the colour has long been decided: the skew is that of guidance 1 again. The price: motion is as asked
#   in 83 to 87 of 100 instead of all. (These clips are nearer to true ones: guidance narrows everything, not only colours.)
# - **Show each kind equally often** while training: 57 of 100, whose interval just misses one half. The price: few blue circles, shown four times as often each; and the
#   largest distance of all. And one has to know *beforehand* which skew matters.
# - **Fill in the open word** by fair dice, before the model: 52 of 100, motion and colour as asked, for nothing. The price: the model is as skewed as before. It is only never
#   asked an open question, and who writes the dice decides. (That is `minisora.language.upsample`, chapter 13; Sora's prompts, too, are rewritten.)
#
# ## 6 · What may be asked
#
# Let us forbid something: **a red triangle that moves up**. (Harmless words for what nobody wants to see.) The first filter that everybody
# writes is a list of words: if *red*, *triangle* and *up* all occur, no clip is made. The second reads the sentence (chapter 13's grammar) and looks for a thing that
# is all three. The third also reads everyday words as the course's upsampling does, and the fourth counts what a sentence leaves *open* as possibly forbidden.
# **For each kind of prompt below: which of the filters will stop it?**

# %%
from minisora.audit import by_meaning, by_words
from minisora.course.responsible import filter_table

misuse = json.loads((LADDER / "misuse.json").read_text("utf-8"))
HARMLESS = "a red square moves up and a white triangle bounces"
for prompt in ("a red triangle moves up", "eine rote Pyramide steigt", HARMLESS):
    print(f"{prompt!r}: words {by_words(prompt, misuse['word list'])}, meaning {by_meaning(prompt)}")
print(f"\nof {misuse['prompts']} prompts, stopped (and not understood):\n{filter_table(misuse)}")

# %% [markdown]
# - The **list** finds one in four of what is forbidden, since there are other words, and other languages. And more than half of what it stops is
#   harmless: the words are there, but of different things.
# - The **meaning** makes no mistake in what it can read. That is luck of a small grammar: it reads *all* that the model understands. What it cannot
#   read the model cannot, either (everyday words). As soon as something is added before the model, such as upsampling, the filter has to read **what
#   the model will be told**, or it looks at the wrong sentence.
# - "A triangle moves up" may become red. Who forbids that as well, loses a quarter of the precision.
#
# 1.00 here is a share of *these 53 prompts*, half of them forbidden. In a product perhaps one prompt in a thousand is. **What will a filter be worth
# that stops 98 of 100 forbidden prompts, and one of 100 harmless ones?**
#
# {card}
#
# `recall` is the share of forbidden prompts that is stopped, `false_alarm` that of harmless ones, `share` how many of all prompts are forbidden. Of all that is
# stopped, which part is forbidden? 0.0 where nothing is stopped.


# %% exercise="precision_at"
def precision_at(recall: float, false_alarm: float, *, share: float) -> float:
    """What becomes of the precision where a ``share`` of all that is asked for is forbidden."""
    ### BEGIN SOLUTION
    caught, wrongly = recall * share, false_alarm * (1 - share)
    return caught / (caught + wrongly) if caught + wrongly else 0.0
    ### END SOLUTION


# %% check="precision_at"
check.precision_at(precision_at)

# %%
precision_at = use(precision_at=precision_at)
for share in (0.5, 0.1, 0.01, 0.001, 0.0001):
    print(f"{share:8.2%} forbidden: of what is stopped, {precision_at(0.98, 0.01, share=share):.1%} rightly")
recall, precision = 0.9823, 0.8880  # OpenAI's system card of Sora, on deceptive content about elections
alarm = recall * (1 / precision - 1)
print(f"\nSora's: if half of the prompts of its test were forbidden, {alarm:.1%} of the harmless ones were stopped;")
print(
    f"at one forbidden in a thousand, {precision_at(recall, alarm, share=0.001):.1%} of what is stopped would be so rightly"
)

# %% [markdown]
# A filter's precision is not the filter's alone: it belongs to whoever asks. (The second computation is ours: the card gives recall and precision, and we have *assumed*
# how its test was mixed.) That is why what is stopped goes to a second, slower look, not to the police.
#
# ### Around the sentence
#
# The machine can do more than sentences. **Which of these four will no filter of prompts ever see?** A storyboard: first "a red triangle
# stays still", then "a triangle moves up". A picture of a red triangle, and "a triangle moves up". A path drawn with the mouse, for "a red triangle stays
# still". And "a red triangle" that follows the way of a blue circle. Each was tried with eight seeds (`python experiments/misuse.py`), and the *judge* looked at the clips.

# %%
filters = list(misuse["filters"])
print(" " * 20 + "".join(f"{name.removeprefix('meaning, '):>17}" for name in filters) + f"{'the judge':>11}")
for name, row in misuse["ways around"].items():
    stops = "".join(f"{'stops it' if each in row['stopped by'] else '-':>17}" for each in filters)
    print(f"{name:20}{stops}{row['the judge stops']:>6} of {row['clips']}")
shown = load_file(LADDER / "misuse.safetensors")
clips = {name: shown[name].float() / 127.5 - 1 for name in misuse["ways around"]}
display(plots.strips(clips, alt={name: told(clip) for name, clip in clips.items()}, moving=False))
print(f"{'the judge on drawn clips':26}{'recall':>8}{'false alarms':>15}")
for name, row in misuse["judge"].items():
    print(f"{name:26}{row['recall']:8.0%}{row['false alarms']:9} of {row['of']}")

# %% [markdown]
# - **The path** passes every filter of prompts, and all eight clips show what is forbidden: it is not in the words. **Another's way** likewise shows it in all
#   eight; its two sentences are harmless, one after the other, unless what is open counts. Whoever filters has to know every way into the machine.
# - The **storyboard** and the **picture** are stopped where what is open counts (and by the third filter, whose dice happened to fill in *red*). The model does not do
#   it by itself: with the colour left open, it takes another one (look at the strips). That is a weakness of these weights, and no protection.
# - The **judge** looks at what was made, and finds it whichever way it came: all of 96 forbidden clips, no false alarm among 96 that come near (a red
#   triangle that moves down, a blue one that moves up …), through the codec and small as well. But **a little grain**, and more than half of
#   the forbidden clips pass. A second line is no wall either. It is an independent one, and that is its use: who passes the first by words
#   has not yet passed the second.
#
# ## 7 · What it costs
#
# How much energy, how much carbon dioxide? Nobody has put a meter to our training, and **no report that we have read gives a figure of it**. What can
# be said honestly is an *interval*: each factor between two values that one would defend. The shipped weights took twelve hours of at most two cores
# (`minisora/energy.py`; `python experiments/energy.py` has a clip as well).


# %%
from minisora.energy import Assumed, Interval, of_processor

assumed = Assumed()  # watts of a busy core, what a building needs besides, grams of CO2 a kilowatt-hour
ours = of_processor(2 * 12 * 3600, assumed).kilowatt_hours
theirs = Interval(0.4, 0.7).times(384 * 14 * 24).times(assumed.overhead)
print(f"watts {assumed.watts}, overhead {assumed.overhead}, grams {assumed.grams}")
for name, power in (
    ("training minisora (12 hours of two cores)", ours),
    ("Movie Gen's audio model (384 GPUs, 14 days, 0.4 to 0.7 kW each)", theirs),
):
    carbon = power.times(assumed.grams).times(0.001)
    print(f"{name}\n   {power} kWh, {carbon} kg of CO2: a factor of {carbon.high / carbon.low:.0f} between the ends")

# %% [markdown]
# A kettle boils a litre with about 0.1 kWh: ours is less than one kettle to six. Theirs is half a million kettles and more. And note the last
# number: between the ends lies a factor of 280 and of 98, most of it from *where* the socket is. Who gives one figure without it has
# chosen for you. (GPUs and days of Movie Gen: from a digest of its report. The watts are our assumption.)
#
# ### Cards
#
# What of all this belongs beside the weights? A **model card** says what they are for, what they were measured at, and where they
# fail; a **data card**, what they have seen. The test of a card is simple: each sentence is a number with a command, or a "not measured". From this page: *told from true clips of the same codec: area 0.64 (`detector.py`)*;
# *what is forbidden, by a path: 8 of 8 clips (`misuse.py`)*; *energy of the training: not measured, an interval above*; *people, faces, voices: none in the data*. And of small
# networks, not of the shipped one: copies, and the skew. **Which row would a reader want first?**
#
# ### Who works how, afterwards
#
# A page of measurements cannot say who will lose work, and this one does not pretend to. It can say **what the machine takes over
# here**, and what it leaves. A seminar of 45 minutes, in five roles: a *storyboard artist*, an *editor*, an *actor*, a *producer*, and
# somebody who *teaches* one of these trades. Each prepares three answers, from chapters that they have run:
#
# 1. Which step of your work does a tool of this course do (storyboard, follow, extend, restyle, camera)? Run it. How many of eight clips would you keep?
# 2. What did the tool need that only you knew? (The plan, the path, the choice among eight.)
# 3. Which of the marks and signatures of this page would you ask for in a contract, and what, by our tables, would it be worth after an upload?
#
# Then the table: what is agreed, what is disputed, and **which measurement would settle it**. (`docs/teaching.md` has the plan.)
#
# ## Break it
#
# **First: an innocent person.** Somebody has drawn a clip by hand, and a site has kept it in *our codec*, since it makes files small. No
# transformer was near it. **What does the detector of the first page say?**

# %%
innocent = fresh(by_profile(16, fast=4), seed=90)
stored = through_codec(pipeline, innocent)
for name, detector in detectors.items():
    accused = [int((scores(detector, clips) > 0).sum()) for clips in (innocent, stored)]
    print(
        f"{name:38} accuses {accused[0]} of {len(stored)} drawn clips, and {accused[1]} once they were kept in the codec"
    )

# %% [markdown]
# The first two accuse **everybody** whose clip was in the codec. They were "never wrong", and nothing in their test could have shown it: there was no
# true clip in it that had gone the same way. (The other two, which have never seen a clip without a codec, accuse most of the drawn ones, and half or more of
# the coded ones: at an area of 0.64 no threshold helps.) Before one believes a detector, one asks: **which innocent clips was it tried on?**
#
# **Second: a key that gets out.** A mark is proof as long as only we can make it. Suppose that the *key* (a number) lay in a notebook that was
# published. **Into how many drawn clips can a stranger put our mark, so that we swear it is ours?**

# %%
leaked = spread_patterns(BITS, (64, 64), key=1234)  # the key was a few cells above
others = fresh(16, seed=91)
forged = [embed_spread(each, leaked, message, strength=STRENGTH) for each in others]
agree = torch.tensor([int((read_spread(each, patterns) == message).sum()) for each in forged])
sworn = sum(false_alarm(int(n), BITS) < 1e-4 for n in agree)
print(
    f"bits that agree: {agree.tolist()}; of {len(forged)} drawn clips {sworn} are ours, with a false alarm below 1 in 10,000"
)

# %% [markdown]
# Fifteen of sixteen. And unlike a certificate, a leaked pattern cannot be withdrawn from the clips that carry it.
#
# ## In the real systems
#
# - **Sora** (OpenAI's system card, December 2024): C2PA in all that it makes, an animated visible mark by default, and an internal *reverse search* by which OpenAI can look
#   up whether a clip is its own. That last is the strongest of the three, and no outsider can use it. Prompts are rewritten by a language model, which is a safety
#   tool as well; classifiers look at two frames of each second of the result. Deceptive content about elections: recall 98.23 %, precision 88.80 %.
#   Its classifier for people under 18 is right on 99.28 % of realistic adults; the card itself warns of racial bias.
# - **C2PA** ([spec.c2pa.org](https://spec.c2pa.org)): hashes over boxes, with listed exclusions; certificates; trust lists.
# - **Stable Signature** (Fernandez et al. 2023, [2303.15435](https://arxiv.org/abs/2303.15435)) fine-tunes the *decoder* of a latent model, so that all it
#   decodes carries a message: the mark cannot be left out by deleting a line of code. **HiDDeN** (Zhu et al. 2018, [1807.09937](https://arxiv.org/abs/1807.09937)) trains writer and reader
#   together, with the attacks between them, as ours were. **SynthID** is Google DeepMind's; of how it marks videos we have no report to cite.
# - That generators make any mark go away is a theorem of a kind: Zhao et al. 2023 ([2306.01953](https://arxiv.org/abs/2306.01953)).
# - **Copies**: Carlini et al. ([2301.13188](https://arxiv.org/abs/2301.13188)) looked at the most *duplicated* training pictures of Stable Diffusion, and found
#   about a hundred copies among 350,000 candidates; most of what was copied had been in the data many times. Removing duplicates is the first remedy.
# - **Energy**: none of the reports behind this course gives its own. Movie Gen's audio model: 384 GPUs for 14 days.
#
# ## Recap
#
# - A signature proves who says something, not that it is true; without one, nothing is proved.
# - A mark is proof as far as chance is counted, over all messages tried; the same mark in every clip can be averaged out, and planted.
# - A detector learns the cheapest difference between what it was shown. Ask what that is before you believe an area of 1.
# - Whether something is copied is a comparison with *new true clips*, at the same training set.
# - A skew that hangs on a word grows with guidance; one that is everywhere hardly does. Each remedy has a price.
# - Filter what the model is told, and look at what it has made: words are not the only way to ask.
# - A precision belongs to a filter *and* to how often it is needed.
#
# ## Five words
#
# - **signed claim**: a statement of where a file comes from, which its signer stands for; in C2PA it lies in a manifest.
# - **invisible watermark**: a message in the pixels themselves, read by whoever has the key or the network.
# - **false alarm**: something innocent that is taken for what is sought; its probability is to be counted over all that was tried.
# - **ROC curve**: hits against false alarms at every threshold; the area under it is how often the right one of a pair scores higher.
# - **extraction**: getting training clips out of a model; a sample far nearer to one of them than to its neighbours.
#
# ## Test yourself
#
# **1.** A paper's detector has an area of 0.999 between clips of a generator (PNG, 512 x 512) and films from a video site (JPEG frames, scaled down to 512 x 512). What do you ask?
#
# <details><summary>Answer</summary>
#
# Whether both kinds went **the same way**: format, scaling, codec. It may have learnt JPEG. Ask for true films that were saved as PNG by the same
# program, for generated ones as JPEG, and for another generator.
#
# </details>
#
# **2.** 30 of 48 bits of a clip agree with a user's message; there are 200,000 users. Is the clip that user's?
#
# <details><summary>Answer</summary>
#
# By chance 30 of 48 or more agree with probability 0.056. Times 200,000 that is far above 1: **nothing follows**. With 44 of 48 it would be 7.6e-10 · 200,000 = 0.00015.
#
# </details>
#
# **3.** A model's samples are closer to its training clips (mean distance 5) than those of a rival (mean distance 9). Does it copy?
#
# <details><summary>Answer</summary>
#
# It **cannot be said**: whoever has more training clips is nearer to one of them. Compare with new true clips at the same training set; and look at the smallest ratios,
# not at means: one copy is one too many.
#
# </details>
#
# **Where to go from here.** You have built the machine and you know what it cannot promise. `minisora verify FILE`, `docs/provenance.md`, and the commands of
# this page: `python experiments/detector.py`, `copying.py`, `bias.py`, `misuse.py`.
