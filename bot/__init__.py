"""A Discord bot for live, crowd-steered Odyssey broadcasts."""
