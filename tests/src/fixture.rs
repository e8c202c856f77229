//! What every test starts from: a heard song and a published library, made once; and a dance that nothing disturbed.

use crate::{
    content::{Colour, PERFORMANCES, SONG_TITLE, write_performance, write_song, write_song_of},
    dance::{Dance, Start},
    folders::{self, Data},
    history::keep_history,
    http::{Http, Upload},
    instance::Instance,
    wait::until,
};
use anyhow::{Context, Result, anyhow, ensure};
use eightcount_domain::{
    ChoreographyOptions, Millis, PerformanceId, Section, SongId, StageName, StageState, StepId,
};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::sync::OnceCell;

/// Ingest of a performance on a busy machine.
const INGESTED_WITHIN: Duration = Duration::from_secs(240);

static FIXTURE: OnceCell<Result<Fixture, String>> = OnceCell::const_new();
static UNDISTURBED: OnceCell<Result<Danced, String>> = OnceCell::const_new();

/// A data folder with a heard song and a published library.
#[derive(Clone, Debug)]
pub struct Fixture {
    data: PathBuf,
    /// The song's file.
    pub song_file: PathBuf,
    /// The song.
    pub song: SongId,
    /// Its beats, seconds.
    pub beats_s: Vec<f64>,
    /// When its eights start and end, seconds.
    pub eights_s: Vec<(f64, f64)>,
    /// The background of each performance.
    pub colours: BTreeMap<PerformanceId, Colour>,
}

/// What an undisturbed dance came to.
#[derive(Clone, Debug)]
pub struct Danced {
    /// The selected steps.
    pub steps: Vec<StepId>,
    /// The product.
    pub product: StageState,
}

#[derive(Deserialize)]
struct Settling {
    id: String,
    status: String,
    failure: Option<String>,
}

#[derive(Deserialize)]
struct SongFacts {
    heard: Heard,
}

#[derive(Deserialize)]
struct Heard {
    beats_s: Vec<f64>,
    eights: Vec<SongEight>,
}

#[derive(Deserialize)]
struct SongEight {
    start_s: f64,
    end_s: f64,
}

impl Fixture {
    /// The fixture of this test program; the first to ask makes it.
    pub async fn get() -> Result<&'static Self> {
        let made =
            FIXTURE.get_or_init(async || Self::make().await.map_err(|error| format!("{error:#}"))).await;
        made.as_ref().map_err(|error| anyhow!("the fixture could not be made: {error}"))
    }

    async fn make() -> Result<Self> {
        let here = folders::here()?;
        let (data, files) = (here.join("fixture"), here.join("files"));
        fs::create_dir_all(&files)?;
        let song_file = files.join("song.wav");
        write_song(&song_file)?;
        let instance = Instance::start(&data).await?;
        let http = &instance.http;
        let song = upload_song(http, &song_file).await?;
        let mut colours = BTreeMap::new();
        for performance in &PERFORMANCES {
            let file = files.join(format!("{}.mp4", performance.title));
            write_performance(performance, &file)?;
            let upload = format!("/api/performances?title={}&credit=Eightcount", performance.title);
            let taken: Settling = http.upload(&upload, Upload::File(&file), &[]).await?.json()?;
            colours.insert(taken.id.parse()?, performance.background.map(f64::from));
        }
        let heard = heard(http, &song).await?;
        for performance in colours.keys() {
            settled(http, &format!("/api/performances/{performance}"), "published").await?;
        }
        keep_history(&instance, &format!("song:{song}"), "hearing").await?;
        instance.stop().await?;
        let eights_s = heard.eights_s();
        Ok(Self { data, song_file, song, beats_s: heard.beats_s, eights_s, colours })
    }

    /// The same with a song of at least so many eights, which an instance on such a folder is given.
    pub async fn with_longer_song(&self, http: &Http, eights: usize) -> Result<Self> {
        let song_file = self.song_file.with_file_name(format!("song-{eights}.wav"));
        // The last ones may be taken for the song's end.
        write_song_of(eights + 4, &song_file)?;
        let song = upload_song(http, &song_file).await?;
        let heard = heard(http, &song).await?;
        let eights_s = heard.eights_s();
        Ok(Self { song_file, song, beats_s: heard.beats_s, eights_s, ..self.clone() })
    }

    /// A copy of the data folder.
    pub fn data(&self) -> Result<Data> {
        Data::copy_of(&self.data)
    }

    /// A wish for these eights of the song; previews off.
    pub fn start(&self, eights: Range<usize>, resolution: u32) -> Result<Start> {
        ensure!(eights.end <= self.eights_s.len(), "the song has {} eights", self.eights_s.len());
        let ms = |seconds: f64| Millis((seconds * 1000.0).round() as u64);
        let section = Section {
            start_ms: ms(self.eights_s[eights.start].0),
            end_ms: ms(self.eights_s[eights.end - 1].1),
        };
        let options = ChoreographyOptions { resolution, previews: false, ..ChoreographyOptions::default() };
        Ok(Start { song: self.song.clone(), section, options })
    }

    /// The dance that disturbed ones are compared with: four eights.
    pub fn compared(&self) -> Result<Start> {
        self.start(4..8, 360)
    }

    /// The background of a step's performance.
    pub fn colour_of(&self, step: &StepId) -> Result<Colour> {
        self.colours.get(&step.performance).copied().with_context(|| format!("{step} is not of the library"))
    }

    /// What [`Self::compared`] comes to when the best candidates are selected and nothing happens; the first to ask
    /// dances it.
    pub async fn undisturbed(&self) -> Result<&'static Danced> {
        let dance = async || self.dance().await.map_err(|error| format!("{error:#}"));
        let danced = UNDISTURBED.get_or_init(dance).await;
        danced.as_ref().map_err(|error| anyhow!("the undisturbed dance failed: {error}"))
    }

    async fn dance(&self) -> Result<Danced> {
        let data = self.data()?;
        let instance = Instance::start(data.path()).await?;
        let dance = Dance::start(&instance.http, &self.compared()?).await?;
        let mut steps = Vec::new();
        for eight in 0..4 {
            steps.push(dance.choose_best(eight).await?);
        }
        let product = dance.stage(StageName::Whole).await?;
        instance.stop().await?;
        Ok(Danced { steps, product })
    }
}

impl Heard {
    fn eights_s(&self) -> Vec<(f64, f64)> {
        self.eights.iter().map(|eight| (eight.start_s, eight.end_s)).collect()
    }
}

async fn upload_song(http: &Http, file: &Path) -> Result<SongId> {
    let upload = format!("/api/songs?title={}", SONG_TITLE.replace(' ', "%20"));
    let song: Settling = http.upload(&upload, Upload::File(file), &[]).await?.json()?;
    Ok(song.id.parse()?)
}

async fn heard(http: &Http, song: &SongId) -> Result<Heard> {
    settled(http, &format!("/api/songs/{song}"), "ready").await?;
    let facts: SongFacts = http.read(&format!("/api/songs/{song}")).await?;
    Ok(facts.heard)
}

/// Waits until a song or performance has the wanted status.
async fn settled(http: &Http, path: &str, wanted: &str) -> Result<()> {
    until(&format!("{path} is {wanted}"), INGESTED_WITHIN, async || {
        let now: Settling = http.read(path).await?;
        ensure!(now.status != "failed", "{path} failed: {:?}", now.failure);
        Ok((now.status == wanted).then_some(()))
    })
    .await
}
