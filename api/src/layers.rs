//! What happens around every handler: request id, log, metrics, cross-site guard, safe headers, and the words of
//! every refusal.
//!
//! Invariant: every answer of 400 and above is a problem in the reader's language, whoever made it; only one that
//! is marked [`AsIs`] keeps its body.

use crate::{
    app::App,
    problem::{Language, PROBLEM_JSON, Problem},
    tus::{TUS_RESUMABLE, TUS_VERSION},
};
use axum::{
    Json,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Response as HttpResponse, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use eightcount_domain::FailureCode;
use std::{any::Any, time::Instant};
use tracing::Instrument;
use uuid::Uuid;

/// Names a request, in both directions.
static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What a page of ours may load: only what this service serves.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Marks an answer whose status is its message and whose body says more than a problem would.
#[derive(Clone, Copy, Debug)]
pub struct AsIs;

/// The outermost layer.
pub async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = request_id(request.headers());
    let language = language(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "unmatched".to_owned());
    let span = tracing::info_span!("request", %request_id, %method, route);

    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let took = started.elapsed();
    app.metrics().answered(&route, &method, status, took);
    span.in_scope(|| {
        tracing::debug!(status = status.as_u16(), took_ms = took.as_secs_f64() * 1e3, "answered");
    });

    let failed = status.is_client_error() || status.is_server_error();
    if failed && response.extensions().get::<AsIs>().is_none() {
        response = worded(response, language, &request_id);
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert(&X_REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept-language"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses changes that another site's page asks a browser to make: there is no login to protect them otherwise.
pub async fn same_site(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if !safe && site == Some("cross-site") {
        let problem = Problem::new(FailureCode::BadRequest).with_status(StatusCode::FORBIDDEN);
        return problem.with_hint("changes are not taken from the pages of other sites").into_response();
    }
    next.run(request).await
}

/// Ends a request that takes too long to begin its answer.
pub async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let max = app.config().limits.answer_max();
    if let Ok(response) = tokio::time::timeout(max, next.run(request)).await {
        response
    } else {
        tracing::error!(max_s = max.as_secs(), "a request took too long");
        Problem::new(FailureCode::Unavailable).into_response()
    }
}

/// A panic in a handler is a fault; what it said goes to the log only.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over by value")]
pub fn caught(panic: Box<dyn Any + Send + 'static>) -> HttpResponse<Body> {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no text");
    tracing::error!("a handler panicked: {text}");
    Problem::new(FailureCode::Internal).into_response()
}

/// The response with the body of its problem. What a handler did not word itself is told by its status.
fn worded(response: Response, language: Language, request_id: &str) -> Response {
    let (mut parts, _) = response.into_parts();
    let problem = parts.extensions.remove::<Problem>().unwrap_or_else(|| of_status(parts.status));
    let body = Json(problem.body(language, request_id));
    let mut worded = (problem.status(), body).into_response();
    let headers = worded.headers_mut();
    for kept in [header::ALLOW, header::CONTENT_RANGE, TUS_RESUMABLE.clone(), TUS_VERSION.clone()] {
        if let Some(value) = parts.headers.remove(&kept) {
            headers.insert(kept, value);
        }
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    if let Some(seconds) = problem.retry_after_s() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    worded
}

/// The problem of an answer that the web framework made.
fn of_status(status: StatusCode) -> Problem {
    let code = match status {
        StatusCode::NOT_FOUND => FailureCode::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => FailureCode::TooLarge,
        _ if status.is_server_error() => FailureCode::Internal,
        _ => FailureCode::BadRequest,
    };
    Problem::new(code).with_status(status)
}

/// The client's own request id if it is a plain word, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    let given = headers.get(&X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain);
    given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// The language that a request's reader wants.
pub fn language(headers: &HeaderMap) -> Language {
    let values = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    Language::of(&values.collect::<Vec<_>>().join(","))
}
