import torch

from minisora.model import Tokenizer
from minisora.model.text import TextEncoder


def encoder() -> TextEncoder:
    torch.manual_seed(0)
    return TextEncoder(vocabulary=20, text_width=32, depth=2, heads=2, width=24).eval()


def test_padding_changes_nothing():
    model, ids = encoder(), torch.tensor([[1, 5, 6, 7]])
    padded = torch.tensor([[1, 5, 6, 7, 0, 0], [1, 3, 0, 0, 0, 0]])
    alone, together = model(ids), model(padded)
    assert together.mask.tolist() == [[True] * 4 + [False] * 2, [True] * 2 + [False] * 4]
    assert torch.allclose(together.tokens[:1, :4], alone.tokens, atol=1e-5)


def test_order_and_other_words_matter():
    model = encoder()
    first, second = model(torch.tensor([[1, 5, 6, 7]])).tokens, model(torch.tensor([[1, 7, 6, 5]])).tokens
    assert not torch.allclose(first[:, 2], second[:, 2], atol=1e-3)


def test_the_empty_caption_is_one_token():
    assert encoder()(Tokenizer(("a",)).encode([""])).tokens.shape == (1, 1, 24)
