"""Which prompts say the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.broadcast.arbitration.likeness import are_alike, digits_of, is_one_slip, outline_of, words_of


def says_the_same(one: str, other: str) -> bool:
    """Whether these two would be one candidate."""
    mine, theirs = words_of(one), words_of(other)
    is_same = are_alike(mine, theirs)
    assert is_same is are_alike(theirs, mine), "whoever comes first"
    assert not is_same or outline_of(mine) == outline_of(theirs)
    return is_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the cat jumps", "A CAT JUMPS!"),
        ("it starts to snow", "It starts snowing!"),
        ("make the cat jump", "cats jumping"),
        ("a dragon is landing on the tower", "the dragon lands on the tower"),
        ("the boat is making waves", "boats make waves"),
        ("a wolf runs", "wolves running"),
        ("two zombies, please", "two zombies"),
        ("zombies dance on boxes", "a zombie dances on a box"),
        ("cats & dogs", "cats and dogs"),
        ("it doesn't rain", "It doesn’t rain…"),
        ("a red dragon in the snow", "in the snow, a red dragon"),
        ("the moon above a lake", "above a lake the moon"),
        ("ein roter Drache im Schnee", "im Schnee ein roter Drache"),
        ("a huge dargon", "a huge dragon"),
        ("a castle on a mountain", "a castle on a moutain"),
        ("the magnificent spaceship", "the magnificient spacehsip"),
        ("la montaña rusa de dragones", "La montaña rusa, de dragones"),
        ("STRASSE", "Straße"),
        ("Красный дракон!", "красный дракон"),
        ("κόκκινος δράκος", "ΚΌΚΚΙΝΟΣ ΔΡΆΚΟΣ"),
        ("红色的龙，在雪中", "红色的龙 在雪中。"),
        ("雪が降る", "雪が 降る！"),
        ("붉은 용이 난다", "붉은용이 난다"),
        ("تنين أحمر", "تنين أحمر!"),
        ("एक लाल ड्रैगन।", "एक लाल ड्रैगन"),
        ("❤️", "❤"),
        ("ｄｒａｇｏｎ", "dragon"),
    ],
)
def test_what_changes_nothing_is_passed_over(one: str, other: str) -> None:
    """Case, marks, articles, plurals, forms of a verb, slips in long words, a place in front, blanks."""
    assert says_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # who does it to whom
        ("the cat chases the dog", "the dog chases the cat"),
        ("the king is killed", "the king kills"),
        ("the killing king", "kill the king"),
        ("gives the king to the cat", "gives the king the cat"),
        ("der Hund jagt den Mann", "den Hund jagt der Mann"),
        ("кошка гонит собаку", "кошку гонит собака"),
        ("anapenda simba", "anapendwa simba"),
        # whether
        ("the knight does not kill the king", "the knight does kill the king"),
        ("the knight doesn't kill", "the knight does kill"),
        ("a knight without fear", "a knight with fear"),
        ("no dragon comes", "a dragon comes"),
        ("it never rains in the old town by the sea", "it rains in the old town by the sea"),
        ("ein Drache kommt", "kein Drache kommt"),
        ("le roi ne meurt pas", "le roi meurt"),
        ("el rey no muere", "el rey muere"),
        ("рыцарь не убивает короля", "рыцарь убивает короля"),
        ("şövalye kralı seviyor", "şövalye kralı sevmiyor"),
        ("龙不飞", "龙飞"),
        ("没有龙", "有龙"),
        ("食べない", "食べる"),
        ("용이 안 난다", "용이 난다"),
        ("लाल ड्रैगन नहीं उड़ता", "लाल ड्रैगन उड़ता"),
        ("لا يطير التنين", "يطير التنين"),
        ("ทหารไม่ฆ่ากษัตริย์", "ทหารฆ่ากษัตริย์"),
        ("an asymmetrical shape", "a symmetrical shape"),
        ("a happy cat", "an unhappy cat"),
        # how many
        ("two dragons", "three dragons"),
        ("5 cats", "6 cats"),
        ("1.5 m of snow", "15 m of snow"),
        ("-5 degrees", "5 degrees"),
        ("dragon 1", "dragon 11"),
        ("the number 1234567", "the number 1243567"),
        ("٥ تنانين", "٦ تنانين"),
        # what, which, where
        ("a red car", "a blue car"),
        ("a small dragon", "a smaller dragon"),
        ("turn left", "turn right"),
        ("the princess sleeps", "the princes sleep"),
        ("mi hermano mayor", "mi hermana mayor"),
        ("kissa on talossa", "kissa on talosta"),
        ("कल", "काल"),
        ("🐉🔥", "🐉❄️"),
        ("👍🏿", "👍🏻"),
        ("a stranger knight", "a stronger knight"),
        ("the wolf wondered", "the wolf wandered"),
        ("the paint falls", "the painting falls"),
        ("a snow dragon in red", "a dragon in red snow"),
        ("a man with a dog on a skateboard", "on a skateboard a man with a dog"),
        ("a knight kills a king in armour", "in armour a knight kills a king"),
        ("it starts to snow", "it stops snowing"),
        ("first snow, then rain", "first rain, then snow"),
        ("!!!", "???"),
        (
            "a huge red dragon lands on the old stone tower at night in deep snow",
            "a huge red dragon burns on the old stone tower at night in deep snow",
        ),
    ],
)
def test_what_says_something_else_is_no_near_duplicate(one: str, other: str) -> None:
    """Be it one word of many, or their order: in doubt they are two."""
    assert not says_the_same(one, other)


WORDS = ("dragon", "castle", "not", "two", "7", "red", "nicht", "king", "龙", "landing", "mountain", "дракон")


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.data())
def test_one_word_more_less_or_other_is_another_prompt(words: list[str], data: st.DataObject) -> None:
    """In a prompt of any length, whatever else is in it."""
    place = data.draw(st.integers(0, len(words) - 1))
    more = [*words[:place], data.draw(st.sampled_from(WORDS)), *words[place:]]
    other = [*words[:place], "purple", *words[place + 1 :]]
    assert not says_the_same(" ".join(words), " ".join(more))
    assert not says_the_same(" ".join(words), " ".join(other))


@given(st.text(max_size=60))
def test_any_text_says_what_it_says(text: str) -> None:
    """Whatever is typed can be compared, and is like itself with other white space around it."""
    assert says_the_same(text, f"  {text}\t")


ODD = st.lists(
    st.sampled_from(
        ["a", "the", "cat", "cats", "in", "snow", "7", "70", "-7", "0.7", "7%", "7cat", ",", "!", "$", "'"]
    ),
    min_size=1,
    max_size=5,
)


@given(ODD, ODD, st.sampled_from(["", " "]), st.sampled_from(["", " "]))
def test_what_has_other_digits_says_something_else(
    one: list[str], other: list[str], between: str, space: str
) -> None:
    """So they tell at a glance what need not be compared word by word."""
    mine, theirs = between.join(one), space.join(other)
    if says_the_same(mine, theirs):
        assert digits_of(mine) == digits_of(theirs)


def test_digits_of_other_scripts_are_not_told() -> None:
    """Folding makes them: of such a prompt all has to be compared."""
    assert digits_of("7 cats and 12 dogs") == digits_of("12 cats and 7 dogs") == b"127"
    assert digits_of("no cat") == b""
    assert digits_of("⑦ cats") is None
    assert says_the_same("⑦ cats", "7 cats")


def test_two_slips_are_passed_over_and_three_are_not() -> None:
    """Many of them make another text."""
    assert says_the_same("the mountain, waterfall and spaceship", "the moutain, watrefall and spaceship")
    assert not says_the_same("the mountain, waterfall and spaceship", "the moutain, watrefall and spacehsip")


def steps_between(one: str, other: str) -> int:
    """The optimal string alignment distance, by the textbook's table."""
    table = [[max(row, column) for column in range(len(other) + 1)] for row in range(len(one) + 1)]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            is_wrong = one[row - 1] != other[column - 1]
            table[row][column] = min(
                table[row - 1][column] + 1,
                table[row][column - 1] + 1,
                table[row - 1][column - 1] + is_wrong,
            )
            is_swapped = one[max(row - 2, 0) : row] == other[max(column - 2, 0) : column][::-1]
            if row > 1 and column > 1 and is_swapped:
                table[row][column] = min(table[row][column], table[row - 2][column - 2] + 1)
    return table[-1][-1]


FEW_LETTERS = st.text("abc", max_size=6)


@given(FEW_LETTERS, FEW_LETTERS)
@settings(max_examples=1000)
def test_a_slip_is_one_step_of_the_textbook_distance(one: str, other: str) -> None:
    """One letter replaced, missing or too much, or two neighbours swapped, wherever it is; or nothing."""
    assert is_one_slip(one, other) is (steps_between(one, other) <= 1)
