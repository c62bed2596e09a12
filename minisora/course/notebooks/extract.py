"""What of a learner's notebook an exercise needs: its function, and the imports and helpers that the function uses.

Everything else stays where it is: plots, experiments, other exercises, and whatever is wrong with them.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

#: Functions of the course that hand out the package's own parts: what they return is not the learner's work.
HANDED_OUT = ("use", "reference")

#: The first line of a cell that is timed or silenced; what follows is Python.
TIMING = re.compile(r"\A\s*%%(time|timeit|capture)\b.*\n")

#: Scopes of their own that run where they stand.
AT_ONCE = ("listcomp", "setcomp", "dictcomp", "genexpr")


class NotThere(Exception):
    """A notebook has no (readable) solution of an exercise; the message says why."""


def extract(book: NotebookNode, name: str) -> str:
    """The statements that define ``name`` before its check, with all that they need, in the order of the page.

    Raises: NotThere when no cell defines it, or the cell that does cannot be parsed.
    """
    statements: list[ast.stmt] = []
    broken: str | None = None
    for cell in _before_the_check(book, name):
        try:
            statements += _parsed(cell.source)
        except (SyntaxError, ValueError) as error:
            if re.search(rf"\b(def|class)\s+{name}\b|^{name}\s*=", cell.source, re.MULTILINE):
                broken = (
                    f"its cell cannot be read: {getattr(error, 'msg', error)}, line {getattr(error, 'lineno', '?')}"
                )
    places: dict[str, list[int]] = {}
    for i, each in enumerate(statements):
        for bound in () if _handed_out(each, name) else _binds(each):
            places.setdefault(bound, []).append(i)
    if broken or name not in places:
        raise NotThere(broken or f"no cell defines {name} before its check: put the exercise's cell back")
    chosen = {i for i, each in enumerate(statements) if "*" in _binds(each)} | {places[name][-1]}
    waiting = [places[name][-1]]
    while waiting:
        i = waiting.pop()
        now, later = _uses(statements[i])
        # What a function body uses means what it means in the end; everything else, what it meant at that moment.
        before = [[k for k in places.get(used, ()) if k < i] for used in now]
        needed = {earlier[-1] for earlier in before if earlier}
        needed |= {places[used][-1] for used in later & places.keys()}
        waiting += needed - chosen
        chosen |= needed
    return "\n".join(ast.unparse(statements[i]) for i in sorted(chosen))


def _before_the_check(book: NotebookNode, name: str) -> list[NotebookNode]:
    """The cells of code up to the exercise's check, or to the last call of it where the check's own cell is gone."""
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    own = [i for i, cell in enumerate(cells) if cell.get("metadata", {}).get("check") == name]
    calls = [i for i, cell in enumerate(cells) if re.search(rf"^\s*check\.{name}\(", cell.source, re.MULTILINE)]
    return cells[: 1 + (own or calls or [len(cells)])[-1]]


def _parsed(source: str) -> list[ast.stmt]:
    """A cell's statements. Raises: SyntaxError, also for what Python only finds when it compiles; ValueError."""
    code = TransformerManager().transform_cell(TIMING.sub("", source))
    tree = ast.parse(code)
    compile(tree, "page", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return tree.body


def _binds(statement: ast.stmt) -> set[str]:
    """Names that a statement gives a meaning, or changes the meaning of, at the top of the page."""
    return set(_bound(statement))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):  # table["a"] = 1
        yield from _root(node)
    elif not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _uses(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Names of the page that a statement uses when it runs, and those that the functions in it will use when called."""
    now, later = set[str](), set[str]()
    if isinstance(statement, ast.AugAssign):
        now |= _binds(statement)

    def visit(table: symtable.SymbolTable, names: set[str]) -> None:
        top = table.get_type() == "module"
        names |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
        for child in table.get_children():
            called = child.get_type() == "function" and child.get_name() not in AT_ONCE
            visit(child, later if called else names)

    visit(symtable.symtable(ast.unparse(statement), "page", "exec"), now)
    return now, later


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
