"""A drawn picture as PyAV frame or JPEG."""

from pathlib import Path

import av
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from bot.local.odyssey.world.canvas import Canvas


def to_frame(canvas: Canvas) -> av.VideoFrame:
    """The canvas as a yuv420p frame (BT.601, limited range)."""
    frame = av.VideoFrame(canvas.width, canvas.height, "yuv420p")
    for plane, image in zip(frame.planes, canvas.planes, strict=True):
        _fill(plane, image)
    frame.colorspace = Colorspace.SMPTE170M
    frame.color_range = ColorRange.MPEG
    return frame


def save_jpeg(canvas: Canvas, path: Path) -> None:
    """Write the canvas as a JPEG of its full size."""
    Image.fromarray(to_frame(canvas).to_ndarray(format="rgb24")).save(path, "JPEG", quality=88, optimize=True)


def _fill(plane: VideoPlane, image: Image.Image) -> None:
    data = image.tobytes()
    if plane.line_size == image.width:
        plane.update(data)
        return
    padding = bytes(plane.line_size - image.width)
    rows = (data[start : start + image.width] for start in range(0, len(data), image.width))
    plane.update(padding.join(rows) + padding)
