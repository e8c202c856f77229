//! Edit lists: the cross-edit as a video editor opens it, to go on by hand from the same cuts.
//!
//! What is written is read from the plans of the takes, so it says what was rendered: which frames of which mezzanine,
//! how fast, how they are fitted and aligned, how each is entered. [`Cut`]s lie on the beats, transitions around them.

mod edl;
mod fcpxml;
mod otio;

pub use edl::edl;
pub use fcpxml::fcpxml;
pub use otio::otio;

use crate::{Alignment, Fit, Source, Style, TakePlan};
use eightcount_domain::{BEATS_PER_EIGHT, BlobHash, Eight, FrameGrid, FrameRate};

/// What an edit list is written from.
#[derive(Clone, Debug)]
pub struct EditList<'a> {
    /// Name of the sequence.
    pub title: &'a str,
    /// Name of the song.
    pub song: &'a str,
    /// Every eight of the section, in order.
    pub eights: &'a [Eight],
    /// The product's frame rate.
    pub fps: FrameRate,
    /// Frames of a transition.
    pub transition_frames: u32,
    /// The selection of each eight; none where there is none.
    pub takes: &'a [Option<ListedTake>],
}

/// A selection with the plan of its take.
#[derive(Clone, Debug)]
pub struct ListedTake {
    /// The plan.
    pub plan: TakePlan,
    /// The performance it is cut from; names the source file.
    pub performance: String,
    /// Width and height of its mezzanine in pixels.
    pub source_size: (u32, u32),
    /// The step.
    pub step: String,
}

/// An eight of the cross-edit, from the beat on which it starts to the beat on which the next one starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut<'a> {
    /// Which eight.
    pub eight: u32,
    /// The performance.
    pub performance: &'a str,
    /// The step.
    pub step: &'a str,
    /// The mezzanine.
    pub mezzanine: &'a BlobHash,
    /// The mezzanine's frame rate.
    pub source_fps: FrameRate,
    /// The mezzanine's width and height in pixels.
    pub source_size: (u32, u32),
    /// The product's frame rate.
    pub fps: FrameRate,
    /// Source frame on screen where its take starts: half a transition before the beat.
    pub take_in: u64,
    /// Source frame on screen at the beat.
    pub source_in: u64,
    /// Source frame after the last one before the next beat.
    pub source_out: u64,
    /// First frame in the product: that of the beat.
    pub record_in: u64,
    /// Frame after its last one.
    pub record_out: u64,
    /// How it is entered; none for the first and after a gap.
    pub entered: Option<Style>,
    /// Frames of that on each side of the beat.
    pub half: u64,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// How its picture fills the canvas.
    pub fit: Fit,
    /// How it is aligned at the cut.
    pub alignment: Option<Alignment>,
    /// The canvas in pixels.
    pub canvas: (u32, u32),
}

impl Cut<'_> {
    /// Source time for each time of the product: 1 is the step's own speed.
    pub fn speed(&self) -> f64 {
        let source = (self.source_out - self.source_in) as f64 / f64::from(self.source_fps.get());
        let record = (self.record_out - self.record_in).max(1);
        source * f64::from(self.fps.get()) / record as f64
    }

    /// The window of the source that is shown: left, top, width and height in its pixels. None where it is shown whole.
    fn window(&self) -> Option<[u32; 4]> {
        match self.fit {
            Fit::Crop { width, height, .. } if (width, height) == self.source_size => None,
            Fit::Crop { x, y, width, height } => Some([x, y, width, height]),
            Fit::Blur { .. } => None,
        }
    }

    /// The file as editors are told of it: the performance's title.
    fn file_name(&self) -> String {
        let safe = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
        format!("{}.mp4", self.performance.chars().map(safe).collect::<String>())
    }

    /// The same as the address of a file beside the list (RFC 3986).
    fn file_url(&self) -> String {
        use std::fmt::Write;
        let mut url = String::new();
        for byte in self.file_name().bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                url.push(char::from(byte));
            } else {
                let _ = write!(url, "%{byte:02X}");
            }
        }
        url
    }
}

impl EditList<'_> {
    /// The cuts, in order. An eight without a selection leaves a gap.
    pub fn cuts(&self) -> Vec<Cut<'_>> {
        let grid = FrameGrid::of(self.eights, self.fps);
        let half = u64::from(self.transition_frames / 2);
        let mut cuts = Vec::new();
        for (k, take) in self.takes.iter().enumerate().take(grid.eights()) {
            let Some(take) = take else { continue };
            let whole = |source: &Source| -> Vec<u64> {
                source.shown().map(|frame| frame / u64::from(source.parts())).collect()
            };
            let shown = whole(&take.plan.step);
            let before = if k == 0 { 0 } else { half };
            let at = |frame: u64| shown.get(frame as usize).or(shown.last()).copied().unwrap_or(0);
            // The half before the next beat is in this take's successor.
            let next = self.takes.get(k + 1).and_then(|next| next.as_ref()?.plan.entry.as_ref());
            let last =
                next.and_then(|entry| whole(&entry.source).into_iter().take(half as usize).next_back());
            let (record_in, record_out) = (grid.boundaries[k].0, grid.boundaries[k + 1].0);
            let source_in = at(before);
            let source_out = last.unwrap_or_else(|| at(before + record_out - record_in - 1)) + 1;
            let follows = k > 0 && self.takes[k - 1].is_some();
            cuts.push(Cut {
                eight: k as u32,
                performance: &take.performance,
                step: &take.step,
                mezzanine: &take.plan.step.mezzanine,
                source_fps: take.plan.step.fps,
                source_size: take.source_size,
                fps: self.fps,
                take_in: at(0),
                source_in,
                source_out: source_out.max(source_in + 1),
                record_in,
                record_out,
                entered: take.plan.entry.as_ref().filter(|_| follows).map(|entry| entry.style),
                half,
                mirrored: take.plan.step.mirrored,
                fit: take.plan.step.fit,
                alignment: take.plan.alignment,
                canvas: (take.plan.width, take.plan.height),
            });
        }
        cuts
    }

    /// Frames of the whole section.
    pub fn frames(&self) -> u64 {
        FrameGrid::of(self.eights, self.fps).total()
    }

    /// The frame of each beat of an eight.
    fn beats(&self, k: u32) -> [u64; BEATS_PER_EIGHT] {
        let start = self.eights.first().map_or(0.0, Eight::start);
        let frame = |beat: f64| ((beat - start).max(0.0) * f64::from(self.fps.get())).round() as u64;
        std::array::from_fn(|beat| self.eights.get(k as usize).map_or(0, |eight| frame(eight.beats[beat])))
    }
}
