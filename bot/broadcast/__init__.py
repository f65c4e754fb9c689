"""The domain: rules and state of a crowd-steered broadcast. Standard library only."""
