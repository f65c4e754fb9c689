"""What users read when a request is not met: one plain sentence and a next step for each code."""

from bot.broadcast import errors
from bot.broadcast.errors import BroadcastError, Code, Facts
from bot.broadcast.intake.prompts import on_one_line
from bot.guilds.settings.complaints import Entry, WrongSettingError
from bot.moderation import Rule
from cogs.wording.fields import FIELDS
from cogs.wording.problems import problem
from cogs.wording.text import as_code, named, plain, relative

FACT_SHOWN, ENTRY_SHOWN, NAME_SHOWN = 200, 60, 60
"""Characters of a fact, of a setting's entry, and of a name that is none, in a refusal at most."""

NOT_A_MEMBER = "That person is not in this server (any more). Please pick somebody from the list."
OUTDATED_COMMAND = (
    "This command has changed. Please reload Discord (Ctrl+R, or restart the app), then try again."
)
ORPHANED_DIALOGUE = (
    "The bot was restarted while you were typing, or that was long ago. Please open the dialogue again."
)
CUT_OFF = "The bot was interrupted before it could answer. Please try again."
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


_REQUESTS = {
    Code.EMPTY_PROMPT: "That prompt is empty. Say in a few words what should happen.",
    Code.NOT_RUNNING: "No broadcast is running in this channel. Start one with `/odyssey start`.",
    Code.BROADCAST_OVER: "This broadcast is over. Start the next one with `/odyssey start`.",
    Code.ALREADY_ENDING: "The broadcast is already ending. Its recording will be posted here.",
    Code.MODERATORS_ONLY: (
        "Only moderators can do this: people who may manage messages in this channel. Please ask one of them."
    ),
    Code.SERVER_MODERATORS_ONLY: (
        "Only moderators of the whole server can do this: people who may manage messages, or the "
        "server, everywhere in it. Please ask one of them."
    ),
    Code.SERVER_MANAGERS_ONLY: (
        "Only people who may manage this server (Discord's permission **Manage Server**) can do this. "
        "Please ask one of them."
    ),
    Code.ACCOUNTS_ARE_OFF: (
        "The bot's operator has not switched on accounts of servers' own (`ACCOUNT_SECRETS`): ask them."
    ),
    Code.NO_OWN_ACCOUNT: "This server has no account of its own. **Set key** gives it one.",
    Code.KEY_WRONG_FORM: (
        "That is no API key: one is a single word of at least eight plain letters, digits and signs. "
        "Copy it anew from Odyssey, and nothing else."
    ),
    Code.KEY_REFUSED: (
        "Odyssey refuses that key: it may have expired or been revoked. Copy it anew, or have another one "
        "made."
    ),
    Code.KEY_NOT_CHECKED: (
        "Odyssey does not answer, so the key could not be checked. Please try again in a minute."
    ),
    Code.KEY_GONE: (
        "The key of the Odyssey account that this was streamed with is gone, so its recording cannot be "
        "fetched any more. Whoever has that account finds it at Odyssey."
    ),
    Code.WRONG_SLOTS: "Streams at once have to be a whole number from 1 to 1000. Please try again.",
    Code.OUTRANKED: (
        "Only somebody who stands above that person can do this: by a higher role, or as an "
        "administrator. Please ask one of them."
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
    Code.NO_PLACE: (
        "The bot cannot keep a broadcast here: this is a private thread without it, or one that is "
        "closed. Mention the bot to add it, open the thread, or start in another channel."
    ),
    Code.NOT_SAID: (
        "Nobody said that: it is a message of Discord's own. Say what should happen with `/odyssey say`."
    ),
    Code.NO_PICTURE: (
        "That file is no picture that can be read. Please take a JPEG, PNG, WebP, GIF, HEIC or AVIF, or "
        "start without one."
    ),
    Code.NO_PICTURE_THERE: (
        "That message has no picture attached. Choose one that has, or start with `/odyssey start`."
    ),
    Code.PICTURES_ARE_OFF: (
        "Starting from a picture is switched off in this server. Start without one, or ask a moderator "
        "to change it (`/odyssey settings pictures`)."
    ),
    Code.PICTURES_NOT_ALLOWED: (
        "In this server only some may start from a picture. Start without one, or ask a moderator to."
    ),
    Code.PICTURE_NOT_FETCHED: (
        "That picture could not be had from Discord. Please upload it again, or start without one."
    ),
    Code.PICTURE_TAKES_TOO_LONG: (
        "That picture took too long to read. Please try again, take a smaller one, or start without."
    ),
    Code.NOT_IN_LINE: "That suggestion is not in line any more: it was sent, withdrawn or refused.",
    Code.NOT_ON_BALLOT: (
        "That one waits for a place on the ballot. Vote for one that is on it, or for this one later."
    ),
    Code.VOTES_DO_NOT_COUNT: "Votes do not count just now: the panel says how it is decided what comes next.",
    Code.ALREADY_DECIDED: "A moderator has decided on that suggestion already.",
    Code.WORDS_CHANGED: "Its author changed the words meanwhile: look at them again, then decide.",
    Code.INTAKE_PAUSED: "A moderator has paused suggestions. Please try again in a little while.",
    Code.CANNOT_JUDGE: (
        "This server's text rules cannot be used just now, so nothing is taken. "
        "Please ask a moderator to look at `/odyssey settings`."
    ),
    Code.STARTERS_ONLY: "In this server only some roles may start broadcasts. Please ask a moderator.",
    Code.VOTE_IS_RUNNING: "A vote on the mode is running already. Its buttons are on the panel.",
    Code.VOTES_NOT_ALLOWED: "Viewers do not vote on the mode here. Ask a moderator for `/odyssey mode`.",
    Code.NO_VOTE_RUNNING: "That vote is closed. Call a new one with `/odyssey callvote`.",
    Code.SHUTTING_DOWN: "The bot is about to restart. Please try again in a minute.",
    Code.UNKNOWN_BROADCAST: (
        "There is no such broadcast in this server. Pick one from the list that `/odyssey recording` offers."
    ),
    Code.NOTHING_TO_CLIP: "There is nothing to clip yet. Please try again once the broadcast is live.",
    Code.CLIPS_FULL: (
        "This broadcast has as many clips as it can have. All of it is in its recording: see "
        "`/odyssey recording`."
    ),
    Code.UNKNOWN_PERIOD: (
        "I cannot read that as a period. Type a date, a month or a span, such as `14 July`, `July 2026`, "
        "`last week` or `1 May to 3 June`."
    ),
    Code.NO_BROADCASTS_YET: (
        "No stream has ended in this channel yet. Start a broadcast with `/odyssey start`, or pick one by "
        "name."
    ),
    Code.NOT_STORED: (
        "Nothing can be stored just now, so nothing is done. Please try again in a minute; "
        "if it stays, tell the bot's operator."
    ),
    Code.NO_WATCH_PAGE: (
        "This bot has no watch page that you could open; its operator can change that. While a broadcast is "
        "on, Watch on its panel opens the video."
    ),
}


_NO_ACCOUNTS = {
    errors.AccountTrouble.NONE: (
        "This server has no Odyssey account, and the bot's own is not for all servers. Someone who manages "
        "the server can set one with `/odyssey account`."
    ),
    errors.AccountTrouble.SEALED: (
        "The key of this server's Odyssey account cannot be opened any more: the bot's operator has changed "
        "its secret. Ask them to bring it back, or set the key anew with `/odyssey account`."
    ),
}


def refused_request(error: BroadcastError | WrongSettingError) -> str:
    if isinstance(error, WrongSettingError):
        return f"Nothing was changed: {wrong_setting(error)}. `/odyssey settings` explains each."
    return _REQUESTS[error.why] if isinstance(error.why, Code) else _with_facts(error.why)


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


def _with_facts(facts: Facts) -> str:
    match facts:
        case errors.PromptTooLong(length, limit):
            return f"That prompt has {length} characters, {limit} are the most. Please shorten it."
        case errors.AlreadyRunning(host):
            return (
                f"**{named(host)}** is already running a broadcast in this channel. "
                f"Steer it with `/odyssey say`, or ask {named(host)} to end it."
            )
        case errors.MayNotEnd(host):
            return f"Only **{named(host)}** or a moderator can end this broadcast. Please ask one of them."
        case errors.MissingPermissions(permissions):
            return (
                f"The bot may not do this in this channel: {', '.join(map(_permission, permissions))}. "
                "Ask an admin to allow it in the channel's settings, then try again."
            )
        case errors.Muted(until):
            return (
                f"A moderator has muted you from steering; that ends {relative(until)}. You can still "
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
                f"{relative(until)}."
            )
        case errors.CoolingDown(until):
            return f"One at a time, please: your next suggestion is welcome {relative(until)}."
        case errors.SlowMode(until):
            return f"Slow mode is on in this server: the next suggestion is welcome {relative(until)}."
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
        case errors.BroadcastTooLong(limit_minutes):
            return (
                f"In this server a broadcast may last {limit_minutes} min at most. Please start with fewer "
                "`minutes`, or ask a moderator for more (`/odyssey settings minutes_limit`)."
            )
        case errors.DayIsUsedUp(minutes, until):
            return (
                f"This server's {minutes} minutes of today are used up, or kept for broadcasts that run now. "
                f"New ones are there {relative(until)}."
            )
        case errors.NoAccount(trouble):
            return _NO_ACCOUNTS[trouble]
        case errors.PictureTooLarge(limit_mb, limit_megapixels):
            return (
                f"That picture is too large: {limit_mb} MB and {limit_megapixels} megapixels are the most. "
                "Please take a smaller one, or start without."
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
