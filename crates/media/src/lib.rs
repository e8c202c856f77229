//! ffmpeg and ffprobe processes: sandbox, limits, probe, decode, encode, join.
