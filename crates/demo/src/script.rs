//! The scripts: what each performance is, before anything is filmed.

use crate::{Dancer, DemoError, Song, casting::Casting, content};
use std::path::{Path, PathBuf};

/// Frames per second of a film.
pub const FPS: u32 = 30;
/// Beats of rest before the first eight and after the last.
pub(crate) const LEAD_BEATS: u32 = 2;

/// One performance: who dances to which part of which song.
#[derive(Clone, Debug)]
pub struct PerformanceScript {
    /// Who dances.
    pub dancer: Dancer,
    /// To which song.
    pub song: Song,
    /// How many eights it has.
    pub eights: u32,
    pub(crate) casting: Casting,
    pub(crate) content: PathBuf,
}

/// The scripts of the demo library: all twelve dancers, in the order of their names. `content` is the folder that
/// `scripts/setup` fills.
///
/// # Errors
/// [`DemoError::Missing`] names the first file that is not there.
pub fn performances(content: &Path) -> Result<Vec<PerformanceScript>, DemoError> {
    content::dancer_file(content, "characters.json")?;
    Dancer::ALL.into_iter().map(|dancer| script(content, dancer)).collect()
}

fn script(content: &Path, dancer: Dancer) -> Result<PerformanceScript, DemoError> {
    let casting = dancer.casting();
    content::song_parts(content, casting.song)?;
    Ok(PerformanceScript {
        dancer,
        song: casting.song,
        eights: casting.eights,
        casting,
        content: content.to_owned(),
    })
}

impl PerformanceScript {
    /// The title to upload it under, such as "Bear dances to War of freedom (Sectoid)".
    pub fn title(&self) -> String {
        format!("{} dances to {} (Sectoid)", self.dancer, self.song)
    }

    /// Who made it, and under which licences.
    pub fn credit(&self) -> String {
        format!(
            "{} animated by Code.org (Dance Party, Apache-2.0); {}; filmed by Eightcount",
            self.dancer,
            self.song.credit()
        )
    }

    /// The colour of its stage (red, green, blue): no other performance's comes near. Light and shadow vary its
    /// brightness but not its hue; [`Dancer::of_stage_colour`] reads it back.
    pub fn stage_colour(&self) -> [u8; 3] {
        self.casting.stage.rgb()
    }

    /// Tempo of its music in beats per minute.
    pub fn tempo_bpm(&self) -> f64 {
        self.song.tempo_bpm()
    }

    /// Where its part of the song starts: seconds on the song's clock.
    pub fn song_start_s(&self) -> f64 {
        self.song.beat_s(f64::from(8 * self.casting.first_eight) - f64::from(LEAD_BEATS))
    }

    /// Its length in frames.
    pub fn frames(&self) -> u64 {
        (f64::from(8 * self.eights + 2 * LEAD_BEATS) * self.song.beat_seconds() * f64::from(FPS)).round()
            as u64
    }

    /// When beat `beat` of its first eight comes, in seconds on the film's clock. Beats go on through all its
    /// eights; the rests before and after have beats too (negative ones before).
    pub fn beat_s(&self, beat: f64) -> f64 {
        (beat + f64::from(LEAD_BEATS)) * self.song.beat_seconds()
    }

    /// The beat at the middle of a frame's time on screen: counted as in [`PerformanceScript::beat_s`].
    pub(crate) fn beat_of_frame(&self, frame: u64) -> f64 {
        (frame as f64 + 0.5) / f64::from(FPS) / self.song.beat_seconds() - f64::from(LEAD_BEATS)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn scripts() -> Vec<PerformanceScript> {
        let folder = tempfile::tempdir().unwrap();
        for song in Song::ALL {
            let at = folder.path().join("songs").join(song.title());
            std::fs::create_dir_all(&at).unwrap();
            std::fs::write(at.join("song.ogg"), "").unwrap();
            std::fs::write(at.join("guitar.ogg"), "").unwrap();
        }
        assert!(matches!(performances(folder.path()), Err(DemoError::Missing { .. })));
        std::fs::create_dir_all(folder.path().join("dancers")).unwrap();
        std::fs::write(folder.path().join("dancers/characters.json"), "").unwrap();
        performances(folder.path()).unwrap()
    }

    #[test]
    fn each_dancer_has_one_performance_with_its_title_and_credit() {
        let scripts = scripts();
        assert_eq!(scripts.len(), 12);
        assert_eq!(scripts[1].title(), "Bear dances to War of freedom (Sectoid)");
        assert!(
            scripts
                .iter()
                .all(|s| s.credit().contains("Apache-2.0") && s.credit().contains("Carlos Viola Iborra"))
        );
    }

    #[test]
    fn the_film_and_its_part_of_the_song_keep_time() {
        for script in scripts() {
            let into_song = |film_s: f64| {
                (script.song_start_s() + film_s - script.song.first_beat_s()) / script.song.beat_seconds()
            };
            let first = into_song(script.beat_s(0.0));
            assert!((first - f64::from(8 * script.casting.first_eight)).abs() < 1e-6, "{first}");
            let length = script.frames() as f64 / f64::from(FPS);
            let end = script.beat_s(f64::from(8 * script.eights + LEAD_BEATS));
            assert!((length - end).abs() <= 0.5 / f64::from(FPS) + 1e-9);
            let frame = (script.beat_s(5.0) * f64::from(FPS)).round() as u64;
            assert!(
                (script.beat_of_frame(frame) - 5.0).abs() * script.song.beat_seconds()
                    <= 1.01 / f64::from(FPS)
            );
        }
    }
}
