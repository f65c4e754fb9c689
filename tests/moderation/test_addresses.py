"""Links, invites and mentions."""

import pytest

from bot.moderation import Rule, TextFilter, TextRules
from tests.support.rules import text_rules

DEFAULTS = text_rules()


def rule_broken(text: str, rules: TextRules = DEFAULTS) -> Rule | None:
    """The rule that `text` breaks."""
    violation = TextFilter(rules).check(text)
    return violation.rule if violation else None


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com", "HTTPS://EXAMPLE.COM/x", "see https://a.b.c/d?e=f", "www.example.com",
        "WWW.foo.bar", "example.com", "look at example.com, it is fun", "sub.example.co.uk",
        "example.org/path", "bit.ly/abc", "t.me/abc", "youtu.be/abc", "example.zip/x", "user@example.com",
        "[click](https://example.com)", "<https://example.com>", "hxxp://example.com",
        "hxxps://example[.]com", "h t t p s : / / example . com", "https:\\\\example.com", "example[.]com",
        "example(.)com", "example [dot] com", "example(dot)com", "example dot com", "example .com",
        "example . com", "example。com", "example․com", "example．com", "exam\u200bple\u200b.\u200bcom",
        "ехаmрlе.com", "𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦", "ⓔxample.ⓒom", "пример.рф", "steam://run/1", "ftp://example",
        "10.0.0.1:8080", "1.2.3.4/x", "http://[::1]/", "xn--e1afmkfd.xn--p1ai", "javascript://x",
        "discord.com", "ex ample.com",
    ],
)  # fmt: skip
def test_a_link_is_found(text: str) -> None:
    """Links are refused unless they are allowed, also when disguised."""
    assert rule_broken(text) is Rule.LINK
    assert rule_broken(text, text_rules(allows_links=True)) is None


@pytest.mark.parametrize(
    "text",
    [
        "e.g. a dragon", "i.e. that", "3.5 m tall", "at 10:30", "Mr.Smith walks", "Dr. No", "file.txt",
        "image.png", "readme.md", "script.py and main.rs", "the end.in the dark", "wait.what",
        "so it is.it was", "a...b", "a.b", "node.js", "J.R.R. Tolkien", "U.S.A.", "yes/no", "and/or",
        "24/7", "1.2.3.4", "version 1.2.3", "a polka dot dress", "a red dot in space", "the dot me and you",
        "5:30pm", "ratio 16:9", "c:\\temp", "Note: the sun", "http", "a communal.comet", "rain.Then snow",
        "day.night", "a net. Gold fish", "dot", "..", "://", "one.two.three", "go.go go", "St.Ives",
        "hello.world", "No.1", "p.m.",
    ],
)  # fmt: skip
def test_what_is_no_link_passes(text: str) -> None:
    """Abbreviations, numbers, names of files and hasty full stops are no links."""
    assert rule_broken(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "discord.gg/abc", "https://discord.gg/abc", "DISCORD.GG/ABC", "discord.com/invite/abc",
        "dsc.gg/abc", "https://discordapp.com/invite/abc", "discord . gg / abc", "discord[.]gg/abc",
        "discord dot gg / abc", "discord (dot) gg/abc", "d1scord.gg/abc", "dіscоrd.gg/abc",
        "d i s c o r d . g g / a b c", "discord。gg/abc", "dis\u200bcord.gg/abc", "ⓓⓘⓢⓒⓞⓡⓓ.gg/abc",
        "disc*ord.gg/abc", "discord.gg", "join discord.gg now", "invite.gg/abc", "discord.me/abc",
        "𝐝𝐢𝐬𝐜𝐨𝐫𝐝.𝐠𝐠/abc", "discordgg/abc",
    ],
)  # fmt: skip
def test_an_invite_is_found(text: str) -> None:
    """Invites are refused unless they are allowed, even where links are allowed."""
    assert rule_broken(text) is Rule.INVITE
    assert rule_broken(text, text_rules(allows_links=True)) is Rule.INVITE


def test_an_allowed_invite_is_no_refused_link() -> None:
    """Who allows invites but no links gets just that."""
    assert rule_broken("come to https://discord.gg/abc", text_rules(allows_invites=True)) is None
    assert rule_broken("come to discord.gg/abc or example.com", text_rules(allows_invites=True)) is Rule.LINK


@pytest.mark.parametrize(
    "text", ["harmony and discord", "discord. Good luck", "a discord of crows", "disc or disk"]
)
def test_the_word_discord_is_no_invite(text: str) -> None:
    """The word, alone or at the end of a sentence, is a word."""
    assert rule_broken(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "<@123>", "<@!123>", "<@&123>", "<#123>", "hi @everyone", "@here", "@EVERYONE", "@every\u200bone",
        "a@here", "@еveryone", "＠everyone", "</play:123>", "<id:customize>", "<\u200b@123>",
        "@\u2060here!", "@here雪",
    ],
)  # fmt: skip
def test_a_mention_is_found(text: str) -> None:
    """Mentions are refused unless they are allowed, also when disguised."""
    assert rule_broken(text) is Rule.MENTION
    assert rule_broken(text, text_rules(allows_mentions=True)) is None


@pytest.mark.parametrize(
    "text", ["here", "everyone dances", "@heretic", "@bob", "x < 3 > y", "#1", "<3", "me @ home"]
)
def test_what_is_no_mention_passes(text: str) -> None:
    """Words, plain at signs and hearts are no mentions."""
    assert rule_broken(text) is None
