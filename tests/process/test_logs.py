"""The log."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot.process.logs import set_up_logging


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    """The test run's own handlers come back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_secrets_and_presigned_links_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    """In messages and in tracebacks, in both formats."""
    for form in ("text", "json"):
        set_up_logging("INFO", form, secrets=["the-token"])
        log = logging.getLogger("test")
        error = ValueError("the-token at https://bucket.example/v.mp4?signature=abc")
        log.error("failed with %s", "the-token", exc_info=error)
        written = capsys.readouterr().err
        assert "the-token" not in written
        assert "signature" not in written
        assert "https://bucket.example/v.mp4?***" in written


@pytest.mark.parametrize(
    "told",
    [
        "POST https://discord.com/api/v10/interactions/1234/aW50ZXJhY3Rpb24/callback has returned 200",
        "PATCH https://discord.com/api/v10/webhooks/1234/aW50ZXJhY3Rpb24/messages/@original",
        "POST https://discord.com/api/v10/webhooks/1234/aW50ZXJhY3Rpb24",
        "https://discord.com/api/v10/webhooks/1234/aW50ZXJhY3Rpb24?wait=true",
        "WebSocket Event: {'op': 0, 'd': {'id': '1', 'token': 'aW50ZXJhY3Rpb24', 'version': 1}}",
        '{"session_token": "aW50ZXJhY3Rpb24", "expires_in": 600}',
        '{"access_token":"aW50ZXJhY3Rpb24"}',
        "{'api_key': 'aW50ZXJhY3Rpb24'}",
    ],
)
def test_tokens_that_libraries_quote_are_masked(told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Discord's library tells at DEBUG of each request and event; what stands around the token stays."""
    set_up_logging("DEBUG", "text")
    logging.getLogger("discord.webhook.async_").debug("%s", told)
    written = capsys.readouterr().err
    assert "aW50ZXJhY3Rpb24" not in written
    assert "***" in written
    assert told[:12] in written


def test_references_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """What a user quotes can be found."""
    set_up_logging("INFO", "text")
    logging.getLogger("test").warning("failed", extra={"ref": "3f9a1c70"})
    assert "[ref 3f9a1c70]" in capsys.readouterr().err
    set_up_logging("INFO", "json")
    logging.getLogger("test").warning("failed", extra={"ref": "3f9a1c70"})
    assert json.loads(capsys.readouterr().err)["ref"] == "3f9a1c70"


def test_one_record_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Text from outside cannot forge a log line."""
    set_up_logging("INFO", "text")
    logging.getLogger("test").info("%s", "first\n2026-01-01 CRITICAL forged")
    assert capsys.readouterr().err.count("\n") == 1


def test_a_key_of_one_letter_does_not_blot_out_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """It is a slip of the pen, and no secret."""
    set_up_logging("INFO", "text", secrets=["e", ""])
    logging.getLogger("test").info("the broadcast is over")
    assert "the broadcast is over" in capsys.readouterr().err
