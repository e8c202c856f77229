//! What reaches the hearing in the wild: every answer is a hearing with its confidence or a refusal by name.
#![allow(clippy::unwrap_used)]

use eightcount_audio::{
    AudioError, MIN_SECONDS, SAMPLE_RATE, all_eights, amplitude, cluster,
    evaluation::{
        instruments::{Noise, mix, tone},
        metrics::f_measure,
        synth,
    },
    features, hear, hear_tapped, outlined, waveform,
};
use eightcount_domain::{Hearing, Tap};

const SECOND: usize = SAMPLE_RATE as usize;

/// Everything that a song goes through gives sound values.
fn goes_through(pcm: &[f32]) -> Result<Hearing, AudioError> {
    let hearing = hear(pcm)?;
    let (grid, sure) = (&hearing.grid, hearing.grid.confidence);
    assert!(grid.beats.windows(2).all(|w| w[0] < w[1]));
    assert!(grid.beats.iter().all(|beat| (-0.05..=hearing.duration_s).contains(beat)));
    assert!([sure.tempo_octave, sure.beat_phase, sure.bar_phase].iter().all(|c| (0.0..=1.0).contains(c)));
    let eights = all_eights(grid);
    let found = cluster(&features(pcm, &eights));
    assert_eq!((found.labels.len(), found.similarity.len()), (eights.len(), eights.len()));
    assert!(found.similarity.iter().flatten().all(|s| (0.0..=1.0).contains(s)));
    let levels = amplitude(pcm, &eights);
    assert!(levels.iter().all(|a| a.rms_dbfs.iter().chain(&a.peak).chain(&a.onset).all(|x| x.is_finite())));
    Ok(hearing)
}

/// "No beats" is an answer with a confidence.
fn no_beats(error: AudioError) -> bool {
    matches!(error, AudioError::NoBeats { confidence } if (0.0..=1.0).contains(&confidence))
}

/// Syllables without a beat: buzzes of changing pitch, length and loudness at irregular times, pauses between
/// sentences.
fn speech(seconds: f64, seed: u64) -> Vec<f32> {
    let mut noise = Noise::new(seed);
    let mut pcm = vec![0.0; (seconds * f64::from(SAMPLE_RATE)) as usize];
    let mut now = 0.3;
    while now < seconds {
        let length = 0.06 + 0.22 * noise.uniform();
        let pitch = 100.0 + 60.0 * noise.uniform();
        mix(&mut pcm, &tone(pitch, length, 12, 0.2 + 0.3 * noise.uniform()), now, 1.0);
        let pause = if noise.uniform() < 0.12 { 0.4 + 0.8 * noise.uniform() } else { 0.08 * noise.uniform() };
        now += f64::from(length + pause);
    }
    pcm
}

#[test]
fn speech_has_no_beat_or_one_that_nobody_is_sure_of() {
    for seed in 1..=6 {
        match goes_through(&speech(30.0, seed)) {
            Err(error) => assert!(no_beats(error), "speech {seed}: {error}"),
            Ok(hearing) => {
                let sure = hearing.grid.confidence;
                let all = sure.tempo_octave * sure.beat_phase * sure.bar_phase;
                assert!(all < 0.3, "speech {seed} is music: {sure:?}");
            }
        }
    }
}

#[test]
fn noise_of_any_colour_has_no_beat() {
    for (seed, smooth) in [(1, 0.0), (2, 0.9), (3, 0.995)] {
        let mut noise = Noise::new(seed);
        let mut last = 0.0;
        let coloured = (0..20 * SECOND).map(|_| {
            last = smooth * last + (1.0 - smooth) * noise.normal();
            0.3 * last
        });
        let heard = goes_through(&coloured.collect::<Vec<_>>());
        assert!(heard.as_ref().err().is_some_and(|error| no_beats(*error)), "noise {seed}: {heard:?}");
    }
}

#[test]
fn a_constant_under_the_music_changes_nothing() {
    let clip = synth::rock(118.0, 20.0);
    for constant in [0.5, -0.9] {
        let shifted: Vec<f32> = clip.pcm.iter().map(|x| x + constant).collect();
        let beats = goes_through(&shifted).unwrap().grid.beats;
        assert!(f_measure(&clip.beats, &beats) > 0.95, "{constant}");
    }
}

#[test]
fn clipped_music_is_heard() {
    let clip = synth::rock(126.0, 20.0);
    for gain in [4.0, 100.0] {
        let clipped: Vec<f32> = clip.pcm.iter().map(|x| (x * gain).clamp(-1.0, 1.0)).collect();
        let beats = goes_through(&clipped).unwrap().grid.beats;
        assert!(f_measure(&clip.beats, &beats) > 0.9, "times {gain}");
    }
}

#[test]
fn every_length_gets_an_answer() {
    let clip = synth::rock(120.0, 12.0);
    for samples in [0, 1, 2, 127, 511, 1024, SECOND / 5, SECOND, 2 * SECOND - 1] {
        let short = AudioError::TooShort { seconds: samples as f64 / SECOND as f64, minimum: MIN_SECONDS };
        assert_eq!(goes_through(&clip.pcm[..samples]), Err(short), "{samples} samples");
    }
    for samples in [2 * SECOND, 2 * SECOND + 1, 5 * SECOND / 2, 3 * SECOND, 5 * SECOND, 8 * SECOND + 333] {
        match goes_through(&clip.pcm[..samples]) {
            Ok(hearing) => assert!(hearing.grid.beats.len() >= 2, "{samples} samples"),
            Err(error) => assert!(no_beats(error), "{samples} samples: {error}"),
        }
    }
    assert!(goes_through(&clip.pcm[..8 * SECOND]).is_ok(), "eight seconds of rock");
}

#[test]
fn what_is_no_number_is_refused_by_its_place() {
    let clip = synth::rock(120.0, 5.0);
    let tap = Tap { beat_us: 500_000, one_ms: 350 };
    for (bad, place) in [(f32::NAN, 0), (f32::INFINITY, 100_000), (f32::NEG_INFINITY, clip.pcm.len() - 1)] {
        let mut pcm = clip.pcm.clone();
        pcm[place] = bad;
        assert_eq!(goes_through(&pcm), Err(AudioError::NotFinite { index: place }));
        assert_eq!(hear_tapped(&pcm, tap), Err(AudioError::NotFinite { index: place }));
        // What is only shown is shown without it.
        assert_eq!(waveform(&pcm, 100).len(), 100);
        assert_eq!(outlined(&pcm, 128).len(), pcm.len().div_ceil(128));
    }
}

#[test]
fn where_no_beat_is_found_the_user_taps() {
    let tap = Tap { beat_us: 480_000, one_ms: 1_240 };
    let silence = vec![0.0; 20 * SECOND];
    assert_eq!(hear(&silence), Err(AudioError::NoBeats { confidence: 1.0 }));
    for pcm in [silence, speech(20.0, 9)] {
        let grid = hear_tapped(&pcm, tap).unwrap().grid;
        assert!((grid.tempo.get() - 125.0).abs() < 10.0, "{}", grid.tempo.get());
        let ones = grid.beats.iter().skip(usize::from(grid.phase)).step_by(8);
        assert!(ones.clone().any(|one| (one - 1.24).abs() < 0.25), "{:?}", ones.collect::<Vec<_>>());
        assert!(!all_eights(&grid).is_empty());
    }
}

#[test]
fn huge_and_tiny_samples_give_an_answer() {
    let clip = synth::rock(110.0, 10.0);
    for gain in [1e-38, 1e-20, 1e-6, 1e6, 1e19, 1e30, 3e38] {
        let scaled: Vec<f32> = clip.pcm.iter().map(|x| x * gain).collect();
        match goes_through(&scaled) {
            Ok(hearing) => assert!(f_measure(&clip.beats, &hearing.grid.beats) > 0.9, "times {gain}"),
            Err(error) => assert!(!matches!(error, AudioError::TooShort { .. }), "times {gain}: {error}"),
        }
    }
}
