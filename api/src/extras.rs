//! Extras of a choreography: what each is made of, and how far it is.

use crate::{app::App, gateway::Making, names, problem::Problem, views::ExtraView};
use eightcount_domain::{
    BlobHash, ChoreographyId, ChoreographyState, Extra, FailureCode, Selection, TakeKey,
};
use eightcount_storage::StorageError;
use eightcount_workflows::contract::ExtraOrder;

/// The order of an extra; its key is the hash of it.
pub async fn order(app: &App, state: &ChoreographyState, extra: Extra) -> Result<TakeKey, Problem> {
    let incomplete = || Problem::new(FailureCode::ChoreographyIncomplete);
    let order = ExtraOrder {
        extra,
        song: state.song.clone(),
        analysis: state.analysis.clone().ok_or_else(incomplete)?,
        fps: state.options.fps,
        transition_frames: state.options.transition_frames,
        takes: takes(state, extra)?,
    };
    let json = serde_json::to_vec(&order);
    let json = json.map_err(|error| StorageError::Damaged { what: "extra", source: error.into() })?;
    let BlobHash(key) = app.storage().blobs.put_bytes(&json).await?;
    Ok(TakeKey(key))
}

/// The takes that it is made of: all, or for a loop its own and the one after it, which shows its last frames.
fn takes(state: &ChoreographyState, extra: Extra) -> Result<Vec<(u32, TakeKey)>, Problem> {
    let wanted = match extra.looped {
        None => 0..state.eights.len(),
        Some(eight) if (eight as usize) < state.eights.len() => {
            eight as usize..(eight as usize + 2).min(state.eights.len())
        }
        Some(_) => return Err(Problem::new(FailureCode::UnknownEight)),
    };
    if wanted.is_empty() {
        return Err(Problem::new(FailureCode::ChoreographyIncomplete));
    }
    let take = |selection: &Selection| selection.take.clone();
    let of = |k: usize| {
        let selection = state.eights[k].selection.as_ref();
        let selection = selection.ok_or_else(|| Problem::new(FailureCode::ChoreographyIncomplete))?;
        let take = take(selection).ok_or_else(|| Problem::new(FailureCode::NotReadyYet))?;
        Ok((k as u32, take))
    };
    wanted.map(of).collect()
}

/// The file of an extra, if it is made.
pub async fn file(app: &App, key: &TakeKey) -> Result<Option<BlobHash>, Problem> {
    let Some((blob, _)) = app.storage().product.take(key).await? else { return Ok(None) };
    Ok(app.storage().blobs.exists(&blob).await?.then_some(blob))
}

/// How far an extra is.
pub async fn view(app: &App, id: &ChoreographyId, extra: Extra, key: &TakeKey) -> Result<ExtraView, Problem> {
    let made = file(app, key).await?.is_some();
    let making = if made { Making::Done } else { app.gateway().extra_progress(key).await? };
    Ok(ExtraView::of(id, extra, making, made))
}

/// What an extra is saved under, without its extension.
pub fn file_stem(title: &str, extra: Extra) -> String {
    let mut ways = Vec::new();
    ways.extend(extra.looped.map(|eight| format!("eight {} in a loop", u64::from(eight) + 1)));
    ways.extend(extra.mirrored.then(|| "mirrored".to_owned()));
    ways.extend(extra.half_speed.then(|| "half speed".to_owned()));
    ways.extend(extra.counted.then(|| "counted".to_owned()));
    format!("{title} ({})", ways.join(", "))
}

/// `Content-Disposition` of an extra of a song.
pub async fn disposition(app: &App, state: &ChoreographyState, extra: Extra) -> Result<String, Problem> {
    let song = app.storage().audio.song(&state.song).await?;
    let title = song.map_or_else(|| "eightcount".to_owned(), |song| song.title);
    Ok(names::attachment(&file_stem(&title, extra), "mp4"))
}
