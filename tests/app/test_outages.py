"""The table of outages and the tests that keep it name the same rows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.sources import nodes

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reliability.md"


def told() -> Iterator[tuple[str, str]]:
    """Each row of the table with each file that it names."""
    for line in TABLE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0] != "outage" and set(cells[0]) != {"-"}:
            files = re.findall(r"`([^`]+)`", cells[-1])
            yield from ((cells[0], file) for file in files or [""])


def kept() -> Iterator[tuple[str, str]]:
    """Each row that a test is marked with, and the file of that test."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in nodes(path.read_text("utf-8")):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from ((row, path.relative_to(ROOT).as_posix()) for row in _rows(node))


def _rows(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.outage":
            yield from (ast.literal_eval(argument) for argument in mark.args)


def test_docs_and_tests_name_the_same_outages() -> None:
    """No row without its test, no marked test without its row, and no row twice."""
    rows = list(told())
    assert len(rows) > 20
    assert len(rows) == len(set(rows))
    assert set(rows) == set(kept())


def test_every_row_says_all() -> None:
    """What people see, what is kept, when the bot gives up: none is left out."""
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert {len(row) for row in cells} == {5}
    assert all(all(row) for row in cells)
