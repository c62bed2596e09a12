"""Scores as tables: every score of the model beside the best that it could have."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from minisora.evaluation.suite import KINDS, Row, Score


def score_table(rows: Sequence[Row]) -> Table:
    """A section for each suite, a column for each source; per cent, and the 95 % interval in brackets."""
    sources = list(dict.fromkeys(row.source for row in rows))
    table = Table("", *sources, title="Right, in % of the prompts (95 % interval)", title_justify="left")
    for suite in dict.fromkeys(row.suite for row in rows):
        here = {row.source: row for row in rows if row.suite == suite}
        table.add_section()
        table.add_row(f"[bold]{suite}[/], {max(row.scores[KINDS[0]].of for row in here.values())} prompts")
        for kind in KINDS:
            table.add_row(f"  {kind}", *(cell(here[each].scores[kind]) if each in here else "" for each in sources))
        decibels = [here[each].psnr if each in here else None for each in sources]
        if any(value is not None for value in decibels):
            table.add_row("  PSNR", *("" if value is None else f"{value:.1f} dB" for value in decibels))
    return table


def cell(score: Score) -> str:
    """A score as text: "87 (79-92)"."""
    if not score.of:
        return "–"
    return f"{100 * score.share:.0f} ({100 * score.low:.0f}-{100 * score.high:.0f})"


def summary_table(rows: Sequence[Row]) -> str:
    """In Markdown, how often *everything* is right: a line for each suite, a column for each source."""
    sources = list(dict.fromkeys(row.source for row in rows))
    lines = ["| prompts | " + " | ".join(sources) + " |", "|---" * (len(sources) + 1) + "|"]
    for suite in dict.fromkeys(row.suite for row in rows):
        here = {row.source: row for row in rows if row.suite == suite}
        cells = (cell(here[source].scores["everything"]) if source in here else "" for source in sources)
        lines.append(f"| {suite} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def markdown_table(rows: Sequence[Row]) -> str:
    """In Markdown, every score: a line for each suite and source."""
    lines = ["| suite | clips from | " + " | ".join(KINDS) + " |", "|---" * (len(KINDS) + 2) + "|"]
    for row in rows:
        lines.append(f"| {row.suite} | {row.source} | " + " | ".join(cell(row.scores[k]) for k in KINDS) + " |")
    return "\n".join(lines)
