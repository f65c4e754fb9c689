"""From the videos of streams to one: joined by copying, with chapters, credits and pictures."""
