"""What is said on the wire: signalling, messages, session descriptions."""
