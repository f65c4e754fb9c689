"""Fails loudly when simcord's backend, which is outside its semantic versioning, has changed."""

import importlib.metadata
import inspect

import simcord.http.router
from simcord.backend import Backend
from simcord.backend.cdn import CdnStore

from bot.local.discord.state.backend import LocalBackend, LoopbackCdn

OVERRIDDEN = (
    "snowflake",
    "emit",
    "commit_message",
    "edit_message",
    "delete_message",
    "set_reaction",
    "clear_reactions",
    "clear_reaction",
    "bulk_delete_messages",
    "new_interaction",
)


def test_the_version_is_the_one_that_was_read() -> None:
    """Another version must be read before it is trusted: update this number together with the lock."""
    assert importlib.metadata.version("simcord") == "3.2.1"


def test_what_is_overridden_exists_with_the_same_parameters() -> None:
    """An override that simcord no longer calls would silently do nothing."""
    for name in OVERRIDDEN:
        assert _parameters(Backend, name) == _parameters(LocalBackend, name), name
    for name in ("store_attachment", "get"):
        assert _parameters(CdnStore, name) == _parameters(LoopbackCdn, name), name


def test_every_route_of_the_bot_exists() -> None:
    """The routes that a broadcast needs are in simcord's table."""
    known = {
        (method, "/".join(template))
        for method, entries in simcord.http.router._ROUTES.items()
        for template, _ in entries
    }
    needed = {
        ("POST", "interactions/{interaction_id}/{token}/callback"),
        ("POST", "webhooks/{webhook_id}/{token}"),
        ("PATCH", "webhooks/{webhook_id}/{token}/messages/@original"),
        ("DELETE", "webhooks/{webhook_id}/{token}/messages/@original"),
        ("POST", "channels/{channel_id}/messages"),
        ("PATCH", "channels/{channel_id}/messages/{message_id}"),
        ("DELETE", "channels/{channel_id}/messages/{message_id}"),
        ("PUT", "channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"),
        ("PUT", "applications/{application_id}/commands"),
    }
    assert needed <= known


def test_logs_do_not_grow() -> None:
    """Ten calls leave nothing in simcord's request log and transcript."""
    backend = LocalBackend(base_url="http://127.0.0.1:1", response_timeout_s=3.0)
    for _ in range(10):
        simcord.http.router.dispatch(backend, "GET", "/users/@me")
        backend.forget_logs()
    assert backend.http_requests == []
    assert backend.transcript == []


def _parameters(owner: type, name: str) -> list[str]:
    return list(inspect.signature(getattr(owner, name)).parameters)
