"""A server's settings: what they are, how they are typed, told and stored."""
