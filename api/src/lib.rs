//! The REST API: songs, performances, choreographies.
//!
//! Handlers read records, blobs and the shared view through `eightcount-storage`, and speak to workflows through
//! [`gateway`](crate::gateway) alone. This crate never decodes media and never runs a workflow or an activity: it
//! knows neither the activities nor any media tool.

mod app;
mod config;
mod creation;
mod cross_edits;
mod cuts;
mod downloads;
mod eights;
mod extract;
mod extras;
mod gateway;
mod hearings;
mod html;
mod layers;
mod metrics;
mod names;
mod openapi;
mod problem;
mod range;
mod reading;
mod routes;
mod server;
mod studio;
mod takes;
mod tus;
mod uploads;
mod views;

pub use app::{App, router};
pub use config::{ApiConfig, Limits};
pub use openapi::openapi;
pub use server::{ServeError, serve};
