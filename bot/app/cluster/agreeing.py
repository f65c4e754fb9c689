"""Processes of a cluster need the same settings: each tells digests of them, and nobody the settings."""

import hashlib
from collections.abc import Iterable, Mapping

from bot.broadcast.owning.directory import Member
from bot.kit.errors import StartError
from bot.process.settings import PageSettings, Settings

_SIZE = 12


def digest_of(settings: Settings) -> str:
    """What a process tells of its settings: `NAME=digest`, or several of what may be replaced by and by."""
    told: dict[str, list[str]] = {
        "DISCORD_TOKEN": [settings.discord_token.get_secret_value()],
        "ODYSSEY_API_KEY": [settings.odyssey_api_key.get_secret_value()],
        "ODYSSEY_API_URL": [settings.odyssey_api_url],
        "ACCOUNT_SECRETS": settings.sealing_secrets,
        "ACCOUNT_SHARED": [settings.account_shared],
    }
    if isinstance(settings, PageSettings):  # which it may have all the same, and has no use for
        del told["DISCORD_TOKEN"], told["ACCOUNT_SHARED"]
    return " ".join(f"{name}={'+'.join(_digests(name, values))}" for name, values in told.items())


def check_agreement(ours: str, shards: int | None, others: Iterable[Member]) -> None:
    """Raises `StartError`, which says with whom, if somebody does not agree.

    What a process does not know of (its role has no use for it, or its version) it does not disagree on.
    """
    mine = _read(ours)
    for member in others:
        theirs = _read(member.digest)
        for name in mine.keys() & theirs.keys():
            if mine[name].isdisjoint(theirs[name]):
                raise StartError(_differs(name, member))
        if shards is not None and member.shards not in (None, shards):
            raise StartError(_differs("SHARDS", member))


def _digests(name: str, values: Iterable[str]) -> list[str]:
    return [
        hashlib.blake2b(value.encode(), key=f"odyssey {name}".encode(), digest_size=_SIZE).hexdigest()
        for value in values
    ] or ["none"]


def _read(digest: str) -> Mapping[str, set[str]]:
    parts = (part.partition("=") for part in digest.split())
    return {name: set(digests.split("+")) for name, _, digests in parts}


def _differs(name: str, member: Member) -> str:
    return (
        f"{name} is not what {member.name} has, which is a process of the same cluster. "
        "Give all of them the same settings, or this one a DATABASE_URL of its own."
    )
