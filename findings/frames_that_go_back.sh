#!/bin/sh
# PyAV gives the frames of a valid AVI in their order, but with times that jump back and forth, where FFmpeg's own
# program gives times that grow: PyAV asks FFmpeg to make up the times that an AVI does not hold (GENPTS), and with
# B-frames that refer to B-frames they are made up wrongly. With the flag cleared, frame.pts is None and frame.dts grows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q install --disable-pip-version-check av==18.1.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import av, numpy as np

print("av", av.__version__, "libavformat", av.library_versions["libavformat"])
options = {"bf": "3", "b-pyramid": "normal", "x264-params": "b-adapt=0"}
with av.open("clip.avi", "w") as container:
    stream = container.add_stream("libx264", rate=8, options=options)
    stream.pix_fmt, stream.width, stream.height = "yuv420p", 64, 48
    for i in range(16):
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 15 * i, np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def read(*, made_up):
    with av.open("clip.avi") as container:
        if not made_up:
            container.flags &= ~av.container.Flags.gen_pts.value
        frames = list(container.decode(video=0))
        shown = [round(frame.to_ndarray(format="rgb24").mean() / 15) for frame in frames]
        return shown, [frame.pts for frame in frames], [frame.dts for frame in frames]


shown, pts, _ = read(made_up=True)
print("pictures         ", shown)
print("frame.pts        ", pts)
_, plain, dts = read(made_up=False)
print("without GENPTS   ", plain)
print("frame.dts        ", dts)
known = [t for t in dts if t is not None]
assert shown == list(range(16)), "the pictures do not come in their order any more"
assert plain == [None] * 16 and known == sorted(known), "without GENPTS it is another"
assert pts != sorted(pts), "the times grow now: mended"
print("as it was: the times go back, though the pictures do not")
PYTHON
