"""Chapter 07's references that the package has only inside something larger do what the package does."""

from itertools import product
from random import Random
from typing import Any, cast

import torch

from minisora.course.exercises.c07_words import patients
from minisora.course.exercises.c07_words.binds import binds
from minisora.course.exercises.c07_words.classifier_free import guide
from minisora.course.exercises.c07_words.drop_captions import drop_captions
from minisora.diffusion.guidance import autoguidance
from minisora.evaluation.judge import Reading, ReadObject, compare
from minisora.training.data import LatentBatches, Share
from minisora.training.latents import ClipSet
from minisora.training.seeds import generator_for
from minisora.worlds.claims import Claims, ObjectClaim
from minisora.worlds.shapes import ShapesWorld


class Cache:
    """Ten clips without pixels."""

    latents = torch.zeros(10, 1, 1, 1, 1)
    clip_set = ClipSet()

    def __init__(self):
        self.scenes = ShapesWorld().sample(10, generator=torch.Generator().manual_seed(0))

    def __len__(self):
        return 10

    def scene(self, index):
        return self.scenes[index]

    def take(self, indices):
        return self.latents[indices]


def test_captions_are_dropped_as_in_training():
    cache = cast(Any, Cache())
    batches = LatentBatches([cache], batch=64, seed=4, caption_dropout=0.3, image_share=0.0, short_share=0.0)
    for step in range(3):
        dice = generator_for(4, "batch", step)
        torch.multinomial(torch.tensor([10.0]), 1, generator=dice)
        torch.rand((), generator=dice)
        torch.randint(10, (64,), generator=dice)
        mine = drop_captions(["said"] * 64, 0.3, dice)
        assert [not caption for caption in batches(step, Share()).captions] == [not caption for caption in mine]


def test_the_line_is_the_one_inside_guidance():
    better, worse = torch.randn(2, 3, 4, 2, 2, 2, generator=torch.Generator().manual_seed(0))
    for scale in (0.0, 1.0, 3.5):
        packages = autoguidance(lambda x, t: better, lambda x, t: worse, scale=scale)(better, torch.tensor(0.5))
        torch.testing.assert_close(guide(better, worse, scale), packages)


def test_binding_is_the_judges():
    dice, names = Random(0), ("shape", "colour", "size", "motion")
    values = (("circle", "star", None), ("red", "blue", None), ("small", "small", None), ("left", "still", None))
    kinds = [ObjectClaim(*each) for each in product(*values)]
    empty, answers = torch.zeros(1), []
    for _ in range(300):
        wanted, seen = (tuple(dice.choices(kinds, k=dice.randrange(4))) for _ in range(2))
        read = tuple(
            ReadObject(
                **{n: getattr(s, n) for n in names},
                frames=empty,
                x=empty,
                y=empty,
                radius=empty,
                figure=cast(Any, None),
            )
            for s in seen
        )
        verdict = compare(Reading(read, "black", "static"), Claims(wanted))
        answers.append(verdict.binding)
        assert binds(wanted, seen) == verdict.binding
    assert 30 < sum(answers) < 270


def test_the_five_patients_can_be_told_apart():
    def towards(place):
        return lambda x, t: (x - torch.tensor(place)) / t.clamp(min=0.05)

    clouds = patients(towards([1.0, 0.0]), towards([0.0, 0.0]), n=50)
    assert sorted(clouds) == list("ABCDE") and all(bool(cloud.isfinite().all()) for cloud in clouds.values())
