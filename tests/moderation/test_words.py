"""Blocked words and phrases: what must match, what must not."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation import InvalidRuleError, Rule, TextFilter, Violation
from bot.moderation.expressions import Expression, compile_expression
from bot.moderation.folding import fold, plain
from bot.moderation.readings import read, split
from bot.moderation.rules import WORD_LENGTH_LIMIT, WORDS_LIMIT
from bot.moderation.spellings import skeleton, word_pattern
from tests.moderation.told import told
from tests.support.rules import text_rules


def entry_in(text: str, *blocked: str) -> str | None:
    """The entry of `blocked` that `text` breaks."""
    violation = TextFilter(text_rules(blocked_words=blocked, allows_links=True)).check(text)
    if violation is None:
        return None
    assert violation.rule is Rule.BLOCKED_WORD
    return violation.entry


@pytest.mark.parametrize(
    "text",
    [
        "bad", "a BAD dragon", "bad.", "(bad)", "so bad!", "bad,bad", "very_bad", "bad-tempered", "bad123",
        "x bad™", "b4d", "b@d", "8ad", "8@d", "b4d!", "$bad$", "#bad", "~~bad~~", "||bad||", "**b**ad",
        "`bad`", "b\nad\nbad", "b a d", "b  a  d", "B A D", "b.a.d", "b-a-d", "b_a_d", "b*a*d", "b . a . d",
        "b 4 d", "b.4.d", "b-@-d", "x b a d y", "ba.d", "b/ad", "b'a'd", "b\\a\\d", "b|a|d", "b\ta\td",
        "baaad", "baaaaaaad", "bbbaaaddd", "b444d", "b\u200bad", "b\u200da\u2060d", "b\u00adad",
        "\ufeffbad", "b\u2064ad", "b\U000e0061ad", "b\ufe0fad", "b\u034fad", "b\u3164ad", "b\x00ad",
        "b\ud800ad", "b\u202ead", "\u202edab", "\u202edab\u202c dragon", "b̷a̷d̷", "b\u0345ad", "bấ̂̃d",
        "bäd", "ḃȧḋ", "b⃝a⃝d⃝", "b็็็ad", "b" + "\u0301" * 100 + "ad", "ｂａｄ", "𝐛𝐚𝐝", "𝖇𝖆𝖉", "𝓫𝓪𝓭",
        "ⓑⓐⓓ", "⒝⒜⒟", "🅱🅰🅳", "🅱️ad", "🄱🄰🄳", "🇧​🇦​🇩", "ᵇᵃᵈ", "ʙᴀᴅ", "bаd", "Ьаd", "вad", "bαd",
        "βαd", "ƀad", "bɑd", "乃卂ᗪ", "b卂d", "ᏴᎪᎠ", "ꓐꓮꓓ", "฿₳D", "bаԁ", "猫bad", "bad猫", "bad🔥",
        "🔥b🔥a🔥d", "bad。", "「bad」",
    ],
)  # fmt: skip
def test_a_disguised_word_is_found(text: str) -> None:
    """A blocked word is found behind each trick that the documentation lists."""
    assert entry_in(text, "heck", "bad") == "bad"


@pytest.mark.parametrize(
    ("blocked", "text"),
    [
        ("ass", "a$$"), ("ass", "@$$"), ("ass", "4ss"), ("ass", "a55"), ("ass", "aß"), ("ass", "asssss"),
        ("ass", "аѕѕ"), ("ass", "as.s"), ("shit", "$h!t"), ("shit", "5h17"), ("shit", "shiiit"),
        ("fuck", "fuuck"), ("fuck", "ffuck"), ("fuck", "fuckk"), ("fuck", "f u c k"), ("fuck", "FÜCK"),
        ("kill", "k1ll"), ("kill", "ki||s kill"), ("kill", "k111"), ("idiot", "!d!ot"), ("idiot", "1d10t"),
        ("cock", "соск"), ("cock", "a соск"), ("cock", "a соск, жук"), ("nazi", "n4z1"), ("nazi", "naʐi"),
        ("loli", "l0li"), ("hell", "hell's"), ("don't", "dont"), ("dont", "don’t"), ("café", "CAFE"),
        ("1488", "1488"), ("1488", "(1488)"), ("4chan", "4chan"), ("kys", "k.y.s"), ("tit", "7i7"),
    ],
)  # fmt: skip
def test_more_words_in_disguise_are_found(blocked: str, text: str) -> None:
    """Digits, symbols, twins of letters and stretched letters are seen through, in words of several kinds."""
    assert entry_in(text, blocked) == blocked


@pytest.mark.parametrize(
    ("blocked", "text"),
    [
        ("ass", "class"), ("ass", "a classic bass in the grass passes"), ("ass", "assassin"),
        ("ass", "Assam"), ("ass", "as sassy as ever"), ("ass", "as"), ("ass", "as s"),
        ("ass", "1455 people"), ("ass", "455 sheep"), ("ass", "45s of silence"), ("ass", "a 45 rpm disc"),
        ("ass", "$45"), ("ass", "4.55"), ("ass", "4 5 5"), ("cunt", "Scunthorpe"),
        ("cock", "a cocktail and a peacock"), ("tit", "Titan"), ("sex", "Essex"),
        ("penis", "the pen is mightier"), ("rapist", "a therapist"), ("the rapist", "therapist"),
        ("hell", "he'll be there"), ("hell", "he’ll be there"), ("hell", "shell, hello"),
        ("shell", "she'll"), ("ill", "I'll go"), ("well", "we'll go"), ("god", "a good dog"),
        ("raping", "a rapping cat"), ("later", "a latter day"), ("shot", "shoot"), ("ho", "hoo"),
        ("but", "butt"), ("loli", "lol!"), ("bob", "boob"), ("as", "a s"), ("sth", "5th"), ("ed", "3d"),
        ("bos", "the 80s"), ("am", "a 7am sky"), ("hi", "a, b, c"), ("cop", "выбросить сор из дома"),
        ("cock", "красный соск"), ("cop", "сор и снег"), ("сор", "a cop"),
        ("kill yourself", "skill yourselfie"), ("kill yourself", "kill it yourself"),
        ("bad", "bade badly forbade"), ("bad", "b ad"), ("bad", "ba d"), ("bad", "a bd"), ("crap", "scrap"),
        ("crap", "(rap music)"), ("bat*", "acrobat"), ("かき", "がき"),
    ],
)  # fmt: skip
def test_the_innocent_pass(blocked: str, text: str) -> None:
    """Parts of words, neighbours, numbers, contractions and other languages are not taken for the word."""
    assert entry_in(text, blocked) is None


@pytest.mark.parametrize(
    ("blocked", "text"),
    [
        ("сука", "ну ты СУКА!"), ("сука", "с у к а"), ("сука", "сукааа"), ("сука", "cyкa"),
        ("сука", "с0ка сукa"), ("хуй", "ХУЙ"), ("сор", "выбросить сор из дома"), ("сор", "сор"),
        ("μαλακας", "Μαλάκας"), ("كلب", "يا كَلْب!"), ("كلب", "كـلـب"), ("כלב", "כֶּלֶב"),
        ("バカ", "このバカやろう"), ("バカ", "ﾊﾞｶ"), ("バカ", "バ カ"), ("死ね", "お前、死ねよ"),
        ("死", "死神"), ("傻逼", "你是傻-逼"), ("ควาย", "ไอ้ควายตัวนั้น"), ("바보", "이 바보!"),
        ("바보*", "바보야"), ("कुत्ता", "तू कुत्ता है"), ("🖕", "take this 🖕🏽"), ("🍆💦", "🍆 💦"),
        ("❤️", "❤"), ("$$$", "free $$$"), ("scheiße", "SCHEISSE"), ("ﬁt", "FIT"), ("𝐛𝐚𝐝", "bad"),
        ("bаd", "bad"),
    ],
)  # fmt: skip
def test_a_word_in_any_script_is_found_in_its_own(blocked: str, text: str) -> None:
    """Blocked words need not be Latin, and languages without spaces match within the text."""
    assert entry_in(text, blocked) == blocked


@pytest.mark.parametrize(
    "text",
    ["kill yourself", "KILL  YOURSELF!", "kill, yourself", "kill_yourself", "k1ll yours3lf", "kill\nyourself",
     "kіll yоursеlf", "go kill - yourself now", "kiiiill yourseeelf", "k i l l y o u r s e l f"],
)  # fmt: skip
def test_a_phrase_matches_across_blanks_and_punctuation(text: str) -> None:
    """The words of a phrase may be apart, and each may be disguised."""
    assert entry_in(text, "kill yourself") == "kill yourself"


def test_a_star_blocks_what_begins_with_the_word() -> None:
    """`word*` matches the word and those that it begins, disguised or not; no others."""
    for text in ("nazi", "nazis", "N4ZI-like", "naziland"):
        assert entry_in(text, "nazi*") == "nazi*"
    assert entry_in("a denazified town", "nazi*") is None
    assert entry_in("nazis", "nazi") is None


def test_the_entry_is_told_as_it_was_typed() -> None:
    """A moderator recognises the entry: it is not the folded form."""
    rules = text_rules(blocked_words=("heck", "  Bäd Wörd "))
    assert TextFilter(rules).check("a b4d word") == Violation(Rule.BLOCKED_WORD, "  Bäd Wörd ")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("", "no letter"), ("   ", "no letter"), ("\u200b", "no letter"), ("...", "no letter"),
        ("*", "no letter"), ("\u0301", "no letter"), ("\ud800", "no letter"), ("a", "single"),
        ("a*", "single"), ("7", "single"), ("x" * (WORD_LENGTH_LIMIT + 1), "longer"),
    ],
)  # fmt: skip
def test_a_word_that_would_match_everything_is_refused(entry: str, reason: str) -> None:
    """The error names the entry as typed, and says why."""
    with pytest.raises(InvalidRuleError) as refusal:
        TextFilter(text_rules(blocked_words=("fine", entry)))
    assert refusal.value.entry == entry
    assert reason in told(refusal.value)


def test_the_list_is_bounded() -> None:
    """The longest list works; one more word is refused by name."""
    longest = tuple(f"w{number:04}" + "abcdefgh" * 6 for number in range(WORDS_LIMIT))
    assert TextFilter(text_rules(blocked_words=longest)).check(longest[-1]) == Violation(
        Rule.BLOCKED_WORD, longest[-1]
    )
    with pytest.raises(InvalidRuleError) as refusal:
        TextFilter(text_rules(blocked_words=(*longest, "more")))
    assert refusal.value.entry == "more"


@given(
    st.lists(st.text("ablgit1!4@8 *", min_size=1, max_size=6), min_size=1, max_size=6, unique=True),
    st.text("abblgit1!4@8 .-0", max_size=25),
)
def test_many_words_are_found_as_each_alone(entries: list[str], text: str) -> None:
    """Only some of a list are looked for by their patterns: none that is in the text is left out."""
    usable = []
    for entry in entries:
        with suppress(InvalidRuleError):
            TextFilter(text_rules(blocked_words=(entry,)))
            usable.append(entry)
    alone = {entry for entry in usable if everything_about(entry).search(around(text))}
    found = entry_in(text, *usable)
    assert (found in alone) if alone else (found is None)


def everything_about(entry: str) -> Expression:
    """The pattern of an entry as a whole, and of its letters in a run."""
    words = split(plain(entry))
    tail = "[^ \n]*" if entry.rstrip().endswith("*") else ""
    whole = f" [0-9@$!|+]*{' '.join(map(word_pattern, words))}{tail}[0-9@$!|+]* "
    letters = "".join(words)
    return compile_expression(f"{whole}|\t[^\t]*{word_pattern(letters)}" if len(letters) > 2 else whole)


def around(text: str) -> str:
    """All readings of a text, runs behind a tab each."""
    readings = read(fold(text))
    return readings.words + "".join(f"\t{run}" for run in readings.runs.split("\n"))


def test_the_skeleton_of_a_part_is_a_part() -> None:
    """Also where letters that share a stand-in stand side by side."""
    assert skeleton("b4ad") == skeleton("8@@D".lower()) == skeleton("bad")
    assert skeleton("il!1|") == skeleton("l")
    assert skeleton("xx bill") in skeleton("4xxx bill1!")


@pytest.mark.parametrize("phrase", ["µ Æ", "µ\rÆ", "ο ⓑad", "сор ⓑad"])
def test_a_phrase_in_several_scripts_is_found_as_it_was_typed(phrase: str) -> None:
    """One word of it is of a script that has twins of Latin letters, another is disguised."""
    assert TextFilter(text_rules(blocked_words=(phrase,))).check(phrase) is not None
