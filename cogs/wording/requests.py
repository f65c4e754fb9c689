"""What users read when a request is not met: one plain sentence and a next step for each code."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.broadcast import errors
from bot.broadcast.errors import BroadcastError, Code, Facts
from bot.broadcast.intake.prompts import on_one_line
from bot.guilds.settings.complaints import Entry, WrongSettingError
from bot.moderation import Rule
from cogs.wording.fields import FIELDS
from cogs.wording.problems import problem
from cogs.wording.text import as_code, plain

FACT_SHOWN, ENTRY_SHOWN, NAME_SHOWN = 200, 60, 60
"""Characters of a fact, of a setting's entry, and of a name that is none, in a refusal at most."""

NOT_A_MEMBER = "That person is not in this server (any more). Please pick somebody from the list."
OUTDATED_COMMAND = (
    "This command has changed. Please reload Discord (Ctrl+R, or restart the app), then try again."
)
ORPHANED_DIALOGUE = (
    "The bot was restarted while you were typing, or that was long ago. Please open the dialogue again."
)
NOT_TOLD_HERE = "That was not taken. I cannot say why in front of everyone; `/odyssey say` answers you alone."
EARLIER_WORDS = "Your earlier words stay in line; delete the message to take them back."
_RULES = {
    Rule.TOO_LONG: "too long",
    Rule.BLOCKED_WORD: "blocked word",
    Rule.BLOCKED_PATTERN: "blocked pattern",
    Rule.INVITE: "invite",
    Rule.LINK: "link",
    Rule.MENTION: "mention",
}
UNEXPECTED = "Something went wrong on our side. Please try again; if it stays, tell the bot's operator."


def refused_request(error: BroadcastError | WrongSettingError) -> str:
    if isinstance(error, WrongSettingError):
        return f"Nothing was changed: {wrong_setting(error)}. `/odyssey settings` explains each."
    return _simple(error.why) if isinstance(error.why, Code) else _with_facts(error.why)


def wrong_setting(error: WrongSettingError) -> str:
    """Which setting, or which of its entries, is wrong, and why."""
    entry = setting_entry(error.entry) if error.entry else ""
    return f"{setting_title(error.name)}{entry}: {plain(problem(error.problem), FACT_SHOWN)}"


def setting_title(name: str) -> str:
    """What people call a setting, and beside it what the command and files call it."""
    words = FIELDS.get(name)
    return f"**{words.title}** (`{name}`)" if words else f"**{plain(name, NAME_SHOWN)}**"


def setting_entry(entry: Entry) -> str:
    typed = as_code(on_one_line(entry.text)[:ENTRY_SHOWN])
    return f", entry {entry.number}" + (f" ({typed})" if typed.strip("`") else "")


def _simple(code: Code) -> str:
    match code:
        case Code.EMPTY_PROMPT:
            return "That prompt is empty. Say in a few words what should happen."
        case Code.NOT_RUNNING:
            return "No broadcast is running in this channel. Start one with `/odyssey start`."
        case Code.BROADCAST_OVER:
            return "This broadcast is over. Start the next one with `/odyssey start`."
        case Code.ALREADY_ENDING:
            return "The broadcast is already ending. Its recording will be posted here."
        case Code.MODERATORS_ONLY:
            return (
                "Only moderators can do this: people who may manage messages in this channel. Please ask "
                "one of them."
            )
        case Code.SERVER_MODERATORS_ONLY:
            return (
                "Only moderators of the whole server can do this: people who may manage messages, or the "
                "server, everywhere in it. Please ask one of them."
            )
        case Code.OUTRANKED:
            return (
                "Only somebody who stands above that person can do this: by a higher role, or as an "
                "administrator. Please ask one of them."
            )
        case Code.BOTS_DO_NOT_STEER:
            return "That is a bot, and bots do not steer. Please pick a person."
        case Code.MODE_IS_SET:
            return (
                "In this server only moderators choose another mode than the one that is set. "
                "Please start without `mode`, or ask one of them."
            )
        case Code.NOT_IN_SERVER:
            return (
                "The bot is not in this server, so it can show nothing here. "
                "Ask an admin to invite it, then try again."
            )
        case Code.NO_PLACE:
            return (
                "The bot cannot keep a broadcast here: this is a private thread without it, or one that is "
                "closed. Mention the bot to add it, open the thread, or start in another channel."
            )
        case Code.NOT_SAID:
            return (
                "Nobody said that: it is a message of Discord's own. Say what should happen with `/odyssey "
                "say`."
            )
        case Code.NOT_IN_LINE:
            return "That suggestion is not in line any more: it was sent, withdrawn or refused."
        case Code.NOT_ON_BALLOT:
            return (
                "That one waits for a place on the ballot. Vote for one that is on it, or for this one later."
            )
        case Code.VOTES_DO_NOT_COUNT:
            return "Votes do not count just now: the panel says how it is decided what comes next."
        case Code.ALREADY_DECIDED:
            return "A moderator has decided on that suggestion already."
        case Code.WORDS_CHANGED:
            return "Its author changed the words meanwhile: look at them again, then decide."
        case Code.INTAKE_PAUSED:
            return "A moderator has paused suggestions. Please try again in a little while."
        case Code.CANNOT_JUDGE:
            return (
                "This server's text rules cannot be used just now, so nothing is taken. "
                "Please ask a moderator to look at `/odyssey settings`."
            )
        case Code.STARTERS_ONLY:
            return "In this server only some roles may start broadcasts. Please ask a moderator."
        case Code.VOTE_IS_RUNNING:
            return "A vote on the mode is running already. Its buttons are on the panel."
        case Code.VOTES_NOT_ALLOWED:
            return "Viewers do not vote on the mode here. Ask a moderator for `/odyssey mode`."
        case Code.NO_VOTE_RUNNING:
            return "That vote is closed. Call a new one with `/odyssey callvote`."
        case Code.SHUTTING_DOWN:
            return "The bot is about to restart. Please try again in a minute."
        case Code.UNKNOWN_STREAM:
            return (
                "There is no such stream in this server. Pick one from the list that `/odyssey recording` "
                "offers."
            )
        case Code.NO_STREAMS_YET:
            return (
                "No stream has ended in this channel yet. Start one with `/odyssey start`, or pick a "
                "stream by name."
            )


def _with_facts(facts: Facts) -> str:
    match facts:
        case errors.PromptTooLong(length, limit):
            return f"That prompt has {length} characters, {limit} are the most. Please shorten it."
        case errors.AlreadyRunning(host):
            return (
                f"**{plain(host.name)}** is already running a broadcast in this channel. "
                f"Steer it with `/odyssey say`, or ask {plain(host.name)} to end it."
            )
        case errors.MayNotEnd(host):
            return (
                f"Only **{plain(host.name)}** or a moderator can end this broadcast. Please ask one of them."
            )
        case errors.MissingPermissions(permissions):
            return (
                f"The bot may not do this in this channel: {', '.join(map(_permission, permissions))}. "
                "Ask an admin to allow it in the channel's settings, then try again."
            )
        case errors.Muted(until):
            return (
                f"A moderator has muted you from steering; that ends {_relative(until)}. You can still "
                "watch and chat."
            )
        case errors.Filtered(rule):
            return (
                f"That suggestion breaks a rule of this server: {_RULES[Rule(rule)]}. Please put "
                "it in other words."
            )
        case errors.Repeated(until):
            return (
                "Just that was suggested a moment ago. Please suggest something new, or that again "
                f"{_relative(until)}."
            )
        case errors.CoolingDown(until):
            return f"One at a time, please: your next suggestion is welcome {_relative(until)}."
        case errors.SlowMode(until):
            return f"Slow mode is on in this server: the next suggestion is welcome {_relative(until)}."
        case errors.LineFull(limit):
            return f"The line is full: {limit} suggestions wait already. Please try again in a moment."
        case errors.TooManyOfYours(limit):
            return (
                f"{limit} of your suggestions wait already, which is the most for one person. "
                "Please wait until one of them has had its turn."
            )
        case errors.TooManyBroadcasts(limit):
            return (
                f"This server may run {limit} broadcasts at once, and does. Please wait until one has ended."
            )
        case errors.DayIsUsedUp(minutes, until):
            return (
                f"This server's {minutes} minutes of today are used up, or kept for broadcasts that run now. "
                f"New ones are there {_relative(until)}."
            )
        case errors.RecordingNotReady(stream_id):
            return (
                f"The recording of stream **{plain(stream_id)}** is not there (yet). Please try again in a "
                "minute."
            )
        case errors.RecordingUnreachable(stream_id):
            return (
                f"The recording of stream **{plain(stream_id)}** cannot be had from Odyssey just now. "
                "Nothing is lost: please try again in a minute; if it stays, tell the bot's operator."
            )


def _permission(name: str) -> str:
    """As Discord's own settings call it."""
    return name.replace("_", " ").title()


def _relative(date: datetime) -> str:
    return discord.utils.format_dt(date, "R")
