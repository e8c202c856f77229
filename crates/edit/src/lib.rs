//! Cutting: what a take shows frame by frame, how it is aligned at its cut, and the ffmpeg arguments that
//! make it, as data.
//!
//! This crate never starts a process, reads a file or a clock. All of its arithmetic on time is exact: beats
//! become whole microseconds, frames are chosen by integer division, and [`TakePlan`] holds nothing but
//! integers. Equal pictures therefore have equal plans, equal plans have equal bytes, and [`TakePlan::key`]
//! names a rendered take wherever and whenever it is planned.

mod align;
mod args;
mod audio;
mod cut;
pub mod edit_list;
mod extra;
mod filter;
mod fit;
mod plan;
mod retime;
mod sheet;
mod take;
mod transition;
mod unmixed;

pub use align::Alignment;
pub use args::render_args;
pub use audio::{AUDIO_RATE_HZ, AudioCut, section_audio_args};
pub use cut::{CutFacts, Jump};
pub use extra::{LOOP_REPEATS, counts, looped};
pub use fit::Fit;
pub use plan::{BadPlan, Between, Entry, Finish, JoinPart, RENDERER, Run, Source, Style, TakePlan};
pub use sheet::{SheetCell, SheetLayout, sheet_args};
pub use take::{PlanError, TakeRequest, TakeStep, plan_take};
