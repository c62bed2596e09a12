"""The exercise `stays_the_same`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c06_transformer.common import drawn
from minisora.model.attention import Attention
from minisora.model.dit import DiT, DiTConfig
from minisora.model.rope import apply_rope


def stays_the_same() -> dict[str, bool]:
    """What is unchanged by a slide of three seconds, if words have no place: worked out in chapter 06."""
    return {
        "query": False,
        "length": True,
        "value": True,
        "patch to patch": True,
        "word to word": True,
        "word to patch": False,
        "velocity": False,
    }


def _slid(seconds: float) -> dict[str, Tensor]:
    """All that is asked about in ``stays_the_same``, in a small network whose patches are moved in time."""
    config = DiTConfig(
        channels=1, width=12, depth=1, heads=2, text_width=4, text_depth=0, text_heads=1, vocabulary=5, max_text=4
    )
    model, words = DiT(config, generator=torch.Generator().manual_seed(0)), 3
    for shut in (model.modulation, model.patch_out):
        nn.init.normal_(shut.weight, std=0.3, generator=torch.Generator().manual_seed(1))
    coords = drawn(6, 3, seed=13) + torch.tensor([seconds, 0.0, 0.0])
    context = model.prepare(coords, model.encode_text(torch.tensor([[1, 2, 3]])))
    layer = model.blocks[0].get_submodule("attention")
    assert isinstance(layer, Attention)
    x = torch.cat([context.text, model.patch_in(drawn(1, 6, config.token_channels, seed=14))], dim=1)
    query, key, value = layer.qkv(x).unflatten(-1, (3, 2, -1)).unbind(2)
    query, key = (apply_rope(each.contiguous(), context.rope) for each in (query, key))
    scores = torch.einsum("bqhe,bkhe->bhqk", query, key)
    return {
        "query": query[:, words:],
        "length": query.norm(dim=-1),
        "value": value,
        "patch to patch": scores[..., words:, words:],
        "word to word": scores[..., :words, :words],
        "word to patch": scores[..., words:, :words],
        "velocity": model(drawn(1, 6, config.token_channels, seed=14), torch.full((1, 1), 0.5), context),
    }


@torch.no_grad()
def measured_by_sliding() -> dict[str, bool]:
    """The same by experiment: is it unchanged (up to rounding) when all patches move by three seconds?"""
    before, after = _slid(0.0), _slid(3.0)
    return {what: torch.allclose(before[what], after[what], atol=1e-4) for what in before}


def _belief(f: Solution, what: str) -> bool:
    beliefs = f()
    if not isinstance(beliefs, dict) or not isinstance(beliefs.get(what), bool):
        raise CheckFailed(f"return a dict that says True or False for {what!r}, and for the other six")
    return beliefs[what]


def _asked(what: str, says: str) -> Case:
    return Case(f"{says} (measured)", lambda f: _belief(f, what), expected=lambda: measured_by_sliding()[what])


def _wrong_about(what: str, says: str) -> Mistake:
    return Mistake(f"wrong about {what}", lambda: stays_the_same() | {what: not stays_the_same()[what]}, says)


STAYS_THE_SAME = Exercise(
    name="stays_the_same",
    reference=stays_the_same,
    cases=(
        _asked("query", "'query', the numbers in a patch's query after its turn"),
        _asked("length", "'length', how long a query is"),
        _asked("value", "'value', what a patch hands over when it is looked at"),
        _asked("patch to patch", "'patch to patch', the score between two patches"),
        _asked("word to word", "'word to word', the score between two words"),
        _asked("word to patch", "'word to patch', the score between a patch and a word"),
        _asked("velocity", "'velocity', the network's answer"),
    ),
    mistakes=(
        _wrong_about(
            "query",
            "a patch's query is turned by an angle that grows with its seconds, so three seconds later it points "
            "elsewhere. What stays is something that two of them make together",
        ),
        _wrong_about("length", "a turn changes where an arrow points; measure the arrow before and after a turn"),
        _wrong_about(
            "value",
            "queries and keys are turned, values never are: look at the line of `Attention.forward` that splits them",
        ),
        _wrong_about(
            "patch to patch",
            "both patches have moved by the same three seconds: what does a score know but the difference?",
        ),
        _wrong_about("word to word", "no word has moved: words are at the coordinate 0 before and after"),
        _wrong_about(
            "word to patch",
            "one of the two has moved and the other has not, so the difference between them is another",
        ),
        _wrong_about(
            "velocity",
            "the answer depends on *all* scores, also on those between patches and words; if one kind changes, so does "
            "the answer",
        ),
    ),
    alternatives=(
        lambda: {key: key not in ("query", "word to patch", "velocity") for key in stays_the_same()},
        measured_by_sliding,
    ),
    hints=(
        "Go through them one by one with two questions: does a turn touch it at all? And if it is made of two tokens, "
        "have both of them moved?",
        "Words are at the coordinate 0, 'nowhere', before and after the slide. Patches have moved by three seconds.",
        "Three of the seven change.",
    ),
    becomes="minisora/model/rope.py",
    minutes=6,
    difficulty=2,
    points=2,
)
