"""What the account lists at the service, beside what we know of our streams."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot.broadcast.model import Stream
from bot.broadcast.states import Reason

SKEW = timedelta(seconds=60)
"""By so much the service's clock may differ from ours."""
LEAD = timedelta(seconds=60)
"""So long after the last sign of life of a start its stream may still begin."""
AS_GOOD_AS_EQUAL = timedelta(seconds=1)

_REFUSED = frozenset(
    {
        Reason.STREAM_ERROR,
        Reason.REFUSED,
        Reason.NO_PICTURES,
        Reason.USAGE_LIMIT,
        Reason.BAD_KEY,
        Reason.NO_ACCOUNT,
        Reason.NO_STREAMER,
    }
)
"""The service said that there is no such stream."""


class AccountStream(NamedTuple):
    """A stream as the account lists it. `portrait` and `ended_at` are None where it does not say."""

    service_id: str
    started_at: datetime
    ended_at: datetime | None = None
    portrait: bool | None = None


class AccountStreams(Protocol):
    """The account's list."""

    async def since(self, moment: datetime) -> Sequence[AccountStream]:
        """All streams that are listed and started later than that, newest first. Raises `WorldError`."""
        ...


class StreamBooks(Protocol):
    """What is stored of streams whose beginning or end nobody has seen."""

    async def unsettled_streams(self, since: datetime) -> list[Stream]:
        """Streams meant later than that which are over, and never got an ID or were cut off."""
        ...

    async def asked_for(self) -> list[Stream]:
        """Streams whose start nobody has answered yet."""
        ...

    async def known_ids(self, service_ids: Collection[str]) -> set[str]:
        """Those of the service's IDs that belong to a stream of ours."""
        ...


@dataclass(frozen=True, slots=True)
class Findings:
    """What became known of streams of ours, as they are to be stored.

    `adopted` had no ID, and have one now; `ended` ended at another time than was thought; of `missing` the
    account lists nothing that could be them. `is_put_off`: of some that is not to be said while a start is
    under way.
    """

    adopted: tuple[Stream, ...] = ()
    ended: tuple[Stream, ...] = ()
    missing: tuple[Stream, ...] = ()
    is_put_off: bool = False


def together(findings: Iterable[Findings]) -> Findings:
    """All that became known, of several accounts."""
    each = list(findings)
    return Findings(
        adopted=tuple(stream for one in each for stream in one.adopted),
        ended=tuple(stream for one in each for stream in one.ended),
        missing=tuple(stream for one in each for stream in one.missing),
        is_put_off=any(one.is_put_off for one in each),
    )


def may_have_begun(stream: Stream) -> bool:
    """Whether a stream without an ID is one that the service may have begun all the same."""
    return not stream.has_begun and stream.end_reason is not None and stream.end_reason not in _REFUSED


def is_open(stream: Stream) -> bool:
    """Whether the account's list may tell something new of a stream."""
    return may_have_begun(stream) or stream.end_reason is Reason.INTERRUPTED


def compare(
    ours: Iterable[Stream],
    theirs: Iterable[AccountStream],
    known: Collection[str],
    asked_for: Collection[Stream] = (),
) -> Findings:
    """What the account's list says of unsettled streams of ours; `known` are the IDs that have an owner.

    A stream without an ID is taken for the one that started nearest to when it was asked for, in its shape
    and in its time; each is taken for one other at most, the nearest pairs first. What may be the answer to
    one that is `asked_for` now is nobody's until that has come.
    """
    ours, listed = list(ours), {each.service_id: each for each in theirs}
    unowned = [each for each in listed.values() if each.service_id not in known]
    lost = [stream for stream in ours if may_have_begun(stream)]
    possible = sorted(
        (abs(each.started_at - stream.intended_at), stream.id, each.service_id)
        for stream in lost
        for each in unowned
        if _could_be(stream, each)
    )
    expected = {each.service_id for each in unowned if any(_may_become(one, each) for one in asked_for)}
    put_off = {stream_id for _, stream_id, service_id in possible if service_id in expected}
    pairs = [pair for pair in possible if pair[-1] not in expected]
    found: dict[str, AccountStream] = {}
    taken: set[str] = set()
    for _, stream_id, service_id in pairs:
        if stream_id not in found and service_id not in taken:
            found[stream_id] = listed[service_id]
            taken.add(service_id)
    cut_off = [each for each in ours if each.has_begun and each.end_reason is Reason.INTERRUPTED]
    return Findings(
        adopted=tuple(_adopted(stream, found[stream.id]) for stream in lost if stream.id in found),
        ended=tuple(
            replace(stream, ended_at=ended_at)
            for stream in cut_off
            if (ended_at := _ended_at(stream, listed.get(stream.shown_id)))
        ),
        missing=tuple(stream for stream in lost if stream.id not in found and stream.id not in put_off),
        is_put_off=bool(put_off),
    )


def _could_be(stream: Stream, listed: AccountStream) -> bool:
    last_sign = stream.ended_at or stream.intended_at
    return listed.started_at <= last_sign + LEAD and _may_become(stream, listed)


def _may_become(asked_for: Stream, listed: AccountStream) -> bool:
    is_in_time = asked_for.intended_at - SKEW <= listed.started_at
    return is_in_time and listed.portrait in (None, asked_for.portrait)


def _adopted(stream: Stream, listed: AccountStream) -> Stream:
    ended_at = listed.ended_at or stream.ended_at or listed.started_at
    return replace(
        stream,
        service_id=listed.service_id,
        started_at=listed.started_at,
        ended_at=max(ended_at, listed.started_at),
    )


def _ended_at(stream: Stream, listed: AccountStream | None) -> datetime | None:
    """When a stream has ended that was cut off, if that was not known."""
    if listed is None or listed.ended_at is None or stream.ended_at is None:
        return None
    is_news = abs(listed.ended_at - stream.ended_at) > AS_GOOD_AS_EQUAL
    return listed.ended_at if is_news and listed.ended_at >= stream.started_at else None
