"""Receiving video: which frames to decode, when, and where."""
