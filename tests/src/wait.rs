//! Waiting for conditions.

use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// Looks until there is something, at most for `within`. An error ends the waiting.
pub async fn until<T>(
    what: &str,
    within: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if began.elapsed() > within {
            bail!("not within {} s: {what}", within.as_secs());
        }
        tokio::time::sleep(LOOK).await;
    }
}
