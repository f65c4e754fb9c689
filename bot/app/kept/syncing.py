"""`recordings sync`: fetches what is to be kept and is not, also from before there was an archive."""

from bot.app.kept.opened import Opened, opened
from bot.app.kept.progress import progress
from bot.app.kept.report import Report
from bot.broadcast.errors import NotStoredError, WorldError
from bot.broadcast.model import Stream
from bot.broadcast.recordings.archive import ArchiveError
from bot.broadcast.recordings.archiving import UnfitError
from bot.broadcast.telling.errand import Errand, Kind
from bot.process.settings import Settings

TRIES = 3


async def sync(settings: Settings, *, is_shown: bool) -> Report:
    """Raises `StartError`. What could not be fetched stays owed: the bot goes on with it."""
    report = Report("sync")
    async with opened(settings, alone=True) as hand:
        wanted = await hand.kept.books.streams_to_keep()
        owed = {errand.subject_id for errand in hand.outbox.waiting if errand.kind is Kind.ARCHIVE}
        wanted = list(dict.fromkeys([*wanted, *sorted(owed)]))
        hand.kept.archive.kept.listen(lambda file: report.count("files", file.size_bytes))
        with progress("Fetching", len(wanted), is_shown=is_shown) as step:
            for stream_id in wanted:
                if stream := await hand.history.stream(stream_id):
                    before = report.size_bytes
                    report.tell(stream.shown_id, await _fetched(hand, stream))
                    step(report.size_bytes - before)
    return report


async def _fetched(hand: Opened, stream: Stream) -> str:
    """What became of it, in a word."""
    ended_at = stream.ended_at or hand.clock.now()
    errand = Errand(Kind.ARCHIVE, stream.id, ended_at, stream.broadcast_id)
    for stored in hand.outbox.add(errand):
        await stored
    errand = hand.outbox.get(Kind.ARCHIVE, stream.id) or errand
    archiving = hand.kept.archiving(hand.outbox, hand.keys_of, hand.history, hand.clock)
    failed, why = 0, ""
    while failed < TRIES:
        try:
            pause_s = await archiving.attend(errand)
        except (ArchiveError, NotStoredError, UnfitError, WorldError) as error:
            failed, why = failed + 1, str(error)
            continue
        if pause_s is None:
            hand.outbox.forget(Kind.ARCHIVE, stream.id)
        if pause_s != 0.0:  # what may still come beside the video stays owed
            state = (await hand.kept.archive.states(stream.broadcast_id))[stream.id]
            return str(archiving.trouble or state)
    return why
