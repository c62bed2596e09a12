"""Words to numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import torch
from torch import Tensor

from minisora.errors import UserError
from minisora.spelling import named, slips

PAD, BEGIN = 0, 1  #: The ids that are no words.


class Tokenizer:
    """Captions as word ids ``b m``: 1 (begin), then a number for each word, then 0 (padding).

    ``words`` are lower-case and each one piece; word ``i`` has the id ``i + 2``, so words may only be appended.
    Punctuation that is not among the words is passed over.
    """

    def __init__(self, words: Sequence[str], *, max_text: int = 64) -> None:
        self.words = tuple(words)
        self.max_text = max_text
        self._ids = {word: number for number, word in enumerate(self.words, start=BEGIN + 1)}
        for word in self.words:
            if split(word) != [word]:
                raise ValueError(f"word {word!r}: must be lower-case and one piece, not {split(word)}")
        if len(self._ids) != len(self.words):
            raise ValueError(f"{len(self.words) - len(self._ids)} words are there twice")

    def __len__(self) -> int:
        """How many ids there are: the model's ``vocabulary``."""
        return len(self.words) + 2

    def encode(self, captions: Sequence[str]) -> Tensor:
        """Ids ``b m``, as long as the longest caption; an empty caption is the begin token alone (unconditional).

        Raises ``UserError`` for unknown words (with the nearest known ones) and for more than ``max_text`` words.
        """
        rows = [[BEGIN, *self._word_ids(caption)] for caption in captions]
        ids = torch.full((len(rows), max(map(len, rows), default=1)), PAD)
        for row, numbers in enumerate(rows):
            ids[row, : len(numbers)] = torch.tensor(numbers)
        return ids

    def decode(self, ids: Tensor) -> list[str]:
        """The words of each row of ``ids``, separated by spaces."""
        return [" ".join(self.words[i - 2] for i in row if i > BEGIN) for row in ids.tolist()]

    def _word_ids(self, caption: str) -> list[int]:
        pieces = [piece for piece in split(caption) if piece in self._ids or not _is_punctuation(piece)]
        if len(pieces) > self.max_text:
            raise UserError(f"{len(pieces)} words: a prompt has at most {self.max_text} — say it in fewer")
        if unknown := list(dict.fromkeys(piece for piece in pieces if piece not in self._ids)):
            offers = {piece: slips(piece, self.words) for piece in unknown}
            rest = "" if all(offers.values()) else f" — known are {', '.join(self.words[:8])}, …"
            raise UserError(named(unknown, offers) + rest)
        return [self._ids[piece] for piece in pieces]


def split(text: str) -> list[str]:
    """Lower-case words and single punctuation marks, in order."""
    return re.findall(r"\w+|[^\w\s]", text.lower())


def _is_punctuation(piece: str) -> bool:
    return all(unicodedata.category(character).startswith("P") for character in piece)
