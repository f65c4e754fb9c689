"""What outlives a run of the bot: the only package that touches the database."""
