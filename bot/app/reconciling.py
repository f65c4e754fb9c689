"""`python -m bot reconcile`: what the account lists, beside what the database knows, looked at by hand."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.app.accounts import accounts_by_hand
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Stream
from bot.broadcast.recordings.account import Findings, together
from bot.broadcast.recordings.reconciling import HORIZON, look, settle
from bot.broadcast.telling.outbox import Outbox
from bot.kit.errors import StartError
from bot.process.clock import SystemClock
from bot.process.settings import Settings
from bot.storage.address import database_address
from bot.storage.database import errors_explained, open_database
from bot.storage.holding import holder_of
from bot.storage.journal import DatabaseJournal
from bot.storage.lock import Holder
from bot.storage.outbox import DatabaseOutbox
from bot.storage.unsettled import DatabaseStreamBooks
from bot.storage.writer import Writer
from bot.worlds.account import lists_of


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; and which bot has the database, if one has: then nothing was changed."""

    findings: Findings
    holder: Holder | None

    def as_text(self) -> str:
        found = self.findings
        lines = [
            *(f"found    {_named(each)}: it is ours, and was not known" for each in found.adopted),
            *(f"ended    {_named(each)}: at {each.ended_at:%Y-%m-%d %H:%M:%S} UTC" for each in found.ended),
            *(
                f"missing  {_named(each)}: the account lists nothing that could be it"
                for each in found.missing
            ),
        ]
        lines.append(
            f"{len(found.adopted)} found, {len(found.ended)} ended otherwise, {len(found.missing)} missing, "
            f"of the last {HORIZON.days} days."
        )
        if self.holder:
            lines.append(
                f"Nothing was changed: a bot has the database ({self.holder}). It does this every hour."
            )
        elif found.adopted:
            lines.append("Their recordings are posted once the bot runs.")
        return "\n".join(lines)

    def as_json(self) -> str:
        found = self.findings
        report = {
            "changed": self.holder is None,
            "found": [_facts(each) for each in found.adopted],
            "ended": [_facts(each) for each in found.ended],
            "missing": [_facts(each) for each in found.missing],
        }
        return json.dumps(report, ensure_ascii=False, indent=2)


async def reconcile(settings: Settings) -> Report:
    """Looks, and stores what it found unless a bot has the database. Raises `StartError`."""
    clock, found = SystemClock(), list[Findings]()
    with errors_explained(settings.database_url):
        by = await asyncio.to_thread(holder_of, database_address(settings.database_url))
    try:
        async with (
            AsyncExitStack() as stack,
            open_database(
                settings.database_url, alone=by is None, backup_dir=settings.backup_path
            ) as database,
            Writer(database) as writer,
        ):
            with errors_explained(settings.database_url):
                accounts = await accounts_by_hand(settings, stack, database, writer, clock, may_store=False)
                lists = lists_of(accounts.keys_of, clock)
                try:
                    async for findings in look(lists, DatabaseStreamBooks(database), clock):
                        found.append(findings)
                finally:  # if one account does not answer, what the others have counts
                    if by is None:
                        outbox = Outbox(DatabaseOutbox(database, writer), clock)
                        await settle(together(found), DatabaseJournal(writer, outbox).save_found_stream)
    except WorldError as error:
        raise StartError(
            f"Odyssey does not say what the account has ({error.reason.value}). Check ODYSSEY_API_KEY and "
            "ODYSSEY_API_URL, or try again in a minute."
        ) from error
    return Report(together(found), by)


def _named(stream: Stream) -> str:
    return f"stream {stream.shown_id}, number {stream.number} of broadcast {stream.broadcast_id}"


def _facts(stream: Stream) -> dict[str, object]:
    return {
        "stream": stream.service_id,
        "key": stream.id,
        "broadcast": stream.broadcast_id,
        "number": stream.number,
        "started_at": stream.started_at.isoformat(),
        "ended_at": stream.ended_at.isoformat() if stream.ended_at else None,
    }
