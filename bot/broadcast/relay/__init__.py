"""What carries a broadcast from stream to stream."""
