"""Chapter 07: captions as numbers, captions dropped, guidance, and what the judge says of who is what."""

from __future__ import annotations

from minisora.course.exercises.c07_words.binds import BINDS
from minisora.course.exercises.c07_words.classifier_free import CLASSIFIER_FREE, guide
from minisora.course.exercises.c07_words.diagnose_guidance import CAUSES, DIAGNOSE_GUIDANCE, patients
from minisora.course.exercises.c07_words.drop_captions import DROP_CAPTIONS
from minisora.course.exercises.c07_words.encode_captions import ENCODE_CAPTIONS

__all__ = ["CAUSES", "EXERCISES", "guide", "patients"]

EXERCISES = (ENCODE_CAPTIONS, DROP_CAPTIONS, DIAGNOSE_GUIDANCE, CLASSIFIER_FREE, BINDS)
