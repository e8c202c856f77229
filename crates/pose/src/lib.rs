//! Poses: the model's loading, detection, landmarks and tracking.
