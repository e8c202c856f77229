//! Songs and performances on their way in.

use super::{
    http::{Api, ApiError},
    progress::Line,
    wire::{Paged, PerformanceItem, SongDetail},
};
use crate::exit;
use anyhow::Context;
use eightcount_domain::{ContentHash, FailureCode, PerformanceStatus, SongStatus};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How often an instance is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// Brings a performance into the library and waits until it is published.
pub async fn ingest(
    api: &Api,
    file: &Path,
    title: Option<&str>,
    credit: Option<&str>,
    line: &mut Line,
) -> anyhow::Result<PerformanceItem> {
    let hash = hash_of(file).await?;
    let path = format!("/api/performances/{hash}");
    let before = known::<PerformanceItem>(api, &path).await?;
    if let Some(performance) = before.filter(|p| p.status == PerformanceStatus::Published) {
        line.done("in the library already");
        return Ok(performance);
    }
    let title = title.map_or_else(|| stem(file), str::to_owned);
    let mut query = vec![("title", title.as_str())];
    query.extend(credit.map(|credit| ("credit", credit)));
    let _: PerformanceItem = upload(api, "/api/performances", &query, file, line).await?;
    loop {
        let performance = patient(|| api.get::<PerformanceItem>(&path)).await?;
        match performance.status {
            PerformanceStatus::Published => {
                let steps = performance.video.as_ref().map_or(0, |video| video.steps);
                line.done(&format!("in the library with {steps} steps"));
                return Ok(performance);
            }
            PerformanceStatus::Failed => return Err(refused(file, performance.failure, None)),
            PerformanceStatus::Ingesting => {
                if let Some(progress) = &performance.progress {
                    line.at(&progress.phase, progress.percent);
                }
            }
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Brings a song in and waits until it is heard.
pub async fn heard_song(
    api: &Api,
    file: &Path,
    title: Option<&str>,
    line: &mut Line,
) -> anyhow::Result<SongDetail> {
    let hash = hash_of(file).await?;
    let path = format!("/api/songs/{hash}?peaks=1");
    let before = known::<SongDetail>(api, &path).await?;
    if before.is_none_or(|song| song.status == SongStatus::Failed) {
        let title = title.map_or_else(|| stem(file), str::to_owned);
        let _: SongDetail = upload(api, "/api/songs", &[("title", title.as_str())], file, line).await?;
    }
    loop {
        let song = patient(|| api.get::<SongDetail>(&path)).await?;
        match song.status {
            SongStatus::Ready if song.heard.is_some() => {
                line.done("heard");
                return Ok(song);
            }
            SongStatus::Failed => return Err(refused(file, song.failure, song.no_beats_confidence)),
            SongStatus::Ready | SongStatus::Hearing => line.at("hearing", 0),
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Every performance of the library, newest first.
pub async fn library(api: &Api) -> anyhow::Result<Vec<PerformanceItem>> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page: Paged<PerformanceItem> = api.get(&format!("/api/performances?limit=200{after}")).await?;
        all.extend(page.items);
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(all),
        }
    }
}

async fn known<T: serde::de::DeserializeOwned>(api: &Api, path: &str) -> anyhow::Result<Option<T>> {
    match patient(|| api.get::<T>(path)).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if code_of(&error).is_some_and(is_unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_unknown(code: FailureCode) -> bool {
    matches!(code, FailureCode::UnknownSong | FailureCode::UnknownPerformance)
}

/// The code that the instance gave, if it gave one.
pub fn code_of(error: &anyhow::Error) -> Option<FailureCode> {
    error.downcast_ref::<ApiError>().and_then(|error| error.code)
}

/// Asks again while the instance says that it may pass: for half a minute.
pub async fn patient<T, A>(mut ask: impl FnMut() -> A) -> anyhow::Result<T>
where
    A: Future<Output = anyhow::Result<T>>,
{
    for _ in 0..60 {
        match ask().await {
            Err(error) if error.downcast_ref::<ApiError>().is_some_and(ApiError::may_pass) => {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            answer => return answer,
        }
    }
    ask().await
}

async fn upload<T: serde::de::DeserializeOwned>(
    api: &Api,
    path: &str,
    query: &[(&str, &str)],
    file: &Path,
    line: &mut Line,
) -> anyhow::Result<T> {
    let length = std::fs::metadata(file).map_or(0, |file| file.len()).max(1);
    let sent = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&sent);
    let sending = api.upload(path, query, file, move |bytes| {
        counter.fetch_add(bytes, Ordering::Relaxed);
    });
    tokio::pin!(sending);
    loop {
        let percent = (sent.load(Ordering::Relaxed).min(length) * 100 / length) as u8;
        line.at(if percent < 100 { "uploading" } else { "being looked at" }, percent);
        tokio::select! {
            answer = &mut sending => return answer.with_context(|| format!("sending {}", file.display())),
            () = tokio::time::sleep(ASK_EVERY) => {}
        }
    }
}

/// That a file cannot be used, and how sure that is (0 to 1) where it is a matter of degree.
fn refused(file: &Path, failure: Option<FailureCode>, sure: Option<f32>) -> anyhow::Error {
    let code = failure.unwrap_or(FailureCode::Internal);
    let sure = sure.map_or_else(String::new, |sure| format!(" ({:.0} % sure)", 100.0 * sure));
    let text = format!("{} cannot be used: {code}{sure}", file.display());
    if code == FailureCode::Internal { anyhow::anyhow!(text) } else { exit::refused(text) }
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// SHA-256 of a file, which is what the service names it by.
async fn hash_of(file: &Path) -> anyhow::Result<ContentHash> {
    let path: PathBuf = file.to_owned();
    let hashing = tokio::task::spawn_blocking(move || {
        let mut file = File::open(&path)?;
        let mut hash = Sha256::new();
        let mut piece = vec![0; 1 << 20];
        loop {
            match file.read(&mut piece)? {
                0 => return std::io::Result::Ok(ContentHash::from_digest(&hash.finalize().into())),
                n => hash.update(&piece[..n]),
            }
        }
    });
    hashing
        .await
        .context("hashing")?
        .with_context(|| exit::Refusal::Input(format!("{} cannot be read", file.display())))
}
