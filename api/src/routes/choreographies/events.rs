//! `GET /api/choreographies/{choreography}/events`

use crate::{
    app::App,
    extract::Id,
    metrics::OpenStream,
    problem::{Problem, ProblemBody},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use eightcount_domain::{ChoreographyId, ChoreographyState, FailureCode};
use eightcount_storage::ChoreographyChanges;
use futures::{Stream, stream};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::OwnedSemaphorePermit;

/// How often to look without being told to.
const LOOK: Duration = Duration::from_millis(500);
/// How late an event may be when every hint to it is lost.
const MAX_AGE: Duration = Duration::from_secs(3);
/// A comment so often keeps the connection open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client waits before it connects again.
const RECONNECT: Duration = Duration::from_secs(1);

/// Follow a choreography
///
/// Server-sent events named `state`: the data is the choreography's state, the id its version. Reconnect with
/// `Last-Event-ID` to go on after that version. The stream ends when the choreography is closed.
#[utoipa::path(
    get,
    path = "/api/choreographies/{choreography}/events",
    operation_id = "follow_choreography",
    tag = "choreographies",
    params(
        ("choreography" = ChoreographyId, Path),
        ("last-event-id" = Option<u64>, Header, description = "The version that was seen last"),
    ),
    responses(
        (status = 200, description = "Events", body = ChoreographyState, content_type = "text/event-stream"),
        (status = 204, description = "It is closed, and that was seen: do not reconnect"),
        (status = 404, description = "`unknown_choreography`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 429, description = "`busy`: too many streams", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "choreographies.events", skip_all, fields(choreography = %id))]
pub async fn handle(
    State(app): State<App>,
    Id(id): Id<ChoreographyId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let slot = Arc::clone(app.event_streams()).try_acquire_owned();
    let slot = slot.map_err(|_| Problem::new(FailureCode::Busy))?;
    let state = app.state_of(&id).await?;
    let seen = headers.get("last-event-id").and_then(|seen| seen.to_str().ok()?.parse::<u64>().ok());
    if state.status.is_closed() && seen.is_some_and(|seen| seen >= state.version) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let watch = Watch {
        changes: app.storage().shared.subscribe(&id),
        _open: app.metrics().stream_opened(),
        _slot: slot,
        // A version from the future was never ours.
        seen: seen.filter(|seen| *seen <= state.version),
        closed: false,
        app,
        id,
    };
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("still here");
    Ok(Sse::new(events(watch)).keep_alive(heartbeat).into_response())
}

struct Watch {
    app: App,
    id: ChoreographyId,
    changes: ChoreographyChanges,
    seen: Option<u64>,
    closed: bool,
    _open: OpenStream,
    _slot: OwnedSemaphorePermit,
}

fn events(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watch, |mut watch| async move {
        let state = watch.next().await?;
        let event = Event::default().id(state.version.to_string()).event("state").retry(RECONNECT);
        // A state that has no JSON form cannot be: it was read from JSON.
        let event = event.json_data(&state).ok()?;
        Some((Ok(event), watch))
    })
}

impl Watch {
    /// The next state that was not seen; none when there will be none.
    async fn next(&mut self) -> Option<ChoreographyState> {
        while !self.closed {
            // An outage passes; the client sees heartbeats meanwhile.
            if let Ok(Some(state)) = self.app.reader().newer(&self.id, self.seen, MAX_AGE).await {
                self.seen = Some(state.version);
                self.closed = state.status.is_closed();
                return Some(state);
            }
            tokio::select! {
                _ = self.changes.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
                () = self.app.shutdown().cancelled() => return None,
            }
        }
        None
    }
}
