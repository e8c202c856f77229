//! Choosing the metrical level: which of several ways to hear a pulse is the one people tap to.
//!
//! A first path through the onsets finds a pulse, but it may be half, double, or two thirds of the beat, or lie
//! between the beats; or it was drawn off the beat altogether, and the tempi that the whole song keeps are better.
//! Every such reading is laid out over the whole song, and the evidence of the whole song decides: on a click where the music keeps one, otherwise along a path through its eighths, which a syncopated
//! passage cannot draw away by half a beat.

use crate::{
    evidence::{Streams, score},
    flux::percentile,
    pulse::{Beat, track_near},
    spectrum::FRAMES_PER_SECOND,
    steady::{self, Onset},
    timing::{FLUX_LATE_S, TimedBeat, refine},
};
use eightcount_domain::Tap;

/// How the tempo of a reading relates to that of the first path.
const RATIOS: [f64; 7] = [0.5, 2.0 / 3.0, 0.75, 1.0, 4.0 / 3.0, 1.5, 2.0];
/// So many tempi that the whole song keeps are tried besides.
const WHOLE_TEMPI: usize = 3;
/// How the tempi of their readings relate to them.
const WHOLE_RATIOS: [f64; 5] = [0.5, 2.0 / 3.0, 1.0, 1.5, 2.0];
/// How far the period of a click may be from that of the path and from a peak of the song's spectrum, as a share of it.
const NEAR_PATH: f64 = 0.03;
const NEAR_PEAK: f64 = 0.002;
/// Periods that differ by less than this share are one.
const SAME: f64 = 0.01;
/// Readings whose periods differ by less than this share are at one tempo.
const SAME_TEMPO: f64 = 0.03;
/// Tempo a reading may have, beats per minute.
const RANGE_BPM: (f64, f64) = (52.0, 220.0);
/// Beats over whose middle half the tempo is averaged.
const FOLLOWED: usize = 9;
/// Music keeps a click if beats on one are at least this strong, as a share of those of the path that bends.
const STEADY: f32 = 0.88;

/// Beats that stand out less than this are found in noise as well.
const LEAST_CLARITY: f32 = 0.15;
/// A first beat may lie this long before the first audible frame, seconds.
pub(crate) const EARLY_S: f64 = 0.03;

/// The chosen beats.
pub(crate) struct Reading {
    /// The beats.
    pub(crate) beats: Vec<TimedBeat>,
    /// 0 to 1: that the tempo is not half, double or another ratio of the right one.
    pub(crate) octave_confidence: f32,
    /// 0 to 1: that these are not the off-beats.
    pub(crate) phase_confidence: f32,
}

struct Candidate {
    /// Frames between beats, about.
    period: f64,
    beats: Vec<TimedBeat>,
    score: f32,
}

/// The best reading of a pulse in which `first` are beats; `offset` is the frame of the song at which the pulse
/// starts. Where none stands out, how sure that there is no beat; where no reading has eight beats, 0.
pub(crate) fn best_reading(
    pulse: &[f32],
    first: &[Beat],
    streams: &Streams,
    offset: usize,
) -> Result<Reading, f32> {
    let candidates = candidates(pulse, first, streams, offset);
    let best = candidates.iter().max_by(|a, b| a.score.total_cmp(&b.score)).ok_or(0.0)?;
    let (period, top) = (best.period, best.score);
    let chance = |keep: &dyn Fn(&Candidate) -> bool| {
        candidates.iter().filter(|c| keep(c)).map(|c| (c.score - top).exp()).sum::<f32>()
    };
    let at_tempo = |c: &Candidate| (c.period / period - 1.0).abs() < SAME_TEMPO;
    let same_tempo = chance(&at_tempo);
    let octave_confidence = same_tempo / chance(&|_| true);
    // The same beats found in two ways are no rivals; of beats and off-beats the worse are half as likely at most:
    // spread that over 0 to 1.
    let agreeing = chance(&|c| at_tempo(c) && coincide(&best.beats, &c.beats, period / FRAMES_PER_SECOND));
    let phase_confidence = (2.0 * agreeing / same_tempo - 1.0).clamp(0.0, 1.0);
    let beats = best.beats.clone();
    let clarity = streams.clarity(&frames(&beats));
    if clarity < LEAST_CLARITY {
        return Err(1.0 - clarity.max(0.0) / LEAST_CLARITY);
    }
    Ok(Reading { beats, octave_confidence, phase_confidence })
}

/// Whether most beats have one of the others nearer than a quarter of a period, seconds.
fn coincide(beats: &[TimedBeat], others: &[TimedBeat], period_s: f64) -> bool {
    let near = |beat: &&TimedBeat| {
        let after = others.partition_point(|other| other.time < beat.time);
        let around = others[after.saturating_sub(1)..(after + 1).min(others.len())].iter();
        around.map(|other| (other.time - beat.time).abs()).fold(f64::INFINITY, f64::min) < period_s / 4.0
    };
    2 * beats.iter().filter(near).count() > beats.len()
}

/// The beats of a pulse near a tapped tempo, in seconds; of beats and off-beats those that were tapped. None where
/// the pulse does not stand out. `offset` as in [`best_reading`].
pub(crate) fn tapped_reading(pulse: &[f32], tap: Tap, streams: &Streams, offset: usize) -> Option<Vec<f64>> {
    let period = f64::from(tap.beat_us) / 1e6 * FRAMES_PER_SECOND;
    let eighths = refine(pulse, &track_near(pulse, &vec![(period / 2.0) as f32; pulse.len()]), offset);
    let onsets = steady::onsets(pulse);
    let common = steady::common_period(&onsets, period, pulse.len(), NEAR_PATH);
    let click = steady::grid(pulse, &onsets, common, offset);
    let (earliest, latest) = (seconds(offset) - EARLY_S, seconds(offset + pulse.len()));
    let every_second = |skip| eighths.iter().copied().skip(skip).step_by(2).collect::<Vec<_>>();
    let on_path = [every_second(0), every_second(1)];
    let strength = |beats: &[TimedBeat]| streams.pulse_around(&frames(beats));
    let keeps_click = strength(&click) >= STEADY * strength(&on_path[0]);
    let rows = if keeps_click { [between(&click, earliest, latest), click] } else { on_path };
    let one = f64::from(tap.one_ms) / 1e3;
    let distance =
        |row: &Vec<TimedBeat>| row.iter().map(|b| (b.time - one).abs()).fold(f64::INFINITY, f64::min);
    let tapped = rows.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let stands_out = tapped.len() >= 2 && streams.clarity(&frames(&tapped)) >= LEAST_CLARITY;
    stands_out.then(|| tapped.iter().map(|beat| beat.time).collect())
}

fn candidates(pulse: &[f32], first: &[Beat], streams: &Streams, offset: usize) -> Vec<Candidate> {
    let onsets = steady::onsets(pulse);
    let readings =
        [by_the_path(pulse, first, streams, &onsets, offset), by_the_whole(pulse, &onsets, offset)];
    let mut candidates: Vec<Candidate> = Vec::new();
    for (period, rows) in readings.into_iter().flatten() {
        candidates.extend(rows.into_iter().filter_map(|beats| {
            let score = score(streams, &frames(&beats))?;
            Some(Candidate { period, beats, score })
        }));
    }
    candidates
}

/// The readings at tempi related to that of the path `first`.
fn by_the_path(
    pulse: &[f32],
    first: &[Beat],
    streams: &Streams,
    onsets: &[Onset],
    offset: usize,
) -> Vec<(f64, [Vec<TimedBeat>; 2])> {
    let periods = followed_periods(first, pulse.len());
    let middle = f64::from(percentile(&periods, 0.5)).max(1.0);
    let bending = refine(pulse, first, offset);
    let common = steady::common_period(onsets, middle, pulse.len(), NEAR_PATH);
    let strength = |beats: &[TimedBeat]| streams.pulse_around(&frames(beats));
    let click = steady::grid(pulse, onsets, common, offset);
    let keeps_click = strength(&click) >= STEADY * strength(&bending);
    let reading = |ratio: f64| {
        if keeps_click {
            return (common / ratio, on_click(pulse, onsets, common / ratio, offset));
        }
        let wanted: Vec<f32> = periods.iter().map(|p| p / (2.0 * ratio as f32)).collect();
        let eighths = refine(pulse, &track_near(pulse, &wanted), offset);
        (middle / ratio, [0, 1].map(|skip| eighths.iter().copied().skip(skip).step_by(2).collect()))
    };
    RATIOS.into_iter().filter(|ratio| is_tempo(middle / ratio)).map(reading).collect()
}

/// The readings on clicks that the whole piece keeps, and on related ones: a path that was drawn off the beat early
/// knows nothing of them.
fn by_the_whole(pulse: &[f32], onsets: &[Onset], offset: usize) -> Vec<(f64, [Vec<TimedBeat>; 2])> {
    let range = [RANGE_BPM.1, RANGE_BPM.0].map(|bpm| 60.0 * FRAMES_PER_SECOND / bpm);
    let mut known: Vec<f64> = Vec::new();
    for guess in steady::whole_periods(pulse, range, WHOLE_TEMPI) {
        let base = steady::common_period(onsets, guess, pulse.len(), NEAR_PEAK);
        for period in WHOLE_RATIOS.map(|ratio| base / ratio) {
            if is_tempo(period) && known.iter().all(|known| (known / period - 1.0).abs() > SAME) {
                known.push(period);
            }
        }
    }
    known.into_iter().map(|period| (period, on_click(pulse, onsets, period, offset))).collect()
}

/// Beats on a click, and those between them.
fn on_click(pulse: &[f32], onsets: &[Onset], period: f64, offset: usize) -> [Vec<TimedBeat>; 2] {
    let (earliest, latest) = (seconds(offset) - EARLY_S, seconds(offset + pulse.len()));
    let on = steady::grid(pulse, onsets, period, offset);
    [between(&on, earliest, latest), on]
}

/// Whether a reading may have this period, frames.
fn is_tempo(period: f64) -> bool {
    (RANGE_BPM.0..=RANGE_BPM.1).contains(&(60.0 * FRAMES_PER_SECOND / period))
}

fn seconds(frame: usize) -> f64 {
    frame as f64 / FRAMES_PER_SECOND
}

/// Where in the streams beats show.
fn frames(beats: &[TimedBeat]) -> Vec<f64> {
    beats.iter().map(|b| (b.time + FLUX_LATE_S) * FRAMES_PER_SECOND).collect()
}

/// The off-beats, from `earliest` to `latest` seconds: also half a beat before the first and after the last beat.
fn between(beats: &[TimedBeat], earliest: f64, latest: f64) -> Vec<TimedBeat> {
    let inferred = |time: f64| TimedBeat { time, strength: 0.0 };
    let (Some(head), Some(tail)) = (beats.first_chunk::<2>(), beats.last_chunk::<2>()) else {
        return Vec::new();
    };
    let before = head[0].time - (head[1].time - head[0].time) / 2.0;
    let after = tail[1].time + (tail[1].time - tail[0].time) / 2.0;
    let inner = beats.windows(2).map(|w| f64::midpoint(w[0].time, w[1].time));
    let all = [before].into_iter().chain(inner).chain([after]);
    all.filter(|t| (earliest..=latest).contains(t)).map(inferred).collect()
}

/// The period around each frame: the median over a few beats.
fn followed_periods(beats: &[Beat], frames: usize) -> Vec<f32> {
    let smooth = |i: usize| {
        let around = i.saturating_sub(FOLLOWED / 2)..(i + FOLLOWED / 2 + 1).min(beats.len());
        let mut periods: Vec<usize> = beats[around].iter().map(|b| b.period).collect();
        periods.sort_unstable();
        let k = periods.len() / 4;
        let kept = &periods[k..periods.len() - k];
        kept.iter().sum::<usize>() as f32 / kept.len().max(1) as f32
    };
    let mut out = Vec::with_capacity(frames);
    for (i, beat) in beats.iter().enumerate() {
        let until = if i + 1 == beats.len() { frames } else { beat.frame + beat.period };
        out.resize(until.min(frames), smooth(i));
    }
    out
}
