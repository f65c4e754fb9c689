"""WebRTC peers, on aiortc."""
