#!/bin/sh
# FFmpeg's GIF reader still takes the options min_delay and default_delay, documented to turn delays of 0 and 1
# hundredths of a second into 10, as browsers do; in FFmpeg 8 they do nothing, and such GIFs play ten times as fast.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check av==18.1.0 numpy==2.4.6 pillow==13.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import av, numpy as np
from PIL import Image

print("av", av.__version__, "libavformat", av.library_versions["libavformat"])
first, *rest = [Image.fromarray(np.full((16, 16, 3), 40 * i, np.uint8)) for i in range(5)]
first.save("clip.gif", save_all=True, append_images=rest, duration=10, loop=0)


def durations(**options):
    with av.open("clip.gif", options=options) as container:
        return [packet.duration for packet in container.demux(video=0) if packet.size]


plain, asked = durations(), durations(min_delay="2", default_delay="10")
print("delays in hundredths, as read          ", plain)
print("with min_delay=2 and default_delay=10  ", asked)
assert plain == asked == [1] * 5, "the options have an effect now, or delays are read otherwise: mended"
print("as it was: the options are accepted and do nothing")
PYTHON
