"""Broadcasts themselves, from the request to the end."""
