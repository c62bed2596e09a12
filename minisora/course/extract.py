"""What of a learner's notebook an exercise needs: its function, and the imports and helpers that the function uses.

Everything else stays where it is: plots, experiments, other exercises, and whatever is wrong with them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

#: Functions of the course that hand out the package's own parts: what they return is not the learner's work.
HANDED_OUT = ("use", "reference")


class NotThere(Exception):
    """A notebook has no (readable) solution of an exercise; the message says why."""


def extract(book: NotebookNode, name: str) -> str:
    """The statements that define ``name`` before its check, with all that they need, in the order of the page.

    Raises: NotThere when no cell defines it, or the cell that does cannot be parsed.
    """
    statements: list[ast.stmt] = []
    broken: str | None = None
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        if re.search(rf"^\s*check\.{name}\(", cell.source, re.MULTILINE):
            break
        try:
            statements += ast.parse(TransformerManager().transform_cell(cell.source)).body
        except (SyntaxError, ValueError) as error:
            if re.search(rf"\b(def|class)\s+{name}\b|^{name}\s*=", cell.source, re.MULTILINE):
                broken = (
                    f"its cell cannot be read: {getattr(error, 'msg', error)}, line {getattr(error, 'lineno', '?')}"
                )
    last = {bound: i for i, each in enumerate(statements) if not _handed_out(each, name) for bound in _binds(each)}
    if broken or name not in last:
        raise NotThere(broken or f"no cell defines {name} before its check: put the exercise's cell back")
    chosen = {i for i, each in enumerate(statements) if "*" in _binds(each)} | {last[name]}
    waiting = [last[name]]
    while waiting:
        for needed in _uses(statements[waiting.pop()]):
            if needed in last and last[needed] not in chosen:
                chosen.add(last[needed])
                waiting.append(last[needed])
    return "\n".join(ast.unparse(statements[i]) for i in sorted(chosen))


def _binds(statement: ast.stmt) -> set[str]:
    """Names that a statement gives a meaning, at the top of the page."""
    return set(_bound(statement))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _uses(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _handed_out(statement: ast.stmt, name: str) -> bool:
    """``patchify = use(patchify=patchify)``, and importing it from the package."""
    if name not in _binds(statement):
        return False
    if isinstance(statement, ast.ImportFrom):
        return (statement.module or "").startswith("minisora")
    calls = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call)] * isinstance(
        statement, ast.Assign
    )
    return any(getattr(call, "id", getattr(call, "attr", "")) in HANDED_OUT for call in calls)
