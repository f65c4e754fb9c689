"""Which process of a cluster has what: leases, who holds them, and how the others are woken."""
