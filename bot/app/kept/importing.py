"""`recordings import`: adopts recordings that the account has and the database does not."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.app.kept.opened import Opened, opened
from bot.app.kept.progress import progress
from bot.app.kept.report import Report
from bot.broadcast.errors import NotStoredError, WorldError
from bot.broadcast.model import Broadcast, Channel, Stream, Viewer
from bot.broadcast.recordings.account import AccountStream
from bot.broadcast.states import Reason, State
from bot.kit.errors import StartError
from bot.kit.references import new_id
from bot.odyssey import OdysseyError
from bot.process.settings import Settings

NOBODY = Viewer(0, "")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
PROMPT_LIMIT = 1000
EVENTS_LOOKED_AT = 20


async def adopt(
    settings: Settings, channel: Channel, *, since: datetime | None, is_trial: bool, is_shown: bool
) -> Report:
    """Each becomes a broadcast of its own in that channel, over and not posted. Raises `StartError`."""
    report = Report("import")
    async with opened(settings, alone=not is_trial) as hand:
        try:
            listed = await hand.account.since(since or LONG_AGO)
        except WorldError as error:
            raise StartError(
                f"Odyssey does not say what the account has ({error.reason.value}). Check ODYSSEY_API_KEY, "
                "or try again in a minute."
            ) from error
        known = await hand.streams.known_ids([each.service_id for each in listed])
        strange = [each for each in listed if each.service_id not in known and each.ended_at]
        with progress("Importing", len(strange), is_shown=is_shown) as step:
            for each in sorted(strange, key=lambda one: one.started_at):
                report.tell(each.service_id, "found" if is_trial else await _adopted(hand, each, channel))
                step()
    if is_trial:
        report.hint = "Nothing was changed."
    elif report.lines:
        report.hint = "Their files are fetched once the bot runs, or by: python -m bot recordings sync"
    return report


async def _adopted(hand: Opened, listed: AccountStream, channel: Channel) -> str:
    prompt = await _prompt_of(hand, listed.service_id)
    started_at, ended_at = listed.started_at, max(listed.ended_at or listed.started_at, listed.started_at)
    broadcast = Broadcast(
        id=new_id(),
        channel=channel,
        host=NOBODY,
        prompt=prompt,
        portrait=bool(listed.portrait),
        requested_at=started_at,
        state=State.ENDED,
        live_at=started_at,
        ended_at=ended_at,
    )
    stream = Stream(
        id=new_id(),
        broadcast_id=broadcast.id,
        prompt=prompt,
        portrait=broadcast.portrait,
        intended_at=started_at,
        started_at=started_at,
        service_id=listed.service_id,
        ended_at=ended_at,
        end_reason=Reason.STREAM_ENDED,
    )
    try:
        recording = await hand.recordings.find(stream)
    except WorldError as error:
        return error.reason.value
    if recording is None or not recording.has_video:
        return "no video"
    try:
        await hand.journal.save_broadcast(broadcast)
        await hand.journal.save_stream(stream)
        await hand.journal.save_recording(stream, recording)
        await hand.journal.drop_recordings(broadcast.id, hand.clock.now())  # years later nobody posts them
    except NotStoredError:
        return "not stored"
    return "imported"


async def _prompt_of(hand: Opened, service_id: str) -> str:
    """What its events log says that it began with, else the stream's ID."""
    try:
        recording = await hand.client.get_recording(service_id)
        looked_at = 0
        async for event in hand.client.read_events(recording):
            if prompt := _said(event):
                return prompt
            looked_at += 1
            if looked_at >= EVENTS_LOOKED_AT:
                break
    except OdysseyError:
        return service_id
    return service_id


def _said(event: Mapping[str, object]) -> str | None:
    prompt = event.get("prompt")
    return prompt.strip()[:PROMPT_LIMIT] or None if isinstance(prompt, str) else None
