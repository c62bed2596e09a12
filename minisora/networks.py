"""The networks of a pipeline, read from disk or put on a device: what belongs together, and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from minisora.checkpoint import Card, latents_of, load_checkpoint, load_weights, settings_from
from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.errors import UserError
from minisora.hollow import hollow
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.model.captioner import Captioner, CaptionerConfig
from minisora.worlds.plan import NUMBERS
from minisora.worlds.vocabulary import WORDS


def words_on(card: Card, number: int, *, source: Path) -> Sequence[str]:
    """The words that weights know: those that their card carries, else the first of this version's.

    Raises: UserError when there are not ``number`` of them, or one is no word.
    """
    words = card.get("words", list(WORDS[:number]))
    if not isinstance(words, list) or not 0 < number == len(words):
        there = len(words) if isinstance(words, list) else type(words).__name__
        raise UserError(f"{source} knows {number} words, its card or this version {there} — upgrade minisora")
    try:
        return Tokenizer(words).words
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"card of {source}: its words are none ({error}) — fetch it again") from error


def load_codec(path: Path) -> tuple[Codec, Card]:
    """The codec whose weights lie at ``path``, and its card.

    Raises: UserError, see ``load_checkpoint``.
    """
    tensors, card = load_checkpoint(path, kind="codec")
    with hollow():
        codec = Codec(settings_from(CodecConfig, card["settings"], source=path))
    load_weights(codec, tensors, source=path)
    return codec, card


def load_transformer(path: Path, kind: str, *, codec: Path, codec_card: Card) -> tuple[DiT, Card]:
    """The transformer whose weights lie at ``path``, and its card.

    Raises: UserError, see ``load_checkpoint``; when it belongs to another codec, or to a later version.
    """
    tensors, card = load_checkpoint(path, kind=kind)
    config = settings_from(DiTConfig, card["settings"], source=path)
    own = {"planner": NUMBERS, "writer": 1}  # the others make latents
    channels = own[kind] if kind in own else codec_card["settings"]["channels"]
    _same_codec(path, card, config.channels, codec=codec, latents=latents_of(codec_card), channels=channels)
    words_on(card, config.vocabulary - 2, source=path)
    with hollow():
        dit = DiT(config)
    load_weights(dit, tensors, source=path)
    return dit, card


def load_captioner(path: Path, *, codec: Path, codec_card: Card) -> tuple[Captioner, Card]:
    """The captioner whose weights lie at ``path``, and its card.

    Raises: UserError, see ``load_checkpoint``; when it belongs to another codec, or to a later version.
    """
    tensors, card = load_checkpoint(path, kind="captioner")
    config = settings_from(CaptionerConfig, card["settings"], source=path)
    channels = codec_card["settings"]["channels"]
    _same_codec(path, card, config.channels, codec=codec, latents=latents_of(codec_card), channels=channels)
    words_on(card, config.vocabulary - 2, source=path)
    with hollow():
        captioner = Captioner(config)
    load_weights(captioner, tensors, source=path)
    return captioner.eval(), card


def _same_codec(path: Path, card: Card, mine: int, *, codec: Path, latents: str, channels: int) -> None:
    """Raises: UserError when weights with ``mine`` channels know other latents than the codec makes."""
    if card.get("codec", latents) != latents or mine != channels:
        raise UserError(f"{path} was trained with another codec than {codec} — name the right one")


def pick_device(name: str | torch.device | None = None) -> torch.device:
    """CUDA if there is any, else the CPU; anything else (MPS, a certain GPU) only when asked for.

    Raises: UserError when the device is unknown or not there.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UserError(f"device {str(name)!r} is not there — try cpu, or see minisora doctor") from error
    return device
