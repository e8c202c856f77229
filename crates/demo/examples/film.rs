//! Films the demo library and says how long it took: `film CONTENT OUT [DANCER…]`.

use eightcount_demo::{FPS, Figure, film_all, performances};
use std::{env, error::Error, path::PathBuf, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(content), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: film CONTENT OUT [DANCER…]".into());
    };
    let wanted: Vec<String> = arguments.collect();
    let mut scripts = performances(&PathBuf::from(content))?;
    scripts
        .retain(|s| wanted.is_empty() || wanted.iter().any(|w| s.dancer.to_string().eq_ignore_ascii_case(w)));
    let began = Instant::now();
    let report = |p: eightcount_demo::FilmProgress| {
        if p.done == p.of {
            println!("{:6.1} s  {} ({} frames)", began.elapsed().as_secs_f64(), p.dancer, p.of);
        }
    };
    let films = film_all(&scripts, &PathBuf::from(out), "ffmpeg".as_ref(), &report)?;
    for film in &films {
        let danced: Vec<String> = film.figures.iter().map(Figure::to_string).collect();
        println!(
            "{}: {}",
            film.script.title(),
            if film.kept { "kept".to_owned() } else { danced.join("; ") }
        );
    }
    let frames: u64 = films.iter().filter(|f| !f.kept).map(|f| f.script.frames()).sum();
    let seconds = began.elapsed().as_secs_f64();
    println!("{frames} frames ({} s of film) in {seconds:.1} s", frames / u64::from(FPS));
    Ok(())
}
