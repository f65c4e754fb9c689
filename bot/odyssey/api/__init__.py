"""The REST API: sessions, recordings, simulations."""
