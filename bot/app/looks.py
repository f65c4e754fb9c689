"""What a process has in memory and others may change, by what they say has changed."""

from collections.abc import Mapping

from bot.broadcast.audience.links import WatchLinks
from bot.broadcast.owning.looking import LookAgain, What
from bot.guilds.accounts.server_accounts import ServerAccounts
from bot.guilds.first_questions import FirstQuestions
from bot.guilds.guilds import Guilds


def looks_of(
    guilds: Guilds,
    first_questions: FirstQuestions,
    links: WatchLinks,
    accounts: ServerAccounts,
    forget: LookAgain,
) -> Mapping[What, LookAgain]:
    """How each of it is looked at again."""

    async def drop_server(subject: str | None) -> None:
        if subject is not None:  # else all the others are looked at again, too
            for each in (guilds, first_questions, links):
                each.drop_server(int(subject))

    return {
        What.SETTINGS: guilds.look_at_settings,
        What.MUTES: guilds.look_at_mutes,
        What.QUESTIONS: first_questions.look_again,
        What.LINKS: links.look_again,
        What.ACCOUNTS: accounts.look_again,
        What.SERVERS: drop_server,
        What.PEOPLE: forget,
    }
