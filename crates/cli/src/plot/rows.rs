//! A part of the song from near: waveform, beats, downbeats, and the count of each eight.

use super::{
    Area, DOWNBEAT, Drawn, FAINT, Heard, INK, MARGIN, UNCOVERED, colour,
    letters::{Align, Letters},
    paler,
};
use crate::section::clock;
use eightcount_domain::BEATS_PER_EIGHT;
use plotters::{
    chart::ChartBuilder,
    prelude::{Circle, DrawingBackend, PathElement, Rectangle},
    style::Color,
};
use std::ops::Range;

/// Least width of a beat whose count is written, dots.
const COUNTED: f64 = 12.0;
/// Where the waveform ends and the counts are, in units of full scale.
const LOW: f64 = -1.05;
const COUNT: f64 = -1.45;

pub(super) fn draw<DB: DrawingBackend>(heard: &Heard, area: &Area<DB>, span: &Range<f64>) -> Drawn<DB> {
    let area = area.margin(3, 3, MARGIN, MARGIN);
    let columns = area.dim_in_pixel().0 as usize;
    let mut chart = ChartBuilder::on(&area).build_cartesian_2d(span.clone(), -1.75..1.05)?;
    let end = span.end.min(heard.duration_s);
    let inside = |from: f64, to: f64| to > span.start && from < span.end;
    let eights = || heard.eights.iter().zip(heard.clusters).filter(|(e, _)| inside(e.start(), e.end()));
    chart.draw_series(eights().map(|(eight, cluster)| {
        let (from, to) = (eight.start().max(span.start), eight.end().min(span.end));
        Rectangle::new([(from, LOW), (to, 1.05)], paler(colour(*cluster), 0.16).filled())
    }))?;
    let dots = (columns as f64 * (end - span.start) / (span.end - span.start)).max(1.0) as usize;
    let outline = heard.outline(&(span.start..end), dots).into_iter();
    chart.draw_series(outline.map(|(of, line)| {
        PathElement::new(line, of.map_or(UNCOVERED, |cluster| paler(colour(cluster), 0.75)))
    }))?;
    let beats = || heard.beats.iter().copied().enumerate().filter(|(_, beat)| span.contains(beat));
    chart.draw_series(beats().map(|(place, beat)| {
        let first = heard.downbeats.binary_search(&(place as u32)).is_ok();
        let ink = if first { DOWNBEAT.stroke_width(2) } else { INK.stroke_width(1) };
        PathElement::new([(beat, LOW), (beat, if first { 1.05 } else { 0.75 })], ink)
    }))?;
    let beat_s = 60.0 / heard.tempo_bpm.0;
    let counted = beat_s * columns as f64 / (span.end - span.start) >= COUNTED;
    for (eight, cluster) in eights() {
        if span.contains(&eight.start()) {
            let named = (eight.start() + 0.12 * beat_s, 0.85);
            chart.draw_series([Letters::new(named, cluster.to_string(), colour(*cluster), Align::Left)])?;
        }
        let counts = (1..=BEATS_PER_EIGHT).zip(eight.beats).filter(|(_, beat)| span.contains(beat));
        for (count, beat) in counts.filter(|(count, _)| counted || *count == 1) {
            let ink = if count == 1 { DOWNBEAT } else { FAINT };
            chart.draw_series([Letters::new((beat, COUNT), count.to_string(), ink, Align::Centre)])?;
        }
    }
    // Beats that no eight covers: pick-up and left over.
    let over = beats().filter(|(_, beat)| heard.cluster_at(*beat).is_none());
    chart.draw_series(over.map(|(_, beat)| Circle::new((beat, COUNT), 2, FAINT.filled())))?;
    let name = clock(span.start);
    let name = name.split('.').next().unwrap_or_default();
    area.draw(&Letters::new((-6, 30), name, FAINT, Align::Right))
}
