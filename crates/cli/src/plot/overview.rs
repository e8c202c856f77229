//! The whole song: eights by cluster, loudness of each beat, tempo, and how alike any two eights are.

use super::{
    Area, Drawn, FAINT, Heard, INK, MARGIN, PALE, UNCOVERED, WIDTH, colour,
    letters::{Align, Letters},
    paler,
};
use crate::section::clock;
use plotters::{
    chart::ChartBuilder,
    prelude::{DrawingBackend, PathElement, RGBColor, Rectangle},
    style::Color,
};

/// Side of the square that shows how alike any two eights are, dots.
const SQUARE: i32 = 270;
/// Heights of the strips, dots: clusters over the waveform, loudness, tempo.
const STRIPS: [i32; 3] = [120, 70, 100];
/// Beats over which the tempo is averaged.
const TEMPO_BEATS: usize = 4;
/// Least share of the tempo above and below it that is shown.
const LEAST_SPAN: f64 = 0.06;
/// Least width of an eight that is named, dots.
const NAMED: f64 = 10.0;
const LEGEND: &str = "black: tempo and beats, red: downbeats, pale red: aubio's tempo; colours and letters: eights that \
                      sound alike; 1-8: the count, dots: beats outside eights";

pub(super) fn draw<DB: DrawingBackend>(heard: &Heard, area: &Area<DB>) -> Drawn<DB> {
    let (strips, square) = area.split_horizontally(WIDTH - MARGIN - SQUARE - 24);
    let strips = strips.margin(0, 0, MARGIN, 0);
    let (first, rest) = strips.split_vertically(STRIPS[0]);
    let (second, rest) = rest.split_vertically(STRIPS[1]);
    let (third, legend) = rest.split_vertically(STRIPS[2]);
    clusters(heard, &first)?;
    levels(heard, &second)?;
    tempo(heard, &third)?;
    legend.draw(&Letters::new((0, 24), LEGEND, FAINT, Align::Left))?;
    alike(heard, &square)
}

/// The waveform in the colours of its eights' clusters, their names above.
fn clusters<DB: DrawingBackend>(heard: &Heard, area: &Area<DB>) -> Drawn<DB> {
    let mut chart =
        ChartBuilder::on(area).margin_bottom(6).build_cartesian_2d(0.0..heard.duration_s, -1.0..1.4)?;
    let columns = area.dim_in_pixel().0 as usize;
    let band = |(eight, cluster): (&eightcount_domain::Eight, _)| {
        Rectangle::new([(eight.start(), -1.0), (eight.end(), 1.0)], paler(colour(cluster), 0.22).filled())
    };
    chart.draw_series(heard.eights.iter().zip(heard.clusters.iter().copied()).map(band))?;
    let outline = heard.outline(&(0.0..heard.duration_s), columns).into_iter();
    chart.draw_series(outline.map(|(of, line)| PathElement::new(line, of.map_or(UNCOVERED, colour))))?;
    let wide = columns as f64 / heard.duration_s;
    let mut before = None;
    for (eight, cluster) in heard.eights.iter().zip(heard.clusters) {
        let new = before.replace(cluster) != Some(cluster);
        if new || (eight.end() - eight.start()) * wide >= NAMED {
            let middle = f64::midpoint(eight.start(), eight.end());
            chart.draw_series([Letters::new(
                (middle, 1.2),
                cluster.to_string(),
                colour(*cluster),
                Align::Centre,
            )])?;
        }
    }
    Ok(())
}

/// How loud each beat is.
fn levels<DB: DrawingBackend>(heard: &Heard, area: &Area<DB>) -> Drawn<DB> {
    let mut chart =
        ChartBuilder::on(area).margin_bottom(6).build_cartesian_2d(0.0..heard.duration_s, 0.0..10.5)?;
    for (place, eight) in heard.eights.iter().enumerate() {
        let ink = colour(heard.clusters[place]);
        chart.draw_series(eight.beats.windows(2).zip(heard.levels[place]).map(|(beat, level)| {
            Rectangle::new([(beat[0], 0.0), (beat[1], f64::from(level))], paler(ink, 0.75).filled())
        }))?;
    }
    chart.draw_series([PathElement::new([(0.0, 0.0), (heard.duration_s, 0.0)], FAINT)])?;
    area.draw(&Letters::new((-8, 12), "loud", FAINT, Align::Right))
}

/// The tempo from beat to beat; aubio's as a thin line.
fn tempo<DB: DrawingBackend>(heard: &Heard, area: &Area<DB>) -> Drawn<DB> {
    let curve: Vec<(f64, f64)> = heard
        .beats
        .windows(TEMPO_BEATS + 1)
        .map(|w| (f64::midpoint(w[0], w[TEMPO_BEATS]), 60.0 * TEMPO_BEATS as f64 / (w[TEMPO_BEATS] - w[0])))
        .collect();
    let middle = heard.tempo_bpm.0;
    let far =
        curve.iter().map(|(_, bpm)| (bpm / middle - 1.0).abs()).fold(LEAST_SPAN, f64::max).min(1.0) * 1.1;
    let (low, high) = (middle * (1.0 - far).max(0.0), middle * (1.0 + far));
    let mut chart =
        ChartBuilder::on(area).margin_bottom(24).build_cartesian_2d(0.0..heard.duration_s, low..high)?;
    let level = |bpm: f64, ink: RGBColor| PathElement::new([(0.0, bpm), (heard.duration_s, bpm)], ink);
    chart.draw_series([low, middle, high].map(|bpm| level(bpm, PALE)))?;
    let aubio = heard.tempo_bpm.1.filter(|bpm| (low..high).contains(bpm));
    chart.draw_series(aubio.map(|bpm| level(bpm, paler(RGBColor(200, 30, 40), 0.5))))?;
    chart.draw_series([PathElement::new(curve, INK.stroke_width(2))])?;
    let height = area.dim_in_pixel().1.cast_signed() - 24;
    for (y, bpm) in [(6, high), (height / 2, middle), (height - 6, low)] {
        area.draw(&Letters::new((-8, y), format!("{bpm:.0}"), FAINT, Align::Right))?;
    }
    let step = step_s(heard.duration_s);
    let times = (0..).map(|i| f64::from(i) * step).take_while(|time| *time < heard.duration_s);
    let wide = f64::from(area.dim_in_pixel().0) / heard.duration_s;
    for time in times {
        let (x, name) = ((time * wide) as i32, clock(time));
        let name = name.split('.').next().unwrap_or_default();
        area.draw(&PathElement::new([(x, height), (x, height + 5)], FAINT))?;
        area.draw(&Letters::new((x + 2, height + 14), name, FAINT, Align::Left))?;
    }
    Ok(())
}

/// Seconds between two named times, about a dozen in all.
fn step_s(duration_s: f64) -> f64 {
    let steps = [5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0];
    steps.into_iter().find(|step| duration_s / step <= 14.0).unwrap_or(600.0)
}

/// Dark where two eights are alike; the clusters along two sides.
fn alike<DB: DrawingBackend>(heard: &Heard, area: &Area<DB>) -> Drawn<DB> {
    let count = heard.eights.len();
    if count == 0 {
        return Ok(());
    }
    let (left, top) = (18, 26);
    let edge = |i: usize| (f64::from(SQUARE) * i as f64 / count as f64) as i32;
    for (i, (row, cluster)) in heard.similarity.iter().zip(heard.clusters).enumerate() {
        let (y0, y1) = (top + edge(i), top + edge(i + 1));
        area.draw(&Rectangle::new([(left - 8, y0), (left - 2, y1)], colour(*cluster).filled()))?;
        area.draw(&Rectangle::new(
            [(left + edge(i), top - 8), (left + edge(i + 1), top - 2)],
            colour(*cluster).filled(),
        ))?;
        for (j, alike) in row.iter().enumerate() {
            let cell = [(left + edge(j), y0), (left + edge(j + 1), y1)];
            area.draw(&Rectangle::new(cell, paler(INK, alike.clamp(0.0, 1.0).powi(2)).filled()))?;
        }
    }
    area.draw(&Letters::new((left, 8), "eights alike: dark", FAINT, Align::Left))
}
