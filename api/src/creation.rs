//! May this choreography start? The final snapping to eights is preprocessing's; here is refused what could not
//! come through it.

use crate::{app::App, hearings, problem::Problem};
use eightcount_domain::{
    BEATS_PER_EIGHT, BadId, ChoreographyId, ChoreographyOptions, ChoreographyState, ChoreographyStatus,
    FailureCode, GridCorrection, Millis, PerformanceStatus, Section, Song, SongId, SongStatus,
};
use eightcount_storage::{Page, Storage, StorageError};
use eightcount_workflows::contract::ChoreographyInput;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How far behind the song's end a section may end: what rounding and players add.
const END_TOLERANCE_MS: u64 = 50;
/// Fewest eights of a section.
const SECTION_MIN_EIGHTS: u32 = 2;
/// Beats by which a section may be off: it is snapped to the nearest eights.
const SNAP_BEATS: f64 = 0.5;
/// Longest idempotency key in bytes.
const KEY_MAX_BYTES: usize = 200;

/// Smallest and largest height of the picture, pixels.
const RESOLUTION: std::ops::RangeInclusive<u32> = 96..=1080;
/// Longest dissolve, frames.
const TRANSITION_MAX_FRAMES: u32 = 20;
/// Shortest and longest beat, microseconds.
const BEAT_US: std::ops::RangeInclusive<u32> = 150_000..=3_000_000;
/// Shortest and longest idle time, seconds: a minute, thirty days.
const IDLE_S: std::ops::RangeInclusive<u64> = 60..=30 * 24 * 60 * 60;

/// Why a choreography does not start.
#[derive(Debug, thiserror::Error)]
pub enum CreateRefused {
    /// There is no such song.
    #[error("no such song")]
    UnknownSong,
    /// The song is being heard.
    #[error("the song is not ready")]
    SongNotReady,
    /// The song could not be heard.
    #[error("the song failed")]
    SongFailed,
    /// The section is not inside the song.
    #[error("outside the song of {duration_ms} ms")]
    SectionOutsideSong {
        /// Length of the song.
        duration_ms: u64,
    },
    /// Fewer than two eights.
    #[error("too short")]
    SectionTooShort,
    /// More eights than the limit.
    #[error("more than {max_eights} eights")]
    SectionTooLong {
        /// The limit.
        max_eights: u32,
    },
    /// There is nothing to dance with.
    #[error("the library is empty")]
    EmptyLibrary,
    /// A number outside its range.
    #[error("`{what}` must be {range}")]
    Options {
        /// Which option.
        what: &'static str,
        /// What it may be.
        range: &'static str,
    },
    /// A UUID is no id: a fault.
    #[error("making an id")]
    Id(#[from] BadId),
    /// The records cannot be read.
    #[error("reading what a choreography needs")]
    Storage(#[from] StorageError),
}

impl CreateRefused {
    /// As it is told.
    pub fn into_problem(self) -> Problem {
        let of = Problem::new;
        match self {
            Self::UnknownSong => of(FailureCode::UnknownSong),
            Self::SongNotReady => of(FailureCode::SongNotReady),
            Self::SongFailed => of(FailureCode::SongFailed),
            Self::SectionOutsideSong { duration_ms } => {
                of(FailureCode::SectionOutsideSong).with_limit(format!("{duration_ms} ms"))
            }
            Self::SectionTooShort => {
                of(FailureCode::SectionTooShort).with_limit(format!("{SECTION_MIN_EIGHTS} eights"))
            }
            Self::SectionTooLong { max_eights } => {
                of(FailureCode::SectionTooLong).with_limit(format!("{max_eights} eights"))
            }
            Self::EmptyLibrary => of(FailureCode::EmptyLibrary),
            Self::Options { .. } => of(FailureCode::BadRequest).with_hint(&self.to_string()),
            Self::Id(_) => Problem::fault(FailureCode::Internal, &self),
            Self::Storage(error) => error.into(),
        }
    }
}

/// The id: a new one, or the one that belongs to an idempotency key.
pub fn id_of(key: Option<&[u8]>) -> Result<ChoreographyId, CreateRefused> {
    let Some(key) = key else { return choreography_id(Uuid::now_v7()) };
    if key.is_empty() || key.len() > KEY_MAX_BYTES {
        return Err(CreateRefused::Options { what: "idempotency-key", range: "1 to 200 bytes long" });
    }
    let digest: [u8; 32] =
        Sha256::new_with_prefix(b"eightcount choreography ").chain_update(key).finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    choreography_id(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

fn choreography_id(uuid: Uuid) -> Result<ChoreographyId, CreateRefused> {
    Ok(uuid.hyphenated().to_string().parse()?)
}

/// Is everything there, and does the section fit? The answer is the grid that the choreography keeps.
pub async fn check(
    app: &App,
    song: &SongId,
    section: Section,
    options: &ChoreographyOptions,
) -> Result<GridCorrection, CreateRefused> {
    check_options(options)?;
    let storage = app.storage();
    let song = storage.audio.song(song).await?.ok_or(CreateRefused::UnknownSong)?;
    match song.status {
        SongStatus::Hearing => return Err(CreateRefused::SongNotReady),
        SongStatus::Failed => return Err(CreateRefused::SongFailed),
        SongStatus::Ready => {}
    }
    let now = storage.audio.grid(&song.id).await?.correction;
    let grid = options.grid.unwrap_or(now);
    let tempo_bpm = tempo_bpm(storage, &song.id, grid).await?;
    check_section(&song, tempo_bpm, section, app.config().limits.section_max_eights)?;
    if has_steps(storage).await? { Ok(grid) } else { Err(CreateRefused::EmptyLibrary) }
}

/// The tempo of a song under a correction, even one that nobody wished before.
async fn tempo_bpm(storage: &Storage, song: &SongId, grid: GridCorrection) -> Result<f64, CreateRefused> {
    if let Some(hearing) = hearings::of(storage, song, grid).await? {
        return Ok(hearing.grid.tempo.get());
    }
    let octaves = 2f64.powi(grid.octave.into());
    if let Some(tap) = grid.tap {
        return Ok(60e6 / f64::from(tap.beat_us) * octaves);
    }
    let heard = hearings::of(storage, song, GridCorrection::default()).await?;
    Ok(heard.ok_or(CreateRefused::SongNotReady)?.grid.tempo.get() * octaves)
}

fn check_options(options: &ChoreographyOptions) -> Result<(), CreateRefused> {
    let refused = |what, range| Err(CreateRefused::Options { what, range });
    if !RESOLUTION.contains(&options.resolution) || !options.resolution.is_multiple_of(2) {
        return refused("options.resolution", "an even number from 96 to 1080");
    }
    let transition = options.transition_frames;
    if transition > TRANSITION_MAX_FRAMES || !transition.is_multiple_of(2) {
        return refused("options.transition_frames", "an even number from 0 to 20");
    }
    if !IDLE_S.contains(&options.idle_seconds) {
        return refused("options.idle_seconds", "60 to 2592000");
    }
    let grid = options.grid.unwrap_or_default();
    if grid.tap.is_some_and(|tap| !BEAT_US.contains(&tap.beat_us)) {
        return refused("options.grid.tap.beat_us", "150000 to 3000000");
    }
    if !(-1..=1).contains(&grid.octave) {
        return refused("options.grid.octave", "-1, 0 or 1");
    }
    if !(-7..=7).contains(&grid.shift_beats) {
        return refused("options.grid.shift_beats", "-7 to 7");
    }
    if grid.shift_quarters > 3 {
        return refused("options.grid.shift_quarters", "0 to 3");
    }
    if !(-500..=500).contains(&grid.nudge_ms) {
        return refused("options.grid.nudge_ms", "-500 to 500");
    }
    Ok(())
}

fn check_section(
    song: &Song,
    tempo_bpm: f64,
    section: Section,
    max_eights: u32,
) -> Result<(), CreateRefused> {
    let (Millis(start), Millis(end)) = (section.start_ms, section.end_ms);
    if start >= end || end > song.duration_ms.0.saturating_add(END_TOLERANCE_MS) {
        return Err(CreateRefused::SectionOutsideSong { duration_ms: song.duration_ms.0 });
    }
    let beats = (end - start) as f64 / 60_000.0 * tempo_bpm;
    let beats_of = |eights: u32| f64::from(eights) * BEATS_PER_EIGHT as f64;
    if beats < beats_of(SECTION_MIN_EIGHTS) - SNAP_BEATS {
        return Err(CreateRefused::SectionTooShort);
    }
    // Half an eight more is snapped away.
    if beats > beats_of(max_eights) + BEATS_PER_EIGHT as f64 / 2.0 {
        return Err(CreateRefused::SectionTooLong { max_eights });
    }
    Ok(())
}

/// Is there any step that could be offered?
async fn has_steps(storage: &Storage) -> Result<bool, StorageError> {
    let mut page = Page::first(eightcount_storage::PAGE_LIMIT_ITEMS);
    loop {
        let listed = storage.choreo.performances(&page).await?;
        for performance in listed.items.iter().filter(|p| p.status == PerformanceStatus::Published) {
            if storage.choreo.steps(&performance.id).await?.iter().any(|step| !step.hidden) {
                return Ok(true);
            }
        }
        if listed.next.is_none() {
            return Ok(false);
        }
        page.after = listed.next;
    }
}

/// Records the first state, so that the choreography is in the list at once. The workflow records every later one,
/// and this one too if this fails.
pub async fn record(app: &App, input: &ChoreographyInput) {
    let state = ChoreographyState {
        id: input.id.clone(),
        song: input.song.clone(),
        revision: 0,
        version: 0,
        status: ChoreographyStatus::Preprocessing,
        failure: None,
        section: input.section,
        hearing: None,
        options: input.options,
        progress_percent: 0,
        open_eight: None,
        refused_signal: None,
        eights: Vec::new(),
        plan: None,
        stages: Vec::new(),
        analysis: None,
        sound: None,
    };
    if let Err(error) = app.storage().choreo.put_choreography(&state).await {
        tracing::warn!(choreography = %input.id, "the first state is left to the workflow to record: {error}");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn song(duration_ms: u64) -> Song {
        Song {
            id: "ab".repeat(32).parse().unwrap(),
            title: "a song".to_owned(),
            duration_ms: Millis(duration_ms),
            uploaded_at_ms: Millis(0),
            status: SongStatus::Ready,
            failure: None,
        }
    }

    fn checked(start_ms: u64, end_ms: u64, octave: i32) -> Result<(), FailureCode> {
        let section = Section { start_ms: Millis(start_ms), end_ms: Millis(end_ms) };
        // 120 BPM: an eight is 4 s.
        let checked = check_section(&song(200_000), 120.0 * 2f64.powi(octave), section, 16);
        checked.map_err(|refused| match refused {
            CreateRefused::SectionOutsideSong { .. } => FailureCode::SectionOutsideSong,
            CreateRefused::SectionTooShort => FailureCode::SectionTooShort,
            CreateRefused::SectionTooLong { .. } => FailureCode::SectionTooLong,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn sections_must_fit() {
        assert_eq!(checked(0, 8_000, 0), Ok(()));
        assert_eq!(checked(0, 7_750, 0), Ok(()));
        assert_eq!(checked(0, 7_749, 0), Err(FailureCode::SectionTooShort));
        assert_eq!(checked(0, 4_000, 1), Ok(()), "at double tempo eights are half as long");
        assert_eq!(checked(0, 8_000, -1), Err(FailureCode::SectionTooShort));
        assert_eq!(checked(0, 66_000, 0), Ok(()));
        assert_eq!(checked(0, 66_001, 0), Err(FailureCode::SectionTooLong));
        assert_eq!(checked(190_000, 200_050, 0), Ok(()));
        for (start, end) in
            [(190_000, 200_051), (9_000, 9_000), (9_001, 9_000), (0, u64::MAX), (u64::MAX, u64::MAX)]
        {
            assert_eq!(checked(start, end, 0), Err(FailureCode::SectionOutsideSong), "{start}..{end}");
        }
    }

    proptest! {
        #[test]
        fn a_key_names_one_choreography(key in proptest::collection::vec(any::<u8>(), 1..200), other in "[a-z]{20}") {
            let id = id_of(Some(&key)).unwrap();
            prop_assert_eq!(&id, &id_of(Some(&key)).unwrap());
            prop_assert_ne!(&id, &id_of(Some(other.as_bytes())).unwrap());
            prop_assert_ne!(id_of(None).unwrap(), id_of(None).unwrap());
        }
    }
}
