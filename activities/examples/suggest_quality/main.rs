//! How good suggestions are, on a real library and real music.
//!
//! `cargo run -p eightcount-activities --example suggest_quality -- DATA` reads the library of a data folder (`make demo`
//! leaves one in `.demo`), hears every performance's own music and the songs of the folder as songs of a user, dances to
//! them with [`best_path`], and prints Markdown tables: does the music find its own step, how far the dancer jumps at
//! cuts, are phrases repeated, does the movement follow the music's strength, and does it land on the beats.

mod dances;
mod numbers;
mod songs;

use dances::{Dance, Danced};
use eightcount_choreo::suggest::{Library, Taste, WEIGHTS, greedy_path, ranking};
use eightcount_domain::{Flavour, Step, StepId, Term};
use eightcount_media::{Launcher, Limits, Media, Tools};
use eightcount_storage::{Storage, StorageConfig};
use songs::Song;
use std::path::{Path, PathBuf};

type Failed = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which data folder?")?);
    let folder = folder.canonicalize()?;
    let storage = Storage::connect(&embedded(&folder)?).await?;
    let tools = Tools::find().map_err(|missing| missing.to_string())?;
    let media = Media::new(tools, Launcher::direct(), Limits::default());
    let steps = storage.choreo.library().await?.steps;
    let library = Library::of(steps.clone());
    let songs = songs::all(&storage, &media, &folder).await?;
    println!("{} steps, {} pieces of music\n", library.len(), songs.len());
    self_retrieval(&library, &steps, &songs);
    let danced = dances::all(&library, &steps, &songs);
    totals(&library, &danced);
    dances::connections(&steps, &danced);
    dances::repetitions(&library, &danced);
    dances::energies(&steps, &danced);
    dances::beats(&storage, &media, &steps, &danced[0].dances).await
}

/// Where `eightcount up` keeps its databases and blobs.
fn embedded(folder: &Path) -> Result<StorageConfig, Failed> {
    let mut config = StorageConfig::in_folder(folder, None)?;
    for database in [&mut config.audio, &mut config.choreo, &mut config.product] {
        *database = database.replace(".sqlite", ".db");
    }
    config.blobs.address = format!("file://{}", folder.join("blobs").display());
    Ok(config)
}

/// (a) The music of each step, heard anew as a user's song: where does its own step rank?
fn self_retrieval(library: &Library, steps: &[Step], songs: &[Song]) {
    let mut tastes = vec![("all terms", Taste::from(Flavour::Balanced))];
    tastes.push(("all but similarity", Taste::from(Flavour::Balanced).without(Term::Similarity)));
    let alone = |(term, name)| (name, Taste::only(term));
    let known = [
        (Term::Similarity, "similarity alone"),
        (Term::Energy, "energy alone"),
        (Term::Contour, "contour alone"),
        (Term::Tempo, "tempo alone"),
    ];
    assert_eq!(WEIGHTS.len(), known.len() + 3, "connection, repeat and novelty need a dance");
    tastes.extend(known.map(alone));
    println!(
        "| (a) self-retrieval by | asked | recall@6 | chance | median rank | of |\n|---|---|---|---|---|---|"
    );
    for (name, taste) in tastes {
        let (mut ranks, mut offered) = (Vec::new(), Vec::new());
        for song in songs {
            for eight in song.upcoming() {
                let Some(own) = song.own_step(steps, eight.eight) else { continue };
                let ranked = ranking(library, &eight.question(&[]), taste);
                if let Some(rank) = ranked.iter().position(|(id, _)| *id == own) {
                    ranks.push(1.0 + rank as f32);
                    offered.push(ranked.len() as f32);
                }
            }
        }
        let share = |hit: f32, of: usize| 100.0 * hit / of.max(1) as f32;
        let found = ranks.iter().filter(|&&rank| rank <= 6.0).count();
        let chance: f32 = offered.iter().map(|count| (6.0 / count).min(1.0)).sum();
        println!(
            "| {name} | {} | {:.0} % | {:.0} % | {:.0} | {:.0} |",
            ranks.len(),
            share(found as f32, ranks.len()),
            share(chance, ranks.len()),
            numbers::median(&mut ranks),
            numbers::median(&mut offered),
        );
    }
}

/// The best way through each piece against the best candidate each time.
fn totals(library: &Library, danced: &[Danced<'_>]) {
    println!(
        "\n| total score of | eights | planned | greedy | dances planned better |\n|---|---|---|---|---|"
    );
    for Danced { name, flavour, dances } in danced {
        let greedy =
            |dance: &Dance<'_>| greedy_path(library, &dance.song.upcoming(), &[], (*flavour).into()).total();
        let greedy: Vec<f32> = dances.iter().map(greedy).collect();
        let better =
            dances.iter().zip(&greedy).filter(|(dance, greedy)| dance.total > **greedy + 1e-4).count();
        let eights: usize = dances.iter().map(|dance| dance.chosen.len()).sum();
        let planned: f32 = dances.iter().map(|dance| dance.total).sum();
        let greedy: f32 = greedy.iter().sum();
        println!("| {name} | {eights} | {planned:.2} | {greedy:.2} | {better} of {} |", dances.len());
    }
}

/// Finds a step.
pub(crate) fn step<'a>(steps: &'a [Step], id: &StepId) -> Option<&'a Step> {
    steps.iter().find(|step| step.id == *id)
}
