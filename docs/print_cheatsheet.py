"""The cheatsheet as a page to print: ``python docs/print_cheatsheet.py > cheatsheet.html``, and print that: two pages.

Markdown says nothing of paper. This page does: A4 across, small type, narrow margins.
"""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt  # comes with rich

SHEET = Path(__file__).with_name("cheatsheet.md")
# Without the doctype, tables would not take the size of the type from the page.
HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>minisora: cheatsheet</title>
<style>
@page { size: A4 landscape; margin: 8mm }
body { margin: 0; font: 6pt/1.17 Arial, "Liberation Sans", "DejaVu Sans Condensed", sans-serif }
h1 { font-size: 140%; margin: 0 } h2 { font-size: 115%; margin: 4pt 0 2pt } p { margin: 2pt 0 }
table { border-collapse: collapse; width: 100% }
td, th { border: 0.3pt solid #999; padding: 0.7pt 2pt; text-align: left; vertical-align: top; overflow-wrap: anywhere }
code { font-size: 90% }
</style>
"""


def page() -> str:
    """The whole page, as HTML."""
    return HEAD + MarkdownIt("commonmark").enable("table").render(SHEET.read_text(encoding="utf-8"))


if __name__ == "__main__":
    print(page())
