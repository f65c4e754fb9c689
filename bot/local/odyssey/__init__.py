"""The stand-in: a local Odyssey service."""
