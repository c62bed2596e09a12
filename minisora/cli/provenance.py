"""`minisora verify` and `minisora test-key`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from minisora.errors import UserError

if TYPE_CHECKING:
    from minisora.marks import Detection
    from minisora.provenance import Report


def verify(
    file: Annotated[Path, typer.Argument(help="A video or picture.", metavar="FILE")],
    trust: Annotated[
        Path | None,
        typer.Option(
            help="PEM file with the certificates of those who may vouch for signers: any other signer is refused.",
            show_default="nobody is trusted, everybody is shown",
        ),
    ] = None,
    watermark_number: Annotated[
        int | None,
        typer.Option("--watermark-number", help="The number to look for in the pixels.", show_default="17"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say who signed a file, what made it, whether it is still as it was signed, and what its pixels say.

    Ends with 0 if it is as it was signed; with 3 if it is not signed, but the watermark is in its pixels; else with 1.
    """
    from minisora import provenance
    from minisora.marks import DEFAULT, message_of

    number = DEFAULT if watermark_number is None else watermark_number
    message_of(number)
    try:
        report = provenance.verify(file, trust=trust)
    except provenance.NoPlace as error:
        found = seen(file, number)
        if found is None:
            raise error
        report = provenance.Report(str(file), "no place")
    else:
        found = seen(file, number)
    if as_json:
        print(json.dumps({**json.loads(provenance.as_json(report)), "watermark": said_of(found)}, indent=2))
    else:
        from minisora.marks.looking import in_words

        print(provenance.as_text(report, known=shipped() if report.weights else None))
        print(f"  {'pixels':<10}  {'cannot be looked at' if found is None else in_words(found)}")
    raise typer.Exit(status_of(report, found))


def seen(file: Path, number: int) -> Detection | None:
    """What is in the pixels of a file; None where they cannot be read."""
    from minisora.marks import look

    try:
        return look(file, number)
    except UserError:
        return None


def said_of(found: Detection | None) -> dict[str, Any] | None:
    """For programs."""
    if found is None:
        return None
    facts = {"number": found.number, "found": found.found, "bits": found.bits}
    return {**facts, "matches": found.matches, "chance": found.chance}


def status_of(report: Report, found: Detection | None) -> int:
    """A mark in the pixels never makes good what is wrong with a signature."""
    if report.ok:
        return 0
    unsigned = report.state in ("none", "no place", "elsewhere")
    return 3 if unsigned and found is not None and found.found else 1


def test_key(
    folder: Annotated[Path, typer.Argument(help="Folder to write key.pem, chain.pem and root.pem to.")],
) -> None:
    """Make a TEST key to try signing with: no player and no site trusts it."""
    from minisora.provenance import make_test_key

    key, chain, root = make_test_key(folder)
    print(f"{key}: the private key — keep it to yourself")
    print(f"{chain}: its certificate, and that of the authority which vouches for it; both go into what is signed")
    print(f"{root}: the authority alone, for minisora verify --trust")
    print("This is a TEST key, for a year: no player and no site trusts it, and it says nothing of who you are.")
    print(f'Try it: minisora generate "a red circle moves right" --sign {folder}')


def shipped() -> dict[str, str]:
    """SHA-256 of the weights that came with this minisora."""
    from minisora.checkpoint import shipped_folder

    known = {}
    for card in shipped_folder().glob("*.json"):
        digest = json.loads(card.read_text(encoding="utf-8")).get("sha256")
        known[digest] = "the shipped ones"
    return known
