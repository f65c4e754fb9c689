"""One HLS playlist for a whole broadcast, made of those that the service has for each of its streams.

What is read (`reading`) goes to what is known of its stream (`stream`); the streams are joined one after the
other (`joined`), and written (`writing`). All of that is without time and network; those are in `live`.
"""
