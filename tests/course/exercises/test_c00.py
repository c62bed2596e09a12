"""Chapter 00's first touches are what the finished machine does: the page must not teach something else."""

from itertools import pairwise

import pytest
import torch

from minisora.clip import Clip
from minisora.course.exercises.c00_sentence.clip_numbers import clip_numbers
from minisora.course.exercises.c00_sentence.common import blend
from minisora.course.exercises.c00_sentence.one_step import one_step
from minisora.course.exercises.c00_sentence.steer import steer
from minisora.course.exercises.c00_sentence.word_numbers import word_numbers
from minisora.diffusion import STRAIGHT, classifier_free, euler, sample, time_grid
from minisora.errors import UserError
from minisora.model import Tokenizer
from minisora.request import latent_shape
from minisora.worlds.vocabulary import WORDS


def drawn(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("frames", [1, 5, 17, 33])
def test_clip_numbers_counts_as_clips_and_requests_do(frames):
    clip = Clip.of(torch.zeros(3, frames, 16, 48), fps=8.0)
    assert clip_numbers(clip.seconds, 16, 48) == clip.numel()
    latent = latent_shape(clip.seconds, (16, 48), fps=8.0, temporal=4, spatial=8, patch=2)
    assert frames == 1 + 4 * (latent[0] - 1)


def test_blend_is_the_straight_path():
    clip, noise = drawn(1, 3, 2, 4, 4, seed=0), drawn(1, 3, 2, 4, 4, seed=1)
    assert torch.allclose(blend(clip, noise, 0.3), STRAIGHT.add_noise(clip, noise, torch.tensor(0.3)))


def test_one_step_is_eulers():
    x, velocity = drawn(1, 3, 2, 4, 4, seed=0), drawn(1, 3, 2, 4, 4, seed=1)
    theirs, _ = euler(lambda x, t: velocity, x, torch.tensor(0.75), torch.tensor(0.5), None)
    assert torch.allclose(one_step(x, velocity, 0.75, 0.5), theirs)


@pytest.mark.parametrize("prompt", ["a red circle moves right", "A large BLUE ring spins", ""])
def test_word_numbers_are_the_tokenizers(prompt):
    assert [word_numbers(prompt, WORDS)] == Tokenizer(WORDS).encode([prompt]).tolist()
    with pytest.raises(UserError):
        Tokenizer(WORDS).encode([f"{prompt} elephant"])


def test_the_loop_of_the_page_is_the_packages_sampler():
    def velocity(x, t):
        """Two rows, with the prompt and without, as the network answers."""
        return torch.cat([(x[:1] - 0.5) / t[:1].clamp(min=0.1), 0.3 * x[1:]])

    x = mine = drawn(1, 2, 2, 4, 4, seed=0)
    times = time_grid(5)
    for t, s in pairwise(times.tolist()):
        asked, free = velocity(torch.cat([mine, mine]), torch.full((2, 1, 1, 1, 1), t)).chunk(2)
        mine = one_step(mine, steer(free, asked, 3.0), t, s)
    theirs = sample(classifier_free(velocity, velocity, scale=3.0), x, times)
    assert torch.allclose(mine, theirs, atol=1e-5)
