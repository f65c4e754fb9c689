"""References: what a user quotes and an operator looks up in the log."""

import secrets


def new_reference() -> str:
    """A short reference, such as `3f9a1c70`."""
    return secrets.token_hex(4)


def new_key() -> int:
    """A negative number that cannot be guessed, in 63 bits: no ID of Discord's is like that."""
    return -1 - secrets.randbits(62)


def new_id() -> str:
    """An ID that cannot be guessed, in 22 characters that are safe in a URL and in a button."""
    return secrets.token_urlsafe(16)
