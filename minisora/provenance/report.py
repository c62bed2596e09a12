"""What was found in a file, in words for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from minisora.provenance.library import printable

State = Literal["valid", "invalid", "damaged", "elsewhere", "none", "no place"]


@dataclass(frozen=True)
class Problem:
    """Something that does not agree: C2PA's code for it, and what it means."""

    code: str
    what: str


@dataclass(frozen=True)
class Report:
    """What a file says of where it comes from, and whether that can be relied on.

    Attributes:
        state: "valid": signed, and nothing that is signed was changed; "invalid": something does not agree;
            "damaged": there is something like a signature, which cannot be read; "elsewhere": the file names an address
            for it (``address``), and nothing is fetched; "none": there is none; "no place": such a file can hold none.
        trusted: whether the signer is vouched for by somebody on the list that was given; None: no list was given.
        signer, organisation: what the certificate calls its owner.
        serial: the certificate's number.
        test: whether the certificate calls itself a test.
        when: ISO 8601, as the file says.
        stamped: whether an authority vouches for the time.
        source: IPTC's digital source type, such as "trainedAlgorithmicMedia"; empty where nothing is said of it.
        model: which model, as the file says.
        facts: what minisora says of how it was made, but for weights and prompt.
    """

    file: str
    state: State
    trusted: bool | None = None
    signer: str = ""
    organisation: str = ""
    serial: str = ""
    algorithm: str = ""
    test: bool = False
    when: str = ""
    stamped: bool = False
    software: str = ""
    source: str = ""
    model: str = ""
    weights: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    prompt: str | None = None
    address: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Signed and unchanged, by somebody on the list if there is one."""
        return self.state == "valid" and self.trusted is not False


#: Settings in the order in which people ask for them; any others follow.
FIRST = ("seed", "steps", "guidance")

#: What IPTC's digital source types mean.
SOURCES = {
    "trainedAlgorithmicMedia": "made by a trained algorithm, not by a camera",
    "compositeWithTrainedAlgorithmicMedia": "made in part by a trained algorithm",
    "digitalCapture": "taken by a camera",
}


def as_json(report: Report) -> str:
    """All of it; ``ok`` is what the command's exit status says."""
    return json.dumps({"ok": report.ok, **asdict(report)}, indent=2)


def as_text(report: Report, *, known: Mapping[str, str] | None = None) -> str:
    """In words; one line where there is no signature.

    Args:
        known: what is known of weights, by their SHA-256.
    """
    head = f"{report.file}: {_head(report)}"
    if report.state not in ("valid", "invalid"):
        return printable(head)
    rows = [("", problem.what) for problem in report.problems]
    if report.state == "invalid":
        rows.append(("", "so nothing of what it says below can be relied on:"))
    rows += [("signed by", _signer(report)), ("trust", _trust(report)), ("when", _when(report))]
    rows += [("software", report.software or "not said")]
    rows += [("it says", SOURCES.get(report.source, report.source) or "nothing of how the pictures came to be")]
    if report.model:
        rows.append(("model", report.model))
    for place, (name, digest) in enumerate(report.weights.items()):
        about = (known or {}).get(digest.removeprefix("sha256:"), "")
        rows.append(("weights" if place == 0 else "", f"{name} {digest}{about and f' ({about})'}"))
    settings = [name for name in (*FIRST, *sorted(report.facts)) if name in report.facts]
    if settings:
        rows.append(("settings", ", ".join(f"{name} {report.facts[name]}" for name in dict.fromkeys(settings))))
    rows.append(("prompt", "not said" if report.prompt is None else report.prompt))
    return "\n".join([printable(head), *(printable(f"  {name:<10}  {text}") for name, text in rows)])


def _head(report: Report) -> str:
    return {
        "valid": "signed, and nothing of what is signed was changed since",
        "invalid": "NOT as it was signed",
        "damaged": "the signature in it is damaged and cannot be read"
        + "".join(f" ({problem.what})" for problem in report.problems),
        "elsewhere": f"it says that its signature lies at {report.address}, and nothing is fetched",
        "no place": "a file of a kind that can hold no C2PA signature",
        "none": "no signature in it — it never had one, or somebody took it out: nobody can tell",
    }[report.state]


def _signer(report: Report) -> str:
    names = dict.fromkeys(filter(None, [report.signer, report.organisation]))
    name = ", ".join(f'"{each}"' for each in names) or "nobody by name"
    return f"{name} — a test key, as it says itself: it proves nothing about who signed" if report.test else name


def _trust(report: Report) -> str:
    if report.trusted is None:
        return "no list of trusted signers was given, so nobody vouches for this name — --trust FILE"
    return "on the list that you gave" if report.trusted else "NOT on the list that you gave"


def _when(report: Report) -> str:
    if not report.when:
        return "not said"
    vouched = "by a time-stamp authority" if report.stamped else "as whoever signed says: nobody vouches for it"
    return f"{report.when}, {vouched}"
