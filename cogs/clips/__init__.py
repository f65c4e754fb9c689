"""Clips: asked for, and shown where the broadcast was."""
