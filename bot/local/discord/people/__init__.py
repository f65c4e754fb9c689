"""People of the local Discord: what they see, and what they can do."""
