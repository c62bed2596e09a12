"""Chapter 00: the first touch of every part of the machine, each in one line, and a machine to diagnose."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from einops import rearrange
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, call, each_once, finding

if TYPE_CHECKING:
    from minisora.pipeline import Pipeline


def clip_numbers(seconds: float, height: int, width: int, fps: float = 8.0) -> int:
    """How many numbers a clip has whose last frame comes ``seconds`` after its first, as ``Clip.seconds`` counts."""
    frames = 1 + round(seconds * fps)
    return 3 * frames * height * width


def _clip_numbers_one_by_one(seconds: float, height: int, width: int, fps: float = 8.0) -> int:
    moments = torch.arange(0.0, seconds + 0.5 / fps, 1 / fps)
    return len(moments) * torch.empty(3, height, width).numel()


def _whole(answer: object) -> object:
    if isinstance(answer, float) and not answer.is_integer():
        raise CheckFailed(
            f"it answers {answer!r}, but one counts in whole numbers: round the frames before you multiply"
        )
    return answer


CLIP_NUMBERS = Exercise(
    name="clip_numbers",
    reference=clip_numbers,
    cases=(
        call("2 seconds of 64x64 at 8 frames a second", 2.0, 64, 64),
        call("half a second of 16x24 at 24 frames a second", 0.5, 16, 24, 24.0),
        Case(
            "an image of 48x80: no seconds, but one frame (3 · 48 · 80)",
            lambda f: f(0.0, 48, 80),
            expected=lambda: 11_520,
        ),
        Case(
            "4.1 seconds of 2x3 at 30 frames a second, where 4.1 * 30 is 122.99999999999999 and should be 123",
            lambda f: _whole(f(4.1, 2, 3, 30.0)),
            expected=lambda: 3 * 124 * 2 * 3,
        ),
        Case(
            "2.2 seconds of 2x3 at 25 frames a second, where 2.2 * 25 is 55.00000000000001 and should be 55",
            lambda f: _whole(f(2.2, 2, 3, 25.0)),
            expected=lambda: 3 * 56 * 2 * 3,
        ),
    ),
    mistakes=(
        Mistake(
            "one frame short",
            lambda seconds, h, w, fps=8.0: 3 * round(seconds * fps) * h * w,
            "you are one frame short. It is the old riddle of fence and posts: a fence of 16 gaps has 17 posts. Count "
            "the frame at second 0 as well",
        ),
        Mistake(
            "one colour only",
            lambda seconds, h, w, fps=8.0: (1 + round(seconds * fps)) * h * w,
            "you count pixels. Each pixel has three numbers: how much red, green and blue",
        ),
        Mistake(
            "seconds taken for frames",
            lambda seconds, h, w, fps=8.0: 3 * (1 + round(seconds)) * h * w,
            "you count seconds as if they were frames: there are `fps` frames in each second",
        ),
        Mistake(
            "seconds rounded",
            lambda seconds, h, w, fps=8.0: int(3 * (1 + round(seconds) * fps) * h * w),
            "you round the seconds, so that half a second has no frame or a whole second's: round `seconds * fps`, the "
            "number of frames",
        ),
        Mistake(
            "one frame too many",
            lambda seconds, h, w, fps=8.0: 3 * (2 + round(seconds * fps)) * h * w,
            "you count one frame too many: at 8 frames a second, half a second has those at 0, 1/8, 2/8, 3/8 and 4/8",
        ),
        Mistake(
            "frames left out",
            lambda seconds, h, w, fps=8.0: 3 * h * w,
            "you count a single frame: multiply by how many there are, 1 + the rounded `seconds * fps`",
        ),
        Mistake(
            "four colours",
            lambda seconds, h, w, fps=8.0: 4 * (1 + round(seconds * fps)) * h * w,
            "you count four numbers for each pixel. A screen has three lamps: red, green and blue",
        ),
        Mistake(
            "bytes instead of numbers",
            lambda seconds, h, w, fps=8.0: 4 * clip_numbers(seconds, h, w, fps),
            "four times too many: you count the bytes of memory. Here we want to know how many numbers there are",
        ),
        Mistake(
            "height and width added",
            lambda seconds, h, w, fps=8.0: 3 * (1 + round(seconds * fps)) * (h + w),
            "you add height and width. A frame has `height` rows with `width` pixels in each: multiply",
        ),
        Mistake(
            "fractions cut off",
            lambda seconds, h, w, fps=8.0: 3 * (1 + int(seconds * fps)) * h * w,
            "you cut off what follows the point, and lose a frame where a product misses a whole number by a hair. "
            "Take the *nearest* whole number",
        ),
        Mistake(
            "fractions cut off at the end",
            lambda seconds, h, w, fps=8.0: int(3 * (seconds * fps + 1) * h * w),
            "you go on calculating with a number of frames that is not whole, and cut off what follows the point in "
            "the end. Frames are whole: round them to the nearest number before you multiply",
        ),
        Mistake(
            "rounded up",
            lambda seconds, h, w, fps=8.0: 3 * (1 + math.ceil(seconds * fps)) * h * w,
            "you round up, and gain a frame where a product lies a hair above a whole number. Take the *nearest* whole "
            "number",
        ),
    ),
    alternatives=(
        _clip_numbers_one_by_one,
        lambda seconds, height, width, fps=8.0: int(seconds * fps + 1.5) * 3 * height * width,
    ),
    hints=(
        "How many frames are there? Count on your fingers for half a second at 8 frames a second: they come at 0, 1/8, "
        "2/8, 3/8 and 4/8 of a second.",
        "Frames, rows, pixels in a row, and colours of a pixel: the answer is a product of these four.",
        "`frames = 1 + round(seconds * fps)`, and then `3 * frames * …`",
    ),
    becomes="minisora/request.py",
    minutes=5,
    difficulty=1,
    points=1,
)


def _drawn(*shape: int, seed: int) -> Tensor:
    """In float64, so that a formula written in another order gives the same to every digit that counts."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


CLIP, NOISE = _drawn(3, 2, 4, 5, seed=1).clamp(-1, 1), _drawn(3, 2, 4, 5, seed=2)


def blend(clip: Tensor, noise: Tensor, t: float) -> Tensor:
    """The clip at time ``t`` on the straight path to noise, as ``STRAIGHT.add_noise``."""
    return (1 - t) * clip + t * noise


BLEND = Exercise(
    name="blend",
    reference=blend,
    cases=(
        call("a clip at t = 0.25", CLIP, NOISE, 0.25),
        call("t = 0, which is the clip itself", CLIP, NOISE, 0.0, expected=lambda: CLIP),
        call("t = 1, which is nothing but noise", CLIP, NOISE, 1.0, expected=lambda: NOISE),
        call("a clip at t = 0.8", CLIP, NOISE, 0.8),
    ),
    mistakes=(
        Mistake(
            "clip and noise swapped",
            lambda clip, noise, t: t * clip + (1 - t) * noise,
            "at t = 0 you return noise. In this course time runs from the clip (0) to the noise (1), so the noise has "
            "the share `t`",
        ),
        Mistake(
            "the clip does not fade",
            lambda clip, noise, t: clip + t * noise,
            "at t = 1 your clip can still be seen: it keeps its full strength while the noise comes on top. What the "
            "noise gains, the clip has to lose",
        ),
        Mistake(
            "noise taken away",
            lambda clip, noise, t: (1 - t) * clip - t * noise,
            "the noise has the wrong sign: a mixture is a sum, so add its share",
        ),
        Mistake(
            "squared shares",
            lambda clip, noise, t: (1 - t) ** 2 * clip + t**2 * noise,
            "your shares are squares. Here they are straight: `1 - t` and `t`",
        ),
        Mistake(
            "variance kept",
            lambda clip, noise, t: (1 - t**2) ** 0.5 * clip + t * noise,
            "your clip has the share √(1 - t²), as on paths that keep the variance (chapter 04). Here it is `1 - t`",
        ),
        Mistake(
            "divided by its size",
            lambda clip, noise, t: ((1 - t) * clip + t * noise) / ((1 - t) ** 2 + t**2) ** 0.5,
            "you divide the mixture by what its two shares amount to. Leave it as it is: `1 - t` and `t` are all",
        ),
        Mistake(
            "the noise does not grow",
            lambda clip, noise, t: (1 - t) * clip + noise,
            "your noise has its full strength at every time: it has the share `t`",
        ),
        Mistake(
            "the noise alone",
            lambda clip, noise, t: t * noise,
            "the clip is missing: it has the share `1 - t`",
        ),
        Mistake(
            "the clip alone",
            lambda clip, noise, t: (1 - t) * clip,
            "the noise is missing: it has the share `t`",
        ),
        Mistake(
            "half and half",
            lambda clip, noise, t: (clip + noise) / 2,
            "you mix half and half at every time: `t` says how much of the mixture is noise",
        ),
        Mistake(
            "shares under a root",
            lambda clip, noise, t: (1 - t) ** 0.5 * clip + t**0.5 * noise,
            "your shares are square roots. Other machines do mix like that (chapter 04); here they are straight: "
            "`1 - t` and `t`",
        ),
        Mistake(
            "clamped",
            lambda clip, noise, t: ((1 - t) * clip + t * noise).clamp(-1, 1),
            "you cut off what lies outside -1 … 1. Noise does lie outside, and cut noise is other noise: only a "
            "*picture* is clamped, when it is shown",
        ),
    ),
    alternatives=(lambda clip, noise, t: clip.lerp(noise, t), lambda clip, noise, t: clip + t * (noise - clip)),
    hints=(
        "A drink of two liquids: if `t` of the glass is noise, how much of it is clip?",
        "At t = 0 all of it should be clip, at t = 1 all of it noise, at t = 0.25 three quarters are clip.",
        "`(1 - t) * clip`, plus the same for the noise with its own share.",
    ),
    becomes="minisora/diffusion/path.py",
    minutes=4,
    difficulty=1,
    points=1,
)


def one_step(x: Tensor, velocity: Tensor, t: float, s: float) -> Tensor:
    """Straight on from time ``t`` to time ``s``: the step of ``euler`` in ``minisora/diffusion/solvers.py``."""
    return x + (s - t) * velocity


VELOCITY = NOISE - CLIP

ONE_STEP = Exercise(
    name="one_step",
    reference=one_step,
    cases=(
        call("a step from t = 1 to s = 0.75", NOISE, VELOCITY, 1.0, 0.75),
        Case(
            "a last step from t = 0.5 to s = 0 along the exact velocity, which ends at the clip",
            lambda f: f(blend(CLIP, NOISE, 0.5), VELOCITY, 0.5, 0.0),
            expected=lambda: CLIP,
        ),
        Case(
            "a step from t = 0.25 to s = 0.5, towards the noise",
            lambda f: f(blend(CLIP, NOISE, 0.25), VELOCITY, 0.25, 0.5),
            expected=lambda: blend(CLIP, NOISE, 0.5),
        ),
        Case(
            "no step at all, from t = 0.3 to s = 0.3",
            lambda f: f(CLIP, VELOCITY, 0.3, 0.3),
            expected=lambda: CLIP,
        ),
    ),
    mistakes=(
        Mistake(
            "the wrong way",
            lambda x, velocity, t, s: x + (t - s) * velocity,
            "you walk the wrong way: the velocity points from the clip to the noise. Going to a smaller time means "
            "going against it, so the factor has to be negative when s < t",
        ),
        Mistake(
            "all the way at once",
            lambda x, velocity, t, s: x - t * velocity,
            "you walk all the way to t = 0 at once. This step ends at time `s`; how much time passes from t to s?",
        ),
        Mistake(
            "length forgotten",
            lambda x, velocity, t, s: x - velocity,
            "you go as far as the velocity would bring you in one whole unit of time. Only s - t of it passes",
        ),
        Mistake(
            "s for the length",
            lambda x, velocity, t, s: x - s * velocity,
            "you go for a time of `s`. That is where the step ends; its length is the difference from where it begins",
        ),
        Mistake(
            "s for the length, forwards",
            lambda x, velocity, t, s: x + s * velocity,
            "you multiply by `s`, where the step ends. Its length is the time that passes from t to s: the difference, "
            "s - t",
        ),
        Mistake(
            "t for the length",
            lambda x, velocity, t, s: x + t * velocity,
            "you multiply by `t`, where the step begins. Its length is the time that passes from t to s: the "
            "difference, s - t",
        ),
        Mistake(
            "always backwards",
            lambda x, velocity, t, s: x - abs(s - t) * velocity,
            "you go backwards in time even where s is later than t: the sign of s - t says which way, so no abs",
        ),
        Mistake(
            "always forwards",
            lambda x, velocity, t, s: x + abs(s - t) * velocity,
            "you go forwards in time even where s is earlier than t: the sign of s - t says which way, so no abs",
        ),
        Mistake(
            "a whole unit forwards",
            lambda x, velocity, t, s: x + velocity,
            "you go as far as the velocity brings you in a whole unit of time, and only s - t of it passes",
        ),
        Mistake(
            "the velocity shrinks",
            lambda x, velocity, t, s: x * (1 - (t - s)) + (s - t) * velocity,
            "you shrink `x` as well. It stays what it is; only the way, (s - t) times the velocity, is added",
        ),
        Mistake(
            "the ratio of the times",
            lambda x, velocity, t, s: x + (s / t) * velocity,
            "you multiply by the ratio s / t. What passes is the difference of the times, s - t",
        ),
        Mistake(
            "the velocity alone",
            lambda x, velocity, t, s: (s - t) * velocity,
            "you return the way that is gone, and not the place where it ends: add it to where you are, `x`",
        ),
        Mistake(
            "divided by the time",
            lambda x, velocity, t, s: x + velocity / (s - t) if s != t else x,
            "you divide by the time. A velocity is way per time; the way is velocity *times* time",
        ),
    ),
    alternatives=(
        lambda x, velocity, t, s: x - (t - s) * velocity,
        lambda x, velocity, t, s: torch.add(x, velocity, alpha=s - t),
    ),
    hints=(
        "You walk at 4 km/h for a quarter of an hour. How far? And if you walk backwards in time?",
        "The new place is the old place plus velocity times time. The time that passes from t to s is `s - t`, and it "
        "may be negative.",
        "`x + (…) * velocity`",
    ),
    becomes="minisora/diffusion/solvers.py",
    minutes=5,
    difficulty=1,
    points=1,
    trains=False,
)

BEGIN = 1
FEW_WORDS = ("a", "and", "circle", "square", "red", "blue", "moves", "left", "right")


def word_numbers(prompt: str, vocabulary: Sequence[str]) -> list[int]:
    """What ``Tokenizer.encode`` makes of a prompt without punctuation."""
    known = list(vocabulary)
    return [BEGIN, *(known.index(word) + 2 for word in prompt.lower().split())]


def _word_numbers_by_dict(prompt: str, vocabulary: Sequence[str]) -> list[int]:
    number_of = {word: number for number, word in enumerate(vocabulary, start=2)}
    numbers = [BEGIN]
    for word in prompt.lower().split():
        if word not in number_of:
            raise ValueError(f"unknown word {word!r}")
        numbers.append(number_of[word])
    return numbers


def _word_numbers_each_once(prompt: str, vocabulary: Sequence[str]) -> list[int]:
    return list(dict.fromkeys(word_numbers(prompt, vocabulary)))


def _word_numbers_unknown_skipped(prompt: str, vocabulary: Sequence[str]) -> list[int]:
    return word_numbers(" ".join(word for word in prompt.lower().split() if word in vocabulary), vocabulary)


def _word_numbers_of_letters(prompt: str, vocabulary: Sequence[str]) -> list[int]:
    return [BEGIN, *(list(vocabulary).index(letter) + 2 for letter in prompt.lower())]


def _word_numbers_as_written(prompt: str, vocabulary: Sequence[str]) -> list[int]:
    return [BEGIN, *(list(vocabulary).index(word) + 2 for word in prompt.split())]


def _look_up(says: str, prompt: str, *, fails: bool = False) -> Case:
    """What a solution makes of a prompt. A word that is not found is one answer, however `.index` words the error."""

    def ask(solution: Solution) -> object:
        try:
            return solution(prompt, FEW_WORDS)
        except ValueError as error:
            if "not in" in str(error):  # a list says "'Blue' is not in list", a tuple "x not in tuple"
                raise ValueError("a word is not in the vocabulary").with_traceback(error.__traceback__) from None
            raise

    return Case(says, ask, fails=fails)


WORD_NUMBERS = Exercise(
    name="word_numbers",
    reference=word_numbers,
    cases=(
        _look_up("'a red circle', from a vocabulary that begins with a, and, circle, square, red", "a red circle"),
        _look_up("a word that comes twice", "a blue circle and a red square"),
        _look_up("capital letters", "A Blue Square moves LEFT"),
        _look_up("an empty prompt", ""),
        _look_up("a word that is not in the vocabulary", "a pink circle", fails=True),
    ),
    mistakes=(
        Mistake(
            "no beginning",
            lambda prompt, vocabulary: word_numbers(prompt, vocabulary)[1:],
            "the first number is missing: every prompt begins with 1, so that even an empty prompt says something",
        ),
        Mistake(
            "counted from 0",
            lambda prompt, vocabulary: [1, *(n - 2 for n in word_numbers(prompt, vocabulary)[1:])],
            "your first word of the vocabulary has the number 0. The numbers 0 (padding) and 1 (the beginning) are "
            "taken, so words count from 2",
        ),
        Mistake(
            "counted from 1",
            lambda prompt, vocabulary: [1, *(n - 1 for n in word_numbers(prompt, vocabulary)[1:])],
            "your first word of the vocabulary has the number 1, which already means 'here it begins': words count "
            "from 2",
        ),
        Mistake(
            "capital letters kept",
            _word_numbers_as_written,
            "'Blue' is not found, but 'blue' is in the vocabulary: make the prompt lower-case before you look words up",
        ),
        Mistake(
            "cut at each space",
            lambda prompt, vocabulary: [1, *(list(vocabulary).index(word) + 2 for word in prompt.lower().split(" "))],
            '`.split(" ")` makes a word without letters of an empty prompt, and looks it up. `.split()` makes none',
        ),
        Mistake(
            "in the vocabulary's order",
            lambda prompt, vocabulary: [1, *sorted(word_numbers(prompt, vocabulary)[1:])],
            "your numbers come in the order of the vocabulary. They come in the order of the prompt: go through its "
            "words, and look each of them up",
        ),
        Mistake(
            "in the vocabulary's order, each once",
            lambda prompt, vocabulary: [1, *sorted(set(word_numbers(prompt, vocabulary)[1:]))],
            "you go through the vocabulary and look whether each word is in the prompt. Go through the prompt instead: "
            "the order is its own, and a word may come twice",
        ),
        Mistake(
            "unknown words get a number",
            lambda prompt, vocabulary: [
                1,
                *(list(vocabulary).index(word) + 2 if word in vocabulary else 0 for word in prompt.lower().split()),
            ],
            "you give an unknown word the number 0, which means padding, and nobody is told. Let it be an error (a "
            "ValueError, which `.index` raises by itself)",
        ),
        Mistake(
            "unknown words are like the beginning",
            lambda prompt, vocabulary: [
                1,
                *(list(vocabulary).index(word) + 2 if word in vocabulary else 1 for word in prompt.lower().split()),
            ],
            "you give an unknown word the number 1, which means the beginning, and nobody is told. Let it be an error "
            "(a ValueError, which `.index` raises by itself)",
        ),
        Mistake(
            "beginning at the end",
            lambda prompt, vocabulary: [*word_numbers(prompt, vocabulary)[1:], 1],
            "the 1 for the beginning stands at the end: put it in front",
        ),
        Mistake(
            "beginning with 0",
            lambda prompt, vocabulary: [0, *word_numbers(prompt, vocabulary)[1:]],
            "your list begins with 0, which means padding: the beginning has the number 1",
        ),
        Mistake(
            "counted from 3",
            lambda prompt, vocabulary: [1, *(n + 1 for n in word_numbers(prompt, vocabulary)[1:])],
            "your first word of the vocabulary has the number 3. Its place in the list is 0, and 2 numbers are taken: "
            "plus 2",
        ),
        Mistake(
            "empty prompt is nothing",
            lambda prompt, vocabulary: word_numbers(prompt, vocabulary) if prompt else [],
            "an empty prompt is nothing for you. It begins like any other: the answer is the 1 alone",
        ),
        Mistake(
            "each word once",
            _word_numbers_each_once,
            "a word that comes twice has only one number in your list. A prompt is a sequence, not a set: 'a blue "
            "circle and a red square' needs its second 'a'",
        ),
        Mistake(
            "unknown words skipped",
            _word_numbers_unknown_skipped,
            "you pass over a word that is not in the vocabulary, so that 'a pink circle' becomes 'a circle' and nobody "
            "is told. Let it be an error (a ValueError, which `.index` raises by itself)",
        ),
        Mistake(
            "letters instead of words",
            _word_numbers_of_letters,
            "you look up every letter by itself, and the first space is not in the vocabulary. `.split()` cuts a text "
            "into its words",
        ),
    ),
    alternatives=(_word_numbers_by_dict,),
    hints=(
        "Three things to do: cut the prompt into words, find each word's place in the list, put a 1 in front.",
        "`prompt.lower().split()` are the words; `list(vocabulary).index(word)` is a word's place, counted from 0, and "
        "an error where there is none.",
        "`[1] + [… + 2 for word in prompt.lower().split()]`",
    ),
    becomes="minisora/model/tokenizer.py",
    minutes=8,
    difficulty=2,
    points=2,
)

WITHOUT, WITH = _drawn(2, 3, 2, 4, 5, seed=3), _drawn(2, 3, 2, 4, 5, seed=4)


def steer(without: Tensor, with_prompt: Tensor, guidance: float) -> Tensor:
    """What ``classifier_free`` makes of its two velocities: further in the direction in which the prompt pulls."""
    return without + guidance * (with_prompt - without)


STEER = Exercise(
    name="steer",
    reference=steer,
    cases=(
        call("guidance 4", WITHOUT, WITH, 4.0),
        Case("guidance 1, which is the prompt alone", lambda f: f(WITHOUT, WITH, 1.0), expected=lambda: WITH),
        Case("guidance 0, as if nothing had been said", lambda f: f(WITHOUT, WITH, 0.0), expected=lambda: WITHOUT),
        call("guidance 0.5, half-way", WITHOUT, WITH, 0.5),
    ),
    mistakes=(
        Mistake(
            "starting from the wrong one",
            lambda without, with_prompt, g: with_prompt + g * (with_prompt - without),
            "you start from the velocity with the prompt, so that guidance 1 already exaggerates. Start from the one "
            "without: at guidance 1 the answer is the velocity with the prompt",
        ),
        Mistake(
            "away from the prompt",
            lambda without, with_prompt, g: without + g * (without - with_prompt),
            "you go away from what was asked for: the way from `without` to `with_prompt` is `with_prompt - without`",
        ),
        Mistake(
            "roles swapped",
            lambda without, with_prompt, g: with_prompt + g * (without - with_prompt),
            "the two are swapped: at guidance 0 you return the velocity with the prompt, and at 1 the one without",
        ),
        Mistake(
            "the difference alone",
            lambda without, with_prompt, g: g * (with_prompt - without),
            "you return the way alone: add it to where it begins, the velocity without the prompt",
        ),
        Mistake(
            "louder, not further",
            lambda without, with_prompt, g: g * with_prompt,
            "you make the velocity longer, in its own direction. Guidance compares it with the one without the prompt "
            "and goes further where the two *differ*",
        ),
        Mistake(
            "the difference forgotten",
            lambda without, with_prompt, g: without + g * with_prompt,
            "you add the whole velocity with the prompt. What is taken `guidance` times is the way from the one to the "
            "other, the difference `with_prompt - without`",
        ),
        Mistake(
            "counted from the prompt",
            lambda without, with_prompt, g: without + (g - 1) * (with_prompt - without),
            "your guidance is one too small: 1 gives you what 0 should. Others do count from the prompt; here 0 is the "
            "velocity without it and 1 the one with it, so multiply by `guidance` itself",
        ),
        Mistake(
            "the same at any guidance",
            lambda without, with_prompt, g: with_prompt,
            "you return the velocity with the prompt whatever the guidance is: go `guidance` times as far from "
            "`without`",
        ),
        Mistake(
            "a mean of both",
            lambda without, with_prompt, g: (without + g * with_prompt) / (1 + g),
            "you take a weighted mean of the two, which never leaves the line between them: go beyond, from `without` "
            "by `guidance` times the difference",
        ),
        Mistake(
            "divided by the guidance",
            lambda without, with_prompt, g: without + (with_prompt - without) / (g or 1.0),
            "you divide by the guidance. More of it means further: multiply",
        ),
        Mistake(
            "never beyond the prompt",
            lambda without, with_prompt, g: without + min(g, 1.0) * (with_prompt - without),
            "you stop at the velocity with the prompt. Guidance of more than 1 goes *beyond* it: do not limit it",
        ),
    ),
    alternatives=(
        lambda without, with_prompt, g: (1 - g) * without + g * with_prompt,
        lambda without, with_prompt, g: without.lerp(with_prompt, g),
    ),
    hints=(
        "Draw two points on paper, `without` and `with_prompt`, and the line through them. Guidance says how far to go "
        "on this line: 0 is the first point, 1 is the second one. Where is 4?",
        "The way from the first point to the second is `with_prompt - without`.",
        "Begin at `without`, and add `guidance` times that way.",
    ),
    becomes="minisora/diffusion/guidance.py",
    minutes=5,
    difficulty=1,
    points=1,
    trains=False,
)

PROMPT = "a large red circle moves right"
BROKEN = {"A": "patches", "B": "tokenizer", "C": "codec", "D": "sampler"}
PLACES = (5, 0, 10, 3, 14, 7, 12, 1, 9, 15, 2, 11, 4, 13, 6, 8)


def broken_clips(machine: Pipeline, *, steps: int | None = None) -> dict[str, Tensor]:
    """The same prompt and seed through four machines, each with one broken part. (Read on after the exercise!)"""
    healthy: list[Tensor] = []
    other: list[Tensor] = []
    machine.generate(PROMPT, steps=steps, watch=lambda _, latents: healthy.append(latents))
    machine.generate(PROMPT.replace("red", "blue"), steps=steps, watch=lambda _, latents: other.append(latents))
    latents, unfinished = healthy[-1], healthy[3 * len(healthy) // 4 - 1]
    spoilt = {"A": _misplaced(latents), "B": other[-1], "C": 0.3 * latents, "D": unfinished}
    return {letter: machine.codec.decode(each)[0].cpu() for letter, each in spoilt.items()}


def _misplaced(latents: Tensor) -> Tensor:
    """The patches of each frame, cut into 4 x 4 of them, laid out in another order."""
    size = {"h": 4, "w": 4}
    patches = rearrange(latents, "b c t (h p) (w q) -> b c t p q (h w)", **size)[..., list(PLACES)]
    return rearrange(patches, "b c t p q (h w) -> b c t (h p) (w q)", **size)


def broken_part(clip: str) -> str:
    """Which part of the machine was broken when clip "A", "B", "C" or "D" was made."""
    return BROKEN[clip]


def _blamed(letter: str) -> Case:
    return finding(f"clip {letter}", lambda f: f(letter), BROKEN[letter], sorted(BROKEN.values()))


def _mixed_up(first: str, second: str) -> Callable[[str], str]:
    answers = {**BROKEN, first: BROKEN[second], second: BROKEN[first]}
    return lambda clip: answers[clip]


BROKEN_PART = Exercise(
    name="broken_part",
    reference=broken_part,
    cases=(*(_blamed(letter) for letter in BROKEN), each_once(lambda f: [f(letter) for letter in BROKEN])),
    mistakes=(
        Mistake(
            "A and B mixed up",
            _mixed_up("A", "B"),
            "look at A and B again. One of them is a good clip, only not the one that was asked for: what turns the "
            "sentence into numbers? In the other the right pieces are in wrong places: which part knows places?",
        ),
        Mistake(
            "A and C mixed up",
            _mixed_up("A", "C"),
            "look at A and C again. In one of them every piece is in its place, but pale: which part turns latents "
            "into colours? In the other the colours are right and the places are wrong",
        ),
        Mistake(
            "A and D mixed up",
            _mixed_up("A", "D"),
            "look at A and D again. One of them is grainy all over, like the clips half-way through the slider above. "
            "The other one has no noise left, but its pieces lie wrong",
        ),
        Mistake(
            "B and C mixed up",
            _mixed_up("B", "C"),
            "look at B and C again. One of them has strong colours and *another* one than was asked for: a wrong word. "
            "The other one has the right colour, faintly: a wrong strength",
        ),
        Mistake(
            "B and D mixed up",
            _mixed_up("B", "D"),
            "look at B and D again. One of them is finished, but shows something else than was asked for. The other "
            "one is not finished: who decides when to stop?",
        ),
        Mistake(
            "C and D mixed up",
            _mixed_up("C", "D"),
            "look at C and D again: one is pale, the other is grainy. Grain is noise that nobody has taken away; "
            "paleness is what becomes of latents that are read on a wrong scale",
        ),
    ),
    alternatives=(lambda clip: ("patches", "tokenizer", "codec", "sampler")["ABCD".index(clip)],),
    hints=(
        "Go through the four suspects on the map and ask of each: *if only this one were broken, what would still be "
        "right?* The tokenizer, for example, knows nothing of places, and the codec nothing of words.",
        "In one clip the pieces are wrong, in one the word, in one the strength, and in one the end has not been "
        "reached. Patches are pieces, the tokenizer reads words, the codec makes colours, the sampler walks to the "
        "end.",
        'A dictionary will do: `return {"A": …, "B": …, "C": …, "D": …}[clip]`',
    ),
    becomes="minisora/pipeline.py",
    minutes=8,
    difficulty=2,
    points=2,
)

EXERCISES = (CLIP_NUMBERS, BLEND, ONE_STEP, WORD_NUMBERS, STEER, BROKEN_PART)
