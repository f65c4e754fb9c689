"""A server's own rules."""
