"""What a chat message begins with."""

import pytest

from bot.broadcast.intake.prefixes import Prefixes, prompt_in_chat


@pytest.mark.parametrize(
    ("message", "prompt"),
    [
        ("!snow", "snow"),
        (" ! snow", " snow"),
        ("！雪", "雪"),
        ("!🔥", "🔥"),
        ("!7", "7"),
        ("!(snow)", "(snow)"),
        ("!", None),
        ("! ", None),
        ("!!!", None),
        ("!！!", None),
        ("!?", None),
        ("!...", None),
        ("! :)", None),
        ("!\n", None),
        ("!!help", None),
        ("!！help", None),
        ("snow!", None),
        ("", None),
    ],
)
def test_chat_with_the_prefix_is_a_proposal(message: str, prompt: str | None) -> None:
    """Only the prefix at the front, in either width, and only if something is said behind it."""
    assert prompt_in_chat(message, "!") == prompt


@pytest.mark.parametrize(
    ("message", "prefix", "prompt"),
    [
        ("Ody a dragon", "ody", " a dragon"),
        ("ODY\na dragon", "Ody", "\na dragon"),
        ("ody: a dragon", "ody", " a dragon"),
        ("ody", "ody", None),
        ("ody?!", "ody", None),
        ("ｏｄｙ a dragon", "ody", " a dragon"),
        ("!snow", "！", "snow"),
        (">>>quoted", ">>", None),
        ("o!!snow", "o!", None),
        ("gorgeous weather", "go", None),
        ("go-kart racing", "go", None),
        ("go2 the moon", "go", None),
        ("go go go", "go", None),
        ("let us go", "go", None),
        ("Дай дракона", "дай", " дракона"),
        ("дайвинг", "дай", None),
        ("龙飞", "龙", "飞"),
        ("قلعة", "قل", None),
        ("$$ 5", "$$", " 5"),
        ("X!snow", "x!", "snow"),
        ("v2 snow", "v2", " snow"),
        ("v22 snow", "v2", None),
    ],
)
def test_a_prefix_of_letters_is_a_word_in_any_case(message: str, prefix: str, prompt: str | None) -> None:
    """What only begins like it is talk."""
    assert prompt_in_chat(message, prefix) == prompt


@pytest.mark.parametrize(
    ("own", "others", "message"),
    [
        ("!", ("!play",), "!play a song"),
        ("!", ("!play",), "!playlist"),
        ("!", ("!play",), " ！PLAY a song"),
        ("!", ("!!",), "!!help"),
        ("!", (), "!!help"),
        ("!", ("?",), "?rank"),
        ("!", ("？",), "?rank"),
        ("!", ("/",), "/play"),
        ("", ("!",), "!play"),
        ("!o", ("!",), "!play"),
        ("ody", ("pls",), "pls meme"),
        ("ody", (";;",), ";;skip"),
        ("!", ("🎵",), "🎵 a song"),
        ("!", (".*",), ".*a"),
    ],
)
def test_what_is_said_to_another_bot_is_none_of_ours(own: str, others: tuple[str, ...], message: str) -> None:
    """Of two beginnings that fit, the longer one counts; our sign twice is another bot's, or excitement."""
    prefixes = Prefixes(own, others)
    assert prefixes.is_for_another(message)
    assert prefixes.proposal_in(message) is None


@pytest.mark.parametrize(
    ("own", "others", "message", "prompt"),
    [
        ("!", ("!play",), "!a player", "a player"),
        ("!o", ("!",), "!o a cat", " a cat"),
        ("!!", ("!",), "!!a cat", "a cat"),
        ("!", ("pls",), "!please, a cat", "please, a cat"),
        ("!", ("?", "/"), "!what? a cat/dog", "what? a cat/dog"),
        ("", (), "a cat", None),
        ("", (), "!a cat", None),
    ],
)
def test_other_beginnings_take_nothing_from_ours(
    own: str, others: tuple[str, ...], message: str, prompt: str | None
) -> None:
    """They count at the front only; without a prefix of ours, no beginning makes a proposal."""
    prefixes = Prefixes(own, others)
    assert not prefixes.is_for_another(message)
    assert prefixes.proposal_in(message) == prompt
