"""What the checks say to solutions that people write: none of the wrong ones passes, and nearly all are told why."""

from collections import Counter

import pytest

from tests.course.bank.measure import chapters


@pytest.mark.parametrize("chapter", chapters())
def test_wrong_solutions_are_named_by_their_cause_and_right_ones_pass(chapter):
    entries = chapters()[chapter]
    found = Counter(entry.verdict() for entry in entries)
    wrong = sum(entry.names is not None for entry in entries)
    assert found["accepted"] == 0 and found["refused"] == 0
    assert found["named"] >= 0.95 * wrong
