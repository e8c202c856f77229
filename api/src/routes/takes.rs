//! `/api/takes`

pub mod get;
