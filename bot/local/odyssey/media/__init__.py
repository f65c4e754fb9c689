"""From drawn frames to packets, and from packets to viewers and files."""
