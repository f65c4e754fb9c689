"""Chaos: evenings in which the bot is killed, or its services fail, and a checker of what came of it."""
