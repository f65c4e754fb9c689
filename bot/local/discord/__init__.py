"""A local Discord for an unmodified discord.py."""
