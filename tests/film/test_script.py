"""Storyboards: what is read, what is written again, and what is said of those that cannot be filmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from minisora.errors import UserError
from minisora.film import as_yaml, parse_script, read_script
from minisora.film.example import EXAMPLE
from minisora.film.script import cast_of, jumps
from minisora.film.tree import LARGEST

FILMS = Path(__file__).resolve().parents[2] / "data" / "films"

HEAD = "characters:\n  hero: a small red circle\nshots:\n"


def test_the_example_says_all_that_can_be_said() -> None:
    script = parse_script(EXAMPLE)
    assert (script.title, script.author, script.background, script.takes) == ("The chase", "Ada", "navy", 3)
    assert script.shots[0].sentence == "a small red circle moves right"
    assert script.shots[0].words == "a small red circle moves right on a navy background"
    assert script.shots[1].camera == "zooms in" and script.shots[1].seconds == 2.5
    assert [shot.join for shot in script.shots] == ["cut", "cut", "cut", "continue", "dissolve", "cut"]
    assert script.shots[4].seed == 7 and script.shots[5].path == ((0.2, 0.8), (0.5, 0.2), (0.8, 0.8))
    assert script.tails == [0, 0, 0, 0.5, 0, 0]
    assert cast_of(script) == {"hero": [1, 3, 4, 6], "wolf": [2, 5]} and jumps(script) == []
    assert script.starts == [2, 4, 6.5, 8.5, 11.5, 13.5] and script.seconds == 17.5
    assert script.closing == ("by Ada",)


@pytest.mark.parametrize("text", [EXAMPLE, *(path.read_text(encoding="utf-8") for path in FILMS.glob("*.yaml"))])
def test_a_script_is_written_and_read_again(text: str) -> None:
    script = parse_script(text)
    assert parse_script(as_yaml(script)) == script


def test_what_is_usual_is_not_written() -> None:
    script = parse_script("shots:\n- a red circle moves right\n")
    assert as_yaml(script) == "shots:\n- say: a red circle moves right\n"
    assert (script.opening, script.ending, script.seconds) == (0, 0, 2)


def test_sentences_in_other_languages_get_the_background() -> None:
    script = parse_script(
        'background: sky\ncharacters:\n  held: ein kleiner roter Kreis\nshots:\n- "{held} springt"\n'
        '- "{held} bewegt sich nach rechts auf schwarzem Hintergrund"\n'
    )
    first, second = (shot.words for shot in script.shots)
    assert first.startswith("a small red circle bounces") and first.endswith("under a cloudy sky")
    assert "black" in second and "sky" not in second


BAD = [
    ("", "storyboard None: must have keys — title, author"),
    ("title: x\n", "board, line 1: no shots — write a list"),
    ("titel: x\nshots: [a red circle moves right]\n", "board, line 1: storyboard has no key 'titel': try title"),
    ("shots:\n- sya: a red circle moves right\n", "board, line 2: shot has no key 'sya': try say"),
    ("shots:\n- seconds: 2\n", 'board, line 2: a shot that says nothing — write say: "a red circle moves right"'),
    ("shots:\n- a red cirlce moves right\n", "board, line 2: unknown word 'cirlce': try 'circle'"),
    (HEAD + '- "{hreo} moves right"\n', "board, line 4: character {hreo} is not defined: try {hero}"),
    (
        'shots:\n- "{hero} moves right"\n',
        "character {hero} is not defined: there are none",
    ),
    (
        HEAD + "- {hero} moves right\n",
        'board, line 4: a sentence that begins with { needs quotes — write "{hero} moves',
    ),
    (HEAD + "- say: {hero} moves right\n", 'line 4: a sentence that begins with { needs quotes — write "{hero} moves'),
    (HEAD + '- "{hero moves right"\n', "a brace without its other one — write {name}"),
    (HEAD + '- say: "{hero} bounces"\n  seconds: 0.5\n', "line 5: seconds 0.5: must be from 1 to 4 s — try 1"),
    (HEAD + '- say: "{hero} bounces"\n  seconds: 9\n', "line 5: seconds 9: must be from 1 to 4 s — try 4"),
    (HEAD + '- say: "{hero} bounces"\n  seconds: 2.3\n', "seconds 2.3: shots last whole half seconds — write 2.5"),
    (HEAD + '- say: "{hero} bounces"\n  seconds: two\n', "line 5: seconds 'two': must be a number from 1 to 4 s"),
    (HEAD + '- say: "{hero} bounces"\n  seconds: .nan\n', "seconds nan: must be a number from 1 to 4 s"),
    (HEAD + '- say: "{hero} bounces"\n  camera: zoom in\n', "line 5: camera 'zoom in': try zooms in"),
    (HEAD + '- say: "{hero} bounces"\n  camera: shakes\n', "camera 'shakes': there are static, pans left, pans right"),
    (HEAD + '- say: "{hero} bounces"\n  join: disolve\n', "line 5: join 'disolve': try dissolve"),
    (HEAD + '- say: "{hero} bounces"\n  join: continue\n', "line 5: join continue: nothing comes before the first"),
    (HEAD + '- say: "{hero} bounces"\n  pace: 5\n', "line 5: pace 5: must be from 0.25 to 3 — try 3"),
    (HEAD + '- say: "{hero} bounces"\n  path: "0.2,0.2"\n', "line 5: path '0.2,0.2': must be \"LEFT,TOP LEFT,TOP …\""),
    (HEAD + '- say: "{hero} bounces"\n  path: "0,0 2,0"\n', 'must be "LEFT,TOP LEFT,TOP …" from 0 to 1 — try'),
    (HEAD + '- say: "{hero} bounces"\n  takes: 99\n', "line 5: takes 99: must be a whole number from 1 to 16"),
    (HEAD + '- say: "{hero} bounces"\n  seed: -1\n', "line 5: seed -1: must be a whole number from 0"),
    (
        HEAD + '- say: "{hero} bounces"\n  camera: pans left\n- say: "{hero} spins"\n  join: continue\n',
        "line 7: continue after a camera that pans left: its picture is gone — cut",
    ),
    (
        HEAD + '- "{hero} bounces"\n- say: "{hero} spins"\n  join: continue\n  pace: 2\n',
        "line 7: pace in a shot that continues: its beginning is given",
    ),
    (
        HEAD + '- say: "{hero} bounces"\n  seconds: 4\n- say: "{hero} spins"\n  join: dissolve\n',
        "line 5: 4 s before a dissolve: at most 3.5, or cut",
    ),
    ("characters:\n  hero: red\nshots: [a red circle spins]\n", "line 2: character hero: 'red' — say one thing"),
    (
        "characters:\n  hero: a red circle bounces\nshots: [a red circle spins]\n",
        "line 2: character hero: 'a red circle bounces' — say only what it is",
    ),
    ("characters:\n  no: a red circle\nshots: [a red circle spins]\n", "character False: a name is a word of letters"),
    ("characters: hero\nshots: [a red circle spins]\n", "line 1: characters: must be names with what they are"),
    ("size: 50x50\nshots: [a red circle spins]\n", "line 1: size '50x50': must be HEIGHTxWIDTH, multiples of 16"),
    ("background: pink\nshots: [a red circle spins]\n", "line 1: background 'pink': there are black, grey, navy, sky"),
    ("sound: loud\nshots: [a red circle spins]\n", "line 1: sound 'loud': write true or false"),
    ("title: 漢字\nshots: [a red circle spins]\n", "line 1: title: no pixels for '漢', '字'"),
    (f"title: {'word ' * 40}\nshots: [a red circle spins]\n", "line 1: title: does not fit on 64x64 pixels"),
    (f"title: {'w' * 40}\nshots: [a red circle spins]\n", "title: does not fit"),
    ("title: [a, b]\nshots: [a red circle spins]\n", "line 1: title ['a', 'b']: must be a text — put it in quotes"),
    (
        "title: a\ntitle: b\nshots: [a red circle spins]\n",
        "line 2: 'title' stands in line 1 already",
    ),
    ("shots: &a [a red circle spins]\ncredits: *a\n", "line 2: reference *a — write it out once more"),
    ("shots:\n- a red circle spins\n bad: [\n", "board, line 3: no YAML"),
    ("shots:\n" + "- a red circle spins\n" * 41, "41 shots: at most 40"),
    ("shots:\n" + "- {say: a red circle spins, seconds: 4}\n" * 16, "64 s in all: at most 60 — leave some shots out"),
    ("shots: [on a black background]\n", "names nothing to be seen"),
    ("!!python/object/apply:os.system ['true']\n", "no YAML"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_what_cannot_be_filmed_is_said_in_one_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_script(text, name="board")
    said = str(caught.value)
    assert message in said and said.startswith("board") and "\n" not in said


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*: no such file.* --example"):
        read_script(tmp_path / "none.yaml")
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="no text in UTF-8"):
        read_script(path)
    path.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(UserError, match="at most 100000"):
        read_script(path)
    path.write_text("shots: " + "[" * 700, encoding="utf-8")
    with pytest.raises(UserError, match=r"nested too deep|no YAML"):
        read_script(path)
