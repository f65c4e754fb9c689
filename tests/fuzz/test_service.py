"""Malformed messages of the service: nothing leaves the client but the errors that it tells of."""

import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.odyssey import OdysseyError
from bot.odyssey.base.fields import MalformedError
from bot.odyssey.wire import messages
from bot.odyssey.wire.descriptions.offers import ReceivedOffer
from bot.odyssey.wire.ice import parse_ice_servers
from tests.fuzz.service import EARS, new_loop, tried, wired

CASES = {"offer": 100, "answer": 100}
"""Of the others 400 each."""


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All requests are answered by the case, on a loop of its own; the log would have a line for each."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    wired(monkeypatch)
    loop = new_loop()
    monkeypatch.setattr("tests.fuzz.service.run", loop.run_until_complete)
    yield
    loop.close()
    logging.disable(before)


@pytest.mark.parametrize("ear", EARS)
def test_what_makes_no_sense_is_an_error_that_is_told_of(ear: str) -> None:
    """Whatever is missing, odd, doubled, deep or cut off in it."""
    for number in range(CASES.get(ear, 400)):
        _, error = tried(ear, number)
        if error:
            pytest.fail(f"python -m tests.fuzz --ear {ear!r} --first {number} --cases 1: {error!r}")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["offer", "ice_candidate", "stream_started", "broadcast_ready",
                     "interactive_stream_error"]),
    st.dictionaries(
        st.sampled_from(["sdp", "candidate", "sdpMid", "sdpMLineIndex", "stream_id", "prompt", "webrtc_url",
                         "spectator_token", "reason", "message", "iceServers"]),
        JSON,
    ),
)  # fmt: skip
def test_fields_may_be_anything(kind: str, fields: dict[str, object]) -> None:
    """A message of a kind that is known, with whatever in its fields."""
    raw = json.dumps({"type": kind, **fields}).encode()
    for read in (messages.parse_signalling, messages.parse_streamer, parse_ice_servers):
        try:
            read(raw)
        except MalformedError:
            continue


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_a_description_may_be_any_text(text: str) -> None:
    """An offer that is none is refused."""
    with pytest.raises(OdysseyError):
        ReceivedOffer(text, only_loopback=False)
