//! The command line.

#![expect(clippy::doc_markdown, reason = "these comments are the texts of --help")]

use crate::{
    config::{DataArgs, ServerArgs},
    exit::EXIT_CODES,
    log::LogFormat,
    plot::PlotFile,
    section::SectionArg,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use eightcount_api::Limits;
use eightcount_domain::{Extra, Flavour, FrameRate};
use eightcount_workflows::contract::Queue;
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

/// Makes a dance with you: a song's section becomes a cross-edit of dance performances, cut on the beat.
#[derive(Debug, Parser)]
#[command(name = "eightcount", version, arg_required_else_help = true, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// What is logged to standard error, as a tracing filter (for example: info, eightcount_api=debug)
    #[arg(long, global = true, value_name = "FILTER", env = "EIGHTCOUNT_LOG", help_heading = "Logging")]
    pub log: Option<String>,
    /// How log lines look
    #[arg(
        long,
        global = true,
        value_enum,
        env = "EIGHTCOUNT_LOG_FORMAT",
        default_value = "text",
        help_heading = "Logging"
    )]
    pub log_format: LogFormat,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the whole service on this machine
    Up(UpArgs),
    /// Run the REST API alone
    Api(ApiArgs),
    /// Run workers alone
    Worker(WorkerArgs),
    /// Bring databases and search attributes up to date
    Migrate(MigrateArgs),
    /// Check every dependency, connection and the disk
    Doctor(DoctorArgs),
    /// Add performance videos to the library
    Ingest(IngestArgs),
    /// List the library
    Library(LibraryArgs),
    /// Show what was seen in a performance
    Inspect(InspectArgs),
    /// Analyse performances again whose steps an older release made
    Reanalyse(ReanalyseArgs),
    /// Hear a song: tempo, beats, eights, amplitude, clusters
    Analyse(AnalyseArgs),
    /// Make a dance to a section of a song
    Dance(DanceArgs),
    /// Film the demo library and dance a real song to it
    Demo(DemoArgs),
}

const UP_HELP: &str = "Examples:
  eightcount up                              everything on this machine, data in .data
  eightcount up --data /srv/dance --port 0   another folder, any free port
  EIGHTCOUNT_TEMPORAL_ADDRESS=temporal:7233 EIGHTCOUNT_REDIS_URL=redis://cache eightcount up
                                             with servers that run elsewhere

Stops on SIGINT and SIGTERM after what is running was handed back (about ten seconds); a second signal stops it
at once.";

/// `eightcount up`.
#[derive(Args, Debug)]
#[command(after_help = UP_HELP)]
pub struct UpArgs {
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// Where the API listens
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Port of Temporal's front end; 0: any free one
    #[arg(
        long,
        value_name = "PORT",
        env = "EIGHTCOUNT_TEMPORAL_PORT",
        default_value_t = 0,
        help_heading = "Ports of the embedded servers"
    )]
    pub temporal_port: u16,
    /// Port of the Temporal Web UI; 0: any free one
    #[arg(
        long,
        value_name = "PORT",
        env = "EIGHTCOUNT_TEMPORAL_UI_PORT",
        default_value_t = 0,
        help_heading = "Ports of the embedded servers"
    )]
    pub temporal_ui_port: u16,
    /// Port of Redis; 0: any free one
    #[arg(
        long,
        value_name = "PORT",
        env = "EIGHTCOUNT_REDIS_PORT",
        default_value_t = 0,
        help_heading = "Ports of the embedded servers"
    )]
    pub redis_port: u16,
    /// What the workers work on
    #[command(flatten)]
    pub work: QueueArgs,
    /// Run no workers here (they run apart: `eightcount worker`)
    #[arg(long)]
    pub without_workers: bool,
    /// Servers elsewhere
    #[command(flatten)]
    pub servers: ServerArgs,
}

/// Where the API listens, and what it takes.
#[derive(Args, Clone, Debug)]
pub struct ListenArgs {
    /// Address to listen on
    #[arg(long, value_name = "IP", env = "EIGHTCOUNT_HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port to listen on; 0: any free one
    #[arg(long, value_name = "PORT", env = "EIGHTCOUNT_PORT", default_value_t = 8080)]
    pub port: u16,
    /// Largest file that may be uploaded, in MiB
    #[arg(
        long,
        value_name = "MIB",
        env = "EIGHTCOUNT_UPLOAD_MAX_MIB",
        default_value_t = 2048,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub upload_max_mib: u32,
}

impl ListenArgs {
    /// Where.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// What is taken.
    pub fn limits(&self) -> Limits {
        Limits { upload_max_bytes: u64::from(self.upload_max_mib) << 20, ..Limits::default() }
    }
}

fn bytes_of_mib(text: &str) -> Result<u64, String> {
    let mib: f64 = text.parse().map_err(|error: std::num::ParseFloatError| error.to_string())?;
    if mib.is_finite() && mib > 0.0 {
        Ok((mib * f64::from(1 << 20)) as u64)
    } else {
        Err("more than 0".to_owned())
    }
}

/// The queues of a worker.
#[derive(Args, Clone, Debug)]
pub struct QueueArgs {
    /// Queues to work on
    #[arg(
        long,
        value_name = "QUEUE,…",
        env = "EIGHTCOUNT_QUEUES",
        value_delimiter = ',',
        default_value = "audio,choreo,product"
    )]
    pub queues: Vec<Queue>,
    /// Processor cores to use (default: all)
    #[arg(long, value_name = "N", env = "EIGHTCOUNT_CORES")]
    pub cores: Option<usize>,
    /// Disk that takes may use, MiB: those used longest ago are dropped, and made again when wanted (default: any)
    #[arg(
        long = "takes-max-mib",
        value_name = "MIB",
        env = "EIGHTCOUNT_TAKES_MAX_MIB",
        value_parser = bytes_of_mib
    )]
    pub takes_max_bytes: Option<u64>,
    /// Frames a second of ingested performances, 30 or 60
    #[arg(long, value_name = "FPS", env = "EIGHTCOUNT_MEZZANINE_FPS", default_value = "30", value_parser = frame_rate)]
    pub mezzanine_fps: FrameRate,
}

fn frame_rate(text: &str) -> Result<FrameRate, String> {
    let fps: u32 = text.parse().map_err(|_| "no number".to_owned())?;
    FrameRate::try_from(fps).map_err(|error| error.to_string())
}

/// `eightcount api`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  eightcount api --host 0.0.0.0 --temporal-address temporal:7233 --audio-database-url mysql://…")]
pub struct ApiArgs {
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// Where the API listens
    #[command(flatten)]
    pub listen: ListenArgs,
    /// Servers and stores
    #[command(flatten)]
    pub servers: ServerArgs,
}

/// `eightcount worker`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  eightcount worker --queues product --temporal-address temporal:7233 …
  eightcount worker --data .data        a second worker beside a running `eightcount up`")]
pub struct WorkerArgs {
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// What it works on
    #[command(flatten)]
    pub work: QueueArgs,
    /// Servers and stores
    #[command(flatten)]
    pub servers: ServerArgs,
}

/// `eightcount migrate`.
#[derive(Args, Debug)]
pub struct MigrateArgs {
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// Servers and stores
    #[command(flatten)]
    pub servers: ServerArgs,
}

/// `eightcount doctor`.
#[derive(Args, Debug)]
#[command(after_help = "Ends with 0 when the service can run here, with 3 when something is missing.")]
pub struct DoctorArgs {
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// Servers and stores to check as well
    #[command(flatten)]
    pub servers: ServerArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which instance a client command talks to.
#[derive(Args, Clone, Debug)]
pub struct InstanceArgs {
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// Address of a running instance (default: the one on the data folder, or one started for this command)
    #[arg(long, value_name = "URL", env = "EIGHTCOUNT_SERVER")]
    pub server: Option<String>,
}

/// `eightcount ingest`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  eightcount ingest fancam1.mp4 fancam2.mp4
  eightcount ingest stage.mp4 --title 'Stage, 12 May' --credit 'Crew A, CC BY 4.0'")]
pub struct IngestArgs {
    /// Performance videos
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Title, for a single file (default: the file's name)
    #[arg(long)]
    pub title: Option<String>,
    /// Who dances, who made it, under which licence
    #[arg(long)]
    pub credit: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The instance
    #[command(flatten)]
    pub instance: InstanceArgs,
}

/// `eightcount library`.
#[derive(Args, Debug)]
pub struct LibraryArgs {
    /// Each step too: how it was seen, and its quality
    #[arg(long)]
    pub steps: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The instance
    #[command(flatten)]
    pub instance: InstanceArgs,
}

/// `eightcount reanalyse`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  eightcount reanalyse                all whose steps an older release made
  eightcount reanalyse 700b79e1       that one, if so")]
pub struct ReanalyseArgs {
    /// Ids of performances, or beginnings of them (default: all)
    #[arg(value_name = "PERFORMANCE")]
    pub performances: Vec<String>,
    /// Even when this release made their steps
    #[arg(long)]
    pub force: bool,
    /// The instance
    #[command(flatten)]
    pub instance: InstanceArgs,
}

/// `eightcount inspect`.
#[derive(Args, Debug)]
#[command(after_help = "Example:
  eightcount inspect 700b79e1 --overlay seen.mp4
                                             skeletons, boxes, who is who, beats, eights and movement over the video")]
pub struct InspectArgs {
    /// Id of the performance, or the beginning of it
    #[arg(value_name = "PERFORMANCE")]
    pub performance: String,
    /// Draw what was seen over the video, into this MP4
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The instance
    #[command(flatten)]
    pub instance: InstanceArgs,
}

/// `eightcount analyse`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  eightcount analyse song.ogg --json | jq .tempo_bpm
  eightcount analyse song.ogg --plot song.png --plot song.svg")]
pub struct AnalyseArgs {
    /// The song
    #[arg(value_name = "SONG")]
    pub song: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Draw all that is heard, as .png or .svg; may be given for both
    #[arg(long, value_name = "FILE")]
    pub plot: Vec<PlotFile>,
    /// The instance
    #[command(flatten)]
    pub instance: InstanceArgs,
}

/// `eightcount dance`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  eightcount dance song.ogg --section 0:30..1:10 --auto --out dance.mp4
  eightcount dance song.ogg --section 0:30..eights:12 --auto --out dance.mp4 --report dance.json \\
      --contact-sheet cuts.png
  eightcount dance song.ogg --section 0:30..1:10 --auto --out dance.mp4 --extra mirrored.counted --extra loop-3
                                             leaves dance.mirrored.counted.mp4 and dance.loop-3.mp4 as well")]
pub struct DanceArgs {
    /// The song
    #[arg(value_name = "SONG")]
    pub song: PathBuf,
    /// Part of the song, START..END: seconds (30.5) or minutes (0:30), END also as a number of eights (eights:12);
    /// it snaps to eights
    #[arg(long, value_name = "START..END")]
    pub section: SectionArg,
    /// Choose the steps: the best way through all eights at once
    #[arg(long, required = true)]
    pub auto: bool,
    /// What to favour
    #[arg(long, value_enum, default_value_t = FlavourArg::Balanced)]
    pub flavour: FlavourArg,
    /// Where the product goes (MP4)
    #[arg(long, value_name = "FILE.mp4")]
    pub out: PathBuf,
    /// Folder for the stages as well: stage-quarter.mp4 and stage-half.mp4
    #[arg(long, value_name = "DIR")]
    pub stages: Option<PathBuf>,
    /// Extras to make as well, beside the product: mirrored, half-speed, counted, loop-N (eight N from 0), or several
    /// ways joined by dots
    #[arg(long = "extra", value_name = "WAYS")]
    pub extras: Vec<Extra>,
    /// Where the report goes (JSON)
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// Where one picture per cut goes (PNG)
    #[arg(long, value_name = "FILE.png")]
    pub contact_sheet: Option<PathBuf>,
    /// Print the report as JSON instead of a table
    #[arg(long)]
    pub json: bool,
    /// The instance
    #[command(flatten)]
    pub instance: InstanceArgs,
}

/// What a dance favours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FlavourArg {
    /// A bit of everything
    Balanced,
    /// Cuts that hardly show
    Smooth,
    /// Movement that follows the music's strength
    Energetic,
    /// What was not seen before
    Surprising,
}

impl From<FlavourArg> for Flavour {
    fn from(flavour: FlavourArg) -> Self {
        match flavour {
            FlavourArg::Balanced => Self::Balanced,
            FlavourArg::Smooth => Self::Smooth,
            FlavourArg::Energetic => Self::Energetic,
            FlavourArg::Surprising => Self::Surprising,
        }
    }
}

/// `eightcount demo`.
#[derive(Args, Debug)]
#[command(after_help = "Example (what `make demo` runs):
  eightcount demo --data .demo --content .tools/demo --out .demo/out")]
pub struct DemoArgs {
    /// The data folder
    #[command(flatten)]
    pub data: DataArgs,
    /// Folder of the demo content that scripts/setup brings
    #[arg(long, value_name = "DIR", default_value = ".tools/demo")]
    pub content: PathBuf,
    /// Folder for the product, its stages, the contact sheet and the report
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
