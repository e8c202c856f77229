//! Heartbeats: the server learns that the work goes on, and the work that it is no longer wanted.

use crate::failure::Failure;
use eightcount_domain::BlobHash;
use eightcount_media::{CancellationToken, Watch};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use temporalio_sdk::activities::{ActivityContext, ActivityError};

/// Time between heartbeats. The worker passes on at most one a second.
const BEAT: Duration = Duration::from_millis(500);

/// How far a long work is, for its heartbeats.
#[derive(Clone, Default)]
pub(crate) struct Pulse(Arc<Inner>);

#[derive(Default)]
struct Inner {
    frames: AtomicU64,
    percent: AtomicU64,
    mark: Mutex<Option<BlobHash>>,
    left: Option<BlobHash>,
}

/// What a heartbeat tells: operators see it, and the next attempt goes on from it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Beat {
    /// Frames of video done.
    frames: u64,
    /// Share of the work that is done, where the activity says so.
    #[serde(default)]
    percent: u64,
    /// Where to go on.
    mark: Option<BlobHash>,
}

impl Pulse {
    /// Reports `percent` of the work as done.
    pub(crate) fn set_percent(&self, percent: u64) {
        self.0.percent.store(percent.min(100), Ordering::Relaxed);
    }

    /// Lets a tool that writes `frames` report the share from `from` to `to` percent of the work.
    pub(crate) fn share(&self, (from, to): (u64, u64), frames: u64) -> Watch<'static> {
        let pulse = self.clone();
        Watch::new(CancellationToken::new(), move |progress| {
            let done = progress.frames.min(frames) * to.saturating_sub(from) / frames.max(1);
            pulse.set_percent(from + done);
        })
    }

    /// So many frames are done, and what was found of them is in a blob from which another attempt can go on.
    pub(crate) fn mark(&self, frames: u64, blob: BlobHash) {
        self.0.frames.store(frames, Ordering::Relaxed);
        *self.0.mark.lock().unwrap_or_else(PoisonError::into_inner) = Some(blob);
    }

    /// The mark of an attempt that died.
    pub(crate) fn left_by_the_attempt_before(&self) -> Option<BlobHash> {
        self.0.left.clone()
    }

    fn beat(&self) -> Beat {
        let mark = self.0.mark.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Beat {
            frames: self.0.frames.load(Ordering::Relaxed),
            percent: self.0.percent.load(Ordering::Relaxed),
            mark: mark.or_else(|| self.0.left.clone()),
        }
    }
}

/// Does the work with a heartbeat. A cancelled activity drops its work, and with it the tools that it runs.
pub(crate) async fn alive<T>(
    context: &ActivityContext,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, ActivityError> {
    let work = Box::pin(work);
    alive_with(context, |_| work).await
}

/// The same for work that tells how far it is: operators see the number in the heartbeat's details.
pub(crate) async fn alive_with<T, W>(
    context: &ActivityContext,
    work: impl FnOnce(Pulse) -> W,
) -> Result<T, ActivityError>
where
    W: Future<Output = Result<T, Failure>>,
{
    // Details of another shape are of another release: from the start, then.
    let left = context.heartbeat_details().deserialize::<Beat>().ok().flatten().and_then(|beat| beat.mark);
    let pulse = Pulse(Arc::new(Inner { left, ..Inner::default() }));
    let mut work = Box::pin(work(pulse.clone()));
    let mut beat = tokio::time::interval(BEAT);
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(Failure::into_activity_error),
            () = context.cancelled() => return Err(ActivityError::cancelled()),
            _ = beat.tick() => context.record_heartbeat(pulse.beat()).await?,
        }
    }
}
