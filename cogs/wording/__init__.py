"""What users read, in one place: one plain sentence and a next step for each code, reason and refusal.

Whatever comes from outside (names, prompts, the service's words) passes through `plain` before it is shown.
"""

from cogs.wording.deeds import deed
from cogs.wording.endings import UNDERSTOOD, ending, reached_limit
from cogs.wording.mutes import MUTE_OVER, MUTED_ALREADY, NOBODY_MUTED, mute, muted, unmuted
from cogs.wording.requests import (
    EARLIER_WORDS,
    NOT_A_MEMBER,
    NOT_TOLD_HERE,
    ORPHANED_DIALOGUE,
    OUTDATED_COMMAND,
    UNEXPECTED,
    refused_request,
    setting_title,
    wrong_setting,
)
from cogs.wording.settings import (
    first_answer,
    first_question,
    setting_value,
    trouble_lines,
    word_list,
    word_of_change,
    word_of_import,
    word_of_words,
)
from cogs.wording.suggestions import settled_suggestion, simply_refused, taken_suggestion, waiting_unfollowed
from cogs.wording.text import (
    MESSAGE_LIMIT,
    PANEL_IS_BELOW,
    SHOWN_PROMPT_LIMIT,
    as_code,
    duration,
    fitting,
    length,
    mode_name,
    plain,
    reference,
    to_review,
)
from cogs.wording.votes import NO_VOTE, VOTE_GONE, VOTE_TAKEN_BACK, your_vote, your_vote_on_mode

__all__ = [
    "EARLIER_WORDS",
    "MESSAGE_LIMIT",
    "MUTED_ALREADY",
    "MUTE_OVER",
    "NOBODY_MUTED",
    "NOT_A_MEMBER",
    "NOT_TOLD_HERE",
    "NO_VOTE",
    "ORPHANED_DIALOGUE",
    "OUTDATED_COMMAND",
    "PANEL_IS_BELOW",
    "SHOWN_PROMPT_LIMIT",
    "UNDERSTOOD",
    "UNEXPECTED",
    "VOTE_GONE",
    "VOTE_TAKEN_BACK",
    "as_code",
    "deed",
    "duration",
    "ending",
    "first_answer",
    "first_question",
    "fitting",
    "length",
    "mode_name",
    "mute",
    "muted",
    "plain",
    "reached_limit",
    "reference",
    "refused_request",
    "setting_title",
    "setting_value",
    "settled_suggestion",
    "simply_refused",
    "taken_suggestion",
    "to_review",
    "trouble_lines",
    "unmuted",
    "waiting_unfollowed",
    "word_list",
    "word_of_change",
    "word_of_import",
    "word_of_words",
    "wrong_setting",
    "your_vote",
    "your_vote_on_mode",
]
