"""A bot whose process hangs for a while, and then goes on: its broadcast does, too."""

import asyncio
import os
import signal

import pytest

from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.e2e.test_stop import bot_process

HANGS_S = float(os.environ.get("HANGS_S", "12"))
"""Longer than the bot believes in a silent connection; there is nothing to wait for meanwhile.

A minute (by hand, with 65 and `--timeout 200`) is longer than the service does: then another stream follows.
"""


@pytest.mark.long
@pytest.mark.outage("process hangs")
async def test_a_process_that_hung_goes_on_with_its_broadcast(house: House) -> None:
    """Chat is heard, the same panel shows it, and one streamer is held."""
    async with bot_process(house) as process:
        panel = await house.live_broadcast()
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(HANGS_S)
        process.send_signal(signal.SIGCONT)
        await house.discord.user("robin").send(CHANNEL, "!snow")
        live = await house.discord.wait_for_message(
            CHANNEL, lambda seen: "Live" in seen.text and "> snow" in seen.text, timeout_s=WAIT_S
        )
        assert live.id == panel.id
        async with asyncio.timeout(WAIT_S):
            while house.standin.slots_taken != 1:
                await asyncio.sleep(0.1)
        process.terminate()
        _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    assert b"Traceback" not in log, log.decode()
