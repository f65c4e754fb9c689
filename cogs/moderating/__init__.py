"""What moderators do: controls, review, mutes."""
