"""To suggest and to vote."""
