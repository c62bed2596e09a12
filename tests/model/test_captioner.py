"""The captioner: who sees whom, what it learns from, and that it can learn to tell two clips apart."""

import math

import pytest
import torch

from minisora.errors import UserError
from minisora.model import Tokenizer
from minisora.model.captioner import IGNORED, Captioner, CaptionerConfig, greedy, next_word, say, sees
from minisora.training.captioning import captioning_loss, train_captioner

WORDS = ("a", "red", "blue", "circle", "moves")
TOKENIZER = Tokenizer(WORDS)


@pytest.fixture
def captioner():
    made = Captioner(
        CaptionerConfig(channels=3, vocabulary=len(TOKENIZER), width=32, depth=2, heads=1),
        generator=torch.Generator().manual_seed(0),
    )
    torch.nn.init.normal_(made.word_out.weight, generator=torch.Generator().manual_seed(1))
    return made


@pytest.fixture
def latents():
    return torch.randn(2, 3, 2, 4, 4, generator=torch.Generator().manual_seed(2))


def test_patches_see_patches_and_words_see_what_comes_before_them():
    assert sees(2, 3).int().tolist() == [
        [1, 1, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0],
        [1, 1, 1, 1, 1],
    ]


@torch.no_grad()
def test_a_word_changes_nothing_before_it(captioner, latents):
    ids = torch.tensor([[1, 2, 3, 5], [1, 2, 4, 5]])
    other = ids.clone()
    other[:, 2] = 6
    before, after = captioner(latents, ids), captioner(latents, other)
    assert before.shape == (2, 4, len(TOKENIZER))
    torch.testing.assert_close(before[:, :2], after[:, :2])
    assert (before[:, 2:] - after[:, 2:]).abs().amin(dim=(0, 1)).max() > 1e-3


@torch.no_grad()
def test_every_word_sees_the_clip_and_where_in_it(captioner, latents):
    ids = torch.tensor([[1, 2], [1, 2]])
    here, moved = captioner(latents, ids), captioner(latents.roll(2, dims=-1), ids)
    assert (here - moved).abs().amax(dim=-1).min() > 1e-3


def test_the_first_loss_is_that_of_a_guess(latents):
    untrained = Captioner(CaptionerConfig(channels=3, vocabulary=len(TOKENIZER), width=32, depth=1, heads=1))
    loss = captioning_loss(untrained, latents, TOKENIZER.encode(["a red circle moves", "a"]))
    assert float(loss.detach()) == pytest.approx(math.log(len(TOKENIZER)))


def test_targets_are_the_words_behind_with_an_end():
    read, target = next_word(TOKENIZER.encode(["red circle", "a"]))
    assert read.tolist() == [[1, 3, 5], [1, 2, 0]]
    assert target.tolist() == [[3, 5, 0], [2, 0, IGNORED]]


def test_greedy_stops_each_caption_at_its_end():
    def logits(ids):
        told = torch.zeros(2, ids.shape[1], 9)
        told[0, -1, 4 if ids.shape[1] < 3 else 0] = 1
        told[1, -1, 0 if ids.shape[1] == 1 else 8] = 1
        return told

    assert greedy(logits, 2).tolist() == [[1, 4, 4], [1, 0, 0]]
    assert greedy(logits, 2, longest=1).tolist() == [[1, 4], [1, 0]]


def test_it_learns_to_tell_two_clips_apart(latents):
    captions = ["a red circle", "blue circle moves"]
    network = Captioner(
        CaptionerConfig(channels=3, vocabulary=len(TOKENIZER), width=32, depth=1, heads=1),
        generator=torch.Generator().manual_seed(0),
    )
    losses = []
    trained = train_captioner(
        network,
        lambda chosen: latents[chosen],
        captions,
        TOKENIZER,
        steps=150,
        batch=8,
        watch=lambda step, loss: losses.append(loss),
    )
    assert losses[-1] < 0.2 < losses[0]
    assert TOKENIZER.decode(say(trained, latents)) == captions


def test_a_head_needs_room_for_four_coordinates():
    with pytest.raises(UserError, match=r"width 96 with heads 8: .* try width 256"):
        CaptionerConfig(channels=3, vocabulary=9, width=96, heads=8)
