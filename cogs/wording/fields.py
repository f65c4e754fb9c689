"""What people call each setting, and what it is for, as dialogues, lists and pages have it."""

from dataclasses import dataclass

from bot.guilds.settings.guild_settings import Group


@dataclass(frozen=True, slots=True)
class Words:
    """A setting in plain words: Discord has room for 45 characters of the title, and 100 of the meaning."""

    title: str
    meaning: str


GROUPS = {
    Group.DECIDING: "Deciding",
    Group.SPEECH: "What may be said",
    Group.PACE: "Pace",
    Group.PEOPLE: "Who may",
    Group.LIMITS: "Limits",
    Group.PANEL: "Panel and chat",
}
FIELDS = {
    "mode": Words(
        "How it is decided what happens next",
        "queue: by turns; vote: by a ballot; draw: by lot; host: moderators approve",
    ),
    "vote_window_s": Words("Seconds that a ballot is open", "For voting on the next suggestion"),
    "ballot_share": Words(
        "Suggestions of one person on a ballot",
        "Of the five at most; further ones of theirs wait for a place",
    ),
    "line_limit": Words(
        "Suggestions that may wait at once",
        "Of everybody together; further ones are refused until there is room",
    ),
    "line_limit_per_viewer": Words(
        "Suggestions of one person that may wait",
        "Further ones of theirs are refused until one has had its turn",
    ),
    "blocked_words": Words(
        "Blocked words and phrases",
        "Refused however they are spelt; word* blocks what begins so; with commas, or one a line",
    ),
    "blocked_patterns": Words(
        "Blocked patterns", "Regular expressions (RE2) that are refused; with ; between, or one a line"
    ),
    "allows_links": Words("Links are allowed", "Whether suggestions may have links"),
    "allows_invites": Words("Invites are allowed", "Whether suggestions may have invites to Discord servers"),
    "allows_mentions": Words("Mentions are allowed", "Whether suggestions may mention people or roles"),
    "gap_s": Words(
        "Seconds between two changes of the world",
        "So much time each suggestion has in the picture, at least",
    ),
    "cooldown_s": Words(
        "Seconds between two suggestions of a person",
        "Until then, further ones of theirs are refused; 0: no wait",
    ),
    "slow_mode_s": Words(
        "Seconds between two suggestions of anybody", "Slow mode for everybody together; 0: no wait"
    ),
    "repeat_window_s": Words(
        "Seconds until the same may be said again",
        "Until then, who repeats what somebody suggested is refused; 0: no wait",
    ),
    "lifetime_s": Words(
        "Seconds after which a suggestion is stale",
        "What has waited for longer is dropped, and its author told",
    ),
    "moderator_roles": Words("Who moderates", "Roles that do, besides everybody who may manage messages"),
    "starter_roles": Words("Who may start broadcasts", "Roles that may, besides moderators; none: everyone"),
    "bypass_roles": Words(
        "Whom no filter holds", "Roles without filter, cooldown and slow mode, as moderators"
    ),
    "viewers_may_call_votes": Words(
        "Viewers may vote on the mode", "Whether they may call votes, by /odyssey callvote"
    ),
    "pictures": Words(
        "Who may start from a picture", "hosts: who has a role that starts, and moderators; off: nobody"
    ),
    "prompt_limit": Words("Characters in a suggestion", "At most"),
    "broadcasts_at_once": Words("Broadcasts at once", "In all channels of this server together, at most"),
    "minutes": Words("Minutes of a broadcast", "If /odyssey start names no others"),
    "minutes_limit": Words("Minutes of the longest broadcast", "More than these cannot be asked for"),
    "minutes_per_day": Words(
        "Minutes of broadcast a day", "All broadcasts of a day (UTC) together, at most; 0: any number"
    ),
    "prefix": Words(
        "What a suggestion in chat starts with",
        "Empty: the bot's own; none: only mentions, replies, buttons and commands suggest",
    ),
    "other_prefixes": Words(
        "What is said to other bots", "What starts with one of these is no suggestion, such as !play !! ? /"
    ),
    "panel_follows_after": Words(
        "Messages until the panel comes down again",
        "When so many stand below it (long ones and pictures count more), once a minute; 0: never",
    ),
    "credits": Words(
        "Films name who steered", "As text below the picture that viewers can switch on; yes or no"
    ),
    "safe_prompt": Words("What Panic shows", "The prompt that the panic button sends into the world"),
}
