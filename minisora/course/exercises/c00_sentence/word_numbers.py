"""The exercise `word_numbers`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Sequence

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution

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
