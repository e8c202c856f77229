//! What handlers share, and the whole router.

use crate::{
    config::ApiConfig,
    gateway::Gateway,
    layers,
    metrics::Metrics,
    openapi::openapi,
    reading::{ReadError, StateReader},
    routes,
    tus::Seats,
    uploads::UploadLocks,
};
use axum::{Router, extract::DefaultBodyLimit, middleware};
use eightcount_domain::{ChoreographyId, ChoreographyState};
use eightcount_storage::{Selections, Storage};
use std::{sync::Arc, time::Duration};
use temporalio_client::Client;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;

/// How old a state may be that a client reads.
const READ_MAX_AGE: Duration = Duration::from_secs(2);

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    gateway: Gateway,
    storage: Arc<Storage>,
    config: ApiConfig,
    metrics: Metrics,
    reader: StateReader,
    uploads: UploadLocks,
    seats: Seats,
    event_streams: Arc<Semaphore>,
    openapi: OpenApi,
    shutdown: CancellationToken,
}

impl App {
    /// Fails only when the metrics are declared wrongly.
    pub fn new(
        client: Client,
        storage: Arc<Storage>,
        config: ApiConfig,
        shutdown: CancellationToken,
    ) -> Result<Self, prometheus::Error> {
        let gateway = Gateway::new(client);
        Ok(Self(Arc::new(Inner {
            reader: StateReader::new(gateway.clone(), Arc::clone(&storage)),
            metrics: Metrics::new()?,
            uploads: UploadLocks::default(),
            seats: Seats::default(),
            event_streams: Arc::new(Semaphore::new(config.limits.event_streams_max)),
            openapi: openapi(),
            gateway,
            storage,
            config,
            shutdown,
        })))
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.0.gateway
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.0.storage
    }

    pub(crate) fn config(&self) -> &ApiConfig {
        &self.0.config
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn reader(&self) -> &StateReader {
        &self.0.reader
    }

    pub(crate) fn uploads(&self) -> &UploadLocks {
        &self.0.uploads
    }

    pub(crate) fn seats(&self) -> &Seats {
        &self.0.seats
    }

    pub(crate) fn event_streams(&self) -> &Arc<Semaphore> {
        &self.0.event_streams
    }

    pub(crate) fn openapi(&self) -> &OpenApi {
        &self.0.openapi
    }

    pub(crate) fn shutdown(&self) -> &CancellationToken {
        &self.0.shutdown
    }

    /// The state of a choreography for a client.
    pub(crate) async fn state_of(&self, id: &ChoreographyId) -> Result<ChoreographyState, ReadError> {
        self.reader().read(id, READ_MAX_AGE).await
    }

    /// What is chosen in a choreography, for a client.
    pub(crate) async fn selections_of(&self, id: &ChoreographyId) -> Result<Selections, ReadError> {
        self.reader().selections(id, READ_MAX_AGE).await
    }
}

/// Every route with everything around it.
pub fn router(app: App) -> Router {
    let json_max_bytes = app.config().limits.json_max_bytes;
    let (timed, _) = routes::timed().split_for_parts();
    let (unhurried, _) = routes::unhurried().split_for_parts();
    timed
        .layer(middleware::from_fn_with_state(app.clone(), layers::in_time))
        .layer(DefaultBodyLimit::max(json_max_bytes))
        .merge(unhurried)
        .layer(CatchPanicLayer::custom(layers::caught))
        .layer(middleware::from_fn(layers::same_site))
        .layer(middleware::from_fn_with_state(app.clone(), layers::around))
        .with_state(app)
}
