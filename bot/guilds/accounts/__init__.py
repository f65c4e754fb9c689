"""Servers' own accounts at the service: their keys, and which one is used."""
