"""`minisora words`."""

from __future__ import annotations

from typing import Annotated

import typer


def words(
    everything: Annotated[bool, typer.Option("--all", help="Every known word, one a line.")] = False,
    language: Annotated[
        str, typer.Option(help="en, de (German), tr (Turkish), az (Azerbaijani), or ru (Russian).")
    ] = "en",
) -> None:
    """List what can be said in a prompt."""
    if language != "en":
        _in_another(language, everything=everything)
        return
    from minisora.worlds import scene
    from minisora.worlds.vocabulary import SYNONYMS, WORDS

    if everything:
        print("\n".join(word for word in WORDS if word.isalnum()))
        return
    kinds = {
        "shapes": scene.SHAPES,
        "colours": scene.COLOURS,
        "sizes": scene.SIZES,
        "backgrounds": scene.BACKGROUNDS,
        "camera": scene.CAMERAS,
    }
    for kind, meanings in kinds.items():
        said = (f"{word} ({', '.join(SYNONYMS[word])})" if word in SYNONYMS else word for word in meanings)
        print(f"{kind}: {', '.join(said)}")
    print("motions: stays still, moves left, right, up, down, up and to the left (and the other three diagonals),")
    print("  bounces, orbits, spins, grows, shrinks, blinks (slides, drifts, jumps, rotates, flashes, ...)")
    print("relations: left of, right of, above, below, in front of")
    print(f"and synonyms, verb forms and small words, {len(WORDS)} in all: minisora words --all")
    print('for example: "a tiny crimson ball slides to the left", "a red circle moves right and a blue square bounces"')
    print("other languages: minisora words --language de, tr, az, ru; short prompts: minisora generate --upsample")


def _in_another(code: str, *, everything: bool) -> None:
    """What a language has for each meaning; with ``everything`` each word in all its forms."""
    from minisora.language.tongue import lexicon
    from minisora.language.translation import language_of
    from minisora.worlds import scene
    from minisora.worlds.vocabulary import DIGITS

    here = language_of(code)
    known = lexicon(here)
    if everything:
        print("\n".join(dict.fromkeys(known.spelt.values())))
        return

    def said(kind: str, value: str) -> str:
        first, *rest = dict.fromkeys(known.plain[kind, value])
        return f"{first} ({', '.join(rest)})" if rest else first

    for title, kind, values in (
        ("shapes", "shape", scene.SHAPES),
        ("colours", "colour", scene.COLOURS),
        ("sizes", "size", scene.SIZES),
    ):
        print(f"{title}: {', '.join(said(kind, value) for value in values)}")
    digit = "numeral" if ("numeral", "1") in known.plain else "digit"
    print(f"digits: {', '.join(known.plain[digit, str(number)][0] for number in range(len(DIGITS)))}")
    print(f"backgrounds: {', '.join(here.backgrounds.values())}")
    print(f"camera: {', '.join(phrase.strip(' ,') for phrase in here.cameras.values())}")
    straight = ", ".join(here.motions["move"].format(where) for where in here.directions.values())
    print(f"motions: {straight}, {', '.join(phrase for motion, phrase in here.motions.items() if motion != 'move')}")
    relations = [words[0] for (kind, _), words in known.plain.items() if kind in ("before", "after")]
    print(f"relations: {', '.join(relations)}")
    print(f"and other forms and small words, {len(known.spelt)} in all: minisora words --language {code} --all")
    print("for example:", ", ".join(f'"{example}"' for example in here.examples))
