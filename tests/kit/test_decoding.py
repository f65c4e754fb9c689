"""Files that people saved."""

import pytest

from bot.kit.decoding import decoded

TEXT = "CHAT_PREFIX=é\r\nLOG_LEVEL=debug\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_what_editors_and_shells_write_is_read(encoding: str) -> None:
    """With a mark or without, from every system."""
    mark = b"\x00\x00\xfe\xff" if encoding == "utf-32-be" else b""
    assert decoded(mark + TEXT.encode(encoding)) == TEXT


def test_nothing_is_an_empty_text() -> None:
    """An empty file is no error, nor is one letter."""
    assert (decoded(b""), decoded(b"\xef\xbb\xbf"), decoded(b"a")) == ("", "", "a")


@pytest.mark.parametrize("data", ["A=1\nB=é".encode("latin-1"), b"a\x80", "A=1".encode("utf-16")[:-1]])
def test_another_encoding_is_refused_with_its_line(data: bytes) -> None:
    """A guess would spoil what it says."""
    with pytest.raises(ValueError, match=r"is not UTF-8 \(see line \d\)"):
        decoded(data)


@pytest.mark.parametrize("data", [b"ab\0c", bytes(10), b"\x7fELF\x00\x01"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    """A database or a program, say."""
    with pytest.raises(ValueError, match="save it as UTF-8"):
        decoded(data)
