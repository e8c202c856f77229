//! `/api/choreographies/{choreography}/extras`: the product shown in ways that help to learn the dance.

pub mod get;
pub mod make;
pub mod video;
