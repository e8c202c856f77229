//! Hearing: PCM in; level, onsets, beat grid, features and clusters out.
