//! How much is accepted and how much may be used.

use std::time::Duration;

/// Limits on uploads and on the tools that read them.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Shortest song, seconds: two eights at a slow tempo.
    pub song_min_s: f64,
    /// Longest song, seconds.
    pub song_max_s: f64,
    /// Shortest performance, seconds: two eights at 160 BPM.
    pub performance_min_s: f64,
    /// Longest performance, seconds.
    pub performance_max_s: f64,
    /// Most bytes in an upload.
    pub upload_max_bytes: u64,
    /// Most pixels in a picture: a little over 4096 × 2304.
    pub picture_max_pixels: u64,
    /// Longest side of a picture relative to the shorter.
    pub picture_max_aspect: f64,
    /// Lowest side of a picture, pixels.
    pub picture_min_side: u32,
    /// Most streams in a file.
    pub streams_max: usize,
    /// Fewest pictures a second, on average, that still make a video.
    pub video_min_fps: f64,
    /// Most pictures a second, on average.
    pub video_max_fps: f64,
    /// Address space of a tool, bytes.
    pub tool_address_space_bytes: u64,
    /// Processor time of a tool, seconds.
    pub tool_cpu_s: u64,
    /// Largest file a tool may write, bytes.
    pub tool_file_bytes: u64,
    /// Longest run of a tool for which no length can be foreseen.
    pub tool_wall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            song_min_s: 8.0,
            song_max_s: 20.0 * 60.0,
            performance_min_s: 6.0,
            performance_max_s: 30.0 * 60.0,
            upload_max_bytes: 2 << 30,
            picture_max_pixels: 4096 * 2304 + 4096 * 16,
            picture_max_aspect: 4.0,
            picture_min_side: 64,
            streams_max: 16,
            video_min_fps: 5.0,
            video_max_fps: 250.0,
            tool_address_space_bytes: 6 << 30,
            tool_cpu_s: 3600,
            tool_file_bytes: 8 << 30,
            tool_wall: Duration::from_mins(2),
        }
    }
}
