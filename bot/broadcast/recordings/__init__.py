"""From a stream's end to its posted recording."""
