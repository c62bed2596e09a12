"""How much arithmetic a model costs, from its sizes alone: for `train --dry-run`, before anything is built."""

from __future__ import annotations

from minisora.model.blocks import TIME_FREQUENCIES
from minisora.model.dit import DiTConfig


def flops(config: DiTConfig, tokens: int, text_tokens: int) -> int:
    """Floating point operations of one forward call for one clip and its text (training: three times that).

    A matrix product of ``a x b`` and ``b x c`` counts as ``2 a b c``, element-wise work as nothing, as
    ``torch.utils.flop_counter`` does.
    """
    sequence, width, levels = text_tokens + tokens, config.width, 2  # the text's time and the clip's
    ends = 2 * 2 * tokens * config.token_channels * width
    time = 2 * levels * width * (2 * TIME_FREQUENCIES + width + (6 + 2) * width) + 2 * (width + text_tokens) * width
    text = config.text_depth * _block(text_tokens, config.text_width, 4) + 2 * text_tokens * config.text_width * width
    return ends + time + text + config.depth * _block(sequence, width, config.mlp_ratio)


def parameters(config: DiTConfig) -> int:
    """How many learned numbers ``DiT(config)`` has."""
    width, text_width, channels = config.width, config.text_width, config.token_channels
    blocks = config.depth * ((4 + 2 * config.mlp_ratio) * width**2 + 6 * width + 2 * config.heads)
    time = width * (2 * TIME_FREQUENCIES + 1) + (1 + 1 + 6 + 2) * width * (width + 1)
    text_blocks = config.text_depth * (12 * text_width**2 + 2 * config.text_heads)
    text = text_blocks + config.vocabulary * text_width + width * (text_width + 1)
    return blocks + time + text + width * (channels + 1) + channels * (width + 1)


def _block(sequence: int, width: int, mlp_ratio: int) -> int:
    linear = 2 * sequence * (4 + 2 * mlp_ratio) * width**2
    attention = 2 * 2 * sequence**2 * width
    return linear + attention
