"""Sound beside pictures: when things hit something, what that sounds like, and a network that makes both together.

``wave`` synthesises, ``hits`` finds impacts on a path, ``soundtrack`` makes the sound of a finished clip;
``scenery``, ``codec``, ``network`` and ``joint`` are the miniature of a model that makes pictures and sound at once.
"""

from __future__ import annotations

from minisora.sound.hits import hits, impacts
from minisora.sound.soundtrack import hits_of, sound_for
from minisora.sound.wave import RATE, VOICES, Hit, synthesise

__all__ = ["RATE", "VOICES", "Hit", "hits", "hits_of", "impacts", "sound_for", "synthesise"]
