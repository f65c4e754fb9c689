"""Recordings: posted, found again, listed."""
