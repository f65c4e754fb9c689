"""The doctor: looks at a bot and all that it needs, and says what to do. It changes nothing."""
