"""Session descriptions (SDP): what others write made fit for aiortc, and our answers made fit for them.

aiortc believes every line: one malformed candidate, one section that was refused, or a space in the wrong
place, and it raises. So nothing of a description reaches it as it came: it is read leniently, and written
anew with what is understood and usable. All of this is pure: text in, text out.
"""
