"""A notebook as somebody else saved it: read, and looked at, before anything is done with its cells."""

from __future__ import annotations

import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from minisora.errors import UserError
from minisora.files import reason

PARTS = {"cell_type": str, "source": str, "metadata": dict}  #: What every cell has, whatever it is.


def read_notebook(path: Path) -> NotebookNode:
    """A learner's notebook. Raises: UserError when it is none, or one of its cells is none."""
    if path.is_dir():
        raise UserError(f"{path} is a folder — name a notebook, or let minisora class mark everybody in it")
    if path.is_file() and not path.stat().st_size:
        raise UserError(f"{path} is empty, 0 bytes — save it again in JupyterLab")
    try:
        with warnings.catch_warnings(action="ignore"):  # of cells that were copied, with their ids
            book = nbformat.read(path, as_version=4)
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)} — name a notebook") from error
    except Exception as error:  # nbformat and json raise a dozen kinds
        raise UserError(f"{path} is no notebook — name an .ipynb file as JupyterLab saves it") from error
    if not isinstance(cells := book.get("cells"), list):
        raise UserError(f"{path} is a notebook without cells — name an .ipynb file as JupyterLab saves it")
    for number, cell in enumerate(cells, start=1):
        if wrong := [part for part, kind in PARTS.items() if not isinstance(cell.get(part), kind)]:
            raise UserError(f"{path}: cell {number} has no {wrong[0]} — mend it in JupyterLab, and save it again")
    return book
