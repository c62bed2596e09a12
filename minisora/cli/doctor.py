"""`minisora doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    out: Annotated[Path, typer.Option(help="Folder that videos are to be written to.")] = Path("out"),
) -> None:
    """Print versions, device, threads and weights, and say what is wrong with this installation (exit code 1)."""
    from minisora.doctor import examine

    findings = examine(out)
    wrong = [finding for finding in findings if finding.mend]
    if as_json:
        print(json.dumps({"ok": not wrong, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            print(f"{'WRONG' if finding.mend else 'ok':5}  {finding.name:{width}}  {finding.value}")
            if finding.mend:
                print(f"{'':5}  {'':{width}}  -> {finding.mend}")
        things = f"{len(wrong)} thing{' is' if len(wrong) == 1 else 's are'} wrong"
        print(f"\n{things}" if wrong else "\nall is well")
    raise typer.Exit(1 if wrong else 0)
