"""Servers' own accounts, as the doctor finds them: of real rows, sealed and asked for over the wire."""

from bot.broadcast.accounts import StoredAccount
from bot.broadcast.model import Viewer
from bot.doctor.finding import Level
from bot.process.clock import SystemClock
from bot.process.sealing import Vault
from bot.storage.accounts import DatabaseAccounts
from bot.storage.database import open_database
from bot.storage.writer import Writer
from tests.doctor.conftest import KEY, Patient

OLD, NEW = "an-older-secret-of-the-operator", "a-newer-secret-of-the-operator!"


async def keep(patient: Patient, *keys: str) -> None:
    """Servers 1, 2, … have these keys."""
    vault, now = Vault([OLD]), SystemClock().now()
    async with (
        open_database(f"sqlite:///{patient.database}", alone=True) as database,
        Writer(database) as writer,
    ):
        for number, key in enumerate(keys, start=1):
            sealed = vault.close(f"a{number}", key)
            account = StoredAccount(f"a{number}", number, sealed, 1, Viewer(7, "Mika"), now)
            await DatabaseAccounts(database, writer).save_accounts(account)


async def found_of(patient: Patient) -> list[tuple[Level, str]]:
    return sorted((each.level, each.said) for each in await patient.found() if each.about == "accounts")


async def test_each_servers_account_is_tried(patient: Patient) -> None:
    """One that is taken, one that is refused; of no key anything is told."""
    await keep(patient, KEY, "ody_revoked_since")
    patient.set(ACCOUNT_SECRETS=f"{NEW},{OLD}")
    assert await found_of(patient) == [
        (Level.OK, "Server 1: Odyssey takes its key."),
        (Level.WARNING, "Server 2: Odyssey refuses its key."),
    ]


async def test_a_secret_that_opens_nothing_is_an_error(patient: Patient) -> None:
    """Another one, or none; it is said what to do, and nothing is deleted."""
    await keep(patient, KEY)
    for secrets, said in ((NEW, "does not open its key"), (None, "is not set")):
        patient.set(ACCOUNT_SECRETS=secrets)
        [(level, text)] = await found_of(patient)
        assert level is Level.ERROR
        assert said in text
    patient.set(ACCOUNT_SECRETS=OLD)
    assert [level for level, _ in await found_of(patient)] == [Level.OK]


async def test_a_row_of_another_account_opens_nothing(patient: Patient) -> None:
    """What somebody has copied from one server to another is no key of theirs."""
    vault = Vault([OLD])
    assert vault.open("a1", vault.close("a1", KEY)) == KEY
    assert vault.open("a2", vault.close("a1", KEY)) is None
    assert vault.renewed(vault.close("a1", KEY)) is None
    again = Vault([NEW, OLD]).renewed(vault.close("a1", KEY))
    assert again
    assert Vault([NEW]).open("a1", again) == KEY
