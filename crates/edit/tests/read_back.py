"""Reads a cross-edit's lists with OpenTimelineIO and its adapters and compares them with what was meant.

read_back.py FOLDER FPS EXPECTED...  where each EXPECTED is performance:record_in:record_out:source_in:speed
"""

import pathlib
import sys

import opentimelineio as otio

folder, fps = pathlib.Path(sys.argv[1]), float(sys.argv[2])
expected = []
for text in sys.argv[3:]:
    name, record_in, record_out, source_in, speed = text.rsplit(":", 4)
    expected.append((name, int(record_in), int(record_out), int(source_in), float(speed)))


def clips(timeline):
    track = next(t for t in timeline.tracks if t.kind == otio.schema.TrackKind.Video)
    return track, [c for c in track if isinstance(c, otio.schema.Clip)]


def same(what, found, wanted, tolerance=0.0):
    if abs(found - wanted) > tolerance:
        sys.exit(f"{what}: {found}, not {wanted}")


def read_otio():
    track, found = clips(otio.adapters.read_from_file(str(folder / "dance.otio")))
    same("clips", len(found), len(expected))
    styles = [t.name for t in track if isinstance(t, otio.schema.Transition)]
    if styles != ["Dissolve", "Whip"]:
        sys.exit(f"transitions: {styles}")
    for clip, (name, record_in, record_out, source_in, speed) in zip(found, expected):
        placed = clip.trimmed_range_in_parent()
        same(f"{name} starts", placed.start_time.to_frames(), record_in)
        same(f"{name} lasts", placed.duration.to_frames(), record_out - record_in)
        same(f"{name} source", clip.source_range.start_time.rescaled_to(30).value, source_in, 1e-6)
        same(f"{name} speed", clip.effects[0].time_scalar, speed, 1e-3)
        if len(clip.markers) < 8 or not clip.media_reference.target_url.endswith(".mp4"):
            sys.exit(f"{name}: {len(clip.markers)} markers, {clip.media_reference}")


def read_edl():
    timeline = otio.adapters.read_from_file(str(folder / "dance.edl"), rate=fps)
    track, found = clips(timeline)
    same("EDL clips", len(found), len(expected))
    kinds = [t.transition_type for t in track if isinstance(t, otio.schema.Transition)]
    if kinds != ["SMPTE_Dissolve", "SMPTE_Wipe"]:
        sys.exit(f"EDL transitions: {kinds}")
    at = 0
    for clip, (name, record_in, record_out, source_in, speed) in zip(found, expected):
        # A transition begins where the record starts: half of it before the beat.
        same(f"EDL {name} starts", at, record_in, fps / 5)
        at += clip.source_range.duration.to_frames()
        # M2 has one decimal of a frame.
        warps = [e.time_scalar for e in clip.effects if isinstance(e, otio.schema.LinearTimeWarp)]
        same(f"EDL {name} speed", warps[0] if warps else 1.0, speed, 0.03)
    same("EDL length", at, expected[-1][2])


def read_fcpxml():
    text = (folder / "dance.fcpxml").read_text()
    timeline = otio.adapters.read_from_string(text, adapter_name="fcpx_xml")
    while not isinstance(timeline, otio.schema.Timeline):
        # A library holds events, an event projects.
        timeline = timeline[0]
    _, found = clips(timeline)
    same("FCPXML clips", len(found), len(expected))
    for clip, (name, record_in, record_out, source_in, speed) in zip(found, expected):
        if clip.name != name:
            sys.exit(f"FCPXML name: {clip.name}, not {name}")
        same(f"FCPXML {name} starts", clip.trimmed_range_in_parent().start_time.to_frames(), record_in)
        same(f"FCPXML {name} lasts", clip.trimmed_range_in_parent().duration.to_frames(), record_out - record_in)
        if len(clip.markers) < 7:
            sys.exit(f"FCPXML {name}: {len(clip.markers)} markers")


read_otio()
read_edl()
read_fcpxml()
print("read back")
