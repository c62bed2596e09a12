"""The exercise `DiTBlock`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c06_transformer.common import drawn
from minisora.model.blocks import DiTBlock, modulate
from minisora.model.rope import VIDEO_AXES, rope_table


def _block(forward: Callable[..., Tensor]) -> type[DiTBlock]:
    return type("DiTBlock", (DiTBlock,), {"forward": forward})


def _six(block: DiTBlock, modulation: Tensor, level: Tensor) -> tuple[Tensor, ...]:
    return F.embedding(level, modulation + block.table).chunk(6, dim=-1)


def _plain(
    block: DiTBlock, x: Tensor, six: tuple[Tensor, ...], rope: Tensor, mask: Tensor | None, *, change: str = ""
) -> Tensor:
    """The block with one thing changed."""
    shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = six
    normed = (lambda x, shift, scale: x * (1 + scale) + shift) if change == "no norm" else modulate
    if change == "scale alone":
        normed = lambda x, shift, scale: F.layer_norm(x, x.shape[-1:]) * scale + shift  # noqa: E731
    seen = block.attention(normed(x, shift_a, scale_a), rope, mask)
    if change == "no way round":
        x = gate_a * seen
        return gate_m * block.mlp(normed(x, shift_m, scale_m))
    if change == "normed round":
        x = F.layer_norm(x, x.shape[-1:])
        after = x + gate_a * block.attention(x * (1 + scale_a) + shift_a, rope, mask)
        after = F.layer_norm(after, x.shape[-1:])
        return after + gate_m * block.mlp(after * (1 + scale_m) + shift_m)
    if change == "gate on both":
        x = gate_a * (x + seen)
        return gate_m * (x + block.mlp(normed(x, shift_m, scale_m)))
    if change == "MLP first":
        x = x + gate_m * block.mlp(normed(x, shift_m, scale_m))
        return x + gate_a * block.attention(normed(x, shift_a, scale_a), rope, mask)
    if change == "added to itself":
        y = normed(x, shift_a, scale_a)
        z = normed(y + gate_a * seen, shift_m, scale_m)
        return z + gate_m * block.mlp(z)
    if change == "attention unmodulated":
        seen = block.attention(x, rope, mask)
    if change == "no gates":
        gate_a = gate_m = torch.ones_like(gate_a)
    one = 1 if change == "gate from one" else 0
    after = x + (one + gate_a) * seen
    if change == "without MLP":
        return after
    if change == "MLP unmodulated":
        return after + gate_m * block.mlp(after)
    before_mlp = x if change == "side by side" else after
    return after + (one + gate_m) * block.mlp(normed(before_mlp, shift_m, scale_m))


def _changed_block(change: str) -> type[DiTBlock]:
    return _block(
        lambda self, x, m, level, rope, mask: _plain(self, x, _six(self, m, level), rope, mask, change=change)
    )


def _reordered_block(*order: int) -> type[DiTBlock]:
    def forward(self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor) -> Tensor:
        six = _six(self, modulation, level)
        return _plain(self, x, tuple(six[i] for i in order), rope, mask)

    return _block(forward)


def _number_by_number(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    six = F.embedding(level, modulation + self.table).unflatten(-1, (-1, 6)).unbind(-1)
    return _plain(self, x, six, rope, mask)


def _first_row(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, _six(self, modulation, torch.zeros_like(level)), rope, mask)


def _without_table(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, F.embedding(level, modulation).chunk(6, dim=-1), rope, mask)


def _not_looked_up(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, (modulation + self.table).chunk(6, dim=-1), rope, mask)


def _one_time_for_all(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, _six(self, modulation, level[:, :1].expand_as(level)), rope, mask)


def _mask_not_handed_on(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    return _plain(self, x, _six(self, modulation, level), rope, None)


def _block_by_indexing(
    self: DiTBlock, x: Tensor, modulation: Tensor, level: Tensor, rope: Tensor, mask: Tensor | None
) -> Tensor:
    six = (modulation + self.table).unflatten(-1, (6, -1))[level]  # b n 6 d
    for part, layer in enumerate((lambda y: self.attention(y, rope, mask), self.mlp)):
        shift, scale, gate = six[:, :, 3 * part : 3 * part + 3].unbind(2)
        y = F.layer_norm(x, x.shape[-1:])
        x = x + gate * layer(y + y * scale + shift)
    return x


BLOCK_X, BLOCK_LEVEL = drawn(2, 5, 12, seed=15), torch.tensor([[0, 0, 1, 2, 2], [2, 1, 1, 0, 2]])


BLOCK_ROPE = rope_table(drawn(2, 5, 3, seed=16), 6, VIDEO_AXES)


BLOCK_MASK = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]).bool()[:, None, None, :]


@torch.no_grad()
def _ask_block(
    block_class: Solution, *, table: float, modulation: float, levels: int = 3, mask: Tensor | None = None
) -> Tensor:
    """The answer of a block with known weights."""
    block = block_class(12, 2)
    for i, (name, parameter) in enumerate(sorted(block.named_parameters())):
        size = table if name == "table" else 0.3
        parameter.copy_(
            1 + 0.1 * drawn(*parameter.shape, seed=i) if "gain" in name else size * drawn(*parameter.shape, seed=i)
        )
    level = BLOCK_LEVEL.clamp(max=levels - 1)
    return block(BLOCK_X.clone(), modulation * drawn(levels, 72, seed=50), level, BLOCK_ROPE, mask)


DIT_BLOCK = Exercise(
    name="DiTBlock",
    reference=DiTBlock,
    cases=(
        Case(
            "a table and a modulation of zeros: the gates are shut, and what goes in comes out",
            lambda f: _ask_block(f, table=0.0, modulation=0.0),
            expected=lambda: BLOCK_X,
        ),
        Case("one time for all, and a table of zeros", lambda f: _ask_block(f, table=0.0, modulation=1.0, levels=1)),
        Case("the same with a table of its own", lambda f: _ask_block(f, table=1.0, modulation=1.0, levels=1)),
        Case("three times, and a row of modulation for each", lambda f: _ask_block(f, table=1.0, modulation=1.0)),
        Case("the same with a mask", lambda f: _ask_block(f, table=1.0, modulation=1.0, mask=BLOCK_MASK)),
    ),
    mistakes=(
        Mistake(
            "no way round",
            _changed_block("no way round"),
            "with its gates shut your block returns zeros: x itself has to go round the attention and round the MLP, "
            "and what they say is added to it",
        ),
        Mistake(
            "the norm goes round",
            _changed_block("normed round"),
            "with its gates shut your block returns LayerNorm(x): only what attention and MLP *read* is normed, "
            "while x itself goes round them as it is",
        ),
        Mistake(
            "gate on both",
            _changed_block("gate on both"),
            "your gate also shuts out x itself: it belongs to what the attention (the MLP) says, and not to the sum",
        ),
        Mistake(
            "gate from one",
            _changed_block("gate from one"),
            "your gates are 1 + gate, so the block is not the identity at first: only the scale has a 1 in front",
        ),
        Mistake(
            "scale without one",
            _changed_block("scale alone"),
            "you multiply by the scale alone, which is 0 at first: multiply by 1 + scale",
        ),
        Mistake(
            "no norm",
            _changed_block("no norm"),
            "you shift and scale x as it is: it has to pass the LayerNorm first (both times)",
        ),
        Mistake(
            "side by side",
            _changed_block("side by side"),
            "your MLP reads what came into the block; let it read what the attention has left (x after the first sum)",
        ),
        Mistake(
            "scale before shift",
            _reordered_block(1, 0, 2, 4, 3, 5),
            "shift and scale are swapped: the six parts are shift, scale, gate for the attention, then the same three "
            "for the MLP",
        ),
        Mistake(
            "gate first",
            _reordered_block(1, 2, 0, 4, 5, 3),
            "your parts are read as gate, shift, scale; the order is shift, scale, gate",
        ),
        Mistake(
            "attention and MLP swapped",
            _reordered_block(3, 4, 5, 0, 1, 2),
            "the first three parts are for the attention, the last three for the MLP; yours are the other way round",
        ),
        Mistake(
            "gates exchanged",
            _reordered_block(0, 1, 5, 3, 4, 2),
            "the gates of attention and MLP are exchanged: the third part is the attention's gate, the sixth the MLP's",
        ),
        Mistake(
            "MLP as attention",
            _reordered_block(0, 1, 2, 0, 1, 2),
            "your MLP gets the attention's shift, scale and gate: the last three parts are its own",
        ),
        Mistake(
            "cut number by number",
            _block(_number_by_number),
            "you take the six parts number by number. They stand one behind the other, each `width` long: "
            "`.chunk(6, dim=-1)`",
        ),
        Mistake(
            "attention unmodulated",
            _changed_block("attention unmodulated"),
            "your attention reads x itself: it reads the modulated LayerNorm of x, `modulate(x, shift, scale)`, like "
            "the MLP",
        ),
        Mistake(
            "MLP unmodulated",
            _changed_block("MLP unmodulated"),
            "your MLP reads x itself: it reads the modulated LayerNorm of x, `modulate(x, shift, scale)`, like the "
            "attention",
        ),
        Mistake(
            "no gates",
            _changed_block("no gates"),
            "you add what attention and MLP say without their gates: with its gates shut (0) a block must change "
            "nothing",
        ),
        Mistake(
            "added to itself",
            _changed_block("added to itself"),
            "you add the modulated LayerNorm back instead of x: what goes round attention and MLP is x itself",
        ),
        Mistake(
            "MLP first",
            _changed_block("MLP first"),
            "your MLP comes before the attention; it is the other way round",
        ),
        Mistake(
            "without MLP",
            _changed_block("without MLP"),
            "half of the block is missing: after the attention, the MLP does the same with its own three parts",
        ),
        Mistake(
            "table forgotten",
            _block(_without_table),
            "you never use `self.table`: without it all blocks would be told the very same. Add it to the modulation",
        ),
        Mistake(
            "never looked up",
            _block(_not_looked_up),
            "the rows of `modulation` are one for each *different* time, not one for each token: `level` says which "
            "row is whose, so look them up first, with `F.embedding(level, rows)`",
        ),
        Mistake(
            "one time for all",
            _block(_one_time_for_all),
            "every token gets the modulation of the first one: look up each token's own row, `level` says which",
        ),
        Mistake(
            "first row for all",
            _block(_first_row),
            "every token gets the first row of `modulation`: look up each token's own row, `level` says which",
        ),
        Mistake(
            "mask not handed on",
            _block(_mask_not_handed_on),
            "your attention does not get the mask, so that hidden tokens are seen: hand it on",
        ),
    ),
    alternatives=(_block(_block_by_indexing),),
    hints=(
        "First line: `modulation + self.table` has a row for each time; `F.embedding(level, rows)` (or `rows[level]`) "
        "gives each token its own. `.chunk(6, dim=-1)` cuts it into the six parts.",
        "Each half of the block is the same sentence: x, plus a gate, times what a layer says about the modulated "
        "LayerNorm of x. `F.layer_norm(x, x.shape[-1:])` is the norm.",
        "`x = x + gate_a * self.attention(norm(x) * (1 + scale_a) + shift_a, rope, mask)`; the MLP's line is the same "
        "with its three parts, and reads the new x.",
    ),
    becomes="minisora/model/blocks.py",
    minutes=20,
    difficulty=3,
    points=4,
)
