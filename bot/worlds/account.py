"""The account's list of streams, as Odyssey's REST API has it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.broadcast.clock import Clock
from bot.broadcast.recordings.account import AccountStream
from bot.broadcast.recordings.reconciling import ListOf
from bot.broadcast.states import Reason
from bot.odyssey import Odyssey, StreamRecordingInfo
from bot.worlds.errors import in_domain_words
from bot.worlds.looking_up import KeysOf

PAGE = 100
MOST_PAGES = 100
"""Ten thousand streams: whatever the service says, the questions come to an end."""


def lists_of(keys_of: KeysOf, clock: Clock) -> ListOf:
    """The lists of all accounts whose own key is there."""

    def list_of(account_id: str | None) -> OdysseyAccount | None:
        keys = keys_of(account_id)
        is_there = bool(keys) and keys[0].account_id == account_id
        return OdysseyAccount(keys[0].client, clock) if is_there else None

    return list_of


class OdysseyAccount:
    """The domain's `AccountStreams`: needs a key, but no connection."""

    def __init__(self, client: Odyssey, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def since(self, moment: datetime) -> Sequence[AccountStream]:
        """Page by page, until one has nothing newer. What has no readable beginning is passed over."""
        found: dict[str, AccountStream] = {}  # a page begins anew where another one ended meanwhile
        with in_domain_words(self._clock, lost=Reason.UNREACHABLE):
            for number in range(MOST_PAGES):
                page = await self._client.list_stream_recordings(limit=PAGE, offset=number * PAGE)
                listed = [each for info in page.recordings if (each := _listed(info))]
                newer = [each for each in listed if each.started_at > moment]
                found |= {each.service_id: each for each in newer}
                is_last = len(page.recordings) < PAGE
                if is_last or (listed and not newer):
                    break
        return list(found.values())


def _listed(info: StreamRecordingInfo) -> AccountStream | None:
    started_at = _date(info.started_at)
    if started_at is None:
        return None
    shape = None if info.width is None or info.height is None else info.height > info.width
    return AccountStream(info.stream_id, started_at, _date(info.ended_at), shape)


def _date(text: str | None) -> datetime | None:
    """As the service writes it; without a zone it is UTC."""
    try:
        date = datetime.fromisoformat(text or "")
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
