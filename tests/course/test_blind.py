from __future__ import annotations

import re

import pytest
import torch
from torch import Generator

from minisora.course.blind import Blind
from minisora.errors import UserError

PAIRS = [(torch.full((3, 2, 8, 8), 1.0 - i / 10), torch.full((3, 2, 8, 8), -1.0 + i / 10)) for i in range(8)]


def blind() -> Blind:
    return Blind(PAIRS, question="Which is better?", generator=Generator().manual_seed(0))


def test_a_vote_counts_for_the_clip_wherever_it_stands():
    vote = blind()
    assert 0 < int(vote.turned.sum()) < len(PAIRS)
    for turned in vote.turned.tolist():
        vote.vote(upper=not turned)  # always a
    assert vote.votes == [True] * len(PAIRS)
    other = blind()
    for _ in PAIRS:
        other.vote(upper=True)
    assert other.votes == (~other.turned).tolist()


def test_votes_end_with_the_last_pair_and_the_buttons_with_them():
    vote = blind()
    assert "Pair 1 of 8" in vote.said.value and not vote.buttons[0].disabled
    for _ in range(len(PAIRS) + 3):
        vote.buttons[1].click()
    vote.vote(upper=True)
    assert len(vote.votes) == len(PAIRS) and vote.buttons[0].disabled and "All 8" in vote.said.value


def test_the_picture_says_nothing_about_which_is_which():
    same = Blind([PAIRS[0]] * 8, question="", generator=Generator().manual_seed(0))
    straight, turned = (int((same.turned == side).nonzero()[0]) for side in (False, True))
    shown = [re.findall(r'src="([^"]+)"', same.picture(pair).html) for pair in (straight, turned)]
    assert shown[0] != shown[1] and sorted(shown[0]) == sorted(shown[1])  # only the places are exchanged
    texts = [re.sub(r'src="[^"]+"|pair \d', "", same.picture(pair).html) for pair in (straight, turned)]
    assert texts[0] == texts[1]


def test_no_pairs_are_refused():
    with pytest.raises(UserError, match="at least one pair"):
        Blind([], question="", generator=Generator())
