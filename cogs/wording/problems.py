"""What moderators read of a setting, or a file, that is not taken: the end of a sentence behind its name."""

from __future__ import annotations

from bot.broadcast.arbitration.policy import Mode
from bot.guilds.settings import problems
from bot.guilds.settings.problems import Mistake, Problem
from bot.moderation.rules import (
    LENGTH_LIMIT,
    PATTERN_LENGTH_LIMIT,
    PATTERNS_LIMIT,
    WORD_LENGTH_LIMIT,
    WORDS_LIMIT,
    Fault,
)


def problem(problem: Problem) -> str:
    match problem:
        case Mistake():
            return _mistake(problem)
        case problems.UnfitRule(fault, where):
            return f"{_fault(fault)}, at “{where}”" if where else _fault(fault)
        case problems.TooLong(limit):
            return f"it is longer than {limit} characters"
        case problems.TooMany(count, limit):
            return f"it has {count} entries, {limit} are the most"
        case problems.TooManyInFile(count, limit):
            return f"it has {count:,} entries, {limit:,} are the most in a list"
        case problems.OutOfRange(lowest, highest, is_whole):
            return f"it has to be a {'whole number' if is_whole else 'number'} from {lowest} to {highest}"
        case problems.FileTooLarge(limit):
            return f"it is larger than {limit // 1_000_000} MB"
        case problems.NotUtf8(line):
            return f"it is not UTF-8 (see line {line}); save it as UTF-8"
        case problems.NotJson(line):
            return (
                f"line {line} is not as JSON has it: look for a comma, a quote or a bracket too many or too "
                "few there, or in the line before"
            )
        case problems.HasComment(line):
            return f"it has a comment, which JSON does not know: remove it (line {line})"
        case problems.TooManyDigits(count):
            return f"it has a number of {count} digits"
        case problems.NamedTwice(name):
            return f"“{name}” is there twice"


def _mistake(mistake: Mistake) -> str:
    match mistake:
        case Mistake.NO_NAME:
            return "say which setting"
        case Mistake.NO_SUCH_SETTING:
            return "there is no such setting"
        case Mistake.NO_TEXT:
            return "this is no text"
        case Mistake.NO_ROLE:
            return "this is no role: mention it, or give its ID"
        case Mistake.NO_LIST:
            return "it has to be a list"
        case Mistake.NO_MODE:
            *others, last = (mode.value for mode in Mode)
            return f"say {', '.join(others)} or {last}"
        case Mistake.NOT_YES_OR_NO:
            return "say yes or no"
        case Mistake.EMPTY_ENTRY:
            return "it is empty"
        case Mistake.SHOWS_NOTHING:
            return "this shows nothing"
        case Mistake.PROMPT_SHOWS_NOTHING:
            return "this shows nothing: say in a few words what should happen"
        case Mistake.HAS_A_BLANK:
            return "it has a blank, or something that cannot be seen"
        case Mistake.PREFIX_IS_DISCORDS:
            return "it must not start with @, / or <, nor contain `: Discord itself gives them a meaning"
        case Mistake.PREFIX_CANNOT_BE_TYPED:
            return "it must be characters that can be seen and typed, without blanks"
        case Mistake.PREFIX_IS_OTHERS:
            return "suggestions would start as what is said to other bots: change one of the two"
        case Mistake.CHANGED_MEANWHILE:
            return "somebody else changed it meanwhile: look at it, then edit again"
        case Mistake.FILE_AND_VALUE:
            return "a file has all settings: give it without a name and a value"
        case Mistake.EMPTY_FILE:
            return "it is empty"
        case Mistake.NO_TEXT_FILE:
            return "it is no text file; save it as UTF-8"
        case Mistake.NO_FILE_OF_SETTINGS:
            return "it is no file of settings: take the one that is shown here, and change its values"
        case Mistake.NO_NAMES_AND_VALUES:
            return "it has to have names and values in curly brackets, as the one that is shown here"
        case Mistake.TOO_DEEP:
            return "it has brackets in brackets, too many to be read"
        case Mistake.WEB_PAGE:
            return "it is a web page: save the list itself"
        case Mistake.NO_WORDS:
            return "there are no words in it: have one on each line"
        case Mistake.IS_AN_EXPRESSION:
            return "it looks like a regular expression: these go into the blocked patterns"


def _fault(fault: Fault) -> str:
    match fault:
        case Fault.LENGTH_OUT_OF_BOUNDS:
            return f"the longest text has from 1 to {LENGTH_LIMIT} characters"
        case Fault.TOO_MANY_WORDS:
            return f"the list has more than {WORDS_LIMIT:,} words"
        case Fault.WORD_TOO_LONG:
            return f"it is longer than {WORD_LENGTH_LIMIT} characters"
        case Fault.SINGLE_LETTER:
            return "a single letter or digit would refuse nearly every text"
        case Fault.NOTHING_TO_LOOK_FOR:
            return "it has no letter, digit or symbol that could be looked for"
        case Fault.TOO_MANY_PATTERNS:
            return f"the list has more than {PATTERNS_LIMIT} patterns"
        case Fault.PATTERN_TOO_LONG:
            return f"it is longer than {PATTERN_LENGTH_LIMIT} characters"
        case Fault.PATTERN_TOO_LARGE:
            return "it is too large: repeat fewer times, or use narrower classes"
        case Fault.PATTERNS_TOO_LARGE:
            return "the list is too large with it: shorten or remove some patterns"
        case Fault.MATCHES_NEARLY_ALL:
            return "it matches nearly every text"
        case Fault.QUOTE_NOT_CLOSED:
            return r"it does not end by itself: close what begins with \Q by \E"
        case Fault.NAMES_A_GROUP:
            return "it names a group, which has no use here: write (…) in place of (?P<name>…)"
        case Fault.BRACKET_NOT_CLOSED:
            return "a bracket ( is not closed"
        case Fault.BRACKET_NOT_OPENED:
            return "a bracket ) closes what was not opened"
        case Fault.CLASS_NOT_CLOSED:
            return "a class that [ opens is not closed"
        case Fault.NO_SUCH_CLASS:
            return "there is no such class"
        case Fault.NOTHING_TO_REPEAT:
            return "there is nothing in front of what repeats"
        case Fault.REPEATS_A_REPETITION:
            return "what repeats is repeated"
        case Fault.REPEATS_TOO_OFTEN:
            return "it repeats more than 1000 times"
        case Fault.NO_SUCH_OPTION:
            return "there is no look-around, and no such option"
        case Fault.NO_SUCH_ESCAPE:
            return "there is no backreference, and no such sign behind a \\"
        case Fault.NOTHING_BEHIND_LAST:
            return "there is nothing behind the last \\"
        case Fault.UNREADABLE:
            return "it cannot be read as a regular expression"
