//! `/api/steps`

pub mod hidden;
pub mod on_screen_text;
pub mod preview;
pub mod skeleton;
pub mod thumbnail;
