"""Scripted faults, for tests of clients: a service that fails by name and on demand."""
