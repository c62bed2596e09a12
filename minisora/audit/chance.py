"""How likely it is that a clip without a mark is taken for one with it."""

from __future__ import annotations

from math import comb


def false_alarm(agree: int, bits: int, *, tried: int = 1) -> float:
    """The probability that fair coins agree with a message of ``bits`` in ``agree`` places or more.

    Args:
        tried: so many messages (of users, of models) are compared with; at most so many times as likely, and never
            more than 1 (Bonferroni's bound).
    Raises: ValueError unless ``0 <= agree <= bits`` and ``tried >= 1``.
    """
    if not 0 <= agree <= bits or tried < 1:
        raise ValueError(f"{agree} of {bits} bits, {tried} messages: 0 to {bits}, and at least one message")
    tail = sum(comb(bits, k) for k in range(agree, bits + 1)) / 2**bits
    return min(1.0, tried * tail)
