"""Discord adapters: an interaction becomes a domain call, its result becomes a message."""
