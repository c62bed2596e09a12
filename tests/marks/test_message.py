"""What is said, and how likely chance is to say the same."""

from __future__ import annotations

import pytest
import torch
from scipy.stats import binom

from minisora.errors import UserError
from minisora.marks import BITS, chance_of, message_of, needed_for


def test_the_chance_is_the_tail_of_a_binomial() -> None:
    for matches in range(BITS + 1):
        assert chance_of(matches, BITS) == pytest.approx(binom.sf(matches - 1, BITS, 0.5), rel=1e-9)
    assert chance_of(0, BITS) == 1
    with pytest.raises(ValueError, match="9 of 8"):
        chance_of(9, 8)


def test_coins_raise_as_many_alarms_as_they_should() -> None:
    agree = torch.randint(0, 2, (4000, 16), generator=torch.Generator().manual_seed(0)).sum(1)
    share = float((agree >= 12).double().mean())
    assert share == pytest.approx(chance_of(12, 16), abs=3 * (chance_of(12, 16) / 4000) ** 0.5)


def test_more_messages_raise_the_bound_up_to_one() -> None:
    assert chance_of(30, 32, tried=1000) == pytest.approx(1000 * chance_of(30, 32))
    assert chance_of(16, 32, tried=1000) == 1.0


def test_as_many_bits_as_are_needed_and_no_more() -> None:
    for chance in (0.5, 1e-3, 1e-6, 1e-12):
        needed = needed_for(chance)
        assert chance_of(needed, BITS) <= chance < chance_of(needed - 1, BITS)
    with pytest.raises(ValueError):
        needed_for(1e-20)


def test_messages_are_fair_coins_and_differ() -> None:
    messages = torch.stack([message_of(number) for number in range(2000)])
    assert set(messages.unique().tolist()) == {-1.0, 1.0}
    assert messages.mean(0).abs().max() < 4 / 2000**0.5
    agree = (messages[0] == messages[1:]).float().mean()
    assert abs(float(agree) - 0.5) < 0.01
    assert torch.equal(message_of(5), message_of(5))


@pytest.mark.parametrize("number", [-1, 1 << 63])
def test_numbers_that_there_are_not(number: int) -> None:
    with pytest.raises(UserError, match="must be from 0 to"):
        message_of(number)
