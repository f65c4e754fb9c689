"""What users read, in one place: one plain sentence and a next step for each code, reason and refusal.

Whatever comes from outside (names, prompts, the service's words) passes through `plain` before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import discord

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code, Entry
from bot.broadcast.markup import defused
from bot.broadcast.model import Action, ActionKind, Ending, Outcome, Refusal, Suggestion, Viewer
from bot.broadcast.states import Reason
from bot.broadcast.usage import LimitKind, UsageLimit

SHOWN_PROMPT_LIMIT = 300
MESSAGE_LIMIT = 3900
"""Characters of text in a message of components; Discord allows 4000."""

FACT_SHOWN, ENTRY_SHOWN = 200, 60
"""Characters of a fact, and of a setting's entry, in a refusal at most."""

_MODES = {
    Mode.QUEUE: "by turns",
    Mode.VOTE: "by vote",
    Mode.DRAW: "by lot",
    Mode.HOST: "by the moderators",
}

NOT_A_MEMBER = "That person is not in this server (any more). Please pick somebody from the list."
OUTDATED_COMMAND = (
    "This command has changed. Please reload Discord (Ctrl+R, or restart the app), then try again."
)
ORPHANED_DIALOGUE = (
    "The bot was restarted while you were typing, or that was long ago. Please open the dialogue again."
)
NOT_TOLD_HERE = "That was not taken. I cannot say why in front of everyone; `/odyssey say` answers you alone."
EARLIER_WORDS = "Your earlier words stay in line; delete the message to take them back."
UNEXPECTED = "Something went wrong on our side. Please try again; if it stays, tell the bot's operator."

_REQUESTS = {
    Code.EMPTY_PROMPT: "That prompt is empty. Say in a few words what should happen.",
    Code.PROMPT_TOO_LONG: "That prompt has {length} characters, {limit} are the most. Please shorten it.",
    Code.ALREADY_RUNNING: (
        "**{host}** is already running a broadcast in this channel. "
        "Steer it with `/odyssey say`, or ask {host} to end it."
    ),
    Code.NOT_RUNNING: "No broadcast is running in this channel. Start one with `/odyssey start`.",
    Code.BROADCAST_OVER: "This broadcast is over. Start the next one with `/odyssey start`.",
    Code.ALREADY_ENDING: "The broadcast is already ending. Its recording will be posted here.",
    Code.MAY_NOT_END: "Only **{host}** or a moderator can end this broadcast. Please ask one of them.",
    Code.MODERATORS_ONLY: (
        "Only moderators can do this: people who may manage messages in this channel. Please ask one of them."
    ),
    Code.SERVER_MODERATORS_ONLY: (
        "Only moderators of the whole server can do this: people who may manage messages, or the server, "
        "everywhere in it. Please ask one of them."
    ),
    Code.OUTRANKED: (
        "Only somebody who stands above that person can do this: by a higher role, or as an administrator. "
        "Please ask one of them."
    ),
    Code.BOTS_DO_NOT_STEER: "That is a bot, and bots do not steer. Please pick a person.",
    Code.MODE_IS_SET: (
        "In this server only moderators choose another mode than the one that is set. "
        "Please start without `mode`, or ask one of them."
    ),
    Code.NOT_IN_SERVER: (
        "The bot is not in this server, so it can show nothing here. "
        "Ask an admin to invite it, then try again."
    ),
    Code.MISSING_PERMISSIONS: (
        "The bot may not do this in this channel: {permissions}. "
        "Ask an admin to allow it in the channel's settings, then try again."
    ),
    Code.NO_PLACE: (
        "The bot cannot keep a broadcast here: this is a private thread without it, or one that is closed. "
        "Mention the bot to add it, open the thread, or start in another channel."
    ),
    Code.NOT_SAID: (
        "Nobody said that: it is a message of Discord's own. Say what should happen with `/odyssey say`."
    ),
    Code.NOT_IN_LINE: "That suggestion is not in line any more: it was sent, withdrawn or refused.",
    Code.WORDS_CHANGED: "Its author changed the words meanwhile: look at it again (press Next), then decide.",
    Code.WRONG_SETTING: "Nothing was changed: {complaint}. `/odyssey settings` explains each.",
    Code.INTAKE_PAUSED: "A moderator has paused suggestions. Please try again in a little while.",
    Code.MUTED: "A moderator has muted you from steering; that ends {until}. You can still watch and chat.",
    Code.FILTERED: "That suggestion breaks a rule of this server: {rule}. Please put it in other words.",
    Code.CANNOT_JUDGE: (
        "This server's text rules cannot be used just now, so nothing is taken. "
        "Please ask a moderator to look at `/odyssey settings`."
    ),
    Code.REPEATED: "Somebody suggested just that. Please suggest something new, or that again {until}.",
    Code.COOLING_DOWN: "One at a time, please: your next suggestion is welcome {until}.",
    Code.SLOW_MODE: "Slow mode is on in this server: the next suggestion is welcome {until}.",
    Code.STARTERS_ONLY: "In this server only some roles may start broadcasts. Please ask a moderator.",
    Code.VOTE_IS_RUNNING: "A vote on the mode is running already. Its buttons are on the panel.",
    Code.VOTES_NOT_ALLOWED: "Viewers do not vote on the mode here. Ask a moderator for `/odyssey mode`.",
    Code.NO_VOTE_RUNNING: "That vote is closed. Call a new one with `/odyssey callvote`.",
    Code.QUEUE_FULL: "The line is full: {limit} suggestions wait already. Please try again in a moment.",
    Code.TOO_MANY_OF_YOURS: (
        "{limit} of your suggestions wait already, which is the most for one person. "
        "Please wait until one of them has had its turn."
    ),
    Code.TOO_MANY_BROADCASTS: (
        "This server may run {limit} broadcasts at once, and does. Please wait until one has ended."
    ),
    Code.DAY_IS_USED_UP: (
        "This server's {limit} minutes of today are used up, or kept for broadcasts that run now. "
        "New ones are there {until}."
    ),
    Code.SHUTTING_DOWN: "The bot is about to restart. Please try again in a minute.",
    Code.UNKNOWN_STREAM: (
        "There is no such stream in this server. Pick one from the list that `/odyssey recording` offers."
    ),
    Code.NO_STREAMS_YET: (
        "No stream has ended in this channel yet. Start one with `/odyssey start`, or pick a stream by name."
    ),
    Code.RECORDING_NOT_READY: (
        "The recording of stream **{stream_id}** is not there (yet). Please try again in a minute."
    ),
    Code.RECORDING_UNREACHABLE: (
        "Odyssey does not answer just now, so the recording of stream **{stream_id}** cannot be fetched. "
        "Nothing is lost: please try again in a minute."
    ),
}

_ENDINGS = {
    Reason.HOST_ENDED: "Ended by its host.",
    Reason.MODERATOR_ENDED: "Ended by the moderator **{by}**.",
    Reason.TIME_LIMIT: "The stream's time was up. Start the next one with `/odyssey start`.",
    Reason.DAY_LIMIT: (
        "This server's minutes of today are used up. Start the next one from midnight (UTC) on, "
        "or ask a moderator for more (`/odyssey settings minutes_per_day`)."
    ),
    Reason.BROADCAST_LIMIT: "It reached the longest time that this server allows a broadcast.",
    Reason.STREAM_ENDED: "Odyssey ended the stream. Start the next one with `/odyssey start`.",
    Reason.CHANNEL_GONE: (
        "Nobody could see or steer it any more: its channel was deleted or closed, or the bot lost its "
        "permission to write there. Ask an admin to allow it, then start anew with `/odyssey start`."
    ),
    Reason.SHUTDOWN: "Ended because the bot restarts. Start anew with `/odyssey start` in a minute.",
    Reason.NO_STREAMER: (
        "Odyssey has no free streamer at the moment. Please try `/odyssey start` again in a few minutes."
    ),
    Reason.USAGE_LIMIT: (
        "Odyssey's usage limit is reached. Try again later, or ask the bot's operator to look at the plan."
    ),
    Reason.BAD_KEY: (
        "Odyssey refused the bot's API key. Ask the bot's operator to check `ODYSSEY_API_KEY`; "
        "nobody else can mend this."
    ),
    Reason.REFUSED: (
        "Odyssey refused the request. If `/odyssey start` is refused again, "
        "ask the bot's operator to look at the Odyssey account."
    ),
    Reason.UNREACHABLE: "Odyssey did not answer in time. Please try `/odyssey start` again in a minute.",
    Reason.SERVICE_GONE: (
        "The connection to Odyssey was lost. What was streamed is kept; start anew with `/odyssey start`."
    ),
    Reason.STREAM_ERROR: "Odyssey stopped the stream. Try `/odyssey start` again, with another prompt.",
    Reason.INTERRUPTED: (
        "The bot was interrupted. What was streamed is kept; start anew with `/odyssey start`."
    ),
    Reason.INTERNAL: UNEXPECTED,
    Reason.UNKNOWN: "It ended for a reason that only a newer version of the bot can tell.",
}

UNDERSTOOD = frozenset({Reason.NO_STREAMER, Reason.USAGE_LIMIT, Reason.BAD_KEY})
"""Failures that their sentence explains in full: no reference is needed to look further."""

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

_DEEDS = {
    ActionKind.MODE: "chose the mode {subject}",
    ActionKind.PAUSE: "paused suggestions",
    ActionKind.RESUME: "resumed suggestions",
    ActionKind.PANIC: "pressed Panic: “{subject}”",
    ActionKind.MUTE: "muted **{subject}**",
    ActionKind.UNMUTE: "unmuted **{subject}**",
    ActionKind.APPROVE: "approved “{subject}”",
    ActionKind.EDIT: "edited and approved “{subject}”",
    ActionKind.REFUSE: "refused “{subject}”",
    ActionKind.SETTING: "changed a setting: {subject}",
    ActionKind.CALL_VOTE: "called a vote of the viewers on the mode {subject}",
    ActionKind.OTHER: "did what only a newer version of the bot can tell: {subject}",
    ActionKind.END: "ended “{subject}”",
}

_NO_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
"""Marks that turn the direction of what follows, beyond the name that has them."""


def plain(text: str, limit: int = SHOWN_PROMPT_LIMIT) -> str:
    """Text from outside, on one line, shortened, and with nothing in it that Discord would act upon."""
    text = " ".join(text.translate(_NO_TURNING).split())
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    # In pieces, since discord.py escapes only the first link of a line; and within addresses too, since
    # it takes whatever is glued to one for a part of it.
    pieces = (discord.utils.escape_markdown(piece, ignore_links=False) for piece in text.split("["))
    return defused(discord.utils.escape_mentions("\\[".join(pieces)))


def fitting(lines: Sequence[str]) -> str:
    """As many of the lines as fit into one message, from the first on."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > MESSAGE_LIMIT:
            break
        kept.append(line)
    return "\n".join(kept)


def as_code(text: str) -> str:
    """Text from outside as inline code, in which nothing is acted upon, nor when it is copied out of it."""
    text = " ".join(text.translate(_NO_TURNING).replace("`", "").split())
    return f"`{defused(text)}`"


def refused_request(error: BroadcastError) -> str:
    """The sentence for a request that was not met."""
    facts = {name: _shown_fact(fact) for name, fact in error.facts.items()}
    if error.code is Code.WRONG_SETTING:
        facts["complaint"] = wrong_setting(error)
    return _REQUESTS[error.code].format_map(facts)


def wrong_setting(error: BroadcastError) -> str:
    """Which setting, or which of its entries, is wrong, and why."""
    name, entry, problem = (_shown_fact(error.facts.get(fact, "")) for fact in ("name", "entry", "problem"))
    return f"**{name}**{entry}: {problem}"


def _shown_fact(fact: object) -> str:
    if isinstance(fact, datetime):
        return discord.utils.format_dt(fact, "R")
    if isinstance(fact, Viewer):
        return plain(fact.name)
    if isinstance(fact, Entry):
        typed = f" ({as_code(fact.text[:ENTRY_SHOWN])})" if fact.text.strip() else ""
        return f", entry {fact.number}{typed}"
    return plain(str(fact).replace("_", " ") if isinstance(fact, StrEnum) else str(fact), FACT_SHOWN)


def ending(end: Ending) -> str:
    """Why a broadcast is over, and what to do next."""
    if end.limit:
        sentence = reached_limit(end.limit)
    else:
        sentence = _ENDINGS[end.reason].format(by=plain(end.by.name) if end.by else "a moderator")
    if end.detail and end.reason.is_failure:
        sentence += f"\n-# Odyssey says: {plain(end.detail)}"
    return sentence


def reached_limit(limit: UsageLimit) -> str:
    """Which usage limit of the service was reached, and when it ends, as far as that is known."""
    until = discord.utils.format_dt(limit.ends_at, "R") if limit.ends_at else None
    match limit.kind:
        case LimitKind.MONTH:
            hours = _of(limit.used, limit.limit)
            sequel = (
                f"New ones are there {until}." if until else "Ask the bot's operator to look at the plan."
            )
            return f"This month's hours at Odyssey are used up{hours}. {sequel}"
        case LimitKind.STREAMS:
            streams = _of(limit.used, limit.limit)
            return (
                f"All streams that the bot's Odyssey account may run at once are in use{streams}. "
                "Please try again when one has ended."
            )
        case LimitKind.LENGTH:
            longest = f" of at most {duration(limit.limit)}" if limit.limit else " only of a shorter length"
            return f"The bot's Odyssey plan allows streams{longest}. Ask the bot's operator to look at it."
        case LimitKind.RATE:
            return f"The bot has asked Odyssey too often. Please try again {until or 'in a minute'}."
        case LimitKind.SUSPENDED:
            return (
                "Odyssey has suspended the bot's account. "
                "Ask the bot's operator to talk to Odyssey; nobody else can mend this."
            )


def _of(used: float | None, limit: float | None) -> str:
    return "" if used is None or limit is None else f" ({used:.4g} of {limit:.4g})"


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


def deed(action: Action) -> str:
    """One line of the audit list."""
    what = _DEEDS[action.kind].format(subject=plain(action.subject, 80))
    return f"{discord.utils.format_dt(action.at, 'R')} **{plain(action.actor.name, 40)}** {what}"


def mode_name(mode: Mode) -> str:
    """What people call a way to decide."""
    return _MODES[mode]


def duration(seconds: float) -> str:
    """Such as `4.2 s`, `42 s` or `2 min 30 s`."""
    if seconds < 9.95:  # what rounds to less than ten
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
