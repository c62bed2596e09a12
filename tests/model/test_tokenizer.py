import pytest
import torch

from minisora.errors import UserError
from minisora.model import Tokenizer

WORDS = ("a", "red", "purple", "circle", "square", "and", "moves", "left", ",")


def test_begin_then_words_then_padding():
    ids = Tokenizer(WORDS).encode(["a red circle", "", "Red  circle!"])
    assert ids.tolist() == [[1, 2, 3, 5], [1, 0, 0, 0], [1, 3, 5, 0]]
    assert ids.dtype == torch.long


def test_every_word_has_its_own_id_and_comes_back():
    tokenizer = Tokenizer(WORDS)
    ids = tokenizer.encode([" ".join(WORDS)])
    assert ids[0, 1:].tolist() == list(range(2, len(tokenizer)))
    assert tokenizer.decode(ids) == [" ".join(WORDS)]
    assert tokenizer.decode(tokenizer.encode(["", "a red circle"])) == ["", "a red circle"]


def test_punctuation_is_a_token_only_where_it_is_a_word():
    tokenizer = Tokenizer(WORDS)
    assert tokenizer.decode(tokenizer.encode(['"A red-circle", and a square...'])) == ["a red circle , and a square"]


def test_an_unknown_word_names_its_neighbours():
    with pytest.raises(UserError, match=r"'purpel'.*purple"):
        Tokenizer(WORDS).encode(["a purpel circle"])
    with pytest.raises(UserError, match=r"'日本'.*known are a, red"):
        Tokenizer(WORDS).encode(["a 日本"])
    with pytest.raises(UserError, match="unknown word '♥'"):
        Tokenizer(WORDS).encode(["a ♥"])
    with pytest.raises(UserError) as error:
        Tokenizer(WORDS).encode(["x" * 100_000])
    assert len(str(error.value)) < 200


def test_too_many_words_name_the_count_and_the_limit():
    tokenizer = Tokenizer(WORDS, max_text=4)
    assert tokenizer.encode(["a red circle moves!"]).shape == (1, 5)
    with pytest.raises(UserError, match=r"10000 words.*at most 4"):
        tokenizer.encode(["red " * 10_000])


def test_words_that_could_never_be_found_are_refused():
    with pytest.raises(ValueError, match="'top-left'"):
        Tokenizer(("a", "top-left"))
    with pytest.raises(ValueError, match="twice"):
        Tokenizer(("a", "a"))
