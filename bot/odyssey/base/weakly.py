"""Callbacks of an owner, for what it owns."""

from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec
from weakref import WeakMethod

P = ParamSpec("P")


def weakly(method: Callable[P, None]) -> Callable[P, None]:
    """A bound method that does not keep its object alive. When that is gone, nothing is called.

    Who owns something and is called by it would else be in a circle with it, which is never freed but by the
    garbage collector.
    """
    return partial(_call, WeakMethod(method))


def _call(held: WeakMethod[Callable[..., None]], *args: Any, **kwargs: Any) -> None:
    method = held()
    if method is not None:
        method(*args, **kwargs)
