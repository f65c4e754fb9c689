"""A server's own account at Odyssey, as those who may manage the server meet it."""
