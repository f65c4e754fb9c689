"""The Odyssey client as the domain's world."""
