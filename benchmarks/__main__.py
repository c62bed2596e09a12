"""``python -m benchmarks [NAME ...]``: run all parts, or those named, and write them into benchmarks/results.md."""

from __future__ import annotations

import platform
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import torch

PARTS = {
    "transformers": "A step of the transformer",
    "codecs": "The codec",
    "growth": "Growth",
    "solvers": "Solvers",
    "video": "From a prompt to a file",
    "builds": "This build and an older one",
}
RESULTS = Path(__file__).parent / "results.md"


def machine() -> str:
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    name = able.get("cpu_name") or platform.processor() or platform.machine()
    return (
        f"{name}, {torch.get_num_threads()} threads, {platform.system()}, Python {platform.python_version()}, "
        f"torch {version('torch')}, diffusers {version('diffusers')}"
    )


def main(names: list[str]) -> int:
    if unknown := set(names) - set(PARTS):
        print(f"error: no benchmark {', '.join(sorted(unknown))}: try {', '.join(PARTS)}", file=sys.stderr)
        return 2
    texts = {}
    if RESULTS.exists():  # what is not measured anew stays
        for section in RESULTS.read_text().split("\n## ")[1:]:
            title, _, text = section.partition("\n")
            texts[title] = text.strip()
    for name in names or PARTS:
        texts[PARTS[name]] = (
            f"`python -m benchmarks {name}` on {machine()}.\n\n" + import_module(f"benchmarks.{name}").main()
        )
        print(f"## {PARTS[name]}\n\n{texts[PARTS[name]]}\n", flush=True)
        done = [f"## {title}\n\n{texts[title]}\n" for title in PARTS.values() if title in texts]
        RESULTS.write_text("\n".join(["# Results of the benchmarks\n", *done]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
