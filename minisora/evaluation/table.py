"""Scores as a table: every score of the model between its floors."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from minisora.evaluation.suite import KINDS, Row, Score


def score_table(rows: Sequence[Row]) -> Table:
    """A row for each suite and source; per cent, and the 95 % interval in brackets."""
    table = Table(title="Right, in % of the prompts (95 % interval)", title_justify="left")
    table.add_column("suite", no_wrap=True)
    table.add_column("clips from")
    for kind in KINDS:
        table.add_column(kind, justify="right", no_wrap=True)
    table.add_column("PSNR", justify="right", no_wrap=True)
    previous = None
    for row in rows:
        if previous not in (None, row.suite):
            table.add_section()
        numbers = [cell(row.scores[kind]) for kind in KINDS]
        decibels = "" if row.psnr is None else f"{row.psnr:.1f} dB"
        table.add_row("" if row.suite == previous else row.suite, row.source, *numbers, decibels)
        previous = row.suite
    return table


def cell(score: Score) -> str:
    """A score as text: "87 (79-92)"."""
    return f"{100 * score.share:.0f} ({100 * score.low:.0f}-{100 * score.high:.0f})"


def markdown_table(rows: Sequence[Row]) -> str:
    """The same for a README."""
    lines = ["| suite | clips from | " + " | ".join(KINDS) + " |", "|---" * (len(KINDS) + 2) + "|"]
    for row in rows:
        lines.append(f"| {row.suite} | {row.source} | " + " | ".join(cell(row.scores[k]) for k in KINDS) + " |")
    return "\n".join(lines)
