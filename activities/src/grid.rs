//! Changing a song's beat grid: the correction, its hearing, and a new revision of the grid.
//!
//! The hearing is stored before the revision that names it, so whoever reads a revision finds its hearing. Of two
//! who change one revision the first wins. The same change of the same revision twice is one: its result depends
//! on nothing else.

use crate::desk::Desk;
use crate::failure::Failure;
use crate::preprocess;
use eightcount_audio::{changed, tapped};
use eightcount_domain::{FailureCode, GridChange, GridCorrection, Song, SongGrid, SongStatus};
use eightcount_workflows::contract::CorrectGridInput;

/// Changes the grid of a song; the answer is the grid it has then.
pub(crate) async fn change(desk: &Desk, input: CorrectGridInput) -> Result<SongGrid, Failure> {
    let audio = &desk.storage.audio;
    let stale = || Failure::refused(FailureCode::StaleGrid);
    let song = audio.song(&input.song).await?.ok_or_else(|| Failure::refused(FailureCode::UnknownSong))?;
    let before = audio.grid_at(&song.id, input.revision).await?.ok_or_else(stale)?;
    let correction = wished(desk, &song, before, &input.change).await?;
    let after = SongGrid { revision: before.revision.saturating_add(1), correction };
    let now = audio.grid(&song.id).await?;
    if now != before && now != after {
        return Err(stale());
    }
    preprocess::heard(desk, &song.id, correction).await?;
    if !audio.insert_grid(&song.id, after).await? && audio.grid(&song.id).await? != after {
        return Err(stale());
    }
    if song.status != SongStatus::Ready {
        audio.set_song_status(&song.id, SongStatus::Ready, None).await?;
    }
    Ok(after)
}

/// The correction that the song would have.
async fn wished(
    desk: &Desk,
    song: &Song,
    before: SongGrid,
    change: &GridChange,
) -> Result<GridCorrection, Failure> {
    match (change, song.status, song.failure) {
        (_, SongStatus::Hearing, _) => Err(Failure::refused(FailureCode::SongNotReady)),
        // Songs without beats are what tapping is for.
        (GridChange::Tap { times_s }, SongStatus::Ready, _)
        | (GridChange::Tap { times_s }, SongStatus::Failed, Some(FailureCode::NoBeats)) => {
            Ok(GridCorrection { tap: Some(tapped(times_s)?), ..GridCorrection::default() })
        }
        (_, SongStatus::Failed, _) => Err(Failure::refused(FailureCode::SongFailed)),
        (change, SongStatus::Ready, _) => {
            let (_, hearing) = preprocess::heard(desk, &song.id, before.correction).await?;
            Ok(changed(before.correction, change, &hearing.grid)?)
        }
    }
}
