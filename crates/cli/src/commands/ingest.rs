//! `eightcount ingest`: performance videos into the library.

use crate::output::say;
use crate::{
    args::IngestArgs,
    client::{self, Api, Progress, wire::PerformanceItem},
    exit,
};
use futures::{StreamExt, stream};
use std::path::{Path, PathBuf};

/// Uploads at a time: enough to keep the workers busy.
pub const AT_ONCE: usize = 3;

/// Ingests all files; the first that is refused decides how the command ends.
pub async fn run(args: IngestArgs) -> anyhow::Result<()> {
    if args.title.is_some() && args.files.len() > 1 {
        return Err(exit::usage("--title is for a single file"));
    }
    let progress = Progress::new();
    let wishes: Vec<_> = args
        .files
        .into_iter()
        .map(|file| Wish { file, title: args.title.clone(), credit: args.credit.clone() })
        .collect();
    let work = async |api: Api| Ok(ingest_all(&api, wishes, &progress).await);
    let results = client::with_instance(&args.instance, &progress, work).await?;
    let mut performances = Vec::new();
    let mut failed = None;
    for (file, result) in results {
        match result {
            Ok(performance) => performances.push(performance),
            Err(error) => {
                progress.say(&format!("{}: {error:#}", file.display()));
                failed.get_or_insert(error);
            }
        }
    }
    if args.json {
        say!("{}", serde_json::to_string_pretty(&performances)?);
    } else {
        for performance in &performances {
            say!("{}  {}", performance.id, performance.title);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// A file to ingest.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The video.
    pub file: PathBuf,
    /// Its title; none: the file's name.
    pub title: Option<String>,
    /// Whose it is.
    pub credit: Option<String>,
}

/// Ingests several at once; the answers come in the order of the wishes.
pub async fn ingest_all(
    api: &Api,
    wishes: Vec<Wish>,
    progress: &Progress,
) -> Vec<(PathBuf, anyhow::Result<PerformanceItem>)> {
    let one = |wish: Wish| async move {
        let mut line = progress.line(&name_of(&wish.file));
        let done =
            client::ingest(api, &wish.file, wish.title.as_deref(), wish.credit.as_deref(), &mut line).await;
        (wish.file, done)
    };
    stream::iter(wishes).map(one).buffered(AT_ONCE).collect().await
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
