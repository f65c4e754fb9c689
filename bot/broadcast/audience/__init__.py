"""Who watches: the link that leads them to a channel, whatever is on there."""
