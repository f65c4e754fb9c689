"""A server's settings, as moderators meet them."""
