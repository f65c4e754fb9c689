"""Whether Odyssey takes the key."""

import asyncio
import logging

from bot.broadcast.answers import Answer, Call
from bot.broadcast.states import Reason
from bot.odyssey import OdysseyAuthError, OdysseyError
from bot.worlds.looking_up import Key

log = logging.getLogger(__name__)

KEY_CHECK_TIMEOUT_S = 5.0


async def check_key(key: Key) -> None:
    """Tells the operator at once of a wrong key of theirs; the bot goes on: it can be mended at Odyssey."""
    try:
        async with asyncio.timeout(KEY_CHECK_TIMEOUT_S):
            await key.client.list_stream_recordings(limit=1)
    except OdysseyAuthError:
        key.answers.hear(Answer(Call.LOOK_UP, 0.0, Reason.BAD_KEY))
        log.error("Odyssey refused ODYSSEY_API_KEY: no broadcast can start until it is right")
    except OdysseyError as error:
        log.warning("Odyssey: %s (%s)", error.message, error.code)
    except TimeoutError:
        log.warning("Odyssey did not answer within %g s", KEY_CHECK_TIMEOUT_S)
