"""Sources of this repository, to be read by tests."""

import ast
import gc
from collections.abc import Iterator


def nodes(source: str) -> Iterator[ast.AST]:
    """All nodes of a source's syntax tree.

    The garbage collector rests meanwhile: where it runs a finalizer, CPython 3.11's parser may find that the
    depth of the stack is not what it was, and fails ("AST constructor recursion depth mismatch").
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        tree = ast.parse(source)
    finally:
        if was_enabled:
            gc.enable()
    yield from ast.walk(tree)
