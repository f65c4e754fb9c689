"""Servers' own accounts at Odyssey: whether their keys open, and are taken. Of no key is anything told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from bot.doctor.case import Case
from bot.doctor.finding import Finding, error, ok, warning
from bot.odyssey import Odyssey, OdysseyAuthError, OdysseyError, OdysseyUsageError, Timeouts
from bot.process.logs import hide
from bot.process.sealing import Vault
from bot.storage.contents import opened_to_read

ABOUT = "accounts"
ASK_S = 10.0
AT_ONCE = 8
ASKED_AT_MOST = 200
"""Of very many the newest: the others are asked when they stream."""


class _Row(NamedTuple):
    id: str
    guild_id: int
    sealed_key: bytes


async def check(case: Case) -> AsyncIterator[Finding]:
    """A finding for each server with an account of its own, the bad ones too."""
    if not case.knows("account_secrets", "database_url", "odyssey_api_url"):
        return
    if case.database is None:
        if case.settings.sealing_secrets:
            yield ok(
                ABOUT, "Keys in a server's database are not tried: the bot says at its start which open."
            )
        return
    rows = await asyncio.to_thread(_rows, case)
    secrets = case.settings.sealing_secrets
    if not rows:
        if secrets:
            yield ok(ABOUT, "No server has an account of its own.")
        return
    vault = Vault(secrets) if secrets else None
    at_once = asyncio.Semaphore(AT_ONCE)

    async def look(row: _Row) -> Finding:
        key = vault.open(row.id, row.sealed_key) if vault else None
        if key is None:
            return _sealed(row, is_set=vault is not None)
        hide(key)
        async with at_once:
            return await _ask(row, key, case.settings.odyssey_api_url)

    for found in await asyncio.gather(*(look(row) for row in rows)):
        yield found


def _sealed(row: _Row, *, is_set: bool) -> Finding:
    said = "does not open its key" if is_set else "is not set, so its key cannot be opened"
    return error(
        ABOUT,
        f"Server {row.guild_id}: ACCOUNT_SECRETS {said}, and nothing can start there.",
        "Put the secret that sealed it back, behind a comma; or have the key set anew (/odyssey account).",
    )


async def _ask(row: _Row, key: str, url: str) -> Finding:
    client = Odyssey(key, url, timeouts=Timeouts(request_s=ASK_S))
    server = f"Server {row.guild_id}"
    try:
        await client.list_stream_recordings(limit=1)
    except OdysseyAuthError:
        return warning(
            ABOUT, f"{server}: Odyssey refuses its key.", "Have it set anew there (/odyssey account)."
        )
    except OdysseyUsageError as limit:
        return warning(ABOUT, f"{server}: Odyssey takes its key, but: {limit.message}", "Look at its plan.")
    except OdysseyError as problem:
        return warning(ABOUT, f"{server}: its key could not be tried ({problem.code}).", "Try again.")
    finally:
        await client.disconnect()
    return ok(ABOUT, f"{server}: Odyssey takes its key.")


def _rows(case: Case) -> Sequence[_Row]:
    """What cannot be read is for the check of the database to tell."""
    newest = (
        "SELECT id, guild_id, sealed_key FROM accounts WHERE replaced_at IS NULL ORDER BY set_at DESC LIMIT ?"
    )
    if case.database is None or not case.database.is_file():
        return []
    with suppress(sqlite3.Error), opened_to_read(case.database, is_still=not case.bot_runs) as connection:
        return [_Row(*row) for row in connection.execute(newest, (ASKED_AT_MOST,))]
    return []
