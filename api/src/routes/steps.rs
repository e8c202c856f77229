//! `/api/steps`

pub mod hidden;
pub mod thumbnail;
