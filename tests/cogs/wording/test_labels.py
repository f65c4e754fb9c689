"""What stands on a button of the ballot."""

import pytest

from cogs.wording.labels import numbered_label
from cogs.wording.text import plain


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("A whale leaps", "2 · A whale leaps"),
        ("the cat jumps onto the roof of the old house", "2 · the cat jumps onto the roof…"),
        ("x" * 500, f"2 · {'x' * 27}…"),
        ("**bold** and `code`", "2 · bold and code"),
        ("# a title", "2 · a title"),
        ("C# sharp at -5 degrees", "2 · C# sharp at -5 degrees"),
        ("\u202eturned", "2 · turned"),
        ("שלום עולם", "2 · \u2068שלום עולם\u2069"),
        ("Z" + "\u0300" * 40 + "algo", "2 · Z\u0300\u0300\u0300algo"),
        ("***", "2 · ***"),
        ("\u3164\u3164", "2 · …"),
        ("\u0301\u0302", "2 · …"),
        ("❄️", "2 · ❄️"),
    ],
)
def test_a_label_is_a_number_and_the_beginning_of_the_words(words: str, label: str) -> None:
    """Clean, short, the number in front; also of what hardly is any words."""
    assert numbered_label(2, words) == label


def test_no_label_is_longer_than_discord_allows() -> None:
    """Which counts as JavaScript does: an emoji of a family is eleven."""
    for words in ("👩‍👩‍👧‍👦" * 100, "🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 100, "नमस्ते" * 100):
        label = numbered_label(5, words)
        assert len(label.encode("utf-16-le")) // 2 <= 80
        assert not label.rstrip("…").endswith("\u200d")


def test_heaps_of_marks_cover_no_other_lines() -> None:
    """Wherever words or names from outside are shown; what scripts need stays."""
    assert plain("a" + "\u0301" * 90 + "b") == "a\u0301\u0301\u0301b"
    for needed in ("Việt Nam", "ที่นี่", "שָׁלוֹם", "नमस्ते", "👍🏽"):
        assert plain(needed) == needed
