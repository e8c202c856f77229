//! One picture of all that is heard in a song, so that a person sees at a glance whether it is right.
//!
//! On top the numbers and how sure they are; below them the whole song: its eights coloured by cluster, how loud each
//! beat is, the tempo, and how alike any two eights are; then the song from near in rows, its waveform with every
//! beat, downbeat and count of eight. The same drawing becomes pixels or vectors.

mod header;
mod letters;
mod overview;
mod rows;

use anyhow::{Context, bail};
use eightcount_domain::{BEATS_PER_EIGHT, ClusterLabel, Confidence, Eight};
use image::{ExtendedColorType, ImageFormat};
use plotters::{
    coord::Shift,
    drawing::DrawingAreaErrorKind,
    prelude::{BitMapBackend, DrawingArea, DrawingBackend, IntoDrawingArea, RGBColor, SVGBackend, WHITE},
};
use std::{
    ffi::OsStr,
    fmt,
    ops::Range,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Width of the picture, dots.
const WIDTH: i32 = 1800;
const HEADER_HEIGHT: i32 = 92;
const OVERVIEW_HEIGHT: i32 = 330;
const ROW_HEIGHT: i32 = 92;
/// Seconds in a row, unless that would be too many rows.
const ROW_S: f64 = 20.0;
const MOST_ROWS: f64 = 30.0;
/// Room left and right of everything, dots.
const MARGIN: i32 = 56;

const INK: RGBColor = RGBColor(32, 36, 44);
const FAINT: RGBColor = RGBColor(120, 126, 136);
const PALE: RGBColor = RGBColor(232, 234, 238);
const DOWNBEAT: RGBColor = RGBColor(200, 30, 40);
/// What no eight covers.
const UNCOVERED: RGBColor = RGBColor(178, 182, 190);
/// One colour a cluster, told apart side by side (after the "Paired" and "Dark2" sets of C. Brewer, 2003).
const CLUSTERS: [RGBColor; 12] = [
    RGBColor(31, 120, 180),
    RGBColor(240, 128, 20),
    RGBColor(51, 160, 44),
    RGBColor(150, 90, 190),
    RGBColor(230, 171, 2),
    RGBColor(214, 74, 130),
    RGBColor(22, 170, 170),
    RGBColor(150, 100, 50),
    RGBColor(110, 130, 230),
    RGBColor(120, 170, 20),
    RGBColor(230, 110, 90),
    RGBColor(100, 110, 120),
];

/// What went wrong on a drawing area.
type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;
type Area<DB> = DrawingArea<DB, Shift>;

/// A line in the colour of a cluster: times and heights.
type Outline = (Option<ClusterLabel>, Vec<(f64, f64)>);

/// What is drawn.
pub struct Heard<'a> {
    /// The song's title.
    pub title: &'a str,
    /// Length of the song, seconds.
    pub duration_s: f64,
    /// Median tempo, and aubio's.
    pub tempo_bpm: (f64, Option<f64>),
    /// Beats in a bar.
    pub metre: u8,
    /// Loudness by EBU R 128.
    pub loudness_lufs: Option<f64>,
    /// How sure all that is.
    pub confidence: Confidence,
    /// Beat times, seconds.
    pub beats: &'a [f64],
    /// Indices of the first beats of bars.
    pub downbeats: &'a [u32],
    /// The eights.
    pub eights: &'a [Eight],
    /// The level of each beat of each eight, 0 to 10.
    pub levels: Vec<[u8; BEATS_PER_EIGHT]>,
    /// The cluster of each eight.
    pub clusters: &'a [ClusterLabel],
    /// How clear the clusters are, -1 to 1.
    pub silhouette: f32,
    /// How alike any two eights are, 0 to 1.
    pub similarity: &'a [Vec<f32>],
    /// Lowest and highest sample of each point, -127 to 127, and points in a second.
    pub waveform: (&'a [[i8; 2]], f64),
}

/// A file whose ending says how it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlotFile(PathBuf);

impl FromStr for PlotFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        match path.extension().and_then(OsStr::to_str) {
            Some("png" | "svg") => Ok(Self(path)),
            _ => Err("the name must end with .png or .svg".to_owned()),
        }
    }
}

impl fmt::Display for PlotFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

/// Draws into a file, whose folder is made when missing.
pub fn draw(heard: &Heard, file: &PlotFile) -> anyhow::Result<()> {
    let path = &file.0;
    let height = (HEADER_HEIGHT + OVERVIEW_HEIGHT) as u32 + rows(heard) as u32 * ROW_HEIGHT as u32;
    let size = (WIDTH as u32, height);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    match path.extension().and_then(OsStr::to_str) {
        Some("svg") => vectors(heard, size, path),
        Some("png") => pixels(heard, size, path),
        _ => bail!("{file} is neither .png nor .svg"),
    }
    .with_context(|| format!("drawing {file}"))
}

fn vectors(heard: &Heard, size: (u32, u32), path: &Path) -> anyhow::Result<()> {
    let mut text = String::new();
    picture(heard, &SVGBackend::with_string(&mut text, size).into_drawing_area())?;
    Ok(std::fs::write(path, text)?)
}

fn pixels(heard: &Heard, size: (u32, u32), path: &Path) -> anyhow::Result<()> {
    let mut dots = vec![0; size.0 as usize * size.1 as usize * 3];
    picture(heard, &BitMapBackend::with_buffer(&mut dots, size).into_drawing_area())?;
    image::save_buffer_with_format(path, &dots, size.0, size.1, ExtendedColorType::Rgb8, ImageFormat::Png)?;
    Ok(())
}

fn picture<DB: DrawingBackend>(heard: &Heard, page: &Area<DB>) -> Drawn<DB> {
    page.fill(&WHITE)?;
    let (head, rest) = page.split_vertically(HEADER_HEIGHT);
    let (overview, detail) = rest.split_vertically(OVERVIEW_HEIGHT);
    header::draw(heard, &head)?;
    overview::draw(heard, &overview)?;
    let row_s = (heard.duration_s / MOST_ROWS).max(ROW_S);
    for (place, row) in detail.split_evenly((rows(heard), 1)).iter().enumerate() {
        let start = place as f64 * row_s;
        rows::draw(heard, row, &(start..start + row_s))?;
    }
    page.present()
}

/// How many rows there are.
fn rows(heard: &Heard) -> usize {
    ((heard.duration_s / ROW_S).ceil().min(MOST_ROWS) as usize).max(1)
}

/// The colour of a cluster.
fn colour(cluster: ClusterLabel) -> RGBColor {
    CLUSTERS[usize::from(cluster.0) % CLUSTERS.len()]
}

/// A colour made paler: 0 is white, 1 itself.
fn paler(RGBColor(r, g, b): RGBColor, share: f32) -> RGBColor {
    let mix = |c: u8| (255.0 - (255.0 - f32::from(c)) * share).round() as u8;
    RGBColor(mix(r), mix(g), mix(b))
}

impl Heard<'_> {
    /// The cluster of what is played at a time; none outside the eights.
    fn cluster_at(&self, time: f64) -> Option<ClusterLabel> {
        let after = self.eights.partition_point(|eight| eight.start() <= time);
        let place = after.checked_sub(1)?;
        (time < self.eights[place].end()).then(|| self.clusters[place])
    }

    /// The waveform of a stretch of time in `columns` columns: lines of one cluster each, through the lowest and
    /// highest sample of every column, -1 to 1 for the song's loudest.
    fn outline(&self, span: &Range<f64>, columns: usize) -> Vec<Outline> {
        let (points, rate) = self.waveform;
        let loudest = points.iter().flatten().map(|sample| sample.unsigned_abs()).max().unwrap_or(0).max(1);
        let time = |column: usize| span.start + (span.end - span.start) * column as f64 / columns as f64;
        let place = |time: f64| ((time * rate).max(0.0) as usize).min(points.len());
        let mut lines: Vec<Outline> = Vec::new();
        for column in 0..columns {
            let first = place(time(column));
            let part = &points[first..place(time(column + 1)).max((first + 1).min(points.len()))];
            let Some([low, high]) = part.iter().copied().reduce(|[a, b], [l, h]| [a.min(l), b.max(h)]) else {
                continue;
            };
            let mut ends = [low, high].map(|s| (time(column), f64::from(s) / f64::from(loudest)));
            if column % 2 == 1 {
                ends.reverse();
            }
            let cluster = self.cluster_at(time(column));
            match lines.last_mut().filter(|(of, _)| *of == cluster) {
                Some((_, line)) => line.extend(ends),
                None => lines.push((cluster, ends.to_vec())),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const BEAT_S: f64 = 0.5;

    fn pictures(eights: usize, beats: usize, title: &str) -> (image::RgbImage, String) {
        let beats: Vec<f64> = (0..beats).map(|beat| 0.3 + BEAT_S * beat as f64).collect();
        let eight = |k: usize| Eight { index: k as u32, beats: std::array::from_fn(|b| beats[8 * k + b]) };
        let eights: Vec<Eight> = (0..eights).map(eight).collect();
        let clusters: Vec<ClusterLabel> = (0..eights.len()).map(|k| ClusterLabel(k as u8 % 14)).collect();
        let similarity = vec![vec![0.5; eights.len()]; eights.len()];
        let heard = Heard {
            title,
            duration_s: 100.0,
            tempo_bpm: (120.0, None),
            metre: 4,
            loudness_lufs: None,
            confidence: Confidence { tempo_octave: 1.0, beat_phase: 0.5, bar_phase: f32::NAN },
            beats: &beats,
            downbeats: &[0, 4],
            eights: &eights,
            levels: vec![[10; BEATS_PER_EIGHT]; eights.len()],
            clusters: &clusters,
            silhouette: 0.0,
            similarity: &similarity,
            waveform: (&[[-50, 60]; 1_000], 10.0),
        };
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| PlotFile(folder.path().join("made").join(name));
        let (png, svg) = (file("a.png"), file("a.svg"));
        draw(&heard, &png).unwrap();
        draw(&heard, &svg).unwrap();
        (image::open(&png.0).unwrap().to_rgb8(), std::fs::read_to_string(&svg.0).unwrap())
    }

    #[test]
    fn clusters_and_downbeats_are_seen_in_their_colours() {
        let (dots, lines) = pictures(20, 170, "춤 <&>");
        assert_eq!(dots.width(), WIDTH as u32);
        let seen = |RGBColor(r, g, b): RGBColor| dots.pixels().filter(|dot| dot.0 == [r, g, b]).count();
        assert!(CLUSTERS.iter().all(|ink| seen(*ink) > 50), "every cluster");
        assert!(seen(DOWNBEAT) > 100, "downbeats");
        assert!(lines.starts_with("<svg") && lines.contains("춤 &lt;&amp;&gt;"), "the title is escaped");
        assert_eq!(lines.matches(">\n8\n<").count(), 20, "each eight is counted to eight");
    }

    #[test]
    fn a_song_without_eights_is_drawn() {
        for beats in [0, 1, 5] {
            assert!(pictures(0, beats, "").0.pixels().any(|dot| dot.0 == [INK.0, INK.1, INK.2]));
        }
    }

    #[test]
    fn only_two_endings_are_taken() {
        assert!("a.png".parse::<PlotFile>().is_ok() && "b/a.svg".parse::<PlotFile>().is_ok());
        assert!(["a", "a.jpg", "", "png", ".png/"].iter().all(|name| name.parse::<PlotFile>().is_err()));
    }
}
