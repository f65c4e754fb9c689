"""What those who may manage a server read of its own account at Odyssey."""

from bot.broadcast.accounts import Account, StoredAccount
from bot.broadcast.errors import AccountTrouble
from cogs.wording.text import duration, named, relative

TITLE = "## Odyssey account"
DIALOGUE = "Odyssey account"
KEY = "API key"
KEY_HINT = "It is kept sealed, and shown to nobody again"
SLOTS = "Streams at once"
SLOTS_HINT = "As many as its plan allows"
SET = "Odyssey takes the key. Broadcasts that start from now on are streamed with it."
WHAT_BECOMES = (
    "-# A broadcast ends with the key that it began with. A key that is replaced is kept for eight days, for "
    "the recordings of its streams; one that is removed is deleted at once, and what the bot has not fetched "
    "of its streams by then stays at Odyssey. If the bot is removed from this server, the key is deleted too."
)


def standing(own: StoredAccount | None, account: Account, *, streamed_s: float, is_refused: bool) -> str:
    """With which account a server is streamed; `streamed_s` is that of this month, with its own."""
    if own is None:
        if account.trouble is AccountTrouble.NONE:
            return "This server has no account, and the bot's own is not for it: nothing can start."
        return "This server is streamed with the account of the bot's operator."
    set_by = f"Set by **{named(own.set_by, 40)}** {relative(own.set_at)}."
    if account.trouble is AccountTrouble.SEALED:
        return (
            "This server has an account of its own, but its key cannot be opened: the bot's operator has "
            "changed their secret. Nothing can start until they bring it back, or you set the key anew. "
            f"{set_by}"
        )
    lines = [f"This server is streamed with an account of its own. {set_by}"]
    if is_refused:
        lines.append("⚠️ Odyssey refused its key when it was last asked: replace it.")
    waiting = f", {account.pool.waiting} wait" if account.pool.waiting else ""
    lines.append(f"{account.pool.held} of {own.slots} streams are in use{waiting}.")
    lines.append(f"{duration(streamed_s)} were streamed with it this month (UTC).")
    return "\n".join(lines)


def removed(account: Account) -> str:
    """Word that a server's own key is gone; `account` is what it is streamed with now."""
    sequel = "The operator's is used again."
    if account.trouble:
        sequel = "Nothing can start until another one is set."
    return f"The key is deleted. {sequel} What runs goes on; `/odyssey end` ends it."


def not_set(why: str) -> str:
    return f"⚠️ Nothing was changed. {why}"
