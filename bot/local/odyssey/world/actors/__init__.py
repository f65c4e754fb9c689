"""Subjects that move: animals, people, vehicles and things of the air."""
