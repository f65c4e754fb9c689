"""Why the demo cannot go on."""


class DemoError(Exception):
    """The message is one sentence for the one who runs it."""
