"""Whether what happens can be stored. What cannot be stored is not done."""

import asyncio


class Outage:
    """Of the database. `began` is set while it is away, `over` while it is not."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.over = asyncio.Event()
        self.over.set()
        self.is_told = False
        """Whether it has lasted for so long that the crowd is told."""

    @property
    def is_on(self) -> bool:
        return self.began.is_set()

    def tell(self, *, is_on: bool) -> None:
        """The last try to store something came to this."""
        if is_on:
            self.over.clear()
            self.began.set()
        else:
            self.began.clear()
            self.over.set()
