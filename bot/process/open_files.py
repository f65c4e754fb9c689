"""How many files and connections this process may have open: each watch page that is open is one."""

import resource
from contextlib import suppress

MOST = 65_536
"""More is asked for by nobody, and some programs that are started go through all numbers that are allowed."""


def raise_open_files_limit() -> int:
    """Raises the limit to what the system allows this user, and returns it."""
    usual, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if allowed == resource.RLIM_INFINITY else min(allowed, MOST)
    if usual == resource.RLIM_INFINITY or usual >= wanted:
        return MOST if usual == resource.RLIM_INFINITY else usual
    with suppress(ValueError, OSError):  # some systems say one thing and allow another
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, allowed))
        return wanted
    return usual
