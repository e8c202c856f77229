//! Serving: from a listening socket to a graceful end.

use crate::{ApiConfig, App, router};
use axum::serve::ListenerExt;
use eightcount_storage::Storage;
use std::{future::IntoFuture, io, sync::Arc, time::Duration};
use temporalio_client::Client;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Longest wait for requests that are being answered when the service stops.
const GRACE: Duration = Duration::from_secs(10);

/// Why serving ended before it was told to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The metrics are declared wrongly.
    #[error("declaring the metrics")]
    Metrics(#[from] prometheus::Error),
    /// The socket failed.
    #[error("serving HTTP")]
    Socket(#[from] io::Error),
}

/// Serves the API on `listener` until `shutdown` is cancelled: then no new request is taken, event streams end, and
/// requests in work have ten seconds.
pub async fn serve(
    listener: TcpListener,
    client: Client,
    storage: Arc<Storage>,
    config: ApiConfig,
    shutdown: CancellationToken,
) -> Result<(), ServeError> {
    let app = App::new(client, storage, config, shutdown.clone())?;
    // Events and small answers must not wait for the acknowledgement of those before them.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!("a connection stays with Nagle's algorithm: {error}");
        }
    });
    let serving =
        axum::serve(listener, router(app)).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let out_of_grace = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving.into_future() => Ok(served?),
        () = out_of_grace => {
            tracing::warn!("requests that were still being answered are cut off");
            Ok(())
        }
    }
}
