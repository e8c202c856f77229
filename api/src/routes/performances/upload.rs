//! `POST /api/performances`

use crate::{
    app::App,
    extract::Asked,
    names,
    problem::{Problem, ProblemBody},
    uploads::{self, UploadQuery},
    views::{FileBody, PerformanceView},
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use eightcount_domain::{BlobHash, Performance, PerformanceId, PerformanceStatus};
use eightcount_workflows::contract::IngestInput;

/// Upload a performance
///
/// The body is the video file itself, with its music or without. It is looked at before anything is kept of it; then it is ingested: its status
/// goes from `ingesting` to `published`, and its steps are in the library. The same bytes again give the performance
/// that is there.
#[utoipa::path(
    post,
    path = "/api/performances",
    operation_id = "upload_performance",
    tag = "performances",
    params(UploadQuery),
    request_body(content = FileBody, content_type = "application/octet-stream", description = "The video file"),
    responses(
        (status = 201, description = "Taken in; it is being ingested", body = PerformanceView,
            headers(("location" = String, description = "Where the performance is"))),
        (status = 200, description = "These bytes are a performance already", body = PerformanceView),
        (status = 404, description = "`unknown_upload`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "`upload_incomplete`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 413, description = "`too_large`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "`unrecognised_format`, `playlist_refused`", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 422, description = "`empty_file`, `damaged_media`, `no_video_stream`, `too_short`, `too_long`, `too_complex`", body = ProblemBody,
            content_type = "application/problem+json"),
    ),
)]
#[tracing::instrument(name = "performances.upload", skip_all)]
pub async fn handle(
    State(app): State<App>,
    Asked(query): Asked<UploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let hash = uploads::receive(&app, "performance", &query, &headers, body).await?;
    let wanted = Wanted {
        title: query.title(&headers),
        credit: names::credit(query.credit.as_deref()),
        owner: names::owner(query.owner.as_deref()),
    };
    let taking_in = take_in(app.clone(), hash.clone(), wanted);
    let (status, performance) = uploads::in_turn(app, hash, taking_in).await?;
    let location = [(header::LOCATION, format!("/api/performances/{}", performance.id))];
    Ok((status, location, Json(PerformanceView::from(performance))))
}

struct Wanted {
    title: String,
    credit: String,
    owner: String,
}

async fn take_in(app: App, hash: BlobHash, wanted: Wanted) -> Result<(StatusCode, Performance), Problem> {
    let id = PerformanceId(hash.0.clone());
    let (choreo, blobs) = (&app.storage().choreo, &app.storage().blobs);
    let known = choreo.performance(&id).await?;
    if let Some(performance) = known.as_ref().filter(|p| p.status == PerformanceStatus::Published) {
        return Ok((StatusCode::OK, performance.clone()));
    }
    let (status, performance) = if let Some(performance) = known {
        // Being ingested, or that failed: sending it again tries again, and starts what could not be started.
        let again = Performance { status: PerformanceStatus::Ingesting, failure: None, ..performance };
        (StatusCode::OK, again)
    } else {
        let max = app.config().limits.screening_max();
        app.gateway().screen_performance(hash.clone(), max).await?;
        let performance = Performance {
            id: id.clone(),
            title: wanted.title,
            credit: wanted.credit,
            uploaded_at_ms: uploads::now(),
            status: PerformanceStatus::Ingesting,
            failure: None,
            conformed: None,
        };
        (StatusCode::CREATED, performance)
    };
    blobs.promote(&hash).await?;
    if !choreo.insert_performance(&performance).await? {
        choreo.set_performance_status(&id, PerformanceStatus::Ingesting, None).await?;
    }
    app.gateway().start_ingest(IngestInput { performance: id, owner: wanted.owner, again: false }).await?;
    Ok((status, performance))
}
