"""The bot's connection to Discord: with `cogs/` the only place that speaks to discord.py."""
