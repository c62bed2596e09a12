"""The bridge between a sampler, which knows only ``velocity(x, t)``, and the transformer, which knows only tokens."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from minisora.errors import UserError
from minisora.model.dit import DiT
from minisora.model.patches import coordinates, patchify, unpatchify
from minisora.model.text import TextTokens


def video_velocity(
    model: DiT,
    text: TextTokens | Tensor,
    shape: tuple[int, int, int],
    *,
    seconds_per_latent_frame: float = 0.5,
    known: Tensor | None = None,
) -> Callable[[Tensor, Tensor], Tensor]:
    """``velocity(x, t)`` for latent clips of ``shape`` (frames, height, width), with everything constant prepared.

    ``text``: word ids ``b m`` or encoded ``TextTokens``. ``x: b c t h w`` has as many rows as the text (for
    classifier-free guidance: rows with the prompt, then rows with the empty one), or any number where the text has one
    row; ``t`` broadcasts to ``b 1 t h w``. ``known: b k t h/p w/p`` is what is known about each token beforehand; of
    more numbers than the model has learnt to take it takes the first.
    """
    frames, height, width = shape
    patch = model.config.patch
    text = text if isinstance(text, TextTokens) else model.encode_text(text)
    places = coordinates(frames, height, width, seconds_per_latent_frame, patch)
    known = None if known is None else patchify(known[:, : model.config.known], 1)
    context = model.prepare(places, text, known=known)

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        if x.shape[2:] != shape or len(text.tokens) not in (1, len(x)):
            expected = f"{len(text.tokens)} texts and clips of {frames}x{height}x{width}"
            raise UserError(f"latents {tuple(x.shape)}: the velocity was made for {expected} — make one for these")
        tokens = model(patchify(x, patch), token_times(t, x, patch), context)
        return unpatchify(tokens, frames, height, width, patch)

    return velocity


def token_times(t: Tensor, x: Tensor, patch: int = 2) -> Tensor:
    """Times that broadcast to ``b 1 t h w`` as times per token: ``b n``, or ``b 1`` where each clip has one time
    (with 1 for ``b`` where all clips have the same).

    A patch that is partly given is as noisy as its noisiest latent.
    """
    t = t.to(x.device)[(None,) * (5 - t.ndim)]  # in its own type: in bfloat16 0.998 would be 1
    if t.shape[2:].numel() == 1:
        return t.reshape(-1, 1)
    return patchify(t.expand(-1, 1, *x.shape[2:]), patch).amax(dim=-1)
