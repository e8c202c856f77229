//! The bar pointer's beat level: from onset strength to beats.
//!
//! F. Krebs, S. Böck and G. Widmer, "An efficient state-space model for joint tempo and meter tracking", ISMIR
//! 2015. Their hidden Markov model moves a pointer through beats of whole numbers of frames, may change tempo only
//! on a beat, and expects onsets in the first sixteenth of each beat. Between two beats nothing is left to chance,
//! so the best path is found over pairs (beat at frame `t`, period after it) alone, with sums of observations
//! read from prefix sums: a few thousand operations a frame instead of one per state.

use crate::spectrum::FRAMES_PER_SECOND;
use std::ops::Range;

/// Slowest and fastest beats, per minute.
const TEMPO_RANGE_BPM: (f64, f64) = (60.0, 215.0);
/// The same where a tempo is given and only followed.
const WIDE_RANGE_BPM: (f64, f64) = (45.0, 450.0);
/// How far a followed tempo may be off, as a share of the period.
const NEAR: f32 = 0.08;
/// The likeliest tempo, per minute.
const TEMPO_CENTRE_BPM: f64 = 140.0;
/// Width of the tempo prior, octaves.
const TEMPO_WIDTH: f64 = 0.6;
/// How much the tempo prior weighs at each beat.
const TEMPO_WEIGHT: f64 = 6.0;
/// How much a change of tempo costs: `exp(-STEADINESS · |ratio - 1|)`.
const STEADINESS: f64 = 100.0;
/// Log probability of any change of tempo, however large.
const JUMP: f64 = -40.0;
/// Share of a beat in which its onset is expected: one part of this many.
const ONSET_PART: usize = 16;

/// A beat before refinement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beat {
    /// The frame in which its onset region starts.
    pub(crate) frame: usize,
    /// Frames until the next beat.
    pub(crate) period: usize,
}

impl Beat {
    /// Frames in which the onset of a beat is expected.
    pub(crate) fn onset_frames(self) -> usize {
        onset_frames(self.period)
    }
}

fn onset_frames(period: usize) -> usize {
    (period / ONSET_PART).max(1)
}

/// The likeliest beats for `pulse` (0 to 1 a frame). Empty where there is not even one beat's length of it.
pub(crate) fn track(pulse: &[f32]) -> Vec<Beat> {
    let tempi = Tempi::new(TEMPO_RANGE_BPM, TEMPO_WEIGHT);
    let everything = vec![(0, tempi.periods.len()); pulse.len()];
    search(pulse, &tempi, &everything)
}

/// The likeliest beats whose period at each frame is near `wanted` (frames, may be a fraction). No tempo is
/// likelier than another here. Empty where no beat of such a period has room.
pub(crate) fn track_near(pulse: &[f32], wanted: &[f32]) -> Vec<Beat> {
    let tempi = Tempi::new(WIDE_RANGE_BPM, 0.0);
    let count = tempi.periods.len();
    let shortest = tempi.periods.first().copied().unwrap_or(0);
    let place = |period: f32| (period.round().max(0.0) as usize).saturating_sub(shortest).min(count - 1);
    let range = |&p: &f32| (place(p * (1.0 - NEAR)), place((p * (1.0 + NEAR)).ceil()) + 1);
    search(pulse, &tempi, &wanted.iter().map(range).collect::<Vec<_>>())
}

/// The best path with beats whose period at each frame is one of the allowed range of `tempi`.
fn search(pulse: &[f32], tempi: &Tempi, allowed: &[(usize, usize)]) -> Vec<Beat> {
    if pulse.len() < tempi.longest() {
        return Vec::new();
    }
    let observations = Observations::of(pulse);
    let mut trellis = Trellis::new(tempi, &observations, allowed);
    for t in 0..pulse.len() {
        trellis.step(t);
    }
    trellis.best_path()
}

/// The periods and how they follow one another.
struct Tempi {
    /// Frames, ascending by one.
    periods: Vec<usize>,
    /// Log probability of each period by itself.
    prior: Vec<f64>,
    /// `change[i]`: the periods reachable from period `i` in small steps, with their log probabilities.
    change: Vec<(usize, Vec<f64>)>,
}

impl Tempi {
    fn new((slowest, fastest): (f64, f64), prior_weight: f64) -> Self {
        let frames = |bpm: f64| 60.0 * FRAMES_PER_SECOND / bpm;
        let periods: Vec<usize> =
            (frames(fastest).ceil() as usize..=frames(slowest).floor() as usize).collect();
        let octaves = |&p: &usize| (frames(p as f64) / TEMPO_CENTRE_BPM).log2();
        let prior =
            periods.iter().map(|p| -0.5 * prior_weight * (octaves(p) / TEMPO_WIDTH).powi(2)).collect();
        let change = periods.iter().map(|&from| changes(from, &periods)).collect();
        Self { periods, prior, change }
    }

    fn longest(&self) -> usize {
        self.periods.last().copied().unwrap_or(0)
    }
}

fn changes(from: usize, periods: &[usize]) -> (usize, Vec<f64>) {
    let cost = |to: usize| -STEADINESS * (to as f64 / from as f64 - 1.0).abs();
    let total: f64 = periods.iter().map(|&to| cost(to).exp()).sum();
    let first = periods.partition_point(|&to| to < from && cost(to) < JUMP);
    let near = periods[first..].iter().map(|&to| cost(to) - total.ln());
    (first, near.take_while(|&c| c >= JUMP).collect())
}

/// Prefix sums of log likelihoods: of "an onset of a beat" and of "between beats".
struct Observations {
    onset: Vec<f64>,
    between: Vec<f64>,
}

impl Observations {
    fn of(pulse: &[f32]) -> Self {
        let prefix = |likelihood: &dyn Fn(f64) -> f64| {
            let mut sums = vec![0.0];
            let mut sum = 0.0;
            for &a in pulse {
                sum += likelihood(f64::from(a));
                sums.push(sum);
            }
            sums
        };
        let parts = (ONSET_PART - 1) as f64;
        Self {
            onset: prefix(&|a| (0.98 * a + 0.01).ln()),
            between: prefix(&|a| (0.98 * (1.0 - a) / parts + 1e-3).ln()),
        }
    }

    fn frames(&self) -> usize {
        self.between.len() - 1
    }

    /// A beat at `t` and its period, cut where the audio ends.
    fn beat(&self, t: usize, period: usize) -> f64 {
        let end = (t + period).min(self.frames());
        let onset_end = (t + onset_frames(period)).min(end);
        self.onset[onset_end] - self.onset[t] + self.between[end] - self.between[onset_end]
    }
}

/// The state of the search.
struct Trellis<'a> {
    tempi: &'a Tempi,
    observations: &'a Observations,
    /// For each frame, the first and (exclusive) last period of the beats that may start there.
    allowed: &'a [(usize, usize)],
    /// The periods that are allowed anywhere: nothing else is looked at.
    used: Range<usize>,
    /// Best score of a beat of period `i` that ends at one of the coming frames: a row a frame, in a ring.
    due: Vec<f64>,
    /// Best score with a beat at this frame and period `i` after it.
    starting: Vec<f64>,
    /// Which period led to each beat that was allowed; [`Trellis::START`] for none.
    from: Vec<u8>,
    /// Where in `from` those of each frame begin.
    places: Vec<usize>,
}

impl<'a> Trellis<'a> {
    const START: u8 = u8::MAX;

    fn new(tempi: &'a Tempi, observations: &'a Observations, allowed: &'a [(usize, usize)]) -> Self {
        let width = tempi.periods.len();
        let first = allowed.iter().map(|range| range.0).min().unwrap_or(0);
        let last = allowed.iter().map(|range| range.1).max().unwrap_or(0);
        Self {
            tempi,
            observations,
            allowed,
            used: first..last,
            due: vec![f64::NEG_INFINITY; (tempi.longest() + 1) * width],
            starting: vec![f64::NEG_INFINITY; width],
            from: Vec::with_capacity(allowed.iter().map(|(low, high)| high - low).sum()),
            places: Vec::with_capacity(allowed.len()),
        }
    }

    /// Where in `due` the scores of beats that end at frame `t` are.
    fn ending(&self, t: usize) -> Range<usize> {
        let width = self.tempi.periods.len();
        let row = t % (self.tempi.longest() + 1) * width;
        row + self.used.start..row + self.used.end
    }

    /// Beats at `t`, which must be the frame after the last one.
    fn step(&mut self, t: usize) {
        let (low, high) = self.allowed[t];
        let ending = self.ending(t);
        let arrivals = &mut self.due[ending];
        let (place, top) = best(arrivals);
        let place = self.used.start + place;
        let by_jump = top + JUMP;
        let first = self.from.len();
        self.places.push(first);
        self.from.resize(first + high - low, place as u8);
        let (row, from) = (&mut self.starting[low..high], &mut self.from[first..]);
        row.fill(by_jump);
        for (i, arrival) in self.used.clone().zip(arrivals.iter()) {
            // What a jump from the best arrival gives anyway is not looked at: most arrivals reach few periods.
            let slack = arrival - by_jump;
            if slack.is_nan() || slack <= 0.0 {
                continue;
            }
            let (nearest, costs) = &self.tempi.change[i];
            let reach = (slack / STEADINESS * self.tempi.periods[i] as f64) as usize + 1;
            let from_target = low.max(*nearest).max(i.saturating_sub(reach));
            let to_target = high.min(nearest + costs.len()).min(i + reach + 1);
            for target in from_target..to_target {
                let score = arrival + costs[target - nearest];
                if score > row[target - low] {
                    (row[target - low], from[target - low]) = (score, i as u8);
                }
            }
        }
        arrivals.fill(f64::NEG_INFINITY);
        self.begin(t);
        self.hand_on(t);
    }

    /// The music may start anywhere inside a beat.
    fn begin(&mut self, t: usize) {
        let (low, high) = self.allowed[t];
        let score = self.observations.between[t];
        for i in low..high {
            if t < self.tempi.periods[i] && score > self.starting[i] {
                (self.starting[i], self.from[self.places[t] + i - low]) = (score, Self::START);
            }
        }
    }

    /// Writes down when the beats that start at `t` end, and what they are worth by then.
    fn hand_on(&mut self, t: usize) {
        let (low, high) = self.allowed[t];
        let width = self.tempi.periods.len();
        let depth = self.tempi.longest() + 1;
        let periods = self.tempi.periods[low..high].iter().zip(&self.tempi.prior[low..high]);
        for (i, (&period, prior)) in (low..high).zip(periods) {
            let score = self.starting[i] + prior + self.observations.beat(t, period);
            self.due[(t + period) % depth * width + i] = score;
        }
    }

    fn best_path(&self) -> Vec<Beat> {
        let (frames, periods) = (self.observations.frames(), &self.tempi.periods);
        let mut ends = Vec::new();
        for i in self.used.clone() {
            for t in frames.saturating_sub(periods[i])..frames {
                ends.push((self.due[self.ending(t + periods[i])][i - self.used.start], t, i));
            }
        }
        let best = ends.iter().filter(|e| e.0.is_finite()).max_by(|a, b| a.0.total_cmp(&b.0));
        let Some(&(_, mut t, mut i)) = best else { return Vec::new() };
        let mut beats = vec![Beat { frame: t, period: periods[i] }];
        loop {
            let source = self.from[self.places[t] + i - self.allowed[t].0];
            if source == Self::START {
                break;
            }
            i = usize::from(source);
            t -= periods[i];
            beats.push(Beat { frame: t, period: periods[i] });
        }
        beats.reverse();
        beats
    }
}

/// Place and value of the largest; the first place for an empty slice.
fn best(values: &[f64]) -> (usize, f64) {
    values.iter().copied().enumerate().fold((0, f64::NEG_INFINITY), |b, x| if x.1 > b.1 { x } else { b })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn impulses(period: usize, offset: usize, frames: usize) -> Vec<f32> {
        let late = |t: usize| (t + period - offset) % period;
        (0..frames).map(|t| if late(t) < onset_frames(period) { 1.0 } else { 0.02 }).collect()
    }

    #[test]
    fn regular_impulses_are_followed_exactly() {
        for (period, offset) in [(30, 7), (36, 15), (44, 0), (48, 33)] {
            let beats = track(&impulses(period, offset, 3000));
            assert!(beats.len() >= 3000 / period - 1, "period {period}: {}", beats.len());
            for beat in &beats {
                let late = (beat.frame + period - offset) % period;
                let reach = beat.onset_frames();
                assert!(late == 0 || late > period - reach, "period {period}: {beat:?}");
            }
        }
    }

    #[test]
    fn too_little_has_no_beats() {
        assert!(track(&[]).is_empty());
        assert!(track(&[1.0; 20]).is_empty());
    }
}
