//! Bars and eights: which beats are "one".
//!
//! Bass notes and kicks fall on downbeats and chords change there; sections change on the first beat of an eight.
//! Every metre and phase is scored over the whole song, so that single syncopated bars do not matter.

use crate::{
    bar_signs::{SIGNS, harmony_changes, signs},
    flux::Flux,
    spectrum::Spectrum,
    timing::TimedBeat,
};

/// How much each sign of a beat speaks for its being the first, second, third and fourth of a bar of four, as a
/// logit. Found by logistic regression over stretches of 40 game-music compositions rendered with exact beats, of
/// four recordings and of metronomes; no weight belongs to a single song, and the compositions that results are
/// reported on took no part.
const WEIGHTS: [[f32; SIGNS]; 4] = [
    [0.65, -0.50, 0.34, 0.76, 0.41, 0.46, 0.25, 0.21, 0.89, 0.17, -0.02, 0.18, 0.35, 0.39],
    [-0.38, 0.10, 0.00, -0.28, 0.07, -0.34, -0.09, 0.03, -0.24, -0.01, -0.27, -0.10, -0.77, 0.04],
    [-0.09, -0.02, -0.40, 0.10, -0.75, -0.08, -0.21, -0.40, -0.43, -0.33, 0.33, -0.06, 0.31, -0.23],
    [-0.18, 0.41, 0.06, -0.58, 0.27, -0.04, 0.05, 0.16, -0.21, 0.18, -0.04, -0.02, 0.12, -0.20],
];
/// Places among the signs: bass onset, change of harmony over one beat.
const LOW: usize = 0;
const HARMONY: usize = 3;
/// What a metre of three must gain over four: most danced music is in four.
const THREE_HANDICAP: f32 = 0.15;
/// How much more it must gain in a short piece, where accents fall into threes by chance: over the square root of the
/// number of beats. The accents' deviation is about one, so this is twice the difference's standard error.
const CHANCE: f32 = 3.0;
/// Music that begins without a pick-up begins on a downbeat; as a logit.
const FIRST_BEAT: f32 = 0.5;
/// Beats on either side of a boundary between sections that are compared.
const SECTION_BEATS: usize = 8;

/// The bars of a song.
pub(crate) struct Bars {
    /// Beats in a bar: 3 or 4.
    pub(crate) metre: u8,
    /// Indices of downbeats.
    pub(crate) downbeats: Vec<u32>,
    /// Index of the first beat of an eight, modulo two bars.
    pub(crate) phase: u8,
    /// 0 (a guess) to 1: how likely the best phase is, beyond chance.
    pub(crate) confidence: f32,
}

/// Finds the bars of `beats`.
pub(crate) fn bars(beats: &[TimedBeat], spectrum: &Spectrum, flux: &Flux) -> Bars {
    let times: Vec<f64> = beats.iter().map(|beat| beat.time).collect();
    let signs = signs(&times, spectrum, flux);
    let accents: Vec<f32> = signs.iter().map(|sign| 0.5 * sign[LOW] + sign[HARMONY]).collect();
    let metre = metre(&accents);
    let mut logits: Vec<f32> = match metre {
        3 => (0..3).map(|phase| every(&accents, phase, 3)).collect(),
        _ => (0..4).map(|phase| of_four(&signs, phase)).collect(),
    };
    logits[0] += FIRST_BEAT;
    let (first, confidence) = likeliest(&logits);
    let downbeats = (u32::from(first)..beats.len() as u32).step_by(usize::from(metre)).collect();
    let sections = harmony_changes(&times, spectrum, SECTION_BEATS);
    let phase = eight_phase(&sections, &accents, first, metre);
    Bars { metre, downbeats, phase, confidence }
}

/// Beats in a bar, by their accents.
fn metre(accents: &[f32]) -> u8 {
    let best = |metre: u8| (0..metre).map(|phase| every(accents, phase, metre)).fold(f32::MIN, f32::max);
    let handicap = THREE_HANDICAP + CHANCE / (accents.len().max(1) as f32).sqrt();
    if best(3) - handicap > best(4) { 3 } else { 4 }
}

/// How well a bar of four starting at `phase` explains the signs, a logit.
fn of_four(signs: &[[f32; SIGNS]], phase: u8) -> f32 {
    let beat = |place: u8| {
        let weights = WEIGHTS[usize::from(place)];
        let start = usize::from((phase + place) % 4);
        let beats = signs.iter().skip(start).step_by(4);
        let (sum, count) = beats.fold((0.0, 0), |(sum, count), sign| {
            (sum + sign.iter().zip(weights).map(|(s, w)| s * w).sum::<f32>(), count + 1)
        });
        if count == 0 { 0.0 } else { sum / count as f32 }
    };
    (0..4).map(beat).sum()
}

/// The place of the largest logit, and its probability beyond chance, 0 to 1.
fn likeliest(logits: &[f32]) -> (u8, f32) {
    let (best, top) = logits
        .iter()
        .enumerate()
        .fold((0, f32::MIN), |best, x| if *x.1 > best.1 { (x.0, *x.1) } else { best });
    let probability = 1.0 / logits.iter().map(|logit| (logit - top).exp()).sum::<f32>();
    let chance = 1.0 / logits.len().max(2) as f32;
    (best as u8, ((probability - chance) / (1.0 - chance)).clamp(0.0, 1.0))
}

/// Mean of every `step`-th value from `first` on; 0 for none.
fn every(values: &[f32], first: u8, step: u8) -> f32 {
    let chosen = values.iter().skip(usize::from(first)).step_by(usize::from(step));
    let (sum, count) = chosen.fold((0.0, 0), |(s, n), v| (s + v, n + 1));
    if count == 0 { 0.0 } else { sum / count as f32 }
}

/// Of the two eight phases that agree with the downbeats, the one at which more changes: within two bars the
/// accents, over whole eights the sound. The earlier one, unless the later one is better by more than twice what
/// chance gives the difference of two means of so many standard scores: music begins with an eight.
fn eight_phase(sections: &[f32], accents: &[f32], first: u8, metre: u8) -> u8 {
    let eight = 2 * metre;
    let score = |phase: u8| every(sections, phase, eight) + 0.5 * every(accents, phase, eight);
    let chance = (2.0 * f32::from(eight) / accents.len().max(8) as f32).sqrt();
    if score(first + metre) > score(first) + 2.0 * chance { first + metre } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::instruments::Noise;

    /// Accents of a piece in four whose downbeats hardly stand out.
    fn faint_four(beats: usize, noise: &mut Noise) -> Vec<f32> {
        (0..beats).map(|beat| if beat.is_multiple_of(4) { 0.3 } else { 0.0 } + noise.normal()).collect()
    }

    #[test]
    fn short_pieces_in_four_are_not_heard_in_three_by_chance() {
        let mut noise = Noise::new(1);
        for beats in [12, 16, 24, 32, 48] {
            let threes = (0..200).filter(|_| metre(&faint_four(beats, &mut noise)) == 3).count();
            assert!(threes <= 10, "{beats} beats: {threes} of 200");
        }
    }

    #[test]
    fn accents_on_every_third_beat_are_heard_in_three() {
        let mut noise = Noise::new(2);
        for beats in [24, 48, 96] {
            let waltz = |beat: usize| if beat.is_multiple_of(3) { 2.0 } else { 0.0 };
            let accents: Vec<f32> = (0..beats).map(|beat| waltz(beat) + 0.3 * noise.normal()).collect();
            assert_eq!(metre(&accents), 3, "{beats} beats");
        }
    }

    #[test]
    fn the_likeliest_is_as_sure_as_it_stands_out() {
        assert_eq!(likeliest(&[0.0; 4]), (0, 0.0));
        let (best, sure) = likeliest(&[0.0, 9.0, 0.0, 0.0]);
        assert!(best == 1 && sure > 0.99);
    }

    #[test]
    fn an_eight_starts_early_unless_changes_say_otherwise() {
        let mut changes = vec![0.0; 64];
        assert_eq!(eight_phase(&changes, &changes, 2, 4), 2);
        (6..64).step_by(8).for_each(|beat| changes[beat] = 2.0);
        assert_eq!(eight_phase(&changes, &changes, 2, 4), 6);
    }
}
