"""Who did it, as the domain knows them: what no database could keep comes no further than the door."""

from types import SimpleNamespace
from typing import Any

import pytest

from cogs.kit.context import MOST_OF_AN_ID, viewer


@pytest.mark.parametrize("person_id", [0, -1, MOST_OF_AN_ID, 10**30])
def test_an_id_that_is_none_is_nobodys(person_id: int) -> None:
    """It is Discord's mistake, and stops at whoever reads it: nothing is done that could not be stored."""
    person: Any = SimpleNamespace(id=person_id, display_name="Robin")
    with pytest.raises(ValueError, match="nobody"):
        viewer(person)


@pytest.mark.parametrize("name", [["Robin"], {}, None, 7, "Robin"])
def test_whatever_stands_as_a_name_is_a_text(name: object) -> None:
    """discord.py passes on what it got."""
    person: Any = SimpleNamespace(id=7, display_name=name)
    assert isinstance(viewer(person).name, str)
