"""A YAML file as plain data, with the line of everything in it: for messages that say where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from minisora.errors import UserError
from minisora.files import reason

#: Bytes of a storyboard at most: a film of a minute takes two thousand.
LARGEST = 100_000

#: Where something stands: keys and numbers on the way to it, such as ("shots", 2, "say").
Place = tuple[str | int, ...]


class Tree:
    """What a file says, and where.

    Attributes:
        name: of the file, as messages call it.
        data: dictionaries, lists, texts, numbers, ``True``, ``False`` and ``None``.
    """

    def __init__(self, name: str, data: Any, lines: dict[Place, int]) -> None:
        self.name, self.data, self._lines = name, data, lines

    def error(self, place: Place, text: str) -> UserError:
        """An error that begins with the file and the line of the innermost thing at ``place`` that has one."""
        known = next((place[:n] for n in range(len(place), -1, -1) if place[:n] in self._lines), None)
        line = "" if known is None else f", line {self._lines[known]}"
        return UserError(f"{self.name}{line}: {text}")


def read_tree(path: str | Path) -> Tree:
    """The tree in a file; raises UserError as :func:`parse_tree`, and where the file cannot be read."""
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)} — minisora film --example > {path.name}") from error
    if len(content) > LARGEST:
        raise UserError(f"{path}: {len(content)} bytes, at most {LARGEST} — name a storyboard in YAML")
    try:
        return parse_tree(content.decode("utf-8-sig"), name=str(path))
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: no text in UTF-8 — save it as UTF-8 in your editor") from error


def parse_tree(text: str, *, name: str = "storyboard") -> Tree:
    """The tree of a text in YAML.

    Raises: UserError for what is no YAML, keys that come twice, and references (``*name``), of which a short file could
        be made that is endlessly long.
    """
    try:
        loader = yaml.SafeLoader(text)
        lines: dict[Place, int] = {}
        try:
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent):
                    at = event.start_mark.line + 1
                    raise UserError(f"{name}, line {at}: reference *{event.anchor} — write it out once more")
            node = loader.get_single_node()
            if node is None:
                return Tree(name, None, lines)
            _walk(node, (), lines, name)
            return Tree(name, loader.construct_document(node), lines)
        finally:
            loader.dispose()
    except RecursionError as error:
        raise UserError(f"{name}: nested too deep — a storyboard has three levels") from error
    except yaml.MarkedYAMLError as error:
        raise UserError(_complaint(name, text, error)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise UserError(f"{name}: no YAML: {reason(error)} — begin with minisora film --example") from error


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], name: str) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for i, each in enumerate(node.value):
            _walk(each, (*place, i), lines, name)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise UserError(f"{name}, line {line}: a key that is no word — put a sentence with {{…}} in quotes")
            there = (*place, key.value)
            if there in lines:
                first = lines[there]
                raise UserError(f"{name}, line {line}: {key.value!r} stands in line {first} already — keep one of them")
            _walk(value, there, lines, name)
            lines[there] = line


def _complaint(name: str, text: str, error: yaml.MarkedYAMLError) -> str:
    """YAML's own messages are many lines; the usual slip is a sentence that begins with a brace and has no quotes."""
    mark = error.problem_mark or error.context_mark
    rows = text.splitlines()
    if mark is None or not rows:
        return f"{name}: no YAML — begin with minisora film --example"
    at = min(mark.line, len(rows) - 1)
    context = error.context_mark
    for line in (at, at - 1, context.line if context is not None else at):
        row = rows[line] if 0 <= line < len(rows) else ""
        value = row.partition(": ")[2] or row.strip().removeprefix("- ")
        if value.lstrip().startswith("{"):
            return f'{name}, line {line + 1}: a sentence that begins with {{ needs quotes — write "{value.strip()}"'
    return f"{name}, line {at + 1}: no YAML ({error.problem or 'unreadable'}) — compare with minisora film --example"
