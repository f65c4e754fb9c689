"""What keeps the bot from starting."""


class StartError(Exception):
    """The bot cannot start. The message is for the operator: what is wrong, and what to do about it."""
