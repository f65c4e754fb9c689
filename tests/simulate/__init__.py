"""Evenings in virtual time: the bot's domain, storage and delivery, and everything outside as models."""
