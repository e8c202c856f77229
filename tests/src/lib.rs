//! The whole system under test, as a user runs it: the `eightcount` program, the real Temporal server, Redis and
//! ffmpeg that it starts, spoken to over HTTP alone.
//!
//! [`Fixture`] makes a song and a library once for each test program, with known beats and one colour a performance;
//! every test works on a copy of it, in an [`Instance`] of its own on free ports. Conditions are waited for, with a
//! deadline; what happened is read from the API, the workflow history and the pixels of the product.

mod browser;
mod content;
mod dance;
mod fixture;
mod folders;
mod history;
mod http;
mod instance;
mod processes;
mod programs;
mod video;
mod wait;

pub use browser::Browser;
pub use content::{
    Colour, MarkedPerformance, PERFORMANCES, SONG_BPM, SONG_FIRST_BEAT_S, SONG_TITLE, write_figure,
};
pub use dance::{CandidateFacts, Candidates, Dance, Receipt, Start};
pub use fixture::{Danced, Fixture};
pub use folders::{Data, half_made_files};
pub use history::{History, Payload, heartbeats, keep_history, signal, workflow_ids};
pub use http::{Answer, Http, Problem, Upload};
pub use instance::{Instance, PartProcess, run_command};
pub use processes::{Running, ffmpegs_of, kill, processes_of};
pub use programs::ffmpeg;
pub use video::{Measured, boxes, corner_colours, cut_position, measure, sound_delay_s};
pub use wait::until;
