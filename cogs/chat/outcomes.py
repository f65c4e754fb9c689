"""What became of suggestions, told to their authors: the outbox's errands of what is settled."""

from bot.broadcast.model import Suggestion
from bot.broadcast.telling.errand import Errand, Kind
from bot.discord.bot import OdysseyBot
from cogs.chat.word_back import WordBack
from cogs.kit.answers import DISCORD_FAILED
from cogs.kit.promised import PromisedAnswers
from cogs.steering.private_words import PrivateWords

AT_ONCE = 20
LONGEST_PAUSE_S = 300.0


class Outcomes:
    """Runs them while Discord's cogs are there, and those of answers that were promised."""

    def __init__(self, bot: OdysseyBot, word_back: WordBack, private_words: PrivateWords) -> None:
        self._history = bot.services.history
        self._outbox = bot.services.outbox
        self._word_back = word_back
        self._private_words = private_words
        self._promised = PromisedAnswers(bot)

    async def start(self) -> None:
        """From now on they are told, first of all those that an earlier run still owed."""
        for kind, deliver in ((Kind.SETTLED, self._tell), (Kind.ANSWER, self._promised.deliver)):
            await self._outbox.open(
                kind, deliver, at_once=AT_ONCE, longest_pause_s=LONGEST_PAUSE_S, foreseen=DISCORD_FAILED
            )

    async def close(self, *, within_s: float) -> None:
        """Has those told that are due, for so long at most; the next run tells the others."""
        await self._outbox.close(Kind.SETTLED, within_s=within_s)
        await self._outbox.close(Kind.ANSWER)
        await self._word_back.close(within_s=within_s)

    async def _tell(self, errand: Errand) -> float | None:
        at_hand = errand.about
        suggestion = (
            at_hand if isinstance(at_hand, Suggestion) else await self._history.suggestion(errand.subject_id)
        )
        if suggestion is None or suggestion.settled_at is None or suggestion.origin is None:
            return None
        if suggestion.origin.message_id is None:
            return await self._private_words.settled(suggestion, suggestion.origin, errand)
        await self._word_back.settled(suggestion, suggestion.origin, errand)
        return None
