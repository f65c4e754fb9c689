"""Somebody was forgotten: what shows their name is made anew, and then they are told."""

from discord.ui import TextDisplay

from bot.broadcast.errors import NotShownError, NotStoredError, WorldError
from bot.broadcast.people import Redo
from bot.broadcast.recordings.archive import ArchiveError
from bot.broadcast.recordings.footage import NotMadeError
from bot.broadcast.telling.errand import Errand, Kind
from bot.discord.bot import OdysseyBot
from cogs.kit.answers import DISCORD_FAILED
from cogs.kit.direct_messages import DirectMessages
from cogs.kit.lasting_button import LastingView
from cogs.kit.promised import CannotAnswerError, give
from cogs.wording.people import FORGOTTEN

AT_ONCE = 2
LONGEST_PAUSE_S = 3600.0
LOOK_S = 5.0
"""Between two looks whether all is made anew."""


class Unnaming:
    """Runs the errands of broadcasts that somebody was forgotten in, and of the word of it."""

    def __init__(self, bot: OdysseyBot, direct: DirectMessages, redraw_panels: Redo) -> None:
        self._bot = bot
        self._services = bot.services
        self._direct = direct
        self._redraw_panels = redraw_panels

    async def start(self) -> None:
        """From now on they are run, first of all those that an earlier run still owed."""
        foreseen = (*DISCORD_FAILED, ArchiveError, NotMadeError, NotShownError, NotStoredError, WorldError)
        for kind, deliver in ((Kind.UNNAMED, self._make_anew), (Kind.FORGOTTEN, self._tell)):
            await self._services.outbox.open(
                kind, deliver, at_once=AT_ONCE, longest_pause_s=LONGEST_PAUSE_S, foreseen=foreseen
            )

    async def close(self) -> None:
        """The next run goes on."""
        for kind in (Kind.UNNAMED, Kind.FORGOTTEN):
            await self._services.outbox.close(kind)

    async def _make_anew(self, errand: Errand) -> None:
        """All of it is done again for as long as one of them fails: none takes long that is right already."""
        services, broadcast_id = self._services, errand.subject_id
        services.people.unnamed.tell(broadcast_id)
        for redo in (*services.redos, self._redraw_panels):
            await redo(broadcast_id)

    async def _tell(self, errand: Errand) -> float | None:
        """In the answer that they have, while Discord takes that; else by a direct message, once."""
        if self._services.people.is_unnaming:
            return LOOK_S
        try:
            await give(self._bot, errand, LastingView(TextDisplay(FORGOTTEN)))
        except CannotAnswerError:
            return await self._write(errand)
        return None

    async def _write(self, errand: Errand) -> float | None:
        person_id = int(errand.subject_id)
        if errand.begun_at is not None or not self._direct.are_taken_by(person_id):
            return None
        if wait_s := self._direct.wait_s:
            return wait_s
        await self._services.outbox.begin(errand)
        await self._direct.send(person_id, FORGOTTEN)
        return None
