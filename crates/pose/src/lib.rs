//! The room of the pose model: its loading, detection, landmarks and tracking.
//!
//! Empty until the model is here. Its place in the data is kept: [`eightcount_domain::Pose`] on every step (none so
//! far), [`eightcount_domain::MovementTier::Joints`], and the connection score, which uses poses as soon as both
//! steps at a cut have one.
