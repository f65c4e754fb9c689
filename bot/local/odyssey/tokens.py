"""Bearer tokens, session JWTs and signed URLs. All of them expire; none is ever logged."""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path

Clock = Callable[[], float]


class AccessTokens:
    """Opaque API tokens of accounts, each valid for `lifetime_s` after it was issued."""

    def __init__(self, lifetime_s: float, clock: Clock = time.time) -> None:
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._issued: dict[str, tuple[str, float]] = {}

    def issue(self, account: str) -> str:
        """A new token."""
        now = self._clock()
        self._issued = {token: issued for token, issued in self._issued.items() if issued[1] > now}
        token = secrets.token_urlsafe(32)
        self._issued[token] = account, now + self._lifetime_s
        return token

    def account_of(self, token: str) -> str | None:
        """Whose token it is, if it was issued here and has not expired."""
        account, expiry = self._issued.get(token, ("", 0.0))
        return account if expiry > self._clock() else None

    def revoke(self, account: str) -> None:
        """None of an account's is valid any more."""
        self._issued = {token: issued for token, issued in self._issued.items() if issued[0] != account}


KEY_BYTES = 32


def kept_key(path: Path) -> bytes:
    """The key in a file, which is made if it is not there: what it has signed outlives the process."""
    if path.exists() and len(key := path.read_bytes()) == KEY_BYTES:
        return key
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    path.touch(0o600)
    path.write_bytes(key)
    return key


class Signer:
    """Signs short claims, with a key that lives as long as the process unless one is given."""

    def __init__(self, clock: Clock = time.time, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(KEY_BYTES)
        self._clock = clock

    def session_token(self, session_id: str, lifetime_s: float) -> str:
        """A JWT (HS256) whose payload has `session_id`, as clients read it."""
        now = int(self._clock())
        header = {"alg": "HS256", "typ": "JWT"}
        payload = {"session_id": session_id, "iat": now, "exp": self._clock() + lifetime_s}
        signed = f"{_b64(json.dumps(header).encode())}.{_b64(json.dumps(payload).encode())}"
        return f"{signed}.{self._mac(signed)}"

    def session_of(self, token: str) -> str | None:
        """The session a valid, unexpired token was minted for, else None."""
        signed, _, mac = token.rpartition(".")
        if not _same(mac, self._mac(signed)):
            return None
        payload = json.loads(_unb64(signed.partition(".")[2]))
        return str(payload["session_id"]) if payload["exp"] > self._clock() else None

    def url_query(self, path: str, lifetime_s: float) -> dict[str, str]:
        """The query that makes `path` a presigned URL."""
        expires = f"{self._clock() + lifetime_s:.3f}"
        return {"expires": expires, "signature": self._mac(f"{path}?{expires}")}

    def may_fetch(self, path: str, expires: str, signature: str) -> bool:
        """Whether a presigned URL was signed here for this path and has not expired."""
        return _same(signature, self._mac(f"{path}?{expires}")) and float(expires) > self._clock()

    def _mac(self, text: str) -> str:
        return _b64(hmac.digest(self._key, text.encode(errors="replace"), "sha256"))


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
