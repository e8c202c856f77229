//! `/api/takes`

pub mod fragment;
pub mod get;
pub mod init;
