//! Looking at an incoming file before anything is recorded of it.

use crate::desk::Desk;
use crate::failure::Failure;
use eightcount_domain::Millis;
use eightcount_workflows::contract::{ScreenInput, Screened};

pub(crate) async fn song(desk: &Desk, input: ScreenInput) -> Result<Screened, Failure> {
    let file = desk.storage.blobs.incoming(&input.incoming).await?;
    let facts = desk.media.screen_song(&file).await?;
    Ok(Screened { duration_ms: millis(facts.duration_s) })
}

pub(crate) async fn performance(desk: &Desk, input: ScreenInput) -> Result<Screened, Failure> {
    let file = desk.storage.blobs.incoming(&input.incoming).await?;
    let facts = desk.screened(&input.incoming, &file).await?;
    Ok(Screened { duration_ms: millis(facts.duration_s) })
}

fn millis(seconds: f64) -> Millis {
    Millis::rounded(seconds)
}
