"""Chapter 13: a clip read back into words, what wrong words cost, prompts made full, and a language as tables."""

from __future__ import annotations

from minisora.course.exercises.c13_language.agreement import AGREEMENT
from minisora.course.exercises.c13_language.believed import BELIEVED
from minisora.course.exercises.c13_language.fill_in import FILL_IN
from minisora.course.exercises.c13_language.greedy import GREEDY
from minisora.course.exercises.c13_language.in_german import IN_GERMAN, NOUNS, STEMS
from minisora.course.exercises.c13_language.next_word import NEXT_WORD

__all__ = ["EXERCISES", "NOUNS", "STEMS"]

EXERCISES = (NEXT_WORD, GREEDY, AGREEMENT, BELIEVED, FILL_IN, IN_GERMAN)
