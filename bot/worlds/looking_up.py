"""What the service has of a stream, asked for with a key of the stream's account."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import NamedTuple

from bot.broadcast.answers import Answers, Call
from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Stream
from bot.broadcast.states import Reason
from bot.odyssey import Odyssey, OdysseyError, Recording
from bot.worlds.errors import in_domain_words


class Key(NamedTuple):
    """What asks the service with one key, and who hears what it answers."""

    account_id: str | None
    client: Odyssey
    answers: Answers


KeysOf = Callable[[str | None], Sequence[Key]]
"""What may know the streams of the account with this ID, the likeliest first: its own key, if that is there,
then the one that its server has set since, which may be another key of the same account."""


def of_the_operator(key: Key) -> KeysOf:
    """Where there is no account but the operator's."""
    return lambda account_id: [key] if account_id is None else []


class Found(NamedTuple):
    """A recording, and the client that has found it."""

    recording: Recording
    client: Odyssey


async def look_up(stream: Stream, keys_of: KeysOf, clock: Clock) -> Found | None:
    """A stream's recording; None if the account has none (yet).

    That some other key knows none says nothing. Raises `WorldError`, with KEY_GONE where there is no key.
    """
    failure = WorldError(Reason.KEY_GONE, retryable=False)
    for key in keys_of(stream.account_id):
        is_its_own = key.account_id == stream.account_id
        try:
            with key.answers.asking(Call.LOOK_UP), in_domain_words(clock, lost=Reason.UNREACHABLE):
                recording = await _recording(key.client, stream.shown_id)
        except WorldError as error:
            if error.reason is not Reason.BAD_KEY:
                raise
            failure = error if is_its_own else failure
        else:
            if recording:
                return Found(recording, key.client)
            if is_its_own:
                return None
    raise failure


async def _recording(client: Odyssey, service_id: str) -> Recording | None:
    try:
        return await client.get_recording(service_id)
    except OdysseyError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return None
        raise
