"""Solutions to chapter 07 as people write them: ids, dropped captions, guidance, binding."""

from __future__ import annotations

import random
from itertools import permutations, product

import torch
from torch import Tensor

from minisora.model.tokenizer import split
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


def _ids(rows: list[list[int]]) -> Tensor:
    longest = max(map(len, rows))
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows])


def _places(caption: str, words: tuple[str, ...], first: int = 2) -> list[int]:
    for word in split(caption):
        if word not in words:
            raise ValueError(f"unknown word {word!r}")
    return [words.index(word) + first for word in split(caption)]


@wrong("encode_captions", "ids begin one too low", r"plus 2|\+ ?2|too low|taken")
def _(captions, words):
    return _ids([[1, *_places(each, words, first=1)] for each in captions])


@wrong("encode_captions", "the begin token is forgotten", r"begin|starts? with|\b1\b")
def _(captions, words):
    return _ids([_places(each, words) for each in captions])


@wrong("encode_captions", "an end token that nobody asked for", r"end|behind|after|only 0|\b0\b")
def _(captions, words):
    return _ids([[1, *_places(each, words), 1] for each in captions])


@wrong("encode_captions", "padding in front", r"behind|in front|after the words")
def _(captions, words):
    rows = [[1, *_places(each, words)] for each in captions]
    longest = max(map(len, rows))
    return torch.tensor([[0] * (longest - len(row)) + row for row in rows])


@wrong("encode_captions", "padded with the begin token", r"with 0|\b0\b|padd")
def _(captions, words):
    rows = [[1, *_places(each, words)] for each in captions]
    longest = max(map(len, rows))
    return torch.tensor([row + [1] * (longest - len(row)) for row in rows])


@wrong("encode_captions", "unknown words are skipped", r"unknown|not in the list|skip")
def _(captions, words):
    return _ids([[1, *(words.index(w) + 2 for w in split(each) if w in words)] for each in captions])


@wrong("encode_captions", "an unknown word becomes padding", r"unknown|not in the list|ValueError")
def _(captions, words):
    number = {word: i for i, word in enumerate(words, 2)}
    return _ids([[1, *(number.get(w, 0) for w in split(each))] for each in captions])


@wrong("encode_captions", "a KeyError instead of a ValueError", r"ValueError")
def _(captions, words):
    number = {word: i for i, word in enumerate(words, 2)}
    return _ids([[1, *(number[w] for w in split(each))] for each in captions])


@wrong("encode_captions", "the error does not name the word", r"nam|which word")
def _(captions, words):
    if any(word not in words for each in captions for word in split(each)):
        raise ValueError("unknown word")
    return _ids([[1, *_places(each, words)] for each in captions])


@wrong(
    "encode_captions", "cut at spaces, so that capitals and commas are unknown", r"split|lower|capital|comma|full stop"
)
def _(captions, words):
    number = {word: i for i, word in enumerate(words, 2)}
    rows = []
    for each in captions:
        for word in each.split():
            if word not in number:
                raise ValueError(f"unknown word {word!r}")
        rows.append([1] + [number[word] for word in each.split()])
    return _ids(rows)


@wrong("encode_captions", "ids are not whole numbers", r"whole|int|long|float|dtype|type")
def _(captions, words):
    return _ids([[1, *_places(each, words)] for each in captions]).float()


@wrong(
    "encode_captions",
    "always as long as the longest of all captions so far",
    r"between|remember|earlier|state|longest",
    fresh=True,
)
def _():
    longest = 0

    def encode(captions, words):
        nonlocal longest
        rows = [[1, *_places(each, words)] for each in captions]
        longest = max(longest, *map(len, rows))
        return torch.tensor([row + [0] * (longest - len(row)) for row in rows])

    return encode


@wrong(
    "encode_captions",
    "the list of words is numbered once and kept",
    r"between|remember|earlier|state|keep|words",
    fresh=True,
)
def _():
    number: dict[str, int] = {}

    def encode(captions, words):
        if not number:
            number.update({word: i for i, word in enumerate(words, 2)})
        for word in (w for each in captions for w in split(each)):
            if word not in number:
                raise ValueError(f"unknown word {word!r}")
        return _ids([[1, *(number[w] for w in split(each))] for each in captions])

    return encode


@right("encode_captions", "PyTorch's own padding")
def _(captions, words):
    rows = []
    for caption in captions:
        row = [1]
        for word in split(caption):
            try:
                row.append(2 + words.index(word))
            except ValueError:
                raise ValueError(f"I do not know the word “{word}”") from None
        rows.append(torch.tensor(row))
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


@wrong("drop_captions", "dice of the whole program", r"generator")
def _(captions, share, generator):
    return ["" if throw < share else each for each, throw in zip(captions, torch.rand(len(captions)), strict=True)]


@wrong("drop_captions", "Python's dice", r"generator")
def _(captions, share, generator):
    return ["" if random.random() < share else each for each in captions]


@wrong("drop_captions", "one throw for all", r"by itself|each|whole batch|one throw|own")
def _(captions, share, generator):
    return [""] * len(captions) if float(torch.rand(1, generator=generator)) < share else list(captions)


@wrong(
    "drop_captions", "kept with the probability with which they should go", r"round|probability|share|kept|wrong way"
)
def _(captions, share, generator):
    thrown = torch.rand(len(captions), generator=generator)
    return ["" if throw > share else each for each, throw in zip(captions, thrown, strict=True)]


@wrong("drop_captions", "they are left out, so that the list gets shorter", r"as many|shorter|replac|left out|length")
def _(captions, share, generator):
    thrown = torch.rand(len(captions), generator=generator)
    return [each for each, throw in zip(captions, thrown, strict=True) if throw >= share]


@wrong("drop_captions", "the caller's list is changed", r"changes what it is given|in place|copy|new list")
def _(captions, share, generator):
    for i, throw in enumerate(torch.rand(len(captions), generator=generator).tolist()):
        if throw < share:
            captions[i] = ""
    return captions


@wrong("drop_captions", "exactly so many, not each by itself", r"by itself|exact|each")
def _(captions, share, generator):
    gone = torch.randperm(len(captions), generator=generator)[: round(share * len(captions))].tolist()
    return ["" if i in gone else each for i, each in enumerate(captions)]


@wrong("drop_captions", "the first ones always", r"by itself|first|at the beginning|caption by caption")
def _(captions, share, generator):
    count = int(share * len(captions))
    return [""] * count + list(captions[count:])


@wrong("drop_captions", "a generator of its own with the same seed at each call", r"generator|same|again")
def _(captions, share, generator):
    thrown = torch.rand(len(captions), generator=torch.Generator().manual_seed(0))
    return ["" if throw < share else each for each, throw in zip(captions, thrown, strict=True)]


@wrong("drop_captions", "the given generator is sown anew at each call", r"generator|same|again|seed")
def _(captions, share, generator):
    thrown = torch.rand(len(captions), generator=generator.manual_seed(0))
    return ["" if throw < share else each for each, throw in zip(captions, thrown, strict=True)]


@wrong("drop_captions", "None instead of the empty caption", r"empty|\"\"|''|None")
def _(captions, share, generator):
    thrown = torch.rand(len(captions), generator=generator)
    return [None if throw < share else each for each, throw in zip(captions, thrown, strict=True)]


@right("drop_captions", "a throw at a time, with the share that is kept")
def _(captions, share, generator):
    return [each if torch.rand((), generator=generator).item() >= share else "" for each in captions]


@right("drop_captions", "bernoulli")
def _(captions, share, generator):
    gone = torch.bernoulli(torch.full((len(captions),), float(share)), generator=generator).bool()
    return [each * (not out) for each, out in zip(captions, gone.tolist(), strict=True)]


ONE, HIGH = "scale 1", "scale far too high"
SWAPPED, BATCH, UNTRAINED = (
    "the two answers swapped",
    "one direction for the whole batch",
    "the empty caption never trained",
)
FOUND = {"A": BATCH, "B": ONE, "C": UNTRAINED, "D": SWAPPED, "E": HIGH}


@wrong("diagnose_guidance", "A and C exchanged", r"\bA\b|\bC\b")
def _():
    return FOUND | {"A": UNTRAINED, "C": BATCH}


@wrong("diagnose_guidance", "D and E exchanged", r"\bD\b|\bE\b")
def _():
    return FOUND | {"D": HIGH, "E": SWAPPED}


@wrong("diagnose_guidance", "one patient is left out", r"\bE\b")
def _():
    return {each: cause for each, cause in FOUND.items() if each != "E"}


@wrong("diagnose_guidance", "causes in words of one's own", r"choices|exactly|words|none of")
def _():
    return FOUND | {"B": "no guidance"}


@wrong("diagnose_guidance", "one cause twice", r"once|twice|\bD\b")
def _():
    return FOUND | {"D": HIGH}


@wrong("diagnose_guidance", "letters for causes and causes for letters", r"letter|A to E|patient|dict")
def _():
    return {cause: each for each, cause in FOUND.items()}


@wrong("diagnose_guidance", "a list", r"dict")
def _():
    return list(FOUND.values())


@right("diagnose_guidance", "zipped")
def _():
    return dict(zip("EDCBA", [HIGH, SWAPPED, UNTRAINED, ONE, BATCH], strict=True))


def _guide(better: Tensor, worse: Tensor, scale: float) -> Tensor:
    return worse + scale * (better - worse)


def _guidance(
    *,
    line=_guide,
    inside=lambda t, low, high: (low < t) & (t <= high),
    shortcut=True,
    idle=None,
    outside=None,
    pair=None,
    none=lambda i: not i.any(),
):
    """Guidance with a part exchanged."""

    def stacked(both, x, t):
        better, worse = both(torch.cat([x, x]), torch.cat([t, t])).chunk(2)
        return better, worse

    def classifier_free(conditional, both, *, scale, interval=(0.0, 1.0)):
        if scale == 1 and shortcut:
            return conditional
        low, high = interval

        def guided(x, t):
            where = inside(t, low, high)
            if none(where):
                return idle(both, x, t) if idle else conditional(x, t)
            better, worse = (pair or stacked)(both, x, t)
            return torch.where(where, line(better, worse, scale), outside(better, worse, scale) if outside else better)

        return guided

    return classifier_free


def _exchanged(cause: str, names: str, **parts) -> None:
    wrong("classifier_free", cause, names)(_guidance(**parts))


_exchanged(
    "the halves are exchanged",
    r"half|halves|first|exchang|swap",
    pair=lambda both, x, t: both(torch.cat([x, x]), torch.cat([t, t])).chunk(2)[::-1],
)
_exchanged(
    "the interval is closed at the wrong end",
    r"low < t|t <= high|end|border|upper|lower",
    inside=lambda t, low, high: (low <= t) & (t < high),
)
_exchanged("both ends belong to it", r"low < t|end|border|lower", inside=lambda t, low, high: (low <= t) & (t <= high))
_exchanged("if one token is inside, all are guided", r"token", outside=_guide)
_exchanged(
    "outside stands the answer without the caption",
    r"outside|with(out)? (the|its|their) caption|better",
    outside=lambda better, worse, scale: worse,
)
_exchanged(
    "where nothing is guided both are asked all the same",
    r"alone|twice|rows|`conditional`|costs",
    idle=lambda both, x, t: both(torch.cat([x, x]), torch.cat([t, t])).chunk(2)[0],
)
_exchanged("at scale 1 both are asked", r"scale 1|scale is 1", shortcut=False)
_exchanged(
    "the paper's w, which is one less",
    r"scale 1|w\b|one (less|more)|scale ([-+]|minus|plus)|once more",
    line=lambda better, worse, scale: better + scale * (better - worse),
)
_exchanged(
    "the difference is taken the other way",
    r"other way|sign|away|difference|swap|exchang|better - worse",
    line=lambda better, worse, scale: worse + scale * (worse - better),
)
_exchanged(
    "one direction for the whole batch",
    r"batch|mean|averag|each clip",
    line=lambda better, worse, scale: worse + scale * (better - worse).mean(0, keepdim=True),
)
_exchanged("only if all tokens are inside", r"any|some|token|all", none=lambda where: not where.all())
_exchanged(
    "rows are repeated each beside itself, and cut in the middle",
    r"stack|beside|interleav|once more|order|cat",
    pair=lambda both, x, t: both(x.repeat_interleave(2, 0), t.repeat_interleave(2, 0)).chunk(2),
)
_exchanged(
    "each clip beside its copy, every second row is the worse one",
    r"stack|beside|interleav|once more|order|cat",
    pair=lambda both, x, t: (lambda answer: (answer[0::2], answer[1::2]))(
        both(x.repeat_interleave(2, 0), t.repeat_interleave(2, 0))
    ),
)
_exchanged(
    "stacked in the channels",
    r"batch|rows|stack|channel|dim",
    pair=lambda both, x, t: both(torch.cat([x, x], 1), t).chunk(2, 1),
)
_exchanged(
    "the time of the first token for all",
    r"token|own time|time of|first",
    inside=lambda t, low, high: torch.full_like(t, float(low < t.flatten()[0] <= high)).bool(),
)


@wrong(
    "classifier_free",
    "both for the guided answer, and conditional once more for the better one",
    r"once more|three|rows|again|extra|twice",
)
def _(conditional, both, *, scale, interval=(0.0, 1.0)):
    if scale == 1:
        return conditional

    def guided(x, t):
        inside = (interval[0] < t) & (t <= interval[1])
        better = conditional(x, t)
        if not inside.any():
            return better
        worse = both(torch.cat([x, x]), torch.cat([t, t]))[len(x) :]
        return torch.where(inside, _guide(better, worse, scale), better)

    return guided


@wrong(
    "classifier_free",
    "the answer without a caption is asked once and kept",
    r"remember|keep|kept|earlier|between|state|again|first call|each call",
)
def _(conditional, both, *, scale, interval=(0.0, 1.0)):
    if scale == 1:
        return conditional
    kept: list[Tensor] = []

    def guided(x, t):
        inside = (interval[0] < t) & (t <= interval[1])
        if not inside.any():
            return conditional(x, t)
        better, worse = both(torch.cat([x, x]), torch.cat([t, t])).chunk(2)
        kept.append(worse)
        return torch.where(inside, _guide(better, kept[0], scale), better)

    return guided


@wrong("classifier_free", "the sampler's clip is doubled in place", r"it changes `|in place")
def _(conditional, both, *, scale, interval=(0.0, 1.0)):
    made = _guidance()(conditional, both, scale=scale, interval=interval)

    def guided(x, t):
        answer = made(x, t)
        x += 0.0 * answer - 1
        return answer

    return guided


@right("classifier_free", "a scale for each token")
def _(conditional, both, *, scale, interval=(0.0, 1.0)):
    low, high = interval

    def guided(x, t):
        scales = torch.where((t > low) & (t <= high), float(scale), 1.0).to(x.dtype)
        if (scales == 1).all():
            return conditional(x, t)
        ones = [1] * (x.ndim - 1)
        answer = both(x.repeat(2, *ones), t.repeat(2, *[1] * (t.ndim - 1)))
        with_words, without = answer[: len(x)], answer[len(x) :]
        return without.lerp(with_words, scales.expand_as(without))

    return guided


@right("classifier_free", "a class with __call__")
class _:
    def __init__(self, conditional, both, *, scale, interval=(0.0, 1.0)):
        self.conditional, self.both, self.scale, self.interval = conditional, both, scale, interval

    def __call__(self, x, t):
        (low, high), b = self.interval, len(x)
        inside = torch.logical_and(t.gt(low), t.le(high))
        if self.scale == 1 or not bool(inside.any()):
            return self.conditional(x, t)
        answer = self.both(torch.stack([x, x]).flatten(0, 1), torch.stack([t, t]).flatten(0, 1))
        return answer[:b] + inside * (self.scale - 1) * (answer[:b] - answer[b:])


ASPECTS = ("shape", "colour", "size", "motion")


def _fits(claim, each) -> bool:
    return all(getattr(claim, aspect) in (None, getattr(each, aspect)) for aspect in ASPECTS)


@wrong("binds", "one by one, in the order in which they stand", r"order|pairing")
def _(wanted, seen):
    return len(wanted) <= len(seen) and all(map(_fits, wanted, seen))


@wrong("binds", "one seen object may serve two claims", r"own|another|twice|two claims|same object")
def _(wanted, seen):
    return all(any(_fits(claim, each) for each in seen) for claim in wanted)


@wrong("binds", "what the judge could not name is content with anything", r"None|could not name|not name")
def _(wanted, seen):
    def fits(claim, each):
        return all(
            getattr(claim, a) is None or getattr(each, a) is None or getattr(claim, a) == getattr(each, a)
            for a in ASPECTS
        )

    return any(all(map(fits, wanted, chosen)) for chosen in permutations(seen, len(wanted)))


@wrong("binds", "what is not said must not be there", r"None|not said")
def _(wanted, seen):
    return any(
        all(all(getattr(c, a) == getattr(e, a) for a in ASPECTS) for c, e in zip(wanted, chosen, strict=True))
        for chosen in permutations(seen, len(wanted))
    )


@wrong("binds", "one object too many is held against it", r"more|too many|other objects|further|left over|count|number")
def _(wanted, seen):
    return len(wanted) == len(seen) and any(all(map(_fits, wanted, chosen)) for chosen in permutations(seen))


@wrong("binds", "too few objects are no hindrance", r"fewer|too few|missing|own|enough")
def _(wanted, seen):
    return any(all(map(_fits, wanted, chosen)) for chosen in permutations(seen, min(len(wanted), len(seen))))


@wrong("binds", "motions are forgotten", r"motion")
def _(wanted, seen):
    def fits(claim, each):
        return all(getattr(claim, a) in (None, getattr(each, a)) for a in ASPECTS[:3])

    return any(all(map(fits, wanted, chosen)) for chosen in permutations(seen, len(wanted)))


@wrong("binds", "sizes are forgotten", r"size")
def _(wanted, seen):
    def fits(claim, each):
        return all(getattr(claim, a) in (None, getattr(each, a)) for a in ("shape", "colour", "motion"))

    return any(all(map(fits, wanted, chosen)) for chosen in permutations(seen, len(wanted)))


@wrong(
    "binds",
    "all colours are there and all shapes are there, wherever they are",
    r"same object|together|bound|binding|object by object|one object|each",
)
def _(wanted, seen):
    if len(wanted) > len(seen):
        return False
    return all(
        getattr(claim, a) is None or getattr(claim, a) in [getattr(each, a) for each in seen]
        for claim in wanted
        for a in ASPECTS
    )


@wrong(
    "binds",
    "the first one that fits is taken and never given back",
    r"greedy|first|all pairings|every pairing|try|give",
)
def _(wanted, seen):
    left = list(seen)
    for claim in wanted:
        found = next((each for each in left if _fits(claim, each)), None)
        if found is None:
            return False
        left.remove(found)
    return True


@wrong("binds", "one thing that fits is enough", r"all that is said|everything|any|every")
def _(wanted, seen):
    def fits(claim, each):
        return any(getattr(claim, a) in (None, getattr(each, a)) for a in ASPECTS)

    return any(all(map(fits, wanted, chosen)) for chosen in permutations(seen, len(wanted)))


@wrong("binds", "wanted and seen are exchanged", r"exchang|round|wanted|None")
def _(wanted, seen):
    return any(all(map(_fits, chosen, wanted)) for chosen in permutations(seen, len(wanted)))


@wrong("binds", "one claim that is met is enough", r"all|every")
def _(wanted, seen):
    return any(any(map(_fits, wanted, chosen)) for chosen in permutations(seen, len(wanted)))


@right("binds", "one claim after the other, and back again")
def _given_out(wanted, seen):
    if not wanted:
        return True
    return any(
        _fits(wanted[0], each) and _given_out(wanted[1:], (*seen[:i], *seen[i + 1 :])) for i, each in enumerate(seen)
    )


@right("binds", "indices of a product")
def _(wanted, seen):
    table = [[i for i, each in enumerate(seen) if _fits(claim, each)] for claim in wanted]
    return any(len(set(chosen)) == len(chosen) for chosen in product(*table))
