"""A server's rules for texts: its lists of words, and the judge of what is suggested."""
