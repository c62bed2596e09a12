"""`minisora verify` and `minisora test-key`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def verify(
    file: Annotated[Path, typer.Argument(help="A video or picture.", metavar="FILE")],
    trust: Annotated[
        Path | None,
        typer.Option(
            help="PEM file with the certificates of those who may vouch for signers: any other signer is refused.",
            show_default="nobody is trusted, everybody is shown",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say who signed a file, what made it, and whether it is still as it was signed (exit code 1 unless it is)."""
    from minisora import provenance

    report = provenance.verify(file, trust=trust)
    print(
        provenance.as_json(report)
        if as_json
        else provenance.as_text(report, known=shipped() if report.weights else None)
    )
    raise typer.Exit(0 if report.ok else 1)


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
