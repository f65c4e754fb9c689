"""A Discord bot for live, crowd-steered Odyssey broadcasts."""

__version__ = "0.1.0"
