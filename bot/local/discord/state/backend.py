"""simcord's backend with a real clock, attachments on loopback, flat memory, and word of private changes."""

import datetime as dt
import io
import mimetypes
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from PIL import Image
from simcord._clock import Clock
from simcord.backend import Backend
from simcord.backend.cdn import CdnStore
from simcord.backend.errors import BackendError
from simcord.backend.models import Interaction, Message

ChangeObserver = Callable[[int, int], None]

DISCORD_EPOCH_MS = 1420070400000
MESSAGES_KEPT_PER_CHANNEL = 2_000
MESSAGES_OF_BOT_KEPT_PER_CHANNEL = 500
ATTACHMENT_BYTES_KEPT = 128 * 1024 * 1024
TOKENS_REMEMBERED_S = 3600.0
"""After they have run out."""


class RealClock(Clock):
    """simcord's clock stands still unless a test moves it; this one is the machine's."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


class LoopbackCdn(CdnStore):
    """Attachments under this server's own address; the oldest go once `ATTACHMENT_BYTES_KEPT` is passed."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0

    def store_attachment(
        self, attachment_id: int, channel_id: int, filename: str, data: bytes, description: str | None
    ) -> dict[str, Any]:
        path = f"/attachments/{channel_id}/{attachment_id}/{quote(filename, safe='')}"
        url = self.base_url + path
        self.put_back(url, data)
        attachment = {
            "id": str(attachment_id),
            "filename": filename,
            "description": description,
            "size": len(data),
            "url": url,
            "proxy_url": url,
            "content_type": mimetypes.guess_type(filename)[0] or "application/octet-stream",
        }
        return attachment | _picture_size(data, str(attachment["content_type"]))

    def get(self, url: str) -> bytes | None:
        """The bytes of an attachment, by its path or its full URL."""
        return self._kept.get(url.removeprefix(self.base_url))

    def put_back(self, url: str, data: bytes) -> None:
        """Serves these bytes under that URL."""
        self._kept[url.removeprefix(self.base_url)] = data
        self._kept_bytes += len(data)
        while self._kept_bytes > ATTACHMENT_BYTES_KEPT and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= len(dropped)


class LocalBackend(Backend):
    """The backend of one long-running process.

    simcord keeps a transcript, a request log and every message for ever, and announces private (ephemeral)
    messages to nobody. Here the logs are dropped, old messages and dead interactions go, and every change of
    a message, private ones too, is told to `observers` as (channel ID, message ID).
    """

    def __init__(self, *, base_url: str, response_timeout_s: float) -> None:
        self._last_snowflake = 0
        self._response_timeout_s = response_timeout_s
        self.observers: list[ChangeObserver] = []
        super().__init__(clock=RealClock())
        self.cdn: LoopbackCdn = LoopbackCdn(base_url)
        # Discord gives an application and its bot user the same ID.
        self.application_id = self.bot_user.id

    def snowflake(self) -> int:
        milliseconds = int(self.clock.now().timestamp() * 1000) - DISCORD_EPOCH_MS
        self._last_snowflake = max(self._last_snowflake + 1, milliseconds << 22)
        return self._last_snowflake

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        for listener in self.subscribers:
            listener(event, payload)

    def forget_logs(self) -> None:
        """simcord's request log appends without bound and the route table writes to it directly."""
        self.http_requests.clear()
        self.transcript.clear()

    # ------------------------------------------------------------------ changes of messages

    def commit_message(self, message: Message, *, broadcast: bool = True) -> Message:
        message.embeds = _with_attachment_urls(message.embeds, message.attachments)
        stored = super().commit_message(message, broadcast=broadcast)
        self._trim_messages(message.channel_id)
        self._changed(message.channel_id, message.id)
        return stored

    def edit_message(self, channel_id: int, message_id: int, fields: dict[str, Any]) -> Message:
        if fields.get("embeds"):
            attachments = fields.get("attachments") or self.get_message(channel_id, message_id).attachments
            fields = {**fields, "embeds": _with_attachment_urls(fields["embeds"], attachments)}
        message = super().edit_message(channel_id, message_id, fields)
        self._changed(channel_id, message_id)
        return message

    def delete_message(self, channel_id: int, message_id: int) -> None:
        super().delete_message(channel_id, message_id)
        self._changed(channel_id, message_id)

    def set_reaction(self, channel_id: int, message_id: int, emoji: str, user_id: int, reacted: bool) -> None:
        super().set_reaction(channel_id, message_id, emoji, user_id, reacted)
        self._changed(channel_id, message_id)

    def clear_reactions(self, channel_id: int, message_id: int) -> None:
        super().clear_reactions(channel_id, message_id)
        self._changed(channel_id, message_id)

    def clear_reaction(self, channel_id: int, message_id: int, emoji: str) -> None:
        super().clear_reaction(channel_id, message_id, emoji)
        self._changed(channel_id, message_id)

    def bulk_delete_messages(self, channel_id: int, message_ids: Any) -> list[int]:
        deleted = super().bulk_delete_messages(channel_id, message_ids)
        for message_id in deleted:
            self._changed(channel_id, message_id)
        return deleted

    # ------------------------------------------------------------------ interactions

    def new_interaction(self, type: int, channel_id: int, user_id: int, guild_id: int | None) -> Interaction:  # noqa: A002 (simcord's name)
        forgotten = self.iso_after(-TOKENS_REMEMBERED_S)
        for interaction_id, record in list(self.interactions.items())[:8]:
            if record.expires_at is not None and record.expires_at < forgotten:
                del self.interactions[interaction_id]
                self.interaction_tokens.pop(record.token, None)
        record = super().new_interaction(type, channel_id, user_id, guild_id)
        record.initial_response_deadline = self.iso_after(self._response_timeout_s)
        return record

    def interaction_by_token(self, token: str) -> Interaction:
        """Discord refuses a token that has run out with this code, where simcord says "Unknown Webhook"."""
        record = self.interactions.get(self.interaction_tokens.get(token, 0))
        if record is not None and record.expires_at is not None and self.now_iso() >= record.expires_at:
            raise BackendError(401, 50027, "Invalid Webhook Token")
        return super().interaction_by_token(token)

    # ------------------------------------------------------------------ inside

    def _changed(self, channel_id: int, message_id: int) -> None:
        for observer in self.observers:
            observer(channel_id, message_id)

    def _trim_messages(self, channel_id: int) -> None:
        kept = self.messages[channel_id]
        if len(kept) <= MESSAGES_KEPT_PER_CHANNEL + MESSAGES_OF_BOT_KEPT_PER_CHANNEL:
            return
        newest = list(kept.values())
        by_bot = [m for m in newest if m.author_id == self.bot_user.id][-MESSAGES_OF_BOT_KEPT_PER_CHANNEL:]
        by_people = [m for m in newest if m.author_id != self.bot_user.id]
        by_people = by_people[-(MESSAGES_KEPT_PER_CHANNEL - MESSAGES_OF_BOT_KEPT_PER_CHANNEL) :]
        self.messages[channel_id] = {m.id: m for m in sorted([*by_bot, *by_people], key=lambda m: m.id)}


def _with_attachment_urls(
    embeds: list[dict[str, Any]], attachments: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Discord replaces `attachment://name` in embeds by the upload's address; simcord only in components."""
    urls = {f"attachment://{item['filename']}": item["url"] for item in attachments}
    return [
        {
            key: {**part, "url": urls.get(part["url"], part["url"])}
            if isinstance(part, dict) and isinstance(part.get("url"), str)
            else part
            for key, part in embed.items()
        }
        for embed in embeds
    ]


def _picture_size(data: bytes, content_type: str) -> dict[str, int]:
    """Discord measures pictures, so that clients can lay them out before they are loaded."""
    if not content_type.startswith("image/"):
        return {}
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return {"width": picture.width, "height": picture.height}
    except (OSError, ValueError, Image.DecompressionBombError):
        return {}
