"""Solutions to chapter 17 as people write them: claims, marks, false alarms, curves, copies, skews, precision.

Unlike the first banks it comes from whoever wrote the mistakes, so that its count says less.
"""

from __future__ import annotations

import hashlib
import hmac
import math

import numpy as np
import torch

from minisora.audit.claim import statement
from minisora.course.exercises.c17_responsible.diagnose_provenance import CAUSES, TRUTH
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


@wrong("verify_claim", "never looks at the signature", r"signature")
def _(content, claim, key):
    start, stop = claim["excluded"]
    same = hashlib.sha256(content[:start] + content[stop:]).hexdigest() == claim["digest"]
    return "valid" if same else "the content was changed"


@wrong("verify_claim", "hashes everything", r"whole file|excluded bytes out")
def _(content, claim, key):
    if hmac.new(key, statement(claim), "sha256").hexdigest() != claim["signature"]:
        return "the claim was changed"
    return "valid" if hashlib.sha256(content).hexdigest() == claim["digest"] else "the content was changed"


@wrong("verify_claim", "content before claim", r"content first|claim first")
def _(content, claim, key):
    start, stop = claim["excluded"]
    if hashlib.sha256(content[:start] + content[stop:]).hexdigest() != claim["digest"]:
        return "the content was changed"
    if hmac.new(key, statement(claim), "sha256").hexdigest() != claim["signature"]:
        return "the claim was changed"
    return "valid"


@wrong("verify_claim", "plain hash for a signature", r"without the key|anybody")
def _(content, claim, key):
    if hashlib.sha256(statement(claim)).hexdigest() != claim["signature"]:
        return "the claim was changed"
    start, stop = claim["excluded"]
    same = hashlib.sha256(content[:start] + content[stop:]).hexdigest() == claim["digest"]
    return "valid" if same else "the content was changed"


@wrong("verify_claim", "digests as bytes", r"hexadecimal")
def _(content, claim, key):
    if hmac.new(key, statement(claim), "sha256").digest() != claim["signature"]:
        return "the claim was changed"
    return "valid"


@wrong("verify_claim", "a start and a length", r"length")
def _(content, claim, key):
    if hmac.new(key, statement(claim), "sha256").hexdigest() != claim["signature"]:
        return "the claim was changed"
    start, length = claim["excluded"]
    same = hashlib.sha256(content[:start] + content[start + length :]).hexdigest() == claim["digest"]
    return "valid" if same else "the content was changed"


@right("verify_claim", "bytearray, and del")
def _(content, claim, key):
    rest = bytearray(content)
    del rest[slice(*claim["excluded"])]
    sealed = hmac.new(key, statement(claim), hashlib.sha256).hexdigest() == claim["signature"]
    if sealed and hashlib.sha256(rest).hexdigest() == claim["digest"]:
        return "valid"
    return "the content was changed" if sealed else "the claim was changed"


def _swapped(cause: str, names: str, **answers: int) -> None:
    found = {**TRUTH, **{name: CAUSES[i] for name, i in answers.items()}}
    wrong("diagnose_provenance", cause, names)(lambda patient: found[patient])


_swapped("A and E exchanged", r"A and E", A=3, E=2)
_swapped("B and E exchanged", r"B and E", B=3, E=4)
_swapped("C hashes no head", r"\bC\b", C=1)
_swapped("D hashes nothing", r"\bD\b", D=0)
_swapped("A hashes no pictures", r"\bA\b", A=0)


@wrong("diagnose_provenance", "a number for the cause", r"none of the choices|choices")
def _(patient):
    return "ABCDE".index(patient)


@right("diagnose_provenance", "a list")
def _(patient):
    return CAUSES[[2, 4, 0, 5, 3]["ABCDE".index(patient)]]


@wrong("embed_spread", "bits as they are", r"0 adds nothing|takes its pattern off")
def _(clip, patterns, message, *, strength):
    mark = (message[:, None, None] * patterns).sum(0) / math.sqrt(len(message))
    return torch.clamp(clip + strength * mark, -1, 1)


@wrong("embed_spread", "mean of patterns", r"root")
def _(clip, patterns, message, *, strength):
    return (clip + strength * ((2 * message - 1)[:, None, None] * patterns).mean(0)).clamp(-1, 1)


@wrong("embed_spread", "sum of patterns", r"longer your message|root of the number")
def _(clip, patterns, message, *, strength):
    return (clip + strength * torch.einsum("n,nhw->hw", 2.0 * message - 1, patterns)).clamp(-1, 1)


@wrong("embed_spread", "no clamp", r"limit")
def _(clip, patterns, message, *, strength):
    return clip + strength * ((2 * message - 1)[:, None, None] * patterns).sum(0) / len(message) ** 0.5


@right("embed_spread", "where, and flattened")
def _(clip, patterns, message, *, strength):
    signed = torch.where(message[:, None].bool(), patterns.flatten(1), -patterns.flatten(1))
    mark = signed.sum(0).view_as(patterns[0]) * strength / len(message) ** 0.5
    return torch.minimum(torch.maximum(clip + mark, clip.new_tensor(-1.0)), clip.new_tensor(1.0))


@wrong("false_alarm", "one term", r"just so many|more")
def _(agree, bits, *, tried=1):
    return min(1.0, tried * math.comb(bits, agree) * 0.5**bits)


@wrong("false_alarm", "the range ends at bits", r"ends one too early|all bits")
def _(agree, bits, *, tried=1):
    return min(1.0, tried * sum(math.comb(bits, k) for k in range(agree, bits)) / 2**bits)


@wrong("false_alarm", "without the users", r"tried|thousand chances")
def _(agree, bits, *, tried=1):
    return sum(math.comb(bits, k) for k in range(agree, bits + 1)) / 2**bits


@wrong("false_alarm", "no limit", r"never above 1")
def _(agree, bits, *, tried=1):
    return tried * sum(math.comb(bits, k) for k in range(agree, bits + 1)) / 2**bits


@right("false_alarm", "by Pascal's triangle")
def _(agree, bits, *, tried=1):
    row = [1.0]
    for _ in range(bits):
        row = [(a + b) / 2 for a, b in zip([0.0, *row], [*row, 0.0], strict=True)]
    return min(1.0, sum(row[agree:]) * tried)


@wrong("roc_auc", "greater only", r"tie")
def _(made, true):
    return (made[:, None] > true[None]).float().mean().item()


@wrong("roc_auc", "greater or equal", r"tie")
def _(made, true):
    return (made[:, None] >= true[None]).float().mean().item()


@wrong("roc_auc", "true above made", r"true\* clips score higher|made one does")
def _(made, true):
    lower = (made[:, None] < true).float() + 0.5 * (made[:, None] == true).float()
    return lower.mean().item()


@wrong("roc_auc", "zip", r"each made one with \*each\*")
def _(made, true):
    return sum(float(m > t) for m, t in zip(made, true, strict=False)) / len(made)


@wrong("roc_auc", "zip, with ties", r"each made one with \*each\*")
def _(made, true):
    return float(np.mean([(m > t) + 0.5 * (m == t) for m, t in zip(made.tolist(), true.tolist(), strict=False)]))


@wrong("roc_auc", "tensor against tensor", r"element by element|table")
def _(made, true):
    return ((made > true).float() + 0.5 * (made == true).float()).mean().item()


@wrong("roc_auc", "at least, and half of the ties as well", r"one and a half")
def _(made, true):
    return float(((made[:, None] >= true).float() + (made[:, None] == true).float() / 2).mean())


@right("roc_auc", "signs")
def _(made, true):
    return float(0.5 + 0.5 * torch.sign(made.double()[:, None] - true.double()).mean())


@wrong("extraction_ratio", "mean over everything", r"whole training set|nearest alone")
def _(samples, training, *, near=50, alpha=0.5):
    d = torch.cdist(samples, training)
    return d.min(1).values / (alpha * d.mean(1))


@wrong("extraction_ratio", "second to last", r"leave the nearest out|one of the `near`")
def _(samples, training, *, near=50, alpha=0.5):
    d = torch.cdist(samples, training).sort(1).values
    return d[:, 0] / (alpha * d[:, 1 : near + 1].mean(1))


@wrong("extraction_ratio", "no alpha", r"alpha")
def _(samples, training, *, near=50, alpha=0.5):
    d = torch.cdist(samples, training).sort(1).values[:, :near]
    return d[:, 0] / d.mean(1)


@wrong("extraction_ratio", "the others of the near", r"second nearest|one of the `near`")
def _(samples, training, *, near=50, alpha=0.5):
    d = torch.cdist(samples, training).sort(1).values[:, :near]
    return d[:, 0] / (alpha * d[:, 1:].mean(1))


@wrong("extraction_ratio", "more than there are", r"fewer")
def _(samples, training, *, near=50, alpha=0.5):
    d, _ = torch.topk(torch.cdist(samples, training), near, largest=False)
    return d[:, 0] / (alpha * d.mean(1))


@wrong("extraction_ratio", "brackets forgotten", r"brackets")
def _(samples, training, *, near=50, alpha=0.5):
    d = torch.cdist(samples, training).sort(1).values[:, :near]
    return d[:, 0] / alpha * d.mean(-1)


@wrong("extraction_ratio", "down the columns", r"for each \*sample\*")
def _(samples, training, *, near=50, alpha=0.5):
    d = torch.cdist(samples, training).sort(0).values[:near]
    return d[0] / (alpha * d.mean(0))


@right("extraction_ratio", "numpy")
def _(samples, training, *, near=50, alpha=0.5):
    gaps = samples.numpy()[:, None] - training.numpy()[None]
    d = np.sort(np.sqrt((gaps**2).sum(-1)), axis=1)[:, :near]
    return torch.from_numpy(d[:, 0] / (alpha * d.mean(1)))


@wrong("guided_shares", "forgot to divide", r"add up")
def _(conditional, unconditional, *, scale):
    return conditional**scale * unconditional ** (1 - scale)


@wrong("guided_shares", "powers of the prompt", r"by itself|away")
def _(conditional, unconditional, *, scale):
    w = conditional**scale
    return w / w.sum()


@wrong("guided_shares", "along a line", r"logarithm")
def _(conditional, unconditional, *, scale):
    w = torch.clamp(unconditional + scale * (conditional - unconditional), min=0)
    return w / w.sum()


@wrong("guided_shares", "the rule for velocities, on shares", r"logarithm")
def _(conditional, unconditional, *, scale):
    return unconditional + scale * (conditional - unconditional)


@right("guided_shares", "softmax of logarithms")
def _(conditional, unconditional, *, scale):
    p, q = conditional.double(), unconditional.double()
    return torch.softmax(torch.log(q) + scale * (torch.log(p) - torch.log(q)), 0).float()


@wrong("precision_at", "no shares", r"equally frequent|shares")
def _(recall, false_alarm, *, share):
    return recall / (recall + false_alarm) if recall + false_alarm else 0.0


@wrong("precision_at", "alarms of all prompts", r"harmless ones")
def _(recall, false_alarm, *, share):
    total = recall * share + false_alarm
    return recall * share / total if total else 0.0


@wrong("precision_at", "forgot nothing is stopped", r"divide by 0|0\.0")
def _(recall, false_alarm, *, share):
    return recall * share / (recall * share + false_alarm * (1 - share))


@right("precision_at", "by odds")
def _(recall, false_alarm, *, share):
    if recall * share == 0:
        return 0.0
    return 1 / (1 + false_alarm * (1 - share) / (recall * share))
