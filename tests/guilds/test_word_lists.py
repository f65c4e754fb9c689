"""Lists of words as people publish them: taken in the forms that exist; what is no word is told."""

import codecs
import json
import re

import pytest

from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.settings.problems import Mistake, ProblemError
from bot.guilds.words.word_lists import ENTRIES_LIMIT, read_word_list, word_list_file
from bot.moderation.rules import WORDS_LIMIT
from cogs.wording.problems import problem

WORDS = ("heck", "Größe", "two words", "88")
LINES = "\n".join(WORDS)


@pytest.mark.parametrize(
    "data",
    [
        LINES.encode(),
        f"{LINES}\n".encode(),
        LINES.replace("\n", "\r\n").encode(),
        LINES.replace("\n", "\r").encode(),
        LINES.encode("utf-8-sig"),
        LINES.encode("utf-16"),
        codecs.BOM_UTF16_BE + LINES.encode("utf-16-be"),
        LINES.encode("utf-16-le"),
        f"{LINES}\0".encode(),
        f"# mild\n\n{LINES}\n// end\n   \n".encode(),
        "\n".join(f"  {word}\t # said often" for word in WORDS).encode(),
        "\n".join(f'"{word}",' for word in WORDS).encode(),
        ", ".join(WORDS).encode(),
        "; ".join(WORDS).encode(),
        f"word\n{LINES}".encode(),
        "\n".join(f"- {word}" for word in WORDS).encode(),
        "\n".join(f"{number}. {word}" for number, word in enumerate(WORDS, 1)).encode(),
        "\n".join(f"'{word}'" for word in WORDS).encode(),
        "\n".join(f"\u200b{word}" for word in WORDS).encode(),
        ("word,severity\n" + "\n".join(f"{word},3" for word in WORDS)).encode(),
        ("Severity;Term\r\n" + "\r\n".join(f"3;{word}" for word in WORDS)).encode(),
        ("id\tbad one\tlevel\n" + "\n".join(f"{n}\t{word}\tmild" for n, word in enumerate(WORDS))).encode(),
        "\n".join(f'"{word}","mild"' for word in WORDS).encode(),
        "\n".join(f"0.7,{word},," for word in WORDS).encode(),
        json.dumps(WORDS).encode(),
        json.dumps(WORDS, ensure_ascii=False, indent=2).encode("utf-8-sig"),
        json.dumps({"name": "mild", "version": 3, "words": WORDS}).encode(),
        json.dumps({"mild": WORDS[:2], "severe": dict.fromkeys(WORDS[2:], 3)}).encode(),
        json.dumps(dict.fromkeys(WORDS, 1)).encode(),
        json.dumps([{"id": "7", "word": word, "severity": 2} for word in WORDS]).encode(),
        json.dumps([{"match": word} for word in WORDS]).encode(),
        json.dumps({"trigger": {"keyword_filter": WORDS, "allow_list": ["scheck"]}}).encode(),
        json.dumps({"blocked_words": ", ".join(WORDS), "mode": "vote"}).encode(),
        json.dumps([[word] for word in WORDS]).encode(),
        GuildSettings(blocked_words=WORDS, moderator_roles=(7,)).model_dump_json().encode(),
        word_list_file(WORDS),
    ],
)
def test_a_list_is_read_however_it_is_published(data: bytes) -> None:
    """Lines, tables and JSON, with comments, headers and other columns, as any editor saves them."""
    listed = read_word_list(data)
    assert listed.words == WORDS
    assert not listed.refused


def test_numbers_in_json_are_words() -> None:
    """Also beside texts."""
    assert read_word_list(b'["heck", 88, null, true]').words == ("heck", "88")


def test_wildcards_of_other_bots_are_taken_as_ours() -> None:
    """A star behind a word counts; one in front cannot, and one within is what masks a letter."""
    assert read_word_list(b"*heck*\n*darn\nfie*\nf*e").words == ("heck*", "darn", "fie*", "f*e")


def test_each_word_is_taken_once() -> None:
    """In whatever case it comes again; and besides those that are known."""
    listed = read_word_list(b"Heck\nheck\nHECK\ndarn")
    assert (listed.words, listed.repeated) == (("Heck", "darn"), 2)
    assert listed.besides(["hECK"]) == ("darn",)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (r"\bheck\b", "looks like a regular expression"),
        ("h[a-z]ck", "looks like a regular expression"),
        ("he(ck|ll)", "looks like a regular expression"),
        ("h.*ck", "looks like a regular expression"),
        ("/heck/i", "looks like a regular expression"),
        ("^heck$", "looks like a regular expression"),
        ("he{2,}ck", "looks like a regular expression"),
        ("(?i)heck", "looks like a regular expression"),
        ("a", "a single letter"),
        ("...", "no letter"),
        ("*", "no letter"),
        ("x" * 61, "longer than 60 characters"),
        ("[" * 10_000 + "a-a", "longer than 60 characters"),
    ],
)
def test_what_is_no_word_is_told_by_its_line(entry: str, said: str) -> None:
    """The rest of the list is taken."""
    listed = read_word_list(f"heck\n\n{entry}\ndarn".encode())
    assert listed.words == ("heck", "darn")
    [(place, why)] = listed.refused
    assert (place.number, place.text) == (3, entry)
    assert said in problem(why)


@pytest.mark.parametrize("entry", ["a$$", "sh!t", "b[i]tch", ":(", "f**k", "c++ heck", "what?", "(heck)"])
def test_words_with_signs_are_no_regular_expressions(entry: str) -> None:
    """They are masked, or only look odd."""
    assert not any(why is Mistake.IS_AN_EXPRESSION for _, why in read_word_list(entry.encode()).refused)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there are no words in it"),
        (b"\xef\xbb\xbf\r\n  \n# nothing\n", "there are no words in it"),
        (b"[]", "there are no words in it"),
        (b'{"words": []}', "there are no words in it"),
        (b'["heck", "darn"', "line 1 is not as JSON has it"),
        (b'{"words": ["heck",]}', "is not as JSON has it"),
        ("größe".encode("latin-1"), "is not UTF-8"),
        (b"<!DOCTYPE html><html>heck</html>", "it is a web page"),
        (b"PK\x03\x04\0\0\0\0 and more", "no text file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not UTF-8"),
        (b'["heck", ' + b"[" * 100_000, "brackets in brackets"),
        *((b"[" * depth + b"]" * depth, "brackets in brackets|no words in it") for depth in (300, 950, 990)),
        (b"heck\n" * (ENTRIES_LIMIT + 1), "20,001 entries, 5,000 are the most"),
    ],
)
def test_a_file_without_words_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    """And nothing is emptied by mistake."""
    with pytest.raises(ProblemError) as refused:
        read_word_list(data)
    assert re.search(said, problem(refused.value.problem))


def test_the_longest_list_is_taken_and_given_back() -> None:
    """As many as there may be, in an odd table too."""
    words = tuple(f"word {number}" for number in range(WORDS_LIMIT))
    assert read_word_list(word_list_file(words)).words == words
    digits = "1" * 50_000
    assert read_word_list(f"heck,{digits}\ndarn,{digits}x".encode()).words == ("heck", "darn")
