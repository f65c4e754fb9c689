"""What all cogs use: who asks, what they may, and how they are answered."""
