"""Which room may import what, as far as the import contracts cannot say it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support.sources import nodes

ROOT = Path(__file__).parents[2]


def imports(*folders: str) -> Iterator[tuple[str, str]]:
    """Each import in these folders: the file, and the dotted name."""
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in nodes(path.read_text("utf-8")):
            if isinstance(node, ast.Import):
                yield from ((path.name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path.name, "." * node.level + (node.module or "")


def test_the_domain_imports_the_standard_library_and_nothing_else() -> None:
    """No library at all: what is allowed is a list, and the list is empty."""
    foreign = {
        (path, name)
        for path, name in imports("bot/broadcast")
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith("bot.broadcast.")
    }
    assert foreign == set()


def test_what_is_shipped_knows_neither_tests_nor_benchmarks() -> None:
    """Tests and benchmarks only point down."""
    assert [
        found for found in imports("bot", "cogs", "migrations") if found[1].split(".")[0] == "tests"
    ] == []
    assert [
        found for found in imports("tests/bench") if found[1].startswith("tests.") and ".test_" in found[1]
    ] == []
