"""All that viewers and moderators do in a broadcast."""
