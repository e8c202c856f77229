//! The whole system on real Temporal, Redis and ffmpeg. One program, so that song and library are made once.

mod auto;
mod caps;
mod changes;
mod commands;
mod crashes;
mod damage;
mod duplicates;
mod extras;
mod grid;
mod happy;
mod ingest;
mod live;
mod long;
mod previews;
mod redis;
mod refusals;
mod songs;
