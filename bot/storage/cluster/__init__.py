"""What processes that share a server's database have among themselves. Loaded only in a cluster."""
