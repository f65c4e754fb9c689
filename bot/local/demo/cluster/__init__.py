"""The demo of several processes: PostgreSQL, three bots that share it, and a board of who owns what."""
