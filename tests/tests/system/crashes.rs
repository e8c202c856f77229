//! Killing what works while it works. What comes out is what would have come out.

use anyhow::Result;
use eightcount_domain::StageName;
use eightcount_tests::{
    Dance, Data, Fixture, Instance, PartProcess, ffmpegs_of, half_made_files, kill, processes_of, until,
};
use rustix::process::Signal;
use std::{net::TcpStream, path::PathBuf, time::Duration};

const SOON: Duration = Duration::from_secs(60);

async fn ffmpeg_works(data: &Data) -> Result<()> {
    until("ffmpeg is at work", SOON, async || {
        Ok(Some(()).filter(|()| !ffmpegs_of(data.path()).unwrap_or_default().is_empty()))
    })
    .await
}

async fn no_ffmpeg_is_left(data: &Data) -> Result<()> {
    until("no ffmpeg is left", SOON, async || Ok(ffmpegs_of(data.path())?.is_empty().then_some(()))).await
}

#[tokio::test]
async fn killed_workers_and_a_killed_temporal_change_nothing() -> Result<()> {
    let fixture = Fixture::get().await?;
    let expected = fixture.undisturbed().await?;
    let data = fixture.data()?;
    let instance = Instance::start_without_workers(data.path()).await?;
    let worker = PartProcess::worker(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.compared()?).await?.patient(&instance.http);

    dance.choose(0, &expected.steps[0]).await?;
    ffmpeg_works(&data).await?;
    worker.kill();
    no_ffmpeg_is_left(&data).await?;
    let worker = PartProcess::worker(data.path()).await?;

    dance.choose(1, &expected.steps[1]).await?;
    dance.choose(2, &expected.steps[2]).await?;
    ffmpeg_works(&data).await?;
    let before = instance.server("temporal")?;
    kill(before, Signal::KILL)?;
    until("Temporal is back on its port", SOON, async || {
        let new = instance.server("temporal").is_ok_and(|now| now != before);
        Ok((new && TcpStream::connect(instance.temporal_address()).is_ok()).then_some(()))
    })
    .await?;

    dance.choose(3, &expected.steps[3]).await?;
    let product = dance.stage(StageName::Whole).await?;
    assert_eq!(product.blob, expected.product.blob);
    assert_eq!(product.frames, expected.product.frames);

    no_ffmpeg_is_left(&data).await?;
    worker.stop().await?;
    instance.stop().await?;
    assert_eq!(processes_of(data.path())?, []);
    assert_eq!(half_made_files(data.path())?, Vec::<PathBuf>::new());
    Ok(())
}

#[tokio::test]
async fn a_killed_service_takes_up_where_it_was() -> Result<()> {
    let fixture = Fixture::get().await?;
    let expected = fixture.undisturbed().await?;
    let data = fixture.data()?;
    let instance = Instance::start(data.path()).await?;
    let dance = Dance::start(&instance.http, &fixture.compared()?).await?;
    dance.choose(0, &expected.steps[0]).await?;
    dance.choose(1, &expected.steps[1]).await?;
    ffmpeg_works(&data).await?;
    instance.kill();
    until("every child ended", SOON, async || Ok(processes_of(data.path())?.is_empty().then_some(())))
        .await?;

    let instance = Instance::start(data.path()).await?;
    let dance = dance.patient(&instance.http);
    let state = dance.state().await?;
    let kept: Vec<_> = state.eights.iter().filter_map(|e| Some(e.selection.as_ref()?.step.clone())).collect();
    assert_eq!(kept, expected.steps[..2], "what was accepted is kept");
    dance.choose(2, &expected.steps[2]).await?;
    dance.choose(3, &expected.steps[3]).await?;
    let product = dance.stage(StageName::Whole).await?;
    assert_eq!(product.blob, expected.product.blob);
    instance.stop().await?;
    assert_eq!(processes_of(data.path())?, []);
    assert_eq!(half_made_files(data.path())?, Vec::<PathBuf>::new());
    Ok(())
}
