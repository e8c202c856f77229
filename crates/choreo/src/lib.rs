//! Knowing dance: movement, subject, score, filters and suggestion.
