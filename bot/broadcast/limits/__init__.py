"""What broadcasts may use of the account: its slots and its time."""
