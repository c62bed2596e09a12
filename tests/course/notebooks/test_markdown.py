r"""Every text of the course and of the documentation as a renderer sees it: nothing is left over, nothing falls apart.

A line of a wrapped paragraph that begins with ``+``, ``-`` or ``>`` becomes a list or a quotation, a pipe in a table
begins another cell, and Markdown eats the backslash of ``\,`` in a formula: all without an error.
"""

import re

import pytest
from markdown_it import MarkdownIt
from matplotlib.mathtext import MathTextParser

from minisora.course.notebooks import compose
from minisora.doctor import CHECKOUT

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
#: What begins here needs an empty line above it, or it was meant to be the next line of a paragraph.
BLOCKS = ("bullet_list_open", "ordered_list_open", "blockquote_open", "table_open", "hr", "code_block")
LEFT_OVER = {
    "`": "a backtick",
    "**": "bold that is none",
    "](": "a link that is none",
    "|--": "a table that is none",
    "&lt;": "HTML in clear text",
}
FORMULA = re.compile(r"\$\$?([^$]+)\$\$?")


def faults(text: str) -> list[str]:
    """What is wrong with a text in Markdown."""
    found, tokens, lines = [], MARKDOWN.parse(text), text.splitlines()
    for token in tokens:
        begins = token.map[0] if token.map else 0
        if token.type in BLOCKS and not token.level and begins and not is_above_a_block(lines[begins - 1]):
            found.append(f"{token.type} in the middle of a paragraph: {lines[begins]}")
        if token.type == "heading_open" and token.markup in "-=":
            found.append(f"a heading by its underline: {lines[begins]}")
        if token.type == "table_open" and token.map:
            rows = lines[slice(*token.map)]
            found += [f"cells that do not fit their head: {row}" for row in rows if cells(row) != cells(rows[0])]
    said = words(tokens)
    for line in said.splitlines():
        found += [f"{what}: {line}" for sign, what in LEFT_OVER.items() if sign in line]
        found += [f"a table that is none: {line}"] * line.lstrip().startswith("|")
    if text.count("<details>") != text.count("</details>") or text.count("<summary>") != text.count("</summary>"):
        found.append("a fold that does not end")
    return found + unreadable(text, said)


def unreadable(text: str, said: str) -> list[str]:
    """The formulas of a text that do not reach the reader as they were written, or are no TeX."""
    found = []
    for formula in FORMULA.findall(re.sub(r"`[^`]*`", "", text)):
        if formula not in said:
            found.append(f"Markdown changes the formula {formula}")
        try:
            MathTextParser("path").parse(f"${formula}$")
        except ValueError as error:
            found.append(f"no formula: {formula}: {error}")
    return found + ["a dollar without its fellow"] * (FORMULA.sub("", said).count("$"))


def is_above_a_block(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def cells(row: str) -> int:
    return len(re.split(r"(?<!\\)\|", row.strip().strip("|")))


def words(tokens) -> str:
    """What stands in clear text, without code."""
    lines = ([each for each in token.children or () if each.type in ("text", "softbreak")] for token in tokens)
    return "\n".join("".join(child.content or "\n" for child in line) for line in lines)


@pytest.mark.parametrize("source", compose.sources(), ids=lambda source: source.stem)
def test_chapters_render(source):
    cells = [cell for cell in compose.compose(source).cells if cell.cell_type == "markdown"]
    assert {cell.source.splitlines()[0]: found for cell in cells if (found := faults(cell.source))} == {}


PAGES = [*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md"), *CHECKOUT.glob("data/**/*.md")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_documentation_renders(path):
    blocks = re.sub(r"(?m)^    .*\n", "", path.read_text(encoding="utf-8"))  # commands, which may hold dollars
    assert faults(re.sub(r"\\\$|\$(?=[A-Z(\d{])", "", blocks)) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("the number `cos\n+ i·sin` of", "bullet_list_open in the middle"),
        ("a mixture x\n- eps of both", "bullet_list_open in the middle"),
        ("a `tick", "a backtick"),
        ("| a | b |\n|---|---|\n| `x|y` | 1 |", "cells that do not fit"),
        ("| a | b |\n|---|\n| 1 | 2 |", "a table that is none"),
        (r"$a\,b$", "Markdown changes the formula"),
        (r"$x_1 *y* z$", "Markdown changes the formula"),
        (r"$\frac{1}{2$", "no formula"),
        (r"it costs $k numbers", "a dollar without"),
        ("<details><summary>Hint</summary>\n\nx", "a fold that does not end"),
        ("as in ** this **", "bold that is none"),
    ],
)
def test_what_breaks_is_found(text, what):
    assert any(what in fault for fault in faults(text)), faults(text)


def test_what_is_right_is_left_alone():
    paragraph = "# Head\nA `code\nspan`, $x_0 + \\text{speed} \\cdot t$:\n\n- one\n- two\n\n"
    assert faults(paragraph + "| a | b |\n|---|---|\n| `x\\|y` | |") == []
