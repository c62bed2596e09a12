"""Solutions to chapter 13 as people write them: targets of a captioner, decoding, claims, Bayes, gaps, German.

Unlike the other banks it comes from whoever wrote the mistakes, so that its count says less.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import torch
import torch.nn.functional as F

from minisora.course.exercises.c13_language import NOUNS, STEMS
from minisora.worlds.claims import ObjectClaim
from minisora.worlds.scene import COLOURS, MOTIONS, SHAPES, SIZES
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right
KINDS = {"shape": SHAPES, "colour": COLOURS, "size": SIZES, "motion": MOTIONS}


@wrong("next_word", "reads and says the same words", r"just read|behind")
def _(ids):
    return ids, ids.masked_fill(ids == 0, -100)


@wrong("next_word", "the usual pair of slices, which loses the end", r"cut|end of the longest|m places")
def _(ids):
    return ids[:, :-1], ids[:, 1:].masked_fill(ids[:, :-1] == 0, -100)


@wrong("next_word", "everything that is 0 is ignored, the end as well", r"stop|END|last word")
def _(ids):
    behind = F.pad(ids[:, 1:], (0, 1))
    return ids, behind.masked_fill(behind == 0, -100)


@wrong("next_word", "padding is left in the loss", r"padding")
def _(ids):
    return ids, F.pad(ids[:, 1:], (0, 1))


@right("next_word", "shifted by padding on the right, with torch.where")
def _(ids):
    return ids, torch.where(ids != 0, F.pad(ids[:, 1:], (0, 1)), -100)


@wrong("greedy", "stops when one of the captions ends", r"first|all")
def _(logits, rows, *, longest=64):
    ids = torch.ones(rows, 1, dtype=torch.long)
    for _ in range(longest):
        word = logits(ids)[:, -1].argmax(-1)
        if (word == 0).any():
            break
        ids = torch.cat([ids, word[:, None]], 1)
    return ids


@wrong("greedy", "takes the logits of the first place", r"last|first place")
def _(logits, rows, *, longest=64):
    ids, done = torch.ones(rows, 1, dtype=torch.long), torch.zeros(rows, dtype=torch.bool)
    for _ in range(longest):
        word = logits(ids)[:, 0].argmax(-1) * ~done
        done |= word == 0
        if done.all():
            break
        ids = torch.cat([ids, word[:, None]], 1)
    return ids


@wrong("greedy", "only the newest word is handed to the network", r"last word|so far|forgotten")
def _(logits, rows, *, longest=64):
    ids, done = torch.ones(rows, 1, dtype=torch.long), torch.zeros(rows, dtype=torch.bool)
    for _ in range(longest):
        word = logits(ids[:, -1:])[:, -1].argmax(-1) * ~done
        done |= word == 0
        if done.all():
            break
        ids = torch.cat([ids, word[:, None]], 1)
    return ids


@wrong("greedy", "babble behind the end stays", r"END|babble|goes on")
def _(logits, rows, *, longest=64):
    ids, done = torch.ones(rows, 1, dtype=torch.long), torch.zeros(rows, dtype=torch.bool)
    for _ in range(longest):
        word = logits(ids)[:, -1].argmax(-1)
        done |= word == 0
        if done.all():
            break
        ids = torch.cat([ids, word[:, None]], 1)
    return ids


@right("greedy", "done is counted, words are multiplied away")
def _(logits, rows, *, longest=64):
    ids, done = torch.ones(rows, 1, dtype=torch.long), torch.zeros(rows, dtype=torch.bool)
    while ids.shape[1] <= longest:
        word = logits(ids)[:, -1].max(-1).indices * ~done
        done |= word == 0
        if done.all():
            break
        ids = torch.hstack([ids, word.unsqueeze(1)])
    return ids


def _words(thing):
    return [getattr(thing, kind) for kind in KINDS]


@wrong("agreement", "zips said and true", r"order|pair")
def _(said, true):
    pairs = [(x, y) for a, b in zip(said, true, strict=False) for x, y in zip(_words(a), _words(b), strict=True)]
    good = sum(x == y for x, y in pairs)
    all_said = sum(word is not None for thing in said for word in _words(thing))
    named = sum(x is not None for x, _ in pairs)
    return good, all_said - good, 4 * len(true) - named


@wrong("agreement", "returns right, left out, wrong", r"exchanged|right, wrong, left")
def _(said, true):
    good, bad, left = _agree(said, true)
    return good, left, bad


@wrong("agreement", "things that nobody mentions are not counted", r"no word mentions|left out")
def _(said, true):
    good, bad, left = _agree(said, true)
    return good, bad, left - 4 * max(0, len(true) - len(said))


def _agree(said, true):
    total = sum(word is not None for thing in said for word in _words(thing))
    best = (0, 0)
    for chosen in product([None, *range(len(said))], repeat=len(true)):
        used = [i for i in chosen if i is not None]
        if len(set(used)) < len(used):
            continue
        pairs = [
            (x, y)
            for i, there in zip(chosen, true, strict=True)
            if i is not None
            for x, y in zip(_words(said[i]), _words(there), strict=True)
            if x is not None
        ]
        best = max(best, (sum(x == y for x, y in pairs), len(pairs)))
    return best[0], total - best[0], 4 * len(true) - best[1]


right("agreement", "all maps from the scene to what is said, those that repeat left out")(_agree)


@wrong("believed", "the words are taken at their word", r"believe every")
def _(often, wrong):
    return torch.eye(len(often))


@wrong("believed", "no prior", r"how often|frequent")
def _(often, wrong):
    k = len(often)
    return torch.eye(k) * (1 - wrong) + (1 - torch.eye(k)) * wrong / (k - 1)


@wrong("believed", "joint probabilities, not divided", r"divide")
def _(often, wrong):
    k = len(often)
    return (torch.eye(k) * (1 - wrong) + (1 - torch.eye(k)) * wrong / (k - 1)) * often


@wrong("believed", "the whole share for each of the others", r"k - 1|together")
def _(often, wrong):
    k = len(often)
    both = (torch.eye(k) * (1 - wrong) + (1 - torch.eye(k)) * wrong) * often
    return both / both.sum(1, keepdim=True)


@right("believed", "F.normalize with p=1")
def _(often, wrong):
    k = len(often)
    return F.normalize((torch.eye(k) * (1 - wrong) + (1 - torch.eye(k)) * wrong / (k - 1)) * often[None], p=1, dim=1)


@wrong("fill_in", "everything is chosen anew", r"said|None")
def _(things, choose):
    return [ObjectClaim(*(choose(words) for words in KINDS.values())) for _ in things]


@wrong("fill_in", "nobody looks at the others", r"same shape and colour|tell them apart|told apart")
def _(things, choose):
    return [ObjectClaim(*(getattr(each, kind) or choose(words) for kind, words in KINDS.items())) for each in things]


@wrong("fill_in", "only shape and colour", r"motion|size")
def _(things, choose):
    done = list(things)
    for i in range(len(done)):
        for kind in ("shape", "colour"):
            if getattr(done[i], kind) is None:
                taken = {(o.shape, o.colour) for j, o in enumerate(done) if j != i}
                new = [replace(done[i], **{kind: word}) for word in KINDS[kind]]
                done[i] = replace(
                    done[i],
                    **{
                        kind: choose(
                            [getattr(n, kind) for n in new if n.colour is None or (n.shape, n.colour) not in taken]
                        )
                    },
                )
    return done


def _german(size, colour, shape, use, articles, endings):
    noun, gender = NOUNS[shape]
    i = "mfn".index(gender)
    return f"{articles[use][i]} {STEMS[size]}{endings[use][i]} {STEMS[colour]}{endings[use][i]} {noun}"


ARTICLES = {"a": ("ein", "eine", "ein"), "the": ("der", "die", "das"), "dat": ("dem", "der", "dem")}
ENDINGS = {"a": ("er", "e", "es"), "the": "eee", "dat": ("en",) * 3}


@wrong("in_german", "strong endings after der", r"-e for all|ending is -e")
def _(size, colour, shape, use):
    return _german(size, colour, shape, use, ARTICLES, {**ENDINGS, "the": ENDINGS["a"]})


@wrong("in_german", "dem for all in the dative", r"dative|der")
def _(size, colour, shape, use):
    return _german(size, colour, shape, use, {**ARTICLES, "dat": ("dem",) * 3}, ENDINGS)


@wrong("in_german", "adjectives as in a dictionary", r"endings")
def _(size, colour, shape, use):
    return _german(size, colour, shape, use, ARTICLES, dict.fromkeys(ARTICLES, ("", "", "")))


@right("in_german", "tables")
def _(size, colour, shape, use):
    return _german(size, colour, shape, use, ARTICLES, ENDINGS)
