//! The numbers, and how sure they are.

use super::{
    Area, Drawn, FAINT, Heard, INK, MARGIN, PALE, WIDTH,
    letters::{Align, Letters},
};
use plotters::{
    prelude::{DrawingBackend, RGBColor, Rectangle},
    style::Color,
};

/// Width of a full bar of confidence, dots.
const BAR: i32 = 200;
/// Confidences from which on a bar is amber, and green: below, a person should look.
const DOUBTFUL: f32 = 0.4;
const SURE: f32 = 0.7;

pub(super) fn draw<DB: DrawingBackend>(heard: &Heard, area: &Area<DB>) -> Drawn<DB> {
    area.draw(&Letters::new((MARGIN, 28), heard.title, INK, Align::Left).large())?;
    area.draw(&Letters::new((MARGIN, 58), facts(heard), INK, Align::Left))?;
    let says = format!(
        "{} beats, {} eights, {} clusters (silhouette {:.2})",
        heard.beats.len(),
        heard.eights.len(),
        heard.clusters.iter().max().map_or(0, |last| last.0 + 1),
        heard.silhouette
    );
    area.draw(&Letters::new((MARGIN, 78), says, FAINT, Align::Left))?;
    let sure = heard.confidence;
    let bars = [("tempo", sure.tempo_octave), ("beat", sure.beat_phase), ("bar", sure.bar_phase)];
    for (line, (name, value)) in (0..).zip(bars) {
        confidence(area, 26 + 24 * line, name, value)?;
    }
    Ok(())
}

fn facts(heard: &Heard) -> String {
    let (tempo, aubio) = heard.tempo_bpm;
    let aubio = aubio.map(|bpm| format!(" (aubio {bpm:.1})")).unwrap_or_default();
    let loudness = heard.loudness_lufs.map(|lufs| format!(", {lufs:.1} LUFS")).unwrap_or_default();
    format!("{tempo:.2} BPM{aubio}, {} beats in a bar{loudness}", heard.metre)
}

fn confidence<DB: DrawingBackend>(area: &Area<DB>, y: i32, name: &str, value: f32) -> Drawn<DB> {
    let left = WIDTH - MARGIN - BAR - 40;
    let colour = match value {
        v if v >= SURE => RGBColor(60, 160, 80),
        v if v >= DOUBTFUL => RGBColor(230, 160, 20),
        _ => RGBColor(210, 50, 50),
    };
    let bar = |width: i32| [(left, y - 7), (left + width, y + 7)];
    let filled = (f64::from(BAR) * f64::from(value.clamp(0.0, 1.0))).round() as i32;
    area.draw(&Rectangle::new(bar(BAR), PALE.filled()))?;
    area.draw(&Rectangle::new(bar(filled), colour.filled()))?;
    area.draw(&Letters::new((left - 10, y), format!("sure of the {name}"), INK, Align::Right))?;
    area.draw(&Letters::new((left + BAR + 8, y), format!("{value:.2}"), INK, Align::Left))
}
