//! Decodes files as the service does, from nothing to the mix and its loudness, and says what it found: for
//! `scripts/bench-audio`, which takes the time.

use eightcount_media::{Launcher, Limits, Media, Tools, Watch};
use std::error::Error;
use std::path::Path;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let media = Media::new(Tools::find()?, Launcher::direct(), Limits::default());
    for file in std::env::args().skip(1) {
        let sound = media.decode_pcm(Path::new(&file), &mut Watch::nobody()).await?;
        let lufs = sound.loudness_lufs.map_or_else(|| "silent".to_owned(), |lufs| format!("{lufs:.2} LUFS"));
        println!("{file}: {:.1} s, {lufs}", sound.pcm.len() as f64 / 44_100.0);
    }
    Ok(())
}
