"""What a person sees after an interaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.local.discord.people.views import Modal, NotPossibleError, SeenMessage


class Eyes(Protocol):
    """Who looks at an answer."""

    def see(self, channel_id: int, message_id: int) -> SeenMessage | None:
        """The message as it is now; None once it has been deleted."""
        ...

    async def wait_for_message(
        self, channel: int, predicate: Callable[[SeenMessage], bool], *, timeout_s: float
    ) -> SeenMessage:
        """The newest message that fits, or the first that comes to fit. Raises `TimeoutError`."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What the user sees after an interaction.

    Exactly one of: `message` (the bot's reply, or the clicked message after an update), `modal`, `failed`
    (the sentence that Discord shows), or none of them (the click was acknowledged without a change).
    """

    eyes: Eyes
    channel_id: int
    message_id: int | None = None
    modal: Modal | None = None
    failed: str | None = None

    @property
    def message(self) -> SeenMessage | None:
        """The message as it is now; None also once it has been deleted."""
        return None if self.message_id is None else self.eyes.see(self.channel_id, self.message_id)

    @property
    def text(self) -> str:
        """What can be read now: of the message, or why there is none."""
        return self.message.text if self.message else self.failed or ""

    async def final(self, *, timeout_s: float = 30.0) -> SeenMessage:
        """The message once it no longer says "thinking…".

        Raises `TimeoutError`, or `NotPossibleError` when there is no message.
        """
        if self.message_id is None:
            raise NotPossibleError(
                f"There is no message to wait for ({self.failed or 'a modal or nothing'})."
            )
        return await self.eyes.wait_for_message(
            self.channel_id,
            lambda message: message.id == self.message_id and not message.thinking,
            timeout_s=timeout_s,
        )
