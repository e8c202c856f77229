//! Demo content: films a library of performances, and mixes a song to dance to them.
//!
//! Twelve hand-animated dancers (npm package `@code-dot-org/dance-party` 2.0.4, Apache-2.0) each perform on a
//! plain stage to a part of a human-made song (Debian package `fretsonfire-songs-sectoid`, MIT-style licence).
//! `scripts/setup` brings both packages. What is filmed is an ordinary video: it enters the library through the
//! same ingest as a user's. Nothing here knows the service; given the same content and ffmpeg, a film has the
//! same bytes every time.
//!
//! The way of a film: [`performances`] lists the scripts; [`film`] mixes the script's part of its song, hears how
//! loud each eight is, gives each eight a [figure](Figure) of fitting energy, draws every frame at its beat and
//! hands the pictures to ffmpeg.
//!
//! **The mark on the picture.** Every dancer's stage has a colour of its own, and all of a stage, walls and floor,
//! light and shadow, has the same hue: only the brightness varies. [`Dancer::of_stage_colour`] tells from the
//! colour of any bare spot of a frame who is dancing, also after zooming, shifting and re-encoding.

#![expect(clippy::cast_possible_wrap, reason = "places in a picture of 1280 x 720 are far inside an i32")]

mod casting;
mod content;
mod dance;
mod error;
mod ffmpeg;
mod figure;
mod film;
mod picture;
mod scale;
mod script;
mod sheet;
mod song;
mod sprite;
mod stage;

pub use casting::Dancer;
pub use error::DemoError;
pub use figure::Figure;
pub use film::{Film, FilmProgress, film, film_all};
pub use picture::{HEIGHT, WIDTH};
pub use script::{FPS, PerformanceScript, performances};
pub use song::{DemoAudio, Song, demo_song};
