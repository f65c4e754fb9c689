"""The drawn world: what a prompt means, and how it looks."""
