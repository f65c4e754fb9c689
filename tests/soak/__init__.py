"""A soak: one bot through many evenings, and whether what it holds stays the same."""
