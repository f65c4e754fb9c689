"""For tests of films."""

from tests.support.browser import browser, chromium

__all__ = ["browser", "chromium"]
