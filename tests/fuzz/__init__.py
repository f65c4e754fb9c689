"""What comes from outside, malformed: nothing but the errors that are told of leaves who reads it."""
