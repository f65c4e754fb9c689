"""From what people type to a prompt that is taken, or not."""
