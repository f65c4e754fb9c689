"""Chaos in a cluster: three bots on PostgreSQL; any of them, and the database, is struck at any moment."""
