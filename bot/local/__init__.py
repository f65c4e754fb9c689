"""Not in production: what runs on one machine in place of Discord and Odyssey."""
