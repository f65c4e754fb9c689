"""The bot's web server: the watch page and the health check."""
