"""How far a caption is true."""

from itertools import pairwise

import pytest
import torch

from minisora.worlds.agreement import agreement
from minisora.worlds.caption import canonical
from minisora.worlds.claims import ObjectClaim, claims_of, parse
from minisora.worlds.shapes import ShapesWorld

RED, BLUE = ObjectClaim("circle", "red", "small", "left"), ObjectClaim("square", "blue", "large", "spins")


@pytest.mark.parametrize(
    ("said", "true", "counts"),
    [
        ([], [], (0, 0, 0)),
        ([], [RED, BLUE], (0, 0, 8)),
        ([BLUE, RED], [RED, BLUE], (8, 0, 0)),
        ([ObjectClaim("circle", "blue")], [RED], (1, 1, 2)),
        ([RED, ObjectClaim("star", "white")], [RED], (4, 2, 0)),
        ([RED, RED], [RED, BLUE], (4, 4, 0)),
        ([ObjectClaim(colour="red"), RED], [RED, BLUE], (4, 1, 3)),
    ],
)
def test_claims_are_counted_over_the_best_pairing(said, true, counts):
    assert agreement(said, true) == counts


def test_canonical_captions_say_everything_and_nothing_wrong():
    for scene in ShapesWorld().sample(40, generator=torch.Generator().manual_seed(0)):
        true = claims_of(scene).objects
        found = agreement(parse(canonical(scene)).objects, true)
        assert found.everything and found.right == 4 * len(true)


def test_right_and_wrong_and_left_out_account_for_what_there_is():
    scenes = ShapesWorld(counts=(0.0, 1.0)).sample(30, generator=torch.Generator().manual_seed(1))
    for one, other in pairwise(scenes):
        found = agreement(claims_of(one).objects, claims_of(other).objects)
        assert found.right + found.wrong == 8 and found.left_out == 0
