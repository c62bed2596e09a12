"""Shots become one row of pictures: under their cameras, cut, dissolved and gone on with, between title and credits."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.camera import filmed
from minisora.film.cards import credits_card, faded, title_card
from minisora.film.script import Script


def joined(script: Script, clips: list[Tensor], size: tuple[int, int], fps: float) -> Tensor:
    """Shots under their cameras, one after the other, between title and credits: ``3 t h w``, ``t`` as the script says.

    A clip has a picture more than its seconds: the last one, which the shot that continues begins with. Where one
    dissolves into the next, it goes on behind that for half a second.
    """
    pieces: list[Tensor] = []
    by = f"by {script.author}" if script.author else ""
    if script.title:
        card = title_card(script.title, size, frames=round(script.opening * fps), fps=fps, author=by)
        pieces.append(card)
    behind: Tensor | None = None
    last = len(script.shots) - 1
    for i, (shot, clip, tail) in enumerate(zip(script.shots, clips, script.tails, strict=True)):
        shown = filmed(clip, shot.camera, size)
        frames, more = round(shot.seconds * fps), round(tail * fps)
        body = shown[:, :frames].clone()
        if behind is not None:
            share = (torch.arange(1, behind.shape[1] + 1) / (behind.shape[1] + 1))[:, None, None]
            body[:, : behind.shape[1]] = behind * (1 - share) + body[:, : behind.shape[1]] * share
        behind = shown[:, frames : frames + more] if more else None
        opens, ends = i == 0 and bool(script.title), i == last and bool(script.closing)
        pieces.append(faded(body, fps, into=opens, out=ends) if opens or ends else body)
    if script.closing:
        pieces.append(credits_card(script.closing, size, frames=round(script.ending * fps), fps=fps))
    return torch.cat(pieces, dim=1)
