//! CMX 3600 edit decision lists (SMPTE 258M): events with source and record time codes, dissolves, speeds by `M2`.
//!
//! In this format a transition begins where the record starts: events lie on the frames of the takes, half a
//! transition before the beat, except where the cut is hard.

use super::{Cut, EditList};
use crate::Style;
use std::fmt::Write;

/// Time code of the product's first frame.
const RECORD_START_HOURS: u64 = 1;
/// Characters of a reel's name.
const REEL: usize = 8;

/// The list. Frames are those of the product's rate, for the sources too, as the format has but one.
pub fn edl(list: &EditList<'_>) -> String {
    let rate = u64::from(list.fps.get());
    let origin = RECORD_START_HOURS * 3600 * rate;
    let code = |frame: u64| timecode(frame, rate);
    let cuts = list.cuts();
    let mut out = format!("TITLE: {}\nFCM: NON-DROP FRAME\n", line(list.title));
    for (index, cut) in cuts.iter().enumerate() {
        let events = Events::of(cut, cuts.get(index + 1), rate);
        let number = index + 1;
        out.push('\n');
        let before = index.checked_sub(1).map(|before| &cuts[before]);
        if let (Some(kind), Some(before)) = (&events.kind, before) {
            let left = Events::of(before, Some(cut), rate);
            let (end, at) = (code(left.source.1), code(origin + events.record.0));
            let _ = writeln!(out, "{number:03}  {:<8} V     C        {end} {end} {at} {at}", reel(before));
            let _ = write!(out, "{number:03}  {:<8} V     {kind:<4} {:03} ", reel(cut), 2 * cut.half);
        } else {
            let _ = write!(out, "{number:03}  {:<8} V     C        ", reel(cut));
        }
        let (from, to) = events.source;
        let (start, end) = events.record;
        let _ = writeln!(out, "{} {} {} {}", code(from), code(to), code(origin + start), code(origin + end));
        let speed = (to - from) as f64 / (end - start).max(1) as f64 * rate as f64;
        let _ = writeln!(out, "M2   {:<8} {speed:05.1} {}", reel(cut), code(from));
        if let (Some(_), Some(before)) = (&events.kind, before) {
            let _ = writeln!(out, "* FROM CLIP NAME: {}", line(before.performance));
            let _ = writeln!(out, "* TO CLIP NAME: {}", line(cut.performance));
        } else {
            let _ = writeln!(out, "* FROM CLIP NAME: {}", line(cut.performance));
        }
        let _ = writeln!(out, "* SOURCE FILE: {}", line(&cut.file_name()));
        comments(&mut out, list, cut, origin, rate);
    }
    out
}

fn comments(out: &mut String, list: &EditList<'_>, cut: &Cut<'_>, origin: u64, rate: u64) {
    let _ = writeln!(out, "* EIGHTCOUNT MEZZANINE: {}", cut.mezzanine);
    if cut.mirrored {
        out.push_str("* EIGHTCOUNT MIRRORED\n");
    }
    if let Some([x, y, width, height]) = cut.window() {
        let (whole_width, whole_height) = cut.source_size;
        let _ = writeln!(
            out,
            "* EIGHTCOUNT WINDOW: {width}X{height} AT {x} {y} OF {whole_width}X{whole_height} PX"
        );
    }
    if let Some(alignment) = cut.alignment {
        let _ = writeln!(
            out,
            "* EIGHTCOUNT ALIGNED: SCALE {:.6} SHIFT {:.3} {:.3} PX TURN {:.3} DEG, EASED BACK OVER {} FRAMES",
            f64::from(alignment.scale_millionths) / 1.0e6,
            f64::from(alignment.shift_x_thousandths) / 1.0e3,
            f64::from(alignment.shift_y_thousandths) / 1.0e3,
            f64::from(alignment.turn_millidegrees) / 1.0e3,
            alignment.ease_frames,
        );
    }
    let mut mark = |frame: u64, colour: &str, text: String| {
        let _ = writeln!(out, "* LOC: {} {colour:<7} {text}", timecode(origin + frame, rate));
    };
    mark(cut.record_in, "RED", format!("EIGHT {}", cut.eight + 1));
    for (beat, frame) in (1..).zip(list.beats(cut.eight)).skip(1) {
        mark(frame, "CYAN", format!("BEAT {beat}"));
    }
}

/// Where the event of a cut lies, in frames of the product's rate.
struct Events {
    /// `D`, or `W001` for a whip; none for a cut.
    kind: Option<&'static str>,
    source: (u64, u64),
    record: (u64, u64),
}

impl Events {
    fn of(cut: &Cut<'_>, next: Option<&Cut<'_>>, rate: u64) -> Self {
        let kind = kind(cut);
        let early = if kind.is_some() { cut.half } else { 0 };
        let short = next.filter(|next| kind_of_next(next)).map_or(0, |next| next.half);
        let scaled = |frame: u64| frame * rate / u64::from(cut.source_fps.get());
        let (from, to) = (if kind.is_some() { cut.take_in } else { cut.source_in }, cut.source_out);
        // Where the next transition begins, at this clip's speed.
        let left_out =
            (short as f64 * cut.speed() * f64::from(cut.source_fps.get()) / rate as f64).round() as u64;
        let to = to.saturating_sub(left_out).max(from + 1);
        Self {
            kind,
            source: (scaled(from), scaled(to)),
            record: (cut.record_in - early, cut.record_out - short),
        }
    }
}

fn kind(cut: &Cut<'_>) -> Option<&'static str> {
    match cut.entered {
        Some(Style::Dissolve) if cut.half > 0 => Some("D"),
        Some(Style::Whip) if cut.half > 0 => Some("W001"),
        _ => None,
    }
}

fn kind_of_next(next: &Cut<'_>) -> bool {
    kind(next).is_some()
}

/// A reel is eight characters: the first of the mezzanine's hash, which tells files apart.
fn reel(cut: &Cut<'_>) -> String {
    cut.mezzanine.as_str().chars().take(REEL).map(|c| c.to_ascii_uppercase()).collect()
}

/// Non-drop-frame.
fn timecode(frame: u64, rate: u64) -> String {
    let seconds = frame / rate;
    format!("{:02}:{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60, frame % rate)
}

/// On one line.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
