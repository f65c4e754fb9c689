"""Secrets that have to be stored: sealed, so that a copy of the database is none."""

import base64
import zlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"secrets in the database of the broadcast bot"
_PURPOSE_OF_SHOWS = b"what other processes of the broadcast bot are to show"
_PURPOSE_OF_KEYS = b"keys of accounts in the database of the broadcast bot"


class Seal:
    """Closes texts, and opens what it closed in an earlier run too, as long as `secret` is the same.

    Its key is made of the secret, and of that purpose alone: who has the key does not have the secret.
    """

    def __init__(self, secret: str) -> None:
        self._fernet = _fernet(secret, _PURPOSE)

    def close(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str | None:
        """None for what was closed with another secret, or is broken."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None


class ShowSeal:
    """Closes what is shown of broadcasts, and opens what another process closed that has the same secret.

    Made smaller before: it is written several times a second.
    """

    def __init__(self, secret: str) -> None:
        self._fernet = _fernet(secret, _PURPOSE_OF_SHOWS)

    def close(self, text: str) -> bytes:
        return self._fernet.encrypt(zlib.compress(text.encode(), 1))

    def open(self, sealed: bytes) -> str | None:
        """None for what was closed with another secret, or is broken."""
        try:
            return zlib.decompress(self._fernet.decrypt(sealed)).decode()
        except InvalidToken:
            return None


class Vault:
    """Seals keys of servers' accounts with the first of the operator's secrets; all of them open.

    What is sealed is one account's, and opens for no other: a row that somebody has copied is none of theirs.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        fernets = [_fernet(secret, _PURPOSE_OF_KEYS) for secret in secrets]
        self._first, self._all = fernets[0], MultiFernet(fernets)

    def close(self, account_id: str, key: str) -> bytes:
        return self._first.encrypt(f"{account_id} {key}".encode())

    def open(self, account_id: str, sealed: bytes) -> str | None:
        """None for what none of the secrets opens, or is another account's."""
        try:
            whose, _, key = self._all.decrypt(sealed).decode().partition(" ")
        except InvalidToken:
            return None
        return key if whose == account_id else None

    def renewed(self, sealed: bytes) -> bytes | None:
        """The same, sealed with the first secret; None for what is so already, or cannot be opened."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            try:
                return self._all.rotate(sealed)
            except InvalidToken:
                return None
        return None


def _fernet(secret: str, purpose: bytes) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
