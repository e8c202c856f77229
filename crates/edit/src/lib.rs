//! Cutting: take plan, frame grid, alignment, transition, ffmpeg arguments as data.
