"""What an invisible watermark says, and how likely it is to be read where nobody wrote it.

A number is not written as it is: its hash is. So the message of a number picked at random is as good as 48 throws of a
coin, and whatever a network reads in a clip without a mark agrees with it as chance would have it. That is true over
all numbers. For one number and many clips it is not quite: a reader that sees nothing still leans to some bits, the
same ones each time, and one number's message may agree with those more often than another's.

Source: Hayes et al. 2017; Fernandez et al. 2023, The Stable Signature (2303.15435), section 3.1: the binomial test.
"""

from __future__ import annotations

import hashlib
from math import comb

import torch
from torch import Tensor

from minisora.errors import UserError

BITS = 48
#: The number that is written where nobody names another: everybody knows it, and it says no more than "a model".
DEFAULT = 17
LARGEST = (1 << 63) - 1


def message_of(number: int, *, bits: int = BITS) -> Tensor:
    """The message of a number: -1 and 1, ``bits`` of them, out of its SHA-256.

    Raises: UserError for a number below 0 or above 63 bits.
    """
    if not 0 <= number <= LARGEST:
        raise UserError(f"watermark {number}: it must be from 0 to {LARGEST} — try {DEFAULT}")
    digest = hashlib.sha256(f"minisora watermark {number}".encode()).digest()
    said = [2.0 * (digest[i // 8] >> (i % 8) & 1) - 1 for i in range(bits)]
    return torch.tensor(said)


def chance_of(agree: int, bits: int, *, tried: int = 1) -> float:
    """The probability of a false alarm: that fair coins agree with a message of ``bits`` in ``agree`` places or more.

    Args:
        tried: so many messages (of users, of models) are compared with; at most so many times as likely, and never
            more than 1 (Bonferroni's bound).
    Raises: ValueError unless ``0 <= agree <= bits`` and ``tried >= 1``.
    """
    if not 0 <= agree <= bits or tried < 1:
        raise ValueError(f"{agree} of {bits} bits, {tried} messages: 0 to {bits}, and at least one message")
    tail = sum(comb(bits, k) for k in range(agree, bits + 1)) / 2**bits
    return min(1.0, tried * tail)


def needed_for(chance: float, bits: int = BITS) -> int:
    """How many bits must agree for false alarms to be no likelier than ``chance``.

    Raises: ValueError when even all of them would not do.
    """
    for matches in range(bits + 1):
        if chance_of(matches, bits) <= chance:
            return matches
    raise ValueError(f"{bits} bits cannot tell apart at {chance}: at best {chance_of(bits, bits)}")
