"""The client's one way to make HTTP requests."""
