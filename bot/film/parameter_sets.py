"""What an H.264 decoder has to know before the first picture, as MP4 keeps it and as packets carry it.

ISO/IEC 14496-15, 5.3.3: the decoder configuration record, "avcC".
"""

LENGTH_BYTES = 4
"""With which the length of each unit of a packet is written. Other widths are not copied."""
_COUNTS_AT = 5


def parameter_sets(record: bytes) -> tuple[bytes, ...]:
    """The sequence and picture sets of a configuration record. Raises ValueError for another thing."""
    if len(record) < _COUNTS_AT + 2 or record[0] != 1 or (record[4] & 3) + 1 != LENGTH_BYTES:
        raise ValueError("no configuration record with lengths of four bytes")
    found: list[bytes] = []
    at = _COUNTS_AT
    for mask in (0x1F, 0xFF):
        count, at = record[at : at + 1], at + 1
        for _ in range(count[0] & mask if count else 0):
            size = int.from_bytes(record[at : at + 2], "big")
            unit, at = record[at + 2 : at + 2 + size], at + 2 + size
            if not unit or at > len(record):
                raise ValueError("a configuration record that ends too soon")
            found.append(unit)
    return tuple(found)


def in_packet(record: bytes) -> bytes:
    """A record's parameter sets as a packet carries them before its picture. Raises ValueError."""
    sets = parameter_sets(record)
    return b"".join(len(each).to_bytes(LENGTH_BYTES, "big") + each for each in sets)
