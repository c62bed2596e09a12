"""Solutions to chapter 06 as people write them: the attention, its norm, the turn, the block."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from minisora.model.attention import Attention
from minisora.model.blocks import MLP
from tests.course.bank.entry import Bank

BANK = Bank()
wrong, right = BANK.wrong, BANK.right


@wrong("attend", "the root is forgotten", r"√|root")
def _(query, key, value, mask):
    scores = query @ key.mT
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1) @ value


@wrong("attend", "divided by e, not by its root", r"√|root")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1]
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1) @ value


@wrong(
    "attend", "the root is that of the values' length", r"of a query|numbers in a query|`?query`?.*shape|value.*length"
)
def _(query, key, value, mask):
    scores = query @ key.mT / value.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1) @ value


@wrong("attend", "softmax over the queries", r"over the keys|last axis|dim=-1")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e30)
    return scores.softmax(-2) @ value


@wrong("attend", "softmax over the heads", r"over the keys|last axis|dim=-1")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e30)
    return scores.softmax(1) @ value


@wrong("attend", "the mask is turned round", r"turned round|wrong way|where it is false|true where")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(mask, -math.inf)
    return scores.softmax(-1) @ value


@wrong("attend", "hidden scores become 0, whose exp is 1", r"infinity|inf\b|exp")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores * mask
    return scores.softmax(-1) @ value


@wrong(
    "attend", "weights are masked after the softmax and no longer add up to 1", r"before (the softmax|it)|adds? up|sum"
)
def _(query, key, value, mask):
    weights = (query @ key.mT / query.shape[-1] ** 0.5).softmax(-1)
    if mask is not None:
        weights = weights * mask
    return weights @ value


@wrong("attend", "no mask crashes it", r"None")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    return scores.masked_fill(~mask, -math.inf).softmax(-1) @ value


@wrong("attend", "the mask is added as a number", r"infinity|inf\b|mask")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    return (scores if mask is None else scores + mask).softmax(-1) @ value


@wrong("attend", "the query is scaled in place", r"it changes `|in place")
def _(query, key, value, mask):
    query /= query.shape[-1] ** 0.5
    scores = query @ key.mT
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1) @ value


@wrong("attend", "the mask is turned in place", r"it changes `|in place")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(mask.logical_not_(), -math.inf)
    return scores.softmax(-1) @ value


@wrong("attend", "the weights are detached", r"gradient|graph|detach")
def _(query, key, value, mask):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1).detach() @ value


@right("attend", "PyTorch's own function")
def _(query, key, value, mask):
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


@right("attend", "a row for each query, with exp and a sum")
def _(query, key, value, mask):
    rows = []
    for i in range(query.shape[-2]):
        scores = torch.einsum("bhe,bhme->bhm", query[..., i, :], key) / math.sqrt(key.shape[-1])
        scores = (scores - scores.amax(-1, keepdim=True)).exp()
        if mask is not None:
            seen = mask.expand(*mask.shape[:-2], query.shape[-2], key.shape[-2])[..., i, :]
            scores = torch.where(seen, scores, 0.0)
        rows.append(torch.einsum("bhm,bhmd->bhd", scores / scores.sum(-1, keepdim=True), value))
    return torch.stack(rows, 2)


EPSILON = 1e-6


@wrong(
    "rms_norm", "the mean is taken away, as LayerNorm does", r"mean.*(subtract|tak|stay)|LayerNorm|(subtract|tak).*mean"
)
def _(x, gain):
    away = x - x.mean(-1, keepdim=True)
    return gain * away * torch.rsqrt(away.square().mean(-1, keepdim=True) + EPSILON)


@wrong("rms_norm", "divided by the length: a sum of squares, not their mean", r"mean")
def _(x, gain):
    return gain * x / (x.square().sum(-1, keepdim=True) + EPSILON).sqrt()


@wrong("rms_norm", "the mean runs over everything", r"last axis|each (vector|head|token)|dim=-1|over the last")
def _(x, gain):
    return gain * x / (x.square().mean() + EPSILON).sqrt()


@wrong("rms_norm", "nothing keeps 0/0 away", r"zero|0/0|0\.000001|1e-6|tiny")
def _(x, gain):
    return gain * x / x.square().mean(-1, keepdim=True).sqrt()


@wrong(
    "rms_norm", "the tiny number stands outside of the root", r"(under|inside|in|into|within) the root|before the root"
)
def _(x, gain):
    return gain * x / (x.square().mean(-1, keepdim=True).sqrt() + EPSILON)


@wrong("rms_norm", "the gain is forgotten", r"gain")
def _(x, gain):
    return x / (x.square().mean(-1, keepdim=True) + EPSILON).sqrt()


@wrong("rms_norm", "one plus the gain", r"gain")
def _(x, gain):
    return (1 + gain) * x / (x.square().mean(-1, keepdim=True) + EPSILON).sqrt()


@wrong("rms_norm", "the root is missing", r"root")
def _(x, gain):
    return gain * x / (x.square().mean(-1, keepdim=True) + EPSILON)


@wrong("rms_norm", "the mean of sizes, not of squares", r"square")
def _(x, gain):
    return gain * x / (x.abs().mean(-1, keepdim=True) + EPSILON)


@wrong("rms_norm", "the mean lost its axis", r"keepdim|axis")
def _(x, gain):
    return gain * x / (x.square().mean(-1) + EPSILON).sqrt()


@wrong("rms_norm", "x is divided in place", r"it changes `|in place")
def _(x, gain):
    x /= (x.square().mean(-1, keepdim=True) + EPSILON).sqrt()
    return gain * x


@wrong("rms_norm", "the size is detached, so that a term of the gradient is missing", r"gradient|graph|detach")
def _(x, gain):
    size = (x.square().mean(-1, keepdim=True) + EPSILON).sqrt().detach()
    return gain * x / size


@right("rms_norm", "PyTorch's own function")
def _(x, gain):
    return F.rms_norm(x, x.shape[-1:], eps=EPSILON) * gain


@right("rms_norm", "by the length of the vector")
def _(x, gain):
    squares = torch.linalg.vector_norm(x, dim=-1, keepdim=True) ** 2 / x.size(-1)
    return torch.mul(gain, x).div(torch.sqrt(squares.add(EPSILON)))


def _pairs(x: Tensor, table: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return x[..., 0::2], x[..., 1::2], table.real, table.imag


@wrong("apply_rope", "the first half is paired with the second", r"neighbour")
def _(x, table):
    a, b = x.chunk(2, -1)
    return torch.cat([a * table.real - b * table.imag, a * table.imag + b * table.real], -1)


@wrong("apply_rope", "turned the other way", r"sign|other way|direction|backwards|minus")
def _(x, table):
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * table.conj()).flatten(-2)


@wrong(
    "apply_rope", "turned neighbours come back as two halves", r"neighbour|interleav|side by side|in turn|back.*place"
)
def _(x, table):
    a, b, cos, sin = _pairs(x, table)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


@wrong("apply_rope", "both signs are minus", r"sign|minus|plus")
def _(x, table):
    a, b, cos, sin = _pairs(x, table)
    return torch.stack([a * cos - b * sin, a * sin - b * cos], -1).flatten(-2)


@wrong("apply_rope", "each number by its own, nothing is mixed", r"mix|both|complex|pair")
def _(x, table):
    a, b, cos, sin = _pairs(x, table)
    return torch.stack([a * cos, b * sin], -1).flatten(-2)


@wrong("apply_rope", "written into x", r"it changes `|in place")
def _(x, table):
    a, b, cos, sin = _pairs(x, table)
    first, second = a * cos - b * sin, a * sin + b * cos
    x[..., 0::2], x[..., 1::2] = first, second
    return x


@wrong(
    "apply_rope",
    "the second number is made from the first one after its turn",
    r"already|turned|overwrit|before the turn|old",
)
def _(x, table):
    turned = x.clone()
    a, b, cos, sin = _pairs(turned, table)
    turned[..., 0::2] = a * cos - b * sin
    turned[..., 1::2] = a * sin + b * cos
    return turned


@wrong("apply_rope", "through numpy, out of the graph", r"gradient|graph|detach|numpy")
def _(x, table):
    pairs = torch.view_as_complex(x.detach().unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * table).flatten(-2)


@wrong("apply_rope", "only the cosines", r"sin|imaginary|mix|complex")
def _(x, table):
    return x * table.real.repeat_interleave(2, -1)


@right("apply_rope", "as a 2 x 2 matrix for each pair")
def _(x, table):
    cos, sin = table.real, table.imag
    matrix = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], -2)
    return (matrix @ x.unflatten(-1, (-1, 2)).unsqueeze(-1)).squeeze(-1).flatten(-2)


@right("apply_rope", "with the angles")
def _(x, table):
    angle = torch.angle(table).repeat_interleave(2, -1)
    quarter = torch.stack([-x[..., 1::2], x[..., ::2]], -1).reshape(x.shape)
    return x * angle.cos() + quarter * angle.sin()


def _table(
    coords, head_dim, wavelengths, *, sizes=None, lengths=None, turn=2 * math.pi, angle=lambda c, w: c / w,
    finish=lambda a: torch.polar(torch.ones_like(a), a)[..., None, :],
):  # fmt: skip
    """A table with a part exchanged."""
    pairs, axes = head_dim // 2, len(wavelengths)
    sizes = sizes or (lambda: [pairs // axes + pairs % axes] + [pairs // axes] * (axes - 1))
    lengths = lengths or (lambda low, high, n: low * (high / low) ** torch.linspace(0, 1, n, device=coords.device))
    angles = [
        turn * angle(coords[..., i, None].float(), lengths(low, high, size))
        for i, ((low, high), size) in enumerate(zip(wavelengths, sizes(), strict=True))
    ]
    return finish(torch.cat(angles, -1))


@wrong("rope_table", "the last axis gets what is left over", r"first axis|left over")
def _(coords, head_dim, wavelengths):
    pairs, axes = head_dim // 2, len(wavelengths)
    return _table(
        coords, head_dim, wavelengths, sizes=lambda: [pairs // axes] * (axes - 1) + [pairs // axes + pairs % axes]
    )


@wrong("rope_table", "what is left over gets no pair", r"left over")
def _(coords, head_dim, wavelengths):
    axes = len(wavelengths)
    return _table(coords, head_dim, wavelengths, sizes=lambda: [head_dim // 2 // axes] * axes)


@wrong("rope_table", "wavelengths grow by the same sum, not by the same factor", r"factor")
def _(coords, head_dim, wavelengths):
    return _table(
        coords, head_dim, wavelengths, lengths=lambda low, high, n: torch.linspace(low, high, n, device=coords.device)
    )


@wrong("rope_table", "without 2 pi", r"2 ?·? ?π|2π|pi\b")
def _(coords, head_dim, wavelengths):
    return _table(coords, head_dim, wavelengths, turn=1.0)


@wrong("rope_table", "multiplied by the wavelength", r"divid|/ wavelength|longer")
def _(coords, head_dim, wavelengths):
    return _table(coords, head_dim, wavelengths, angle=lambda c, w: c * w)


@wrong("rope_table", "the longest is left out", r"both|includ|longest")
def _(coords, head_dim, wavelengths):
    return _table(
        coords, head_dim, wavelengths,
        lengths=lambda low, high, n: low * (high / low) ** (torch.arange(n, device=coords.device) / n),
    )  # fmt: skip


@wrong("rope_table", "the longest comes first", r"shortest|order|reverse|grow|from the")
def _(coords, head_dim, wavelengths):
    return _table(
        coords, head_dim, wavelengths,
        lengths=lambda low, high, n: high * (low / high) ** torch.linspace(0, 1, n, device=coords.device),
    )  # fmt: skip


@wrong("rope_table", "made on the CPU, wherever the coordinates are", r"device")
def _(coords, head_dim, wavelengths):
    return _table(
        coords, head_dim, wavelengths,
        lengths=lambda low, high, n: low * (high / low) ** torch.linspace(0, 1, n),
    )  # fmt: skip


@wrong("rope_table", "no axis for the heads", r"heads|axis")
def _(coords, head_dim, wavelengths):
    return _table(coords, head_dim, wavelengths, finish=lambda a: torch.polar(torch.ones_like(a), a))


@wrong("rope_table", "the axis for the heads stands before the tokens", r"heads|axis")
def _(coords, head_dim, wavelengths):
    return _table(coords, head_dim, wavelengths, finish=lambda a: torch.polar(torch.ones_like(a), a)[:, None])


@wrong("rope_table", "a band of one pair divides by zero", r"one pair|single|nan|0/0|only one")
def _(coords, head_dim, wavelengths):
    return _table(
        coords, head_dim, wavelengths,
        lengths=lambda low, high, n: low * (high / low) ** (torch.arange(n, device=coords.device) / (n - 1)),
    )  # fmt: skip


@wrong("rope_table", "coordinates are rounded to whole numbers", r"real|whole|round|integer|half a second")
def _(coords, head_dim, wavelengths):
    return _table(coords.long(), head_dim, wavelengths)


@wrong("rope_table", "sine and cosine exchanged", r"cos|sin|polar")
def _(coords, head_dim, wavelengths):
    return _table(coords, head_dim, wavelengths, finish=lambda a: torch.complex(a.sin(), a.cos())[..., None, :])


@wrong("rope_table", "tables are kept by their shape", r"earlier answer|keeps answers|between two calls", fresh=True)
def _():
    tables = {}

    def rope_table(coords, head_dim, wavelengths):
        key = tuple(coords.shape), head_dim, coords.device
        if key not in tables:
            tables[key] = _table(coords, head_dim, wavelengths)
        return tables[key]

    return rope_table


@right("rope_table", "number by number, with numbers of Python")
def _(coords, head_dim, wavelengths):
    pairs, axes, columns = head_dim // 2, len(wavelengths), []
    for axis, (shortest, longest) in enumerate(wavelengths):
        size = pairs // axes + (axis == 0) * (pairs - axes * (pairs // axes))
        for i in range(size):
            length = shortest * (longest / shortest) ** (i / (size - 1) if size > 1 else 0.0)
            columns.append(torch.exp(2j * math.pi * coords[:, :, axis] / length))
    return torch.stack(columns, -1).unsqueeze(2).to(torch.complex64)


@right("rope_table", "logspace, cos and sin")
def _(coords, head_dim, wavelengths):
    pairs, axes = head_dim // 2, len(wavelengths)
    angles = []
    for i, (low, high) in enumerate(wavelengths):
        n = pairs - (axes - 1) * (pairs // axes) if i == 0 else pairs // axes
        lengths = torch.logspace(math.log10(low), math.log10(high), n, device=coords.device)
        angles.append(coords[:, :, i : i + 1] * (2 * math.pi) / lengths)
    angle = torch.cat(angles, 2)[:, :, None]
    return torch.complex(angle.cos(), angle.sin())


STAYS = {
    "query": False, "length": True, "value": True, "patch to patch": True, "word to word": True,
    "word to patch": False, "velocity": False,
}  # fmt: skip


@wrong("stays_the_same", "the length of a turned arrow is thought to change", r"length|where an arrow points")
def _():
    return STAYS | {"length": False}


@wrong("stays_the_same", "values are thought to be turned, too", r"value")
def _():
    return STAYS | {"value": False}


@wrong("stays_the_same", "scores of words and patches are thought to stay", r"word.*patch|one of the two has moved")
def _():
    return STAYS | {"word to patch": True, "velocity": True}


@wrong("stays_the_same", "scores among patches are thought to change", r"patch to patch|patches|differen")
def _():
    return STAYS | {"patch to patch": False}


@wrong("stays_the_same", "the answer is thought to stay", r"velocity|answer")
def _():
    return STAYS | {"velocity": True}


@wrong("stays_the_same", "a question is left out", r"word to word|missing|left out|keys")
def _():
    return {each: stays for each, stays in STAYS.items() if each != "word to word"}


@wrong("stays_the_same", "said in words", r"True|bool")
def _():
    return {each: "stays" if stays else "changes" for each, stays in STAYS.items()}


@right("stays_the_same", "built with a comprehension, in another order")
def _():
    return {each: each not in ("velocity", "query", "word to patch") for each in sorted(STAYS)}


def _modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:]) * (1 + scale) + shift


class Block(nn.Module):
    """What the stub has; the solutions below add a ``forward``."""

    def __init__(self, width: int, heads: int, mlp_ratio: int = 4) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.mlp = MLP(width, mlp_ratio)
        self.table = nn.Parameter(torch.zeros(6 * width))

    def parts(self, modulation: Tensor, level: Tensor) -> tuple[Tensor, ...]:
        return F.embedding(level, modulation + self.table).chunk(6, -1)


@wrong("DiTBlock", "scale and shift in the wrong order", r"order|shift")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        scale_a, shift_a, gate_a, scale_m, shift_m, gate_m = self.parts(modulation, level)
        x = x + gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "the block's own table is forgotten", r"table")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = F.embedding(level, modulation).chunk(6, -1)
        x = x + gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "everybody gets the first row", r"level|row")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.parts(modulation, torch.zeros_like(level))
        x = x + gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "nothing is added to x", r"x \+|add|residual|lost")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.parts(modulation, level)
        x = gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong(
    "DiTBlock", "the MLP works on what came in, not on what attention has left", r"after|attention has|first half|left"
)
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.parts(modulation, level)
        heard = gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + heard + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "the gates are forgotten", r"gate")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, _, shift_m, scale_m, _ = self.parts(modulation, level)
        x = x + self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "the gates of attention and MLP are exchanged", r"gate|order")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.parts(modulation, level)
        x = x + gate_m * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_a * self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "the mask is not handed on", r"mask")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.parts(modulation, level)
        x = x + gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, None)
        return x + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "x is added to in place", r"it changes `|in place")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.parts(modulation, level)
        x += gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        x += gate_m * self.mlp(_modulate(x, shift_m, scale_m))
        return x


@wrong("DiTBlock", "the six parts are taken number by number instead of in six pieces", r"piece|chunk|order|part")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        each = F.embedding(level, modulation + self.table).unflatten(-1, (-1, 6))
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = each.unbind(-1)
        x = x + gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "attention sees x without norm, shift and scale", r"modulate|norm")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        _, _, gate_a, shift_m, scale_m, gate_m = self.parts(modulation, level)
        x = x + gate_a * self.attention(x, rope, mask)
        return x + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong("DiTBlock", "the MLP sees x without norm, shift and scale", r"modulate|norm")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, _, _, gate_m = self.parts(modulation, level)
        x = x + gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_m * self.mlp(x)


@wrong("DiTBlock", "the table is detached and never learns", r"gradient|graph|detach|learn")
class _(Block):
    def parts(self, modulation, level):
        return F.embedding(level, modulation + self.table.data).chunk(6, -1)

    def forward(self, x, modulation, level, rope, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.parts(modulation, level)
        x = x + gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@wrong(
    "DiTBlock",
    "the looked-up modulation is kept in the block",
    r"earlier answer|keeps answers|between two calls|remembers",
)
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        if not hasattr(self, "kept"):
            self.kept = self.parts(modulation, level)
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = self.kept
        x = x + gate_a * self.attention(_modulate(x, shift_a, scale_a), rope, mask)
        return x + gate_m * self.mlp(_modulate(x, shift_m, scale_m))


@right("DiTBlock", "rows picked by an index, halves in a loop")
class _(Block):
    def forward(self, x, modulation, level, rope, mask):
        rows = (modulation[level] + self.table).unflatten(-1, (2, 3, -1))
        layers = (lambda y: self.attention(y, rope, mask)), self.mlp
        for i, layer in enumerate(layers):
            shift, scale, gate = rows[..., i, :, :].unbind(-2)
            calm = (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt()
            x = torch.addcmul(x, gate, layer(calm * (1 + scale) + shift))
        return x


def _counts(cause: str, names: str):
    """A formula for the numbers of a block that is wrong for this cause."""
    return wrong("block_parameters", cause, names)


_counts("the gains are forgotten", r"gain")(
    lambda width, heads, mlp_ratio=4: (4 + 2 * mlp_ratio) * width**2 + 6 * width
)
_counts("one gain a head, not two", r"gain|quer.*key")(
    lambda width, heads, mlp_ratio=4: (4 + 2 * mlp_ratio) * width**2 + heads + 6 * width
)
_counts("a gain for every channel", r"gain")(
    lambda width, heads, mlp_ratio=4: (4 + 2 * mlp_ratio) * width**2 + 2 * width + 6 * width
)
_counts("the table is forgotten", r"table")(
    lambda width, heads, mlp_ratio=4: (4 + 2 * mlp_ratio) * width**2 + 2 * heads
)
_counts("biases are counted", r"bias")(
    lambda width, heads, mlp_ratio=4: (
        (4 + 2 * mlp_ratio) * width**2 + 4 * width + (mlp_ratio + 1) * width + 2 * heads + 6 * width
    )
)
_counts("`out` is forgotten", r"four|out\b")(
    lambda width, heads, mlp_ratio=4: (3 + 2 * mlp_ratio) * width**2 + 2 * heads + 6 * width
)
_counts("one matrix of the MLP", r"two|MLP")(
    lambda width, heads, mlp_ratio=4: (4 + mlp_ratio) * width**2 + 2 * heads + 6 * width
)
_counts("the MLP is always four times as wide", r"mlp_ratio")(
    lambda width, heads, mlp_ratio=4: 12 * width**2 + 2 * heads + 6 * width
)
_counts("a matrix for the modulation", r"modulation|table|shared")(
    lambda width, heads, mlp_ratio=4: (4 + 2 * mlp_ratio + 6) * width**2 + 2 * heads + 6 * width
)
_counts("matrices for each head", r"head")(
    lambda width, heads, mlp_ratio=4: (4 * heads + 2 * mlp_ratio) * width**2 + 2 * heads + 6 * width
)


@right("block_parameters", "asks PyTorch")
def _(width, heads, mlp_ratio=4):
    return sum(each.numel() for each in Block(width, heads, mlp_ratio).parameters())


@right("block_parameters", "a float that is whole")
def _(width, heads, mlp_ratio=4):
    return width * (4.0 * width + 2 * mlp_ratio * width + 6) + 2 * heads
