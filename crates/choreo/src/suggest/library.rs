//! The steps of all published performances, laid out for scoring a hundred thousand of them in milliseconds.
//!
//! What every question reads of every step (features, course of the movement, tempo, box at the start) lies in
//! contiguous arrays; the rest lies apart and is read for the few steps that are offered. Rows are in order of
//! step id, so "the smaller row" is "the smaller id".

use super::ranks::Ranks;
use super::terms::{self, Cut, Stand};
use eightcount_domain::{
    BEATS_PER_EIGHT, BlobHash, ContentHash, FeatureVector, Movement, Outline, PerformanceId, Pose, PoseJoint,
    Role, Sight, Step, StepId, SubjectBox, SubjectMotion,
};
use std::collections::BTreeMap;

/// Steps from which on the features are standardised by the library's own mean and deviation.
const STANDARDISE_FROM: usize = 16;

/// A step's place in the index.
pub(super) type Row = usize;

/// What every question reads of every step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hot {
    pub performance: u32,
    /// Binary logarithm of the tempo in beats per minute; NaN when the beats do not ascend.
    pub tempo_log2: f32,
    pub quality: f32,
    /// Rank of the mean movement among the steps measured alike, 0 to 1; NaN when it is not known.
    pub vigour: f32,
    pub native_cut: bool,
    pub role: Role,
    pub hidden: bool,
    /// Never mirrored.
    pub on_screen_text: bool,
    /// How the subject stands at the start.
    pub start: Option<Stand>,
}

/// What is read of the steps that are offered.
#[derive(Clone, Debug)]
struct Cold {
    index: u32,
    beats: [f64; BEATS_PER_EIGHT + 1],
    movement: Movement,
    start_box: Option<SubjectBox>,
    end_box: Option<SubjectBox>,
    start_motion: Option<SubjectMotion>,
    end_motion: Option<SubjectMotion>,
    outlines: [Option<Outline>; 2],
    /// Ranks of the movement in the first and in the last beat among those of the steps measured alike.
    speeds: [f32; 2],
    poses: Option<Box<[Option<Pose>; 2]>>,
    thumbnail: [u8; 32],
    has_features: bool,
}

/// The features of all steps as one matrix, and what turns them into cosines.
#[derive(Clone, Debug, Default)]
struct Features {
    /// Values of one step.
    width: usize,
    /// As they came, `width` a row.
    raw: Vec<f32>,
    mean: Vec<f32>,
    /// Reciprocal of the deviation; 0 for a value that is the same in all steps.
    scale: Vec<f32>,
    /// Reciprocal of the standardised row's length; 0 for a row without direction.
    unit: Vec<f32>,
}

/// An index over steps. Build it once when the library changes and share it: it is never changed.
#[derive(Clone, Debug, Default)]
pub struct Library {
    performances: Vec<PerformanceId>,
    pub(super) hot: Vec<Hot>,
    pub(super) shapes: Vec<[f32; BEATS_PER_EIGHT]>,
    /// How the subjects stand at the ends; read only where an eight that follows is chosen already.
    pub(super) ends: Vec<Option<Stand>>,
    cold: Vec<Cold>,
    features: Features,
}

/// A question's features, ready to be compared with rows.
pub(super) struct Probe {
    weighted: Vec<f32>,
    offset: f32,
}

impl Library {
    /// Builds the index, in any order of steps. Of steps with one id the last counts. Steps whose feature
    /// vector is not as long as most have no similarity.
    pub fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut steps: Vec<Step> = steps.into_iter().collect();
        steps.sort_by(|a, b| a.id.cmp(&b.id));
        // Sorting is stable: the last of equals is the newest.
        steps.reverse();
        steps.dedup_by(|a, b| a.id == b.id);
        steps.reverse();
        let mut library = Self { features: Features::of(&steps), ..Self::default() };
        let width = library.features.width;
        let ranks = Ranks::of(&steps);
        for step in steps {
            if library.performances.last() != Some(&step.id.performance) {
                library.performances.push(step.id.performance.clone());
            }
            library.hot.push(Hot {
                performance: (library.performances.len() - 1) as u32,
                tempo_log2: step.tempo_bpm().log2() as f32,
                quality: step.quality,
                vigour: ranks.vigour(&step.movement),
                native_cut: step.native_cut,
                role: step.role,
                hidden: step.hidden,
                on_screen_text: step.on_screen_text,
                start: step.start_box.as_ref().and_then(Stand::of),
            });
            library.shapes.push(terms::shape(&step.movement.per_beat));
            library.ends.push(step.end_box.as_ref().and_then(Stand::of));
            let speeds = ranks.speeds(&step.movement);
            library.cold.push(Cold::of(step, width, speeds));
        }
        library
    }

    /// Number of steps, hidden ones included.
    pub fn len(&self) -> usize {
        self.hot.len()
    }

    /// Whether it has no steps.
    pub fn is_empty(&self) -> bool {
        self.hot.is_empty()
    }

    /// Memory of the index in bytes, poses included, the allocator's own bookkeeping not.
    pub fn memory_bytes(&self) -> usize {
        let poses = self.cold.iter().filter_map(|c| c.poses.as_deref());
        let joints: usize = poses.clone().flatten().flatten().map(|p| p.joints.len()).sum();
        let values = self.features.raw.len() + self.features.unit.len();
        size_of_val(&self.hot[..])
            + size_of_val(&self.shapes[..])
            + size_of_val(&self.ends[..])
            + size_of_val(&self.cold[..])
            + poses.count() * size_of::<[Option<Pose>; 2]>()
            + joints * size_of::<PoseJoint>()
            + values * size_of::<f32>()
            + self.performances.len() * (size_of::<PerformanceId>() + 64)
    }

    /// The step with this id, as it was given to [`Library::of`]; but a feature vector of unusual length comes
    /// back empty, and what the pose model saw besides poses is not kept.
    pub fn step(&self, id: &StepId) -> Option<Step> {
        let row = self.row(id)?;
        let (hot, cold) = (&self.hot[row], &self.cold[row]);
        let pose = |which: usize| cold.poses.as_ref().and_then(|p| p[which].clone());
        let features = if cold.has_features { self.features.row(row).to_vec() } else { Vec::new() };
        Some(Step {
            id: id.clone(),
            role: hot.role,
            beats: cold.beats,
            movement: cold.movement,
            start_box: cold.start_box,
            end_box: cold.end_box,
            start_motion: cold.start_motion,
            end_motion: cold.end_motion,
            start_outline: cold.outlines[0],
            end_outline: cold.outlines[1],
            start_pose: pose(0),
            end_pose: pose(1),
            sight: Sight::default(),
            features: FeatureVector(features),
            quality: hot.quality,
            native_cut: hot.native_cut,
            thumbnail: BlobHash(ContentHash::from_digest(&cold.thumbnail)),
            // Of no use to whoever suggests.
            preview: None,
            hidden: hot.hidden,
            on_screen_text: hot.on_screen_text,
        })
    }

    /// The steps whose music is most like these features, nearest first, with the cosine (-1 to 1). Steps without
    /// features, and all steps when the features cannot be compared with this library's, are left out.
    pub fn nearest(&self, features: &FeatureVector, count: usize) -> Vec<(StepId, f32)> {
        let Some(probe) = self.probe(&features.0) else { return Vec::new() };
        let cosine = |row| Some((row, self.cosine(&probe, row)?));
        let mut rows: Vec<(Row, f32)> = (0..self.len()).filter_map(cosine).collect();
        rows.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        rows.truncate(count);
        rows.into_iter().map(|(row, cosine)| (self.id(row), cosine)).collect()
    }

    pub(super) fn id(&self, row: Row) -> StepId {
        StepId {
            performance: self.performances[self.hot[row].performance as usize].clone(),
            index: self.cold[row].index,
        }
    }

    pub(super) fn row(&self, id: &StepId) -> Option<Row> {
        let performance = self.performance(&id.performance)?;
        let start = self.hot.partition_point(|h| h.performance < performance);
        let end = self.hot.partition_point(|h| h.performance <= performance);
        self.cold[start..end].binary_search_by_key(&id.index, |c| c.index).ok().map(|i| start + i)
    }

    pub(super) fn performance(&self, id: &PerformanceId) -> Option<u32> {
        self.performances.binary_search(id).ok().map(|p| p as u32)
    }

    pub(super) fn performances(&self) -> usize {
        self.performances.len()
    }

    /// The subject where a step begins.
    pub(super) fn start_cut(&self, row: Row, mirrored: bool) -> Cut<'_> {
        let cold = &self.cold[row];
        let (place, travel, speed) = (cold.start_box, cold.start_motion, known(cold.speeds[0]));
        Cut { pose: self.pose(row, 0), outline: cold.outlines[0], place, travel, speed, mirrored }
    }

    /// The subject where a step ends.
    pub(super) fn end_cut(&self, row: Row, mirrored: bool) -> Cut<'_> {
        let cold = &self.cold[row];
        let (place, travel, speed) = (cold.end_box, cold.end_motion, known(cold.speeds[1]));
        Cut { pose: self.pose(row, 1), outline: cold.outlines[1], place, travel, speed, mirrored }
    }

    pub(super) fn vigour(&self, row: Row) -> Option<f32> {
        known(self.hot[row].vigour)
    }

    fn pose(&self, row: Row, which: usize) -> Option<&Pose> {
        self.cold[row].poses.as_ref()?[which].as_ref()
    }

    /// None when the vector cannot be compared with this library's.
    pub(super) fn probe(&self, features: &[f32]) -> Option<Probe> {
        self.features.probe(features)
    }

    /// Cosine of a question's features and a step's; none when the step has none.
    pub(super) fn cosine(&self, probe: &Probe, row: Row) -> Option<f32> {
        let unit = self.features.unit[row];
        let dot = dot(&probe.weighted, self.features.row(row)) - probe.offset;
        (unit > 0.0).then_some(dot * unit)
    }

    /// How alike others are to this step.
    pub(super) fn likeness_to(&self, row: Row) -> Likeness<'_> {
        let known = self.cold[row].has_features;
        Likeness { library: self, row, probe: known.then(|| self.probe(self.features.row(row))).flatten() }
    }
}

/// Compares steps with one step.
pub(super) struct Likeness<'a> {
    library: &'a Library,
    row: Row,
    probe: Option<Probe>,
}

impl Likeness<'_> {
    /// 0 to 1: half for the same performance, the rest for the course of the movement and for the music. A
    /// step and its own mirror image look half alike.
    pub fn of(&self, other: Row) -> f32 {
        if other == self.row {
            return 0.5;
        }
        let Library { hot, shapes, .. } = self.library;
        let same = if hot[self.row].performance == hot[other].performance { 0.5 } else { 0.0 };
        let movement = terms::as_value(terms::dot8(&shapes[self.row], &shapes[other]));
        let cosine = self.probe.as_ref().and_then(|p| self.library.cosine(p, other));
        same + 0.25 * movement + 0.25 * cosine.map_or(0.5, terms::as_value)
    }
}

fn known(rank: f32) -> Option<f32> {
    (!rank.is_nan()).then_some(rank)
}

impl Cold {
    fn of(step: Step, width: usize, speeds: [f32; 2]) -> Self {
        let poses = (step.start_pose.is_some() || step.end_pose.is_some())
            .then(|| Box::new([step.start_pose, step.end_pose]));
        Self {
            index: step.id.index,
            beats: step.beats,
            movement: step.movement,
            start_box: step.start_box,
            end_box: step.end_box,
            start_motion: step.start_motion,
            end_motion: step.end_motion,
            outlines: [step.start_outline, step.end_outline],
            speeds,
            poses,
            thumbnail: digest(&step.thumbnail),
            has_features: width > 0 && step.features.0.len() == width,
        }
    }
}

/// The 32 bytes of a hash; as text they would take three times the memory.
fn digest(hash: &BlobHash) -> [u8; 32] {
    let text = hash.as_str().as_bytes();
    let nibble = |i: usize| char::from(text[i]).to_digit(16).unwrap_or(0) as u8;
    std::array::from_fn(|i| nibble(2 * i) << 4 | nibble(2 * i + 1))
}

impl Features {
    fn of(steps: &[Step]) -> Self {
        let width = usual_width(steps);
        if width == 0 {
            return Self { unit: vec![0.0; steps.len()], ..Self::default() };
        }
        let usable = |s: &Step| s.features.0.len() == width && s.features.0.iter().all(|v| v.is_finite());
        let with: Vec<&[f32]> = steps.iter().filter(|s| usable(s)).map(|s| &s.features.0[..]).collect();
        let (mean, scale) = standards(&with, width);
        let mut raw = Vec::with_capacity(steps.len() * width);
        let mut unit = Vec::with_capacity(steps.len());
        for step in steps {
            if step.features.0.len() == width {
                raw.extend_from_slice(&step.features.0);
            } else {
                raw.resize(raw.len() + width, 0.0);
            }
            let length = length(raw[raw.len() - width..].iter().zip(&mean).zip(&scale));
            unit.push(if usable(step) && length > 1e-6 { 1.0 / length } else { 0.0 });
        }
        Self { width, raw, mean, scale, unit }
    }

    fn row(&self, row: Row) -> &[f32] {
        &self.raw[row * self.width..(row + 1) * self.width]
    }

    fn probe(&self, features: &[f32]) -> Option<Probe> {
        if self.width == 0 || features.len() != self.width {
            return None;
        }
        let length = length(features.iter().zip(&self.mean).zip(&self.scale));
        if !length.is_finite() || length <= 1e-6 {
            return None;
        }
        let weigh = |((v, m), s): ((&f32, &f32), &f32)| (v - m) * s * s / length;
        let weighted: Vec<f32> = features.iter().zip(&self.mean).zip(&self.scale).map(weigh).collect();
        let offset = dot(&weighted, &self.mean);
        Some(Probe { weighted, offset })
    }
}

/// Length of a vector after standardising.
fn length<'a>(values: impl Iterator<Item = ((&'a f32, &'a f32), &'a f32)>) -> f32 {
    let square = |((v, m), s): ((&f32, &f32), &f32)| (f64::from(v - m) * f64::from(*s)).powi(2);
    values.map(square).sum::<f64>().sqrt() as f32
}

/// The length most feature vectors have; the longer of equals; 0 when all are empty.
fn usual_width(steps: &[Step]) -> usize {
    let mut counts = BTreeMap::new();
    for width in steps.iter().map(|s| s.features.0.len()).filter(|&w| w > 0) {
        *counts.entry(width).or_insert(0_usize) += 1;
    }
    counts.into_iter().max_by_key(|&(width, count)| (count, width)).map_or(0, |(width, _)| width)
}

/// Mean and reciprocal deviation of each value. A few steps tell nothing of their spread: then 0 and 1, which
/// leaves the plain cosine.
fn standards(rows: &[&[f32]], width: usize) -> (Vec<f32>, Vec<f32>) {
    if rows.len() < STANDARDISE_FROM {
        return (vec![0.0; width], vec![1.0; width]);
    }
    let n = rows.len() as f64;
    let of = |i: usize| {
        let mean = rows.iter().map(|r| f64::from(r[i])).sum::<f64>() / n;
        let variance = rows.iter().map(|r| (f64::from(r[i]) - mean).powi(2)).sum::<f64>() / n;
        let deviation = variance.sqrt();
        let flat = deviation <= 1e-6 * (1.0 + mean.abs());
        (mean as f32, if flat { 0.0 } else { (1.0 / deviation) as f32 })
    };
    (0..width).map(of).unzip()
}

/// Dot product in eight lanes, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a8, a1) = a.as_chunks::<8>();
    let (b8, b1) = b.as_chunks::<8>();
    let mut lanes = [0.0_f32; 8];
    for (a, b) in a8.iter().zip(b8) {
        for i in 0..8 {
            lanes[i] += a[i] * b[i];
        }
    }
    lanes.iter().sum::<f32>() + a1.iter().zip(b1).map(|(a, b)| a * b).sum::<f32>()
}
