"""Rows of a kind go to a server together, and what they come to is what it was one by one."""

from collections.abc import Sequence

from sqlalchemy import Executable, Table, text

from bot.broadcast.model import Viewer
from bot.storage.executing import Statement, together
from bot.storage.names import Names, named
from bot.storage.schema import broadcasts, posts, streams, suggestions, watch_links
from bot.storage.writer import Upsert, upsert

SOMETHING_ELSE = text("SELECT 1")


def row(table: Table, key: str, **more: object) -> Upsert:
    something = next(each for each in table.c if each.name != "id")
    return upsert(table, {"id": key, something.name: None, **more})


def brought(*statements: Statement) -> list[str | list[str]]:
    """The keys of rows that go together, and `else`."""
    return [
        "else" if rows is None else [str(each.get("id") or each.get("channel_id")) for each in rows]
        for _, rows in together(statements)
    ]


def test_rows_of_a_kind_go_together_in_their_order() -> None:
    """Also past those of others, that they need nothing of."""
    b1, b2 = row(streams, "s1", broadcast_id="b"), row(streams, "s2", broadcast_id="b")
    link = upsert(watch_links, {"channel_id": 7, "token": "t"})
    assert brought(b1, link, b2, link) == [["s1", "s2"], ["7", "7"]]


def test_nothing_goes_past_what_is_no_row() -> None:
    """Neither a statement by itself, nor one with values that inserts nothing."""
    s = [row(streams, f"s{number}") for number in range(4)]
    other = Upsert(SOMETHING_ELSE, {"a": 1})
    assert brought(s[0], SOMETHING_ELSE, s[1], other, s[2], s[3]) == [
        ["s0"],
        "else",
        ["s1"],
        ["None"],
        ["s2", "s3"],
    ]


def test_no_row_goes_past_one_that_it_refers_to() -> None:
    """It could not be inserted before."""
    assert brought(row(streams, "s1"), row(broadcasts, "b2"), row(streams, "s2")) == [["s1"], ["b2"], ["s2"]]
    assert brought(row(posts, "p1"), row(broadcasts, "b2"), row(posts, "p2")) == [["p1"], ["b2"], ["p2"]]


def test_no_row_goes_past_another_kind_of_its_own_table() -> None:
    """Both may be of the same row: the later one counts."""
    plain, urgent = row(suggestions, "x"), row(suggestions, "x", is_urgent=True)
    assert brought(plain, urgent, plain) == [["x"], ["x"], ["x"]]


def test_no_name_goes_past_the_broadcast_that_it_is_looked_up_by() -> None:
    """It is inserted from what is found there."""
    [mika] = named(1, Viewer(1, "Mika"))
    [heard] = Names().heard("b1", Viewer(2, "Robin"), is_new=True)
    [later] = Names().heard("b2", Viewer(3, "Sasha"), is_new=True)
    kinds: Sequence[Executable] = [kind for kind, _ in together([mika, heard, row(broadcasts, "b2"), later])]
    assert len(kinds) == 4
    assert kinds[1] is kinds[3]


def test_whose_names_are_stored_is_known_as_long_as_a_broadcast_runs() -> None:
    """So a suggestion takes no second write then, and nobody is remembered for ever."""
    names, robin = Names(), Viewer(2, "Robin")
    assert names.heard("b1", robin, is_new=True)
    assert names.heard("b2", robin, is_new=True)
    names.is_over("b1")
    assert names.heard("b1", robin, is_new=True)
    assert not names.heard("b2", robin, is_new=True)
