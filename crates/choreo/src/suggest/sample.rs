//! A small library for tests: performances of sixteen steps that look random and are fixed.

use eightcount_domain::{
    BlobHash, ContentHash, FeatureVector, Movement, MovementTier, PerformanceId, Role, Step, StepId,
    SubjectBox,
};

pub fn performance(n: u8) -> PerformanceId {
    PerformanceId(ContentHash::from_digest(&[n; 32]))
}

pub fn id(p: u8, index: u32) -> StepId {
    StepId { performance: performance(p), index }
}

pub fn place(centre_x: f32) -> SubjectBox {
    SubjectBox { centre_x, top: 0.2, bottom: 0.9, width: 0.15 }
}

/// A number between 0 and 1 that looks random and is fixed.
pub fn chance(seed: u32) -> f32 {
    let mixed = seed.wrapping_mul(0x9E37_79B1) ^ 0x5bd1;
    (mixed.wrapping_mul(0x85EB_CA6B) >> 8) as f32 / 16_777_216.0
}

/// Step `index` of 16 of performance `p`, at 120 BPM.
pub fn step(p: u8, index: u32) -> Step {
    let at = |salt: u32| chance(u32::from(p) * 4096 + index * 64 + salt);
    Step {
        id: id(p, index),
        role: match index {
            0 => Role::Intro,
            15 => Role::Outro,
            _ => Role::Body,
        },
        beats: std::array::from_fn(|i| f64::from(index) * 4.0 + i as f64 * 0.5),
        movement: Movement { tier: MovementTier::Visual, per_beat: std::array::from_fn(|i| at(i as u32)) },
        start_box: Some(place(0.2 + 0.6 * at(20))),
        end_box: Some(place(0.2 + 0.6 * at(21))),
        start_motion: None,
        end_motion: None,
        start_outline: None,
        end_outline: None,
        start_pose: None,
        end_pose: None,
        sight: eightcount_domain::Sight::default(),
        features: FeatureVector((0..12).map(|i| at(30 + i) - 0.5).collect()),
        quality: 0.9,
        native_cut: false,
        thumbnail: BlobHash(ContentHash::from_digest(&[p ^ 0x5a; 32])),
        preview: None,
        hidden: false,
        on_screen_text: false,
    }
}

pub fn steps(performances: u8) -> Vec<Step> {
    (1..=performances).flat_map(|p| (0..16).map(move |i| step(p, i))).collect()
}
