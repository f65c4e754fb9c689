"""The demo: its page, its crowd, and the processes that it runs."""
