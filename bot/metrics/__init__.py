"""What the bot counts and measures, for Prometheus. Nothing of it is there unless somebody may ask for it."""
