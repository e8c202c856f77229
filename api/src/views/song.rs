//! Songs.

use eightcount_domain::{
    BeatGrid, ClusterLabel, Confidence, Eight, FailureCode, Hearing, Millis, Song, SongGrid, SongId,
    SongStatus, Waveform, WaveformPart,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A song.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SongView {
    /// SHA-256 of the uploaded file.
    pub id: SongId,
    /// Its title.
    #[schema(example = "Escape from chaosland")]
    pub title: String,
    /// Length of the audio.
    pub duration_ms: Millis,
    /// When it was uploaded, milliseconds since the Unix epoch.
    pub uploaded_at_ms: Millis,
    /// How far its hearing has come.
    pub status: SongStatus,
    /// Why the hearing failed.
    pub failure: Option<FailureCode>,
    /// Where the uploaded file is.
    pub audio_url: String,
}

impl From<Song> for SongView {
    fn from(song: Song) -> Self {
        Self {
            audio_url: format!("/api/songs/{}/audio", song.id),
            id: song.id,
            title: song.title,
            duration_ms: song.duration_ms,
            uploaded_at_ms: song.uploaded_at_ms,
            status: song.status,
            failure: song.failure,
        }
    }
}

/// A song and what was heard in it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SongDetail {
    /// The song.
    #[serde(flatten)]
    pub song: SongView,
    /// How its beat grid was corrected. A change names the revision.
    pub grid: SongGrid,
    /// What was heard, once the status is `ready`.
    pub heard: Option<HeardSong>,
    /// Where the failure is `no_beats`: how sure that is, 0 (a beat nearly stands out) to 1 (nothing repeats).
    pub no_beats_confidence: Option<f32>,
}

/// What was heard in a song.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HeardSong {
    /// Median tempo, beats per minute.
    #[schema(example = 135.0)]
    pub tempo_bpm: f64,
    /// Tempo that aubio heard on its own, a second opinion.
    pub aubio_tempo_bpm: Option<f64>,
    /// Beats in a bar.
    pub metre: u8,
    /// How sure the beats are.
    pub confidence: Confidence,
    /// Loudness by EBU R 128; none for silence.
    pub loudness_lufs: Option<f64>,
    /// Beat times in seconds from the first sample.
    pub beats_s: Vec<f64>,
    /// Indices into `beats_s` of the first beat of each bar.
    pub downbeats: Vec<u32>,
    /// The eights of the whole song.
    pub eights: Vec<SongEight>,
    /// Beats before the first eight.
    pub pickup_beats: u32,
    /// Beats after the last whole eight.
    pub leftover_beats: u32,
    /// Waveform: for each equal part of the song its lowest and highest sample, -127 to 127.
    #[schema(value_type = Vec<Vec<i32>>)]
    pub peaks: Vec<[i8; 2]>,
}

/// An eight of a whole song.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct SongEight {
    /// Counts the eights of the song, from 0.
    pub index: u32,
    /// When it starts, seconds.
    pub start_s: f64,
    /// When it ends, seconds.
    pub end_s: f64,
}

/// The waveform of a song, or a part of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct WaveformView {
    /// Points in a second of each zoom that there is, coarsest first.
    pub zooms: Vec<f64>,
    /// Points in a second of this one.
    pub points_per_second: f64,
    /// Where the first point starts, seconds.
    pub start_s: f64,
    /// Lowest and highest sample of each point, -127 to 127.
    #[schema(value_type = Vec<Vec<i32>>)]
    pub peaks: Vec<[i8; 2]>,
}

impl WaveformView {
    /// A part of a waveform.
    pub fn of(waveform: &Waveform, part: WaveformPart) -> Self {
        let WaveformPart { points_per_second, start_s, peaks } = part;
        Self { zooms: waveform.zooms().to_vec(), points_per_second, start_s, peaks }
    }
}

/// Which eights of a song sound alike.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SongClusters {
    /// The revision of the grid that the eights are of.
    pub grid_revision: u32,
    /// The cluster of each eight, in order: equal numbers sound alike. At most 256; empty for fewer than two eights.
    pub labels: Vec<ClusterLabel>,
    /// How well they are told apart: mean silhouette, -1 to 1; 0 when all sound alike.
    pub silhouette: f32,
    /// Where it was asked for, how alike any two eights are: 0 (as far apart as any two) to 1 (the same). A row for each
    /// eight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similarity: Option<Vec<Vec<f32>>>,
}

impl HeardSong {
    /// With a waveform of at most `peaks` parts.
    pub fn of(hearing: &Hearing, peaks: usize) -> Self {
        let eights = eights_of(&hearing.grid);
        let pickup = usize::from(hearing.grid.phase).min(hearing.grid.beats.len());
        let leftover = hearing.grid.beats.len() - pickup - hearing.grid.beats_per_eight() * eights.len();
        Self {
            tempo_bpm: hearing.grid.tempo.get(),
            aubio_tempo_bpm: hearing.aubio_tempo_bpm,
            metre: hearing.grid.metre,
            confidence: hearing.grid.confidence,
            loudness_lufs: hearing.loudness_lufs,
            beats_s: hearing.grid.beats.clone(),
            downbeats: hearing.grid.downbeats.clone(),
            eights,
            pickup_beats: pickup as u32,
            leftover_beats: leftover as u32,
            peaks: thinned(&hearing.waveform, peaks),
        }
    }
}

/// Every eight that lies on the grid with all its beats and the beat after them.
fn eights_of(grid: &BeatGrid) -> Vec<SongEight> {
    let brief = |eight: &Eight| SongEight { index: eight.index, start_s: eight.start(), end_s: eight.end() };
    grid.eights().iter().map(brief).collect()
}

/// The waveform in at most `parts` equal parts; no peak is lost.
fn thinned(waveform: &[[i8; 2]], parts: usize) -> Vec<[i8; 2]> {
    let parts = parts.min(waveform.len());
    let edge = |part: usize| part * waveform.len() / parts.max(1);
    let peak = |part: usize| {
        let of = &waveform[edge(part)..edge(part + 1)];
        of.iter().fold([i8::MAX, i8::MIN], |[low, high], [l, h]| [low.min(*l), high.max(*h)])
    };
    (0..parts).map(peak).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn grid(beats: usize, phase: u8) -> BeatGrid {
        BeatGrid {
            beats: (0..beats).map(|i| i as f64 * 0.5).collect(),
            downbeats: Vec::new(),
            tempo: 120.0.try_into().unwrap(),
            metre: 4,
            phase,
            confidence: Confidence::default(),
        }
    }

    proptest! {
        #[test]
        fn eights_follow_each_other_without_a_gap(beats in 0usize..100, phase in 0u8..8) {
            let eights = eights_of(&grid(beats, phase));
            prop_assert_eq!(eights.len(), beats.saturating_sub(1 + usize::from(phase)) / 8);
            for pair in eights.windows(2) {
                prop_assert!((pair[0].end_s - pair[1].start_s).abs() < f64::EPSILON);
                prop_assert_eq!(pair[0].index + 1, pair[1].index);
            }
        }

        #[test]
        fn thinning_keeps_the_extremes(
            waveform in proptest::collection::vec([any::<i8>(), any::<i8>()], 0..300),
            parts in 1usize..400,
        ) {
            let thin = thinned(&waveform, parts);
            prop_assert_eq!(thin.len(), parts.min(waveform.len()));
            prop_assert_eq!(thin.iter().map(|p| p[0]).min(), waveform.iter().map(|p| p[0]).min());
            prop_assert_eq!(thin.iter().map(|p| p[1]).max(), waveform.iter().map(|p| p[1]).max());
        }
    }
}
