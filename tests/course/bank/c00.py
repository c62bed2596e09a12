"""Solutions to chapter 00 as people write them: numbers of a clip, the mix, the step, the words, the guidance."""

from __future__ import annotations

import math

import torch

from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right

CHANGED = r"it changes|changed|in place|overwr|argument"
DETACHED = r"gradient|graph|detach|no_grad"
STATE = r"call"
DEVICE = r"device"
DTYPE = r"dtype|float64|float32|precision|kind"


# --- clip_numbers ---


@wrong("clip_numbers", "the last frame is not counted", r"frame.*(one|1|last|first|0)")
def _(seconds, height, width, fps=8.0):
    return 3 * round(seconds * fps) * height * width


@wrong("clip_numbers", "the three colours are forgotten", r"colour|three|\b3\b")
def _(seconds, height, width, fps=8.0):
    return (1 + round(seconds * fps)) * height * width


@wrong("clip_numbers", "cut off instead of rounded", r"round|cut")
def _(seconds, height, width, fps=8.0):
    return 3 * (1 + int(seconds * fps)) * height * width


@wrong("clip_numbers", "fps is ignored: 8 is written into the code", r"fps|frames a second|frames per second")
def _(seconds, height, width, fps=8.0):
    return 3 * (1 + round(seconds * 8)) * height * width


@wrong("clip_numbers", "seconds are rounded before they are frames", r"round")
def _(seconds, height, width, fps=8.0):
    return int(3 * (1 + round(seconds) * fps) * height * width)


@wrong("clip_numbers", "rounded up", r"round|up")
def _(seconds, height, width, fps=8.0):
    return 3 * (1 + math.ceil(seconds * fps)) * height * width


@wrong("clip_numbers", "square frames: the height twice", r"width|height|square")
def _(seconds, height, width, fps=8.0):
    return 3 * (1 + round(seconds * fps)) * height * height


@wrong("clip_numbers", "printed, not returned", r"return")
def _(seconds, height, width, fps=8.0):
    3 * (1 + round(seconds * fps)) * height * width


@wrong("clip_numbers", "a float, as nothing is rounded", r"whole|round|int|float")
def _(seconds, height, width, fps=8.0):
    return 3 * (1 + seconds * fps) * height * width


@right("clip_numbers", "made and counted")
def _(seconds, height, width, fps=8.0):
    return torch.empty(1 + round(seconds * fps), height, width, 3, device="meta").numel()


@right("clip_numbers", "rounded by adding a half")
def _(seconds, height, width, fps=8.0):
    return math.prod((3, math.floor(seconds * fps + 0.5) + 1, height, width))


# --- blend ---


@wrong("blend", "the shares are swapped", r"swap|wrong way|other way|turned|share|t = 0")
def _(clip, noise, t):
    return t * clip + (1 - t) * noise


@wrong(
    "blend",
    "noise on top of the whole clip",
    r"(1 - t|rest|share|whole|full).*clip|clip.*(1 - t|rest|share|whole|full)",
)
def _(clip, noise, t):
    return clip + t * noise


@wrong("blend", "roots, as on a path that keeps the variance", r"root|√|sqrt")
def _(clip, noise, t):
    return math.sqrt(1 - t) * clip + math.sqrt(t) * noise


@wrong("blend", "noise is subtracted", r"sign|subtract|minus|add")
def _(clip, noise, t):
    return (1 - t) * clip - t * noise


@wrong("blend", "clip is changed in place", CHANGED)
def _(clip, noise, t):
    clip *= 1 - t
    clip += t * noise
    return clip


@wrong("blend", "fresh noise instead of the given one", r"given|fresh|own noise|random|noise")
def _(clip, noise, t):
    return (1 - t) * clip + t * torch.randn_like(clip)


@wrong("blend", "detached from the graph", DETACHED)
def _(clip, noise, t):
    with torch.no_grad():
        return (1 - t) * clip + t * noise


@wrong("blend", "clamped to what a screen can show", r"clamp|cut|\[-1, 1\]|outside")
def _(clip, noise, t):
    return ((1 - t) * clip + t * noise).clamp(-1, 1)


@wrong("blend", "whole number of percents: t is rounded", r"round|t = ")
def _(clip, noise, t):
    t = round(t)
    return (1 - t) * clip + t * noise


@right("blend", "lerp")
def _(clip, noise, t):
    return torch.lerp(clip, noise, t)


@right("blend", "from the clip towards the noise")
def _(clip, noise, t):
    return clip + t * (noise - clip)


# --- one_step ---


@wrong("one_step", "the time passed has the wrong sign", r"sign|s - t|direction|wrong way|away")
def _(x, velocity, t, s):
    return x + (t - s) * velocity


@wrong("one_step", "all the way to 0", r"to 0|all the way|\bs\b")
def _(x, velocity, t, s):
    return x - t * velocity


@wrong("one_step", "multiplied with s, not with the difference", r"s - t|passes|difference|time that")
def _(x, velocity, t, s):
    return x + s * velocity


@wrong("one_step", "one whole unit of time", r"s - t|passes|difference|unit|whole")
def _(x, velocity, t, s):
    return x - velocity


@wrong("one_step", "x is changed in place", CHANGED)
def _(x, velocity, t, s):
    x += (s - t) * velocity
    return x


@wrong("one_step", "only how far, not where", r"where|begin|add|x")
def _(x, velocity, t, s):
    return (s - t) * velocity


@wrong("one_step", "only ever backwards", r"backward|forward|negative|abs|s > t|later|sign")
def _(x, velocity, t, s):
    return x - abs(s - t) * velocity


@wrong("one_step", "divided by the time", r"divid|times|multipl")
def _(x, velocity, t, s):
    return x + velocity / (s - t)


@right("one_step", "torch.add with alpha")
def _(x, velocity, t, s):
    return torch.add(x, velocity, alpha=s - t)


@right("one_step", "mixed from the two ends of the line")
def _(x, velocity, t, s):
    clip = x - t * velocity
    return clip + s * velocity


# --- word_numbers ---


@wrong("word_numbers", "no 1 for the beginning", r"begin|\b1\b")
def _(prompt, vocabulary):
    return [list(vocabulary).index(word) + 2 for word in prompt.lower().split()]


@wrong("word_numbers", "first word has the number 0", r"\+ ?2|plus 2|\b2\b|taken")
def _(prompt, vocabulary):
    return [1] + [list(vocabulary).index(word) for word in prompt.lower().split()]


@wrong("word_numbers", "first word has the number 1", r"\+ ?2|plus 2|\b2\b|taken")
def _(prompt, vocabulary):
    return [1] + [list(vocabulary).index(word) + 1 for word in prompt.lower().split()]


@wrong("word_numbers", "capital letters are unknown", r"capital|lower|upper")
def _(prompt, vocabulary):
    return [1] + [list(vocabulary).index(word) + 2 for word in prompt.split()]


@wrong("word_numbers", "unknown words are skipped", r"unknown|ValueError")
def _(prompt, vocabulary):
    return [1] + [vocabulary.index(word) + 2 for word in prompt.lower().split() if word in vocabulary]


@wrong("word_numbers", "unknown words raise a KeyError", r"ValueError")
def _(prompt, vocabulary):
    places = {word: place for place, word in enumerate(vocabulary, 2)}
    return [1] + [places[word] for word in prompt.lower().split()]


@wrong("word_numbers", "letter by letter", r"split|letter|words|character")
def _(prompt, vocabulary):
    return [1] + [vocabulary.index(word) + 2 for word in prompt.lower()]


@wrong("word_numbers", "split at single spaces, so an empty prompt has an empty word", r"empty|split")
def _(prompt, vocabulary):
    return [1] + [vocabulary.index(word) + 2 for word in prompt.lower().split(" ")]


@wrong("word_numbers", "each word once, in the vocabulary's order", r"order|repeat|twice|each word")
def _(prompt, vocabulary):
    words = prompt.lower().split()
    unknown = set(words) - set(vocabulary)
    if unknown:
        raise ValueError(f"unknown: {unknown}")
    return [1] + [place + 2 for place, word in enumerate(vocabulary) if word in words]


@wrong("word_numbers", "a tensor, not a list", r"list|tensor")
def _(prompt, vocabulary):
    return torch.tensor([1] + [vocabulary.index(word) + 2 for word in prompt.lower().split()])


@wrong("word_numbers", "a list kept as a default grows from call to call", STATE)
def _(prompt, vocabulary, numbers=[1]):  # noqa: B006 - the mistake
    for word in prompt.lower().split():
        numbers.append(vocabulary.index(word) + 2)
    return numbers


@right("word_numbers", "a dictionary that raises by hand")
def _(prompt, vocabulary):
    places = {word: place for place, word in enumerate(vocabulary, start=2)}
    numbers = [1]
    for word in prompt.casefold().split():
        if word not in places:
            raise ValueError(f"{word!r} is not in the vocabulary")
        numbers.append(places[word])
    return numbers


@right("word_numbers", "the vocabulary with two entries in front")
def _(prompt, vocabulary):
    whole = ["<pad>", "<begin>", *vocabulary]
    return list(map(whole.index, ["<begin>", *prompt.lower().split()]))


# --- steer ---


@wrong("steer", "the two are swapped", r"swap|wrong way|direction|away|turned|begin")
def _(without, with_prompt, guidance):
    return with_prompt + guidance * (without - with_prompt)


@wrong("steer", "begins at the velocity with the prompt", r"begin|start|without")
def _(without, with_prompt, guidance):
    return with_prompt + guidance * (with_prompt - without)


@wrong(
    "steer",
    "the velocity without the prompt is left out of the difference",
    r"difference|way|with_prompt - without|minus",
)
def _(without, with_prompt, guidance):
    return without + guidance * with_prompt


@wrong("steer", "only scaled", r"without|scal|begin")
def _(without, with_prompt, guidance):
    return guidance * with_prompt


@wrong("steer", "only the difference", r"begin|without|difference|add")
def _(without, with_prompt, guidance):
    return guidance * (with_prompt - without)


@wrong("steer", "guidance is clamped to 1", r"clamp|beyond|further|four times|stop|guidance")
def _(without, with_prompt, guidance):
    return torch.lerp(without, with_prompt, min(guidance, 1.0))


@wrong("steer", "guidance - 1, as other papers count", r"guidance.*(1|0)|one too|count")
def _(without, with_prompt, guidance):
    return without + (guidance - 1) * (with_prompt - without)


@wrong("steer", "an argument is changed", CHANGED)
def _(without, with_prompt, guidance):
    with_prompt -= without
    return without + guidance * with_prompt


@right("steer", "a weighted sum")
def _(without, with_prompt, guidance):
    return (1 - guidance) * without + guidance * with_prompt


@right("steer", "lerp, which goes on beyond 1")
def _(without, with_prompt, guidance):
    return torch.lerp(without, with_prompt, float(guidance))


# --- broken_part ---


@wrong("broken_part", "patches and codec taken for each other", r"\bA\b|\bC\b|piece|colour|patches|codec")
def _(clip):
    return {"A": "codec", "B": "tokenizer", "C": "patches", "D": "sampler"}[clip]


@wrong("broken_part", "tokenizer and sampler taken for each other", r"\bB\b|\bD\b|word|noise")
def _(clip):
    return {"A": "patches", "B": "sampler", "C": "codec", "D": "tokenizer"}[clip]


@wrong("broken_part", "one part for all", r"once|each")
def _(clip):
    return "codec"


@wrong("broken_part", "a part that was not on the list", r"decoder|\"tokenizer\"|one of|list|name")
def _(clip):
    return {"A": "patches", "B": "tokenizer", "C": "decoder", "D": "sampler"}[clip]


@wrong("broken_part", "the whole dictionary is returned", r"dict|one of|clip")
def _(clip):
    return {"A": "patches", "B": "tokenizer", "C": "codec", "D": "sampler"}


@wrong("broken_part", "codec and sampler taken for each other", r"\bC\b|\bD\b|colour|noise")
def _(clip):
    return {"A": "patches", "B": "tokenizer", "C": "sampler", "D": "codec"}[clip]


@right("broken_part", "ifs")
def _(clip):
    if clip == "A":
        return "patches"
    if clip == "B":
        return "tokenizer"
    return "codec" if clip == "C" else "sampler"


@right("broken_part", "a list by the letter's place")
def _(clip):
    return ["patches", "tokenizer", "codec", "sampler"]["ABCD".index(clip)]
