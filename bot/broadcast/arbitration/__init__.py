"""Which suggestion is sent, and when: a line of suggestions, a policy that picks from it, and a pace."""
