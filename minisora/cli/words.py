"""`minisora words`."""

from __future__ import annotations

from typing import Annotated

import typer


def words(
    everything: Annotated[bool, typer.Option("--all", help="Every known word, one a line.")] = False,
) -> None:
    """List what can be said in a prompt."""
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
