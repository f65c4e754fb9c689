"""What authors read of their suggestions: taken, and what became of them."""

from __future__ import annotations

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Outcome, Refusal, Suggestion
from cogs.wording.text import plain

_REFUSALS = {
    Refusal.BROADCAST_ENDED: "The broadcast ended before its turn came. Suggest it again in the next one.",
    Refusal.SERVICE_REFUSED: "Odyssey turned it down. Please put it in other words.",
    Refusal.NOT_ACKNOWLEDGED: "Odyssey did not confirm it in time. Please suggest it again.",
    Refusal.CONNECTION_LOST: "The connection to Odyssey was lost before it was confirmed.",
    Refusal.PANIC: "A moderator stopped everything for the moment. Please suggest it again later.",
    Refusal.STALE: "It waited for too long. Please suggest it again.",
    Refusal.MUTED: "A moderator has muted you from steering for a while. You can still watch and chat.",
    Refusal.MODERATOR_REFUSED: "A moderator refused it. Please suggest something else.",
    Refusal.INTERRUPTED: "The bot was restarted before its turn came. Please suggest it again.",
}


def settled_suggestion(suggestion: Suggestion) -> str:
    """What became of a suggestion."""
    if suggestion.outcome is Outcome.ACKNOWLEDGED:
        return f"✅ Applied: {plain(suggestion.applied or suggestion.prompt)}"
    if suggestion.refusal is Refusal.WITHDRAWN:
        return f"↩️ You withdrew it: “{plain(suggestion.prompt, limit=100)}”."
    sentence = f"❌ Not applied: “{plain(suggestion.prompt, limit=100)}”. "
    sentence += _REFUSALS[suggestion.refusal or Refusal.INTERRUPTED]
    if suggestion.detail:
        sentence += f"\n-# Odyssey says: {plain(suggestion.detail)}"
    return sentence


def taken_suggestion(place: int, mode: Mode) -> str:
    """Word of a suggestion that was taken, and of what decides about it."""
    match mode:
        case Mode.QUEUE:
            fate = "As of now it is next." if place == 1 else f"It is number {place} in line as of now."
        case Mode.VOTE:
            fate = "It is on the ballot: the panel has the buttons to vote."
        case Mode.DRAW:
            fate = "It is in the draw."
        case Mode.HOST:
            fate = "A moderator will look at it."
    return f"📨 Taken. {fate}\n-# What becomes of it is shown here."
