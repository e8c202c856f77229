//! Counters and histograms for Prometheus, kept per API so that two in one process do not mix.

use axum::http::{Method, StatusCode};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use std::time::Duration;

/// Upper edges of the latency histogram, seconds.
const LATENCY_S: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

/// What the API counts.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    latency: HistogramVec,
    upload_bytes: IntCounterVec,
    event_streams: IntGauge,
}

impl Metrics {
    /// Nothing counted yet. Fails only when two metrics have one name.
    pub fn new() -> Result<Self, prometheus::Error> {
        let requests = IntCounterVec::new(
            Opts::new("eightcount_http_requests_total", "Requests answered, by route, method and status."),
            &["route", "method", "status"],
        )?;
        let latency = HistogramVec::new(
            HistogramOpts::new(
                "eightcount_http_request_duration_seconds",
                "Time from a request's head to the head of its answer.",
            )
            .buckets(LATENCY_S.to_vec()),
            &["route", "method"],
        )?;
        let upload_bytes = IntCounterVec::new(
            Opts::new("eightcount_upload_bytes_total", "Bytes received in uploads, refused ones too."),
            &["kind"],
        )?;
        let event_streams = IntGauge::new("eightcount_event_streams", "Event streams that are open.")?;
        let registry = Registry::new();
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(latency.clone()))?;
        registry.register(Box::new(upload_bytes.clone()))?;
        registry.register(Box::new(event_streams.clone()))?;
        Ok(Self { registry, requests, latency, upload_bytes, event_streams })
    }

    /// Counts an answer. The route is the pattern, never the address: a client cannot make new series.
    pub fn answered(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let method = match method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS") => known,
            _ => "other",
        };
        self.requests.with_label_values(&[route, method, status.as_str()]).inc();
        self.latency.with_label_values(&[route, method]).observe(took.as_secs_f64());
    }

    /// Counts bytes of an upload; `kind` is `song` or `performance`.
    pub fn uploaded(&self, kind: &'static str, bytes: u64) {
        self.upload_bytes.with_label_values(&[kind]).inc_by(bytes);
    }

    /// An event stream opened; it closes when the guard is dropped.
    pub fn stream_opened(&self) -> OpenStream {
        self.event_streams.inc();
        OpenStream(self.event_streams.clone())
    }

    /// Everything, in Prometheus' text format.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// An open event stream.
#[derive(Debug)]
pub struct OpenStream(IntGauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}
