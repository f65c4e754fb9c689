"""A server's text filter, closed when it cannot judge: then nothing passes, and moderators are told why."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake.intake import BrokenRule, PromptFilter
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.settings.stored import StoredSettings
from bot.kit.references import new_reference

log = logging.getLogger(__name__)

MakeFilter = Callable[[GuildSettings], PromptFilter]
"""Makes the text filter that settings describe. Raises `WrongSettingError`."""
_PROTECTING = ("blocked_words", "blocked_patterns")
"""Settings without which more would pass."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What moderators ought to know of their server's settings."""

    misread: tuple[str, ...] = ()
    """Settings that are stored in a way that this version does not understand."""
    rule: WrongSettingError | None = None
    """The refusal of a stored text rule that cannot be used: nothing passes."""
    reference: str | None = None
    """Where the log says how the filter failed: what it failed at did not pass."""
    has_no_filter: bool = False
    """It could not be made at all."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing passes."""
        is_misread = any(name in self.misread for name in _PROTECTING)
        return self.rule is not None or self.has_no_filter or is_misread


class Judge:
    """The filter of a server with these settings. Never raises at its making, whatever is stored."""

    def __init__(self, guild_id: int, stored: StoredSettings, make_filter: MakeFilter) -> None:
        self.trouble = Trouble(stored.misread)
        self._guild_id = guild_id
        self._text_filter: PromptFilter | None = None
        try:
            self._text_filter = make_filter(stored.settings)
        except WrongSettingError as error:
            self.trouble = Trouble(stored.misread, rule=error)
        except Exception as error:  # noqa: BLE001 - the boundary of one server's rules: nothing may pass
            reference = self._noted("text rules cannot be used", error)
            self.trouble = Trouble(stored.misread, reference=reference, has_no_filter=True)
        if self.trouble.is_closed:
            log.error("the text rules of server %s cannot be used: nothing passes", guild_id)

    def check(self, prompt: str) -> BrokenRule | None:
        """The rule that a prompt breaks. Raises CANNOT_JUDGE."""
        if self._text_filter is None or self.trouble.is_closed:
            raise BroadcastError(Code.CANNOT_JUDGE)
        try:
            return self._text_filter(prompt)
        except Exception as error:  # the boundary of one prompt: what cannot be judged does not pass
            if not self.trouble.reference:  # once, not for each
                reference = self._noted("text filter failed at a suggestion", error)
                self.trouble = Trouble(self.trouble.misread, self.trouble.rule, reference)
            raise BroadcastError(Code.CANNOT_JUDGE) from error

    def _noted(self, what: str, error: Exception) -> str:
        reference = new_reference()
        log.error("server %s: its %s", self._guild_id, what, exc_info=error, extra={"ref": reference})
        return reference
