"""Regular expressions that cannot hang: RE2's, whose time is linear in the text whatever the pattern.

Moderators write some of the patterns and strangers the texts, so the standard library's backtracking engine
is used in this package only for fixed patterns whose time is linear.
"""

import re
from typing import Protocol, cast

import re2  # type: ignore[import-untyped]  # google-re2 ships no type hints

MEMORY_LIMIT_BYTES = 8 << 20
"""What one compiled expression may take, with the automaton that it builds while searching."""


class Expression(Protocol):
    """A compiled expression; the part of `re.Pattern` used here."""

    @property
    def groups(self) -> int: ...
    @property
    def groupindex(self) -> dict[str, int]: ...
    @property
    def programsize(self) -> int:
        """Steps of the compiled program: what memory and the worst time grow with."""

    def search(self, text: str) -> re.Match[str] | None: ...


class ExpressionError(ValueError):
    """A pattern that does not compile; the message is RE2's own, empty for what is no text."""


def compile_expression(pattern: str, *, ignore_case: bool = False) -> Expression:
    """`pattern` compiled. Raises `ExpressionError`."""
    options = re2.Options()
    options.max_mem = MEMORY_LIMIT_BYTES
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        expression = cast("Expression", re2.compile(pattern, options))
    except re2.error as error:
        reason = error.args[0]
        raise ExpressionError(
            reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        ) from error
    except UnicodeEncodeError as error:
        raise ExpressionError from error
    re2.purge()  # the module would keep the last 128 expressions, of filters long gone, alive
    return expression


def escape(text: str) -> str:
    """`text` as a pattern that matches just it."""
    return cast("str", re2.escape(text))
