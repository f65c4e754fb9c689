"""What is said of a page of the list."""

import pytest

from bot.broadcast.wanted import COUNTED, Page
from cogs.wording.broadcast_list import page_summary
from tests.cogs.wording.test_recordings import past_of


@pytest.mark.parametrize(
    ("first", "total", "counted", "said"),
    [
        (1, 1, 1, "1 to 1 of 1"),
        (9, None, COUNTED, f"9 to 9 of more than {COUNTED}"),
        (9, None, 57, "9 to 9 of at least 57"),
        (None, None, COUNTED, f"Behind the newest {COUNTED}"),
        (None, None, 57, "Behind the newest 57"),
    ],
)
def test_a_page_tells_of_how_many_it_is(
    first: int | None, total: int | None, counted: int, said: str
) -> None:
    """As far as they were counted."""
    page = Page([past_of(True)], has_newer=True, has_older=True, first=first, total=total, counted=counted)
    assert page_summary(page, is_chosen=False) == f"{said}, newest first"
