"""Receiving video: which frames to decode, when, and where.

In place of aiortc's own receivers, which decode every frame of every stream in a thread of its own, whether
anybody looks or not. Most of those who connect want one picture now and then, or none, and hold many
connections at once: here that costs a seventh of the CPU time, and no memory that grows (the numbers are in
docs/client.md).
"""
