"""The mean of two weights: ``python experiments/mean_of_weights.py A B FOLDER``.

Where B went on from A with a small rate, both lie in one valley, and their mean lies lower in it than either: an
average over a longer stretch than the one that training keeps (Izmailov et al. 2018, 1803.05407; Wortsman et al. 2022,
2203.05482). The card is B's, with the command and both ways in it.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from minisora.checkpoint import load_checkpoint, save_checkpoint
from minisora.cli.train import begun
from minisora.errors import UserError


def main(first: Path, second: Path, folder: Path) -> None:
    """Write ``FOLDER/<name of B>`` and its card."""
    (mine, card), (theirs, other) = load_checkpoint(first), load_checkpoint(second)
    if any(card.get(key) != other.get(key) for key in ("kind", "settings", "codec")):
        raise UserError(f"{first} and {second} are not of one kind, size and codec")
    mean = {name: ((mine[name].float() + theirs[name].float()) / 2).half() for name in mine}
    about = {key: value for key, value in other.items() if key not in ("sha256", "init")}
    about["command"] = shlex.join(["python", *sys.argv])
    folder.mkdir(parents=True, exist_ok=True)
    save_checkpoint(folder, second.stem, mean, {**about, "mean_of": [begun(card), begun(other)]})


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
