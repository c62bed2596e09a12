"""A film from a storyboard: shots with the same characters, cuts, cameras, title and credits, and what the judge says.

``tree`` reads YAML with its lines, ``script`` is what a film is made of and ``reading`` finds what cannot be filmed;
``lettering`` and ``cards`` draw title and credits, ``shots``, ``takes`` and ``kept`` are one shot's, ``film`` joins
them all, ``gallery`` shows many films on one page.
"""

from minisora.film.film import Film, Progress, make_film
from minisora.film.reading import parse_script, read_script
from minisora.film.script import Script, Shot, as_yaml
from minisora.film.takes import Check

__all__ = ["Check", "Film", "Progress", "Script", "Shot", "as_yaml", "make_film", "parse_script", "read_script"]
