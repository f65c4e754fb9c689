"""From the bytes of a file that a person saved to its text."""

import codecs

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class NotTextError(ValueError):
    """Bytes that are no text, with a sentence's end for an operator; `line` is where, if most of them are."""

    def __init__(self, line: int | None) -> None:
        reason = f"is not UTF-8 (see line {line})" if line else "is no text file"
        super().__init__(f"{reason}; save it as UTF-8")
        self.line = line


def decoded(data: bytes) -> str:
    """The text: UTF-8, with or without a mark, or what Windows calls "Unicode" (UTF-16).

    Raises `NotTextError` for any other encoding: guessing would spoil what it says.
    """
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError as error:
        raise NotTextError(data.count(b"\n", 0, error.start) + 1) from None
    if "\0" in text:
        raise NotTextError(None)
    return text


def without_end(data: bytes) -> bytes:
    """Without the zeros that some programs write at the end of a text, whatever its encoding."""
    content = data.rstrip(b"\0")
    is_wide = data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE))
    width = 4 if is_wide else 2 if b"\0" in content else 1
    return content + bytes(-len(content) % width)


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding
    # Without a mark, every other byte of plain UTF-16 is zero: of its first character at the latest.
    if data[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" else "utf-8"
