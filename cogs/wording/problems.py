"""What moderators read of a setting, or a file, that is not taken: the end of a sentence behind its name."""

from bot.guilds.settings import problems
from bot.guilds.settings.problems import Mistake, Problem
from bot.moderation import rules
from bot.moderation.rules import Fault

_MISTAKES = {
    Mistake.NO_NAME: "say which setting",
    Mistake.NO_SUCH_SETTING: "there is no such setting",
    Mistake.NO_TEXT: "this is no text",
    Mistake.NO_ROLE: "this is no role: mention it, or give its ID",
    Mistake.NO_LIST: "it has to be a list",
    Mistake.NOT_YES_OR_NO: "say yes or no",
    Mistake.EMPTY_ENTRY: "it is empty",
    Mistake.SHOWS_NOTHING: "this shows nothing",
    Mistake.PROMPT_SHOWS_NOTHING: "this shows nothing: say in a few words what should happen",
    Mistake.HAS_A_BLANK: "it has a blank, or something that cannot be seen",
    Mistake.PREFIX_IS_DISCORDS: (
        "it must not start with @, / or <, nor contain `: Discord itself gives them a meaning"
    ),
    Mistake.PREFIX_CANNOT_BE_TYPED: "it must be characters that can be seen and typed, without blanks",
    Mistake.PREFIX_IS_OTHERS: "suggestions would start as what is said to other bots: change one of the two",
    Mistake.CHANGED_MEANWHILE: "somebody else changed it meanwhile: look at it, then edit again",
    Mistake.FILE_AND_VALUE: "a file has all settings: give it without a name and a value",
    Mistake.EMPTY_FILE: "it is empty",
    Mistake.NO_TEXT_FILE: "it is no text file; save it as UTF-8",
    Mistake.NO_FILE_OF_SETTINGS: (
        "it is no file of settings: take the one that is shown here, and change its values"
    ),
    Mistake.NO_NAMES_AND_VALUES: (
        "it has to have names and values in curly brackets, as the one that is shown here"
    ),
    Mistake.TOO_DEEP: "it has brackets in brackets, too many to be read",
    Mistake.WEB_PAGE: "it is a web page: save the list itself",
    Mistake.NO_WORDS: "there are no words in it: have one on each line",
    Mistake.IS_AN_EXPRESSION: "it looks like a regular expression: these go into the blocked patterns",
}
_FAULTS = {
    Fault.LENGTH_OUT_OF_BOUNDS: f"the longest text has from 1 to {rules.LENGTH_LIMIT} characters",
    Fault.TOO_MANY_WORDS: f"the list has more than {rules.WORDS_LIMIT:,} words",
    Fault.WORD_TOO_LONG: f"it is longer than {rules.WORD_LENGTH_LIMIT} characters",
    Fault.SINGLE_LETTER: "a single letter or digit would refuse nearly every text",
    Fault.NOTHING_TO_LOOK_FOR: "it has no letter, digit or symbol that could be looked for",
    Fault.TOO_MANY_PATTERNS: f"the list has more than {rules.PATTERNS_LIMIT} patterns",
    Fault.PATTERN_TOO_LONG: f"it is longer than {rules.PATTERN_LENGTH_LIMIT} characters",
    Fault.PATTERN_TOO_LARGE: "it is too large: repeat fewer times, or use narrower classes",
    Fault.PATTERNS_TOO_LARGE: "the list is too large with it: shorten or remove some patterns",
    Fault.MATCHES_NEARLY_ALL: "it matches nearly every text",
    Fault.QUOTE_NOT_CLOSED: r"it does not end by itself: close what begins with \Q by \E",
    Fault.NAMES_A_GROUP: "it names a group, which has no use here: write (…) in place of (?P<name>…)",
    Fault.BRACKET_NOT_CLOSED: "a bracket ( is not closed",
    Fault.BRACKET_NOT_OPENED: "a bracket ) closes what was not opened",
    Fault.CLASS_NOT_CLOSED: "a class that [ opens is not closed",
    Fault.NO_SUCH_CLASS: "there is no such class",
    Fault.NOTHING_TO_REPEAT: "there is nothing in front of what repeats",
    Fault.REPEATS_A_REPETITION: "what repeats is repeated",
    Fault.REPEATS_TOO_OFTEN: "it repeats more than 1000 times",
    Fault.NO_SUCH_OPTION: "there is no look-around, and no such option",
    Fault.NO_SUCH_ESCAPE: "there is no backreference, and no such sign behind a \\",
    Fault.NOTHING_BEHIND_LAST: "there is nothing behind the last \\",
    Fault.UNREADABLE: "it cannot be read as a regular expression",
}


def problem(problem: Problem) -> str:
    match problem:
        case Mistake():
            return _MISTAKES[problem]
        case problems.UnfitRule(fault, where):
            return f"{_FAULTS[fault]}, at “{where}”" if where else _FAULTS[fault]
        case problems.TooLong(limit):
            return f"it is longer than {limit} characters"
        case problems.TooMany(count, limit):
            return f"it has {count} entries, {limit} are the most"
        case problems.TooManyInFile(count, limit):
            return f"it has {count:,} entries, {limit:,} are the most in a list"
        case problems.NotOneOf(words):
            return f"say {', '.join(words[:-1])} or {words[-1]}"
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
