//! The beats of a performance: of its music, or of the movement where that is clearer.

use super::{HeardEight, MIN_STEPS, sights::Sights};
use crate::desk::{Desk, compute};
use crate::failure::Failure;
use eightcount_audio::{
    AudioError, EightFeatures, all_eights, clarity, features, hear, movement_beats, stages,
};
use eightcount_domain::{BeatGrid, Beats, BeatsFrom, FailureCode};
use eightcount_media::Refusal;
use eightcount_workflows::contract::{HearPerformanceInput, HeardPerformance};
use std::sync::Arc;

/// Clarity from which on music that was heard is followed whatever the dancer does: all that people dance to has it.
const CLEAR_MUSIC: f32 = 0.1;
/// Seconds by which a beat of music may miss its onset.
const MISS_S: f64 = 0.02;
/// Clarity below which a movement has no beats of its own.
const CLEAR_MOVEMENT: f32 = 0.2;
/// Clarity from which on a movement is followed instead of unclear music.
const CLEARER_MOVEMENT: f32 = 0.3;

/// Finds beats and eights.
pub(crate) async fn hear_performance(
    desk: &Desk,
    input: HearPerformanceInput,
) -> Result<HeardPerformance, Failure> {
    let _turn = desk.ingest_turn().await?;
    let sights: Sights = desk.read_json(&input.watched.sights).await?;
    let conformed = &input.watched.conformed;
    let sound = if conformed.has_audio { desk.sound(&conformed.mezzanine).await? } else { Arc::default() };
    let length_s = conformed.frames as f64 / f64::from(conformed.fps.get());
    let (grid, beats, heard) = compute(move || {
        let (impact, fps) = (sights.frames.impact(), f64::from(sights.frames.fps().get()));
        let (grid, beats) = chosen(&sound.pcm, &impact, fps)?;
        let eights = all_eights(&grid);
        // Sound may go on when the picture has ended.
        let eights: Vec<_> = eights.into_iter().filter(|eight| eight.beats[8] <= length_s + 0.1).collect();
        let vectors = features(&sound.pcm, &eights);
        let vectors = vectors.iter().map(EightFeatures::vector);
        let heard = eights.into_iter().zip(vectors).map(|(eight, features)| HeardEight { eight, features });
        Ok::<_, Failure>((grid, beats, heard.collect::<Vec<_>>()))
    })
    .await??;
    tracing::info!(?beats, tempo = grid.tempo.get(), eights = heard.len(), "beats");
    if heard.len() < MIN_STEPS {
        return Err(Failure::Refused(Refusal::over(FailureCode::TooShort, format!("{MIN_STEPS} eights"))));
    }
    let count = heard.len() as u32;
    Ok(HeardPerformance { eights: desk.write_json(&heard).await?, count, tempo: grid.tempo, beats })
}

/// The better of two: what the music says, and what the movement says.
fn chosen(pcm: &[f32], impact: &[f32], fps: f64) -> Result<(BeatGrid, Beats), Failure> {
    let music = music_beats(pcm)?;
    let movement = movement_beats(impact, fps);
    let (music_clarity, movement_clarity) =
        (music.as_ref().map(|(_, clear)| *clear), movement.as_ref().map(|(_, clear)| *clear));
    let follows_music = match (music_clarity, movement_clarity) {
        (Some(music), Some(movement)) => music >= CLEAR_MUSIC || movement < CLEARER_MOVEMENT,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let (from, grid) = match (music, movement) {
        (Some((grid, _)), _) if follows_music => (BeatsFrom::Music, grid),
        (_, Some((grid, clear))) if clear >= CLEAR_MOVEMENT => (BeatsFrom::Movement, grid),
        _ => return Err(Failure::refused(FailureCode::NoBeats)),
    };
    let danced = eightcount_audio::danced(impact, fps, &grid.beats);
    Ok((grid, Beats { from, music_clarity, movement_clarity, danced }))
}

/// None where there is no music, or no pulse in it.
fn music_beats(pcm: &[f32]) -> Result<Option<(BeatGrid, f32)>, Failure> {
    if pcm.is_empty() {
        return Ok(None);
    }
    match hear(pcm) {
        Ok(hearing) => {
            let clear = clarity(&stages::pulse(pcm), &hearing.grid.beats, MISS_S);
            Ok(Some((hearing.grid, clear)))
        }
        Err(AudioError::NoBeats { .. } | AudioError::TooShort { .. }) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use eightcount_audio::evaluation::synth;

    /// Stops on every beat of 100 a minute, for half a minute at 30 frames a second.
    fn stops() -> Vec<f32> {
        (0..900).map(|i| if i % 18 == 5 { 1.0 } else { 0.01 }).collect()
    }

    #[test]
    fn silence_and_no_sound_leave_it_to_the_movement() {
        for pcm in [Vec::new(), vec![0.0; 44_100 * 30]] {
            let (grid, beats) = chosen(&pcm, &stops(), 30.0).unwrap();
            assert_eq!((beats.from, beats.music_clarity), (BeatsFrom::Movement, None));
            assert!((grid.tempo.get() - 100.0).abs() < 2.0, "{}", grid.tempo.get());
        }
    }

    #[test]
    fn music_is_followed_and_noise_is_not() {
        let music = synth::clicks(120.0, 30.0).pcm;
        let (grid, beats) = chosen(&music, &stops(), 30.0).unwrap();
        assert_eq!(beats.from, BeatsFrom::Music);
        assert!((grid.tempo.get() - 120.0).abs() < 1.0 && beats.danced < 0.3);
        let mut seed = 1_u32;
        let noise = (0..44_100 * 30).map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
        });
        let (_, beats) = chosen(&noise.map(|v| 0.2 * v).collect::<Vec<_>>(), &stops(), 30.0).unwrap();
        assert_eq!(beats.from, BeatsFrom::Movement, "{beats:?}");
    }

    #[test]
    fn nothing_at_all_is_refused() {
        let refused = chosen(&[], &[0.0; 900], 30.0).unwrap_err();
        assert!(matches!(refused, Failure::Refused(refusal) if refusal.code == FailureCode::NoBeats));
    }
}
