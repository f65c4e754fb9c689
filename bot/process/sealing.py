"""Small secrets that have to be stored for a while: sealed, so that a copy of the database is none."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"secrets in the database of the broadcast bot"


class Seal:
    """Closes texts, and opens what it closed in an earlier run too, as long as `secret` is the same.

    Its key is made of the secret, and of that purpose alone: who has the key does not have the secret.
    """

    def __init__(self, secret: str) -> None:
        key = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str | None:
        """None for what was closed with another secret, or is broken."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
