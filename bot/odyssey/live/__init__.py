"""A connection and the stream on it."""
