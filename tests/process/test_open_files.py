"""How many connections the process may have."""

import resource

import pytest

from bot.process.open_files import MOST, raise_open_files_limit


@pytest.mark.parametrize(
    ("usual", "allowed", "given"),
    [
        (1024, 4096, 4096),
        (1024, 1 << 20, MOST),
        (1024, resource.RLIM_INFINITY, MOST),
        (1 << 20, 1 << 20, 1 << 20),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, MOST),
    ],
)
def test_the_limit_is_raised_as_far_as_allowed(
    monkeypatch: pytest.MonkeyPatch, usual: int, allowed: int, given: int
) -> None:
    """And never lowered; nobody is told of more than they will get."""
    limits = [usual, allowed]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limits.__setitem__(slice(None), new))
    assert raise_open_files_limit() == given
    assert limits[1] == allowed
    assert limits[0] in (usual, given)


def test_a_system_that_refuses_leaves_it_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no reason not to start."""

    def refuse(*_: object) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert raise_open_files_limit() == 256
