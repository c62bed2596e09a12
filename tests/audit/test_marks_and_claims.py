"""A mark by hand, and a claim on one page."""

import pytest
import torch
from torch import Generator

from minisora.audit import embed_spread, make_claim, read_spread, spread_patterns, verify_claim

CONTENT, KEY = b"head|........|pictures", b"secret"


def smooth_clip(seed=0):
    small = torch.rand(3, 4, 8, 8, generator=Generator().manual_seed(seed)) - 0.5
    return torch.nn.functional.interpolate(small, (64, 64), mode="bilinear")


def test_a_mark_is_faint_and_is_read():
    patterns = spread_patterns(16, (64, 64), key=3)
    message = torch.randint(0, 2, (16,), generator=Generator().manual_seed(1))
    clip = smooth_clip()
    marked = embed_spread(clip, patterns, message, strength=0.03)
    assert float((marked - clip).square().mean().sqrt()) == pytest.approx(0.03, rel=0.1)
    assert torch.equal(read_spread(marked, patterns), message)
    rounded = ((marked + 1) * 127.5).round() / 127.5 - 1
    assert torch.equal(read_spread(rounded, patterns), message)


def test_another_key_reads_coins():
    message = torch.ones(64, dtype=torch.long)
    marked = embed_spread(smooth_clip(), spread_patterns(64, (64, 64), key=3), message, strength=0.03)
    read = read_spread(marked, spread_patterns(64, (64, 64), key=4))
    assert 16 < int(read.sum()) < 48


def test_the_size_of_a_mark_does_not_grow_with_its_message():
    sizes = []
    for bits in (4, 64):
        patterns = spread_patterns(bits, (64, 64), key=5)
        mark = embed_spread(torch.zeros(3, 1, 64, 64), patterns, torch.ones(bits), strength=0.05)
        sizes.append(float(mark.std()))
    assert sizes[1] == pytest.approx(sizes[0], rel=0.1)


def test_every_flipped_byte_outside_of_the_claims_place_is_noticed():
    claim = make_claim(CONTENT, {"source": "generated"}, KEY, excluded=(5, 13))
    assert verify_claim(CONTENT, claim, KEY) == "valid"
    for at in range(len(CONTENT)):
        changed = CONTENT[:at] + bytes([CONTENT[at] ^ 1]) + CONTENT[at + 1 :]
        assert (verify_claim(changed, claim, KEY) == "valid") == (5 <= at < 13)


@pytest.mark.parametrize("what", ["facts", "excluded", "digest"])
def test_every_part_of_a_claim_is_signed(what):
    claim = make_claim(CONTENT, {"source": "generated"}, KEY, excluded=(5, 13))
    other = {"facts": {"source": "camera"}, "excluded": [5, 14], "digest": "0" * 64}[what]
    assert verify_claim(CONTENT, {**claim, what: other}, KEY) == "the claim was changed"
    assert verify_claim(CONTENT, claim, b"another") == "the claim was changed"
