"""Settings as people and programs hand them over: taken in the forms that exist, or refused by name."""

import codecs
import json
import re
from collections import Counter
from dataclasses import MISSING, fields
from typing import Any

import pytest

from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import GROUP_LIMIT, GuildSettings, group_of
from bot.guilds.words.text_rules import make_text_filter
from cogs.wording.fields import FIELDS
from cogs.wording.requests import refused_request
from tests.support.rules import UNSET

EXPORT = GuildSettings(blocked_words=("heck", "Бранное слово"), gap_s=7).model_dump_json(indent=2)
GAP_LINE = EXPORT[: EXPORT.index('"gap_s"')].count("\n") + 1
WORDS = [f"word {number}" for number in range(3000)]
WORDS_MORE = [f"other {number}" for number in range(2001)]
INTERNALS = re.compile(
    r"string should|value error|input should|column \d|pydantic|sys\.|\.\.|\*{4}|\\{4}", re.IGNORECASE
)


def refusal(settings: str | bytes | dict[str, Any]) -> str:
    """What the moderator reads whose file is refused, by itself or as rules."""
    text = json.dumps(settings) if isinstance(settings, dict) else settings
    with pytest.raises(WrongSettingError) as caught:
        make_text_filter(GuildSettings.from_json(text))
    sentence = refused_request(caught.value)
    assert not INTERNALS.search(sentence), sentence
    return sentence.replace("\\_", "_")


@pytest.mark.parametrize(
    "rules",
    [
        UNSET.arbitration,
        UNSET.arbitration.limits,
        UNSET.arbitration.policy,
        UNSET.intake,
        UNSET.budget,
        UNSET.text,
    ],
)
def test_no_default_is_kept_twice(rules: Any) -> None:
    """What a server's settings say has its default there, and nowhere below."""
    assert [field.name for field in fields(rules) if field.default is not MISSING] == []


@pytest.mark.parametrize(
    "data",
    [
        EXPORT.encode(),
        EXPORT.encode("utf-8-sig"),
        EXPORT.encode("utf-16"),
        codecs.BOM_UTF16_BE + EXPORT.encode("utf-16-be"),
        EXPORT.encode("utf-16-le"),
        EXPORT.encode("utf-16-be"),
        EXPORT.encode("utf-32"),
        codecs.BOM_UTF32_BE + EXPORT.encode("utf-32-be"),
        EXPORT.replace("\n", "\r\n").encode("utf-16"),
        EXPORT.encode() + b"\r\n\r\n",
        EXPORT.encode() + b"\0",
        (EXPORT + "\0").encode("utf-16"),
        (EXPORT + "\n\0\0").encode("utf-32"),
        f"\n \t{EXPORT}".encode(),
    ],
)
def test_an_export_saved_again_by_any_editor_is_taken(data: bytes) -> None:
    """With a mark or without, in the encodings that editors and shells call Unicode."""
    settings = GuildSettings.from_json(data)
    assert (settings.gap_s, settings.blocked_words) == (7, ("heck", "Бранное слово"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \r\n\0\0", "empty"),
        (EXPORT.encode("koi8-r"), "not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not UTF-8"),
        (b"PK\x03\x04\0\0\0\0 and more", "no text file"),
        ("<!DOCTYPE html><html></html>", "no file of settings"),
        ("heck\ndarn", "no file of settings"),
        ("[]", "curly brackets"),
        (f"// ours\n{EXPORT}", "comment, which JSON does not know: remove it (line 1)"),
        (EXPORT.replace('  "gap_s"', '  # slow\n  "gap_s"'), "comment, which JSON does not know"),
        (EXPORT.replace('"gap_s": 7.0,', '"gap_s": 7.0,,'), f"line {GAP_LINE} is not as JSON has it"),
        (EXPORT[:-2] + ",}", "is not as JSON has it"),
        (EXPORT * 2, "is not as JSON has it"),
        ('{"gap_s": 1, "gap_s": 2}', "“gap_s” is there twice"),
        ('{"gap_s": %s}' % ("9" * 5000), "a number of 5000 digits"),
        ('{"a":' * 50_000, "brackets in brackets"),
    ],
)
def test_what_is_no_file_of_settings_is_refused_in_a_sentence(data: str | bytes, said: str) -> None:
    """It says what was expected, and where, without a parser's words."""
    assert said in refusal(data)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"nonsense": 1}, "**nonsense**: there is no such setting"),
        ({"\ud800": 1}, "there is no such setting"),
        ({"mode": "\ud800"}, "(`mode`): say queue"),
        ({"blocked_words": ["fine", "\ud800 heck"]}, "(`blocked_words`), entry 2"),
        ({"safe_prompt": "\ud800"}, "(`safe_prompt`): this shows nothing"),
        ({"gap_s": 61}, "(`gap_s`): it has to be a number from 0 to 60"),
        ({"gap_s": "2,5"}, "(`gap_s`): it has to be a number from 0 to 60"),
        ({"gap_s": True}, "(`gap_s`): it has to be a number"),
        ({"gap_s": None}, "(`gap_s`): it has to be a number"),
        ({"line_limit": 3.5}, "(`line_limit`): it has to be a whole number from 1 to 1000"),
        ({"line_limit": {}}, "(`line_limit`): it has to be a whole number from 1 to 1000"),
        ({"mode": "turns"}, "(`mode`): say queue, vote, draw or host"),
        ({"allows_links": "maybe"}, "(`allows_links`): say yes or no"),
        ({"allows_links": 3}, "(`allows_links`): say yes or no"),
        ({"blocked_words": {"heck": 1}}, "(`blocked_words`): it has to be a list"),
        ({"blocked_words": [*"abc"]}, "(`blocked_words`), entry 1 (`a`): a single letter"),
        ({"blocked_words": [*WORDS[:150], " "]}, "(`blocked_words`), entry 151: it is empty"),
        ({"blocked_words": ["fine", None]}, "(`blocked_words`), entry 2: this is no text"),
        ({"blocked_words": ["fine", "x" * 61]}, "): it is longer than 60 characters"),
        ({"blocked_words": WORDS + WORDS_MORE}, "it has 5001 entries, 5000 are the most"),
        ({"blocked_patterns": ["fine", r"(a)\1"]}, r"entry 2 (`(a)\1`): there is no backreference"),
        ({"blocked_patterns": ["fine", r"\Qbad"]}, r"(`blocked_patterns`), entry 2 (`\Qbad`): it does not"),
        ({"blocked_patterns": ["(a"]}, "(`blocked_patterns`), entry 1 (`(a`): a bracket ( is not closed. "),
        ({"blocked_patterns": ["(" * 150]}, "a bracket ( is not closed"),
        ({"blocked_patterns": WORDS}, "it has 3000 entries, 50 are the most"),
        ({"moderator_roles": ["<@&5>", "Mods"]}, "(`moderator_roles`), entry 2 (`Mods`): this is no role"),
        ({"moderator_roles": [True]}, "(`moderator_roles`), entry 1"),
        ({"prefix": "hey bot"}, "(`prefix`): it must be characters that can be seen and"),
        ({"prefix": "!\n!"}, "without blanks"),
        ({"prefix": "<@123>"}, "must not start with @, / or"),
        ({"prefix": "/"}, "must not start with @, / or"),
        ({"prefix": "!`"}, "nor contain"),
        ({"prefix": "\u3164"}, "can be seen"),
        ({"prefix": "x" * 21}, "it is longer than 20 characters"),
        ({"prefix": None}, "(`prefix`): this is no text"),
        ({"prefix": ["!"]}, "(`prefix`): this is no text"),
        ({"other_prefixes": ["!", "a b"]}, "(`other_prefixes`), entry 2 (`a b`): it has a blank"),
        ({"other_prefixes": ["\u200b"]}, "entry 1: it has a blank, or something that cannot be seen"),
        ({"other_prefixes": ["x" * 21]}, "it is longer than 20 characters"),
        ({"other_prefixes": [f"?{n}" for n in range(51)]}, "it has 51 entries, 50 are the most"),
        ({"safe_prompt": " "}, "(`safe_prompt`): this shows nothing"),
        ({"safe_prompt": "x" * 201}, "(`safe_prompt`): it is longer than 200 characters"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_name_with_what_was_expected(settings: dict[str, Any], said: str) -> None:
    """The setting, the entry by number and text, and what would do."""
    assert said in refusal(settings)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("mode", " Vote ", "vote"),
        ("MODE", "HOST", "host"),
        ("allows_links", "Yes", True),
        ("allows links", "ON", True),
        ("Allows-Links: Whether suggestions", " no ", False),
        ("gap_s", " 2.5 ", 2.5),
        ("line_limit", "7", 7),
        ("blocked_words", "heck; darn\nbother，fie\r\nHECK", ("heck", "darn", "bother", "fie", "HECK")),
        ("blocked_words", "heck, heck, ,darn,", ("heck", "darn")),
        ("blocked_patterns", r"a{2,3}b;\bfree\b" + "\nlast", ("a{2,3}b", r"\bfree\b", "last")),
        ("moderator_roles", "<@&12><@&13> 14,15", (12, 13, 14, 15)),
        ("starter_roles", "none", ()),
        ("prefix", "odyssey ", "odyssey"),
        ("prefix", "🎬", "🎬"),
        ("prefix", "！", "！"),
        ("prefix", " None ", "none"),
        ("prefix", "", ""),
        ("other_prefixes", "!play, !!; ?  /", ("!play", "!!", "?", "/")),
        ("other_prefixes", "!,?,!", ("!", "?")),
        ("other_prefixes", ", ;; ..", (",", ";;", "..")),
        ("other_prefixes", "none", ()),
    ],
)
def test_what_is_meant_beyond_doubt_is_taken(name: str, typed: str, value: object) -> None:
    """Whatever the case, the separators and the blanks."""
    changed = GuildSettings().changed(name, typed)
    assert changed.differences(GuildSettings()) in (
        [],
        [name.partition(":")[0].lower().replace(" ", "_").replace("-", "_")],
    )
    assert value in {getattr(changed, each) for each in GuildSettings.model_fields}


def test_every_setting_fits_into_a_dialogue_of_its_group() -> None:
    """Five fields, their names of 45 characters and their explanations of 100: Discord takes no more."""
    assert max(Counter(map(group_of, GuildSettings.model_fields.values())).values()) <= GROUP_LIMIT
    assert list(FIELDS) == list(GuildSettings.model_fields)
    for words in FIELDS.values():
        assert 0 < len(words.title) <= 45
        assert 0 < len(words.meaning) <= 100


def test_numbers_and_words_are_told_apart_where_they_can_be() -> None:
    """A number written as a word is a number, and a number in a list of words is a word."""
    settings = GuildSettings.from_json('{"gap_s": "2.5", "line_limit": "7", "blocked_words": [88, "heck"]}')
    assert (settings.gap_s, settings.line_limit, settings.blocked_words) == (2.5, 7, ("88", "heck"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "say which setting"),
        ("  ", "say which setting"),
        (":", "say which setting"),
        ("\ud800", "no such setting"),
        ("model_fields", "no such setting"),
        ("x" * 500, "no such setting"),
    ],
)
def test_a_change_of_no_setting_is_refused(name: str, said: str) -> None:
    """Rather than shown as one without a name."""
    with pytest.raises(WrongSettingError) as caught:
        GuildSettings().changed(name, "7")
    assert said in refused_request(caught.value)
