//! The words of Eightcount as types (docs/GLOSSARY.md explains each).
//!
//! This crate knows no backend, runtime, clock or randomness: it depends on serde alone. Values that
//! would be invalid cannot be built: constructors and deserialisation check them.

mod choreography;
mod extra;
mod failure;
mod hash;
mod ids;
mod library;
mod music;
mod render;
mod suggestion;
mod units;
mod waveform;

pub use choreography::{
    ChoreographyOptions, ChoreographyState, ChoreographyStatus, EightState, Selection, StageName, StageState,
};
pub use extra::{Extra, NoExtra};
pub use failure::{FailureCode, UnknownCode};
pub use hash::ContentHash;
pub use ids::{BadId, BlobHash, ChoreographyId, PerformanceId, SongId, StepId, SuggestionId, TakeKey};
pub use library::{
    Beats, BeatsFrom, CameraWork, Conformed, Facing, FeatureVector, HeightClass, Movement, MovementTier,
    OtherDancer, Outline, Performance, PerformanceStatus, Pose, PoseJoint, Role, Sight, Skeleton,
    SkeletonLook, Stance, Step, SubjectBox, SubjectMotion,
};
pub use music::{
    Amplitude, BEATS_PER_EIGHT, BeatGrid, ClusterLabel, Clustering, Confidence, Eight, GridChange,
    GridCorrection, Hearing, NoBeats, Section, Song, SongGrid, SongStatus, Tap,
};
pub use render::{Aspect, FrameGrid, InBetweens, RenderProfile, Transition};
pub use suggestion::{
    Candidate, Filtered, Flavour, PlanScore, Relaxed, ScoreTerm, SimilarStep, Suggestion, Term,
};
pub use units::{BadUnit, Bpm, FrameIndex, FrameRate, Millis, Seconds};
pub use waveform::{Waveform, WaveformPart};
