//! The launcher confines what it starts. This test is its own launcher, so it has a `main` of its own.
#![allow(clippy::unwrap_used)]

use eightcount_media::{
    Confinement, ConformOptions, FileAccess, Launcher, Limits, Media, ParentDeath, Shown, Tools, Watch,
    launch,
};
use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next().as_deref().and_then(|word| word.to_str()) {
        Some("launch") => return launch(arguments),
        // A parent that starts a long sleep and tells its id; for the parent-death check.
        Some("parent") => return parent(),
        _ => {}
    }
    let checks: &[(&str, fn())] = &[
        ("a confined child reads what it may and nothing else", files),
        ("a confined child has no network", network),
        ("limits hold", limits),
        ("the environment is clean", environment),
        ("children die with their parent", parent_death),
        ("a launcher that cannot start says so", failures),
        ("ffmpeg and ffprobe do their work confined", tools),
    ];
    for (name, check) in checks {
        check();
        println!("test {name} ... ok");
    }
    println!("\ntest result: ok. {} passed; 0 failed", checks.len());
    ExitCode::SUCCESS
}

fn run(confinement: &Confinement, program: &str, arguments: &[&str]) -> Output {
    let launcher = Launcher::current_exe().unwrap();
    launcher.command(confinement, Path::new(program), arguments).output().unwrap()
}

fn sandboxed(read: &[&Path], write: &[&Path]) -> Confinement {
    let owned = |paths: &[&Path]| paths.iter().map(|path| path.to_path_buf()).collect();
    Confinement {
        files: Some(FileAccess { read: owned(read), write: owned(write) }),
        ..Confinement::default()
    }
}

/// Whether this kernel can confine files: without, those checks have nothing to check.
fn kernel_confines() -> bool {
    let output = run(&sandboxed(&[], &[]), "/bin/true", &[]);
    let able = !String::from_utf8_lossy(&output.stderr).contains("no Landlock");
    if !able {
        println!("(this kernel has no Landlock)");
    }
    able
}

fn files() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, other, out) =
        (folder.path().join("mine"), folder.path().join("other"), folder.path().join("out"));
    for file in [&mine, &other, &out] {
        std::fs::write(file, "x").unwrap();
    }
    let confinement = sandboxed(&[&mine], &[&out]);
    assert!(run(&confinement, "/bin/cat", &[mine.to_str().unwrap()]).status.success());
    assert!(run(&confinement, "/bin/cp", &[mine.to_str().unwrap(), out.to_str().unwrap()]).status.success());
    if kernel_confines() {
        assert!(!run(&confinement, "/bin/cat", &[other.to_str().unwrap()]).status.success());
        assert!(
            !run(&confinement, "/bin/cp", &[out.to_str().unwrap(), mine.to_str().unwrap()]).status.success()
        );
    }
}

fn network() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let connect = format!("exec 3<>/dev/tcp/127.0.0.1/{}", listener.local_addr().unwrap().port());
    assert!(run(&Confinement::default(), "/bin/bash", &["-c", &connect]).status.success());
    if kernel_confines() {
        assert!(!run(&sandboxed(&[], &[]), "/bin/bash", &["-c", &connect]).status.success());
    }
}

fn limits() {
    let confinement = Confinement {
        address_space_bytes: Some(512 << 20),
        cpu_seconds: Some(77),
        file_bytes: Some(4096),
        ..Confinement::default()
    };
    let output = run(&confinement, "/bin/bash", &["-c", "ulimit -v; ulimit -t; ulimit -c; ulimit -f"]);
    let told: Vec<_> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(told, ["524288", "77", "0", "4"]);
}

fn environment() {
    let output = run(&Confinement::default(), "/usr/bin/env", &[]);
    let told = String::from_utf8(output.stdout).unwrap();
    let names: Vec<_> = told.lines().filter_map(|line| line.split('=').next()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

fn parent() -> ExitCode {
    let launcher = Launcher::current_exe().unwrap();
    for parent_death in [ParentDeath::Kill, ParentDeath::Terminate] {
        let confinement = Confinement { parent_death, ..Confinement::default() };
        let mut command = launcher.command(&confinement, Path::new("/bin/sleep"), ["60"]);
        println!("{}", command.stdout(Stdio::null()).spawn().unwrap().id());
    }
    std::thread::sleep(Duration::from_mins(1));
    ExitCode::SUCCESS
}

fn parent_death() {
    use std::io::BufRead;
    let mut parent =
        Command::new(std::env::current_exe().unwrap()).arg("parent").stdout(Stdio::piped()).spawn().unwrap();
    let lines = std::io::BufReader::new(parent.stdout.take().unwrap()).lines();
    let children: Vec<u32> = lines.take(2).map(|line| line.unwrap().parse().unwrap()).collect();
    let is = |pid: u32, word: &str| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).starts_with(word)
    };
    let wait = |what: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < Duration::from_secs(10), "waited in vain");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    wait(&|| children.iter().all(|child| is(*child, "/bin/sleep")));
    parent.kill().unwrap();
    parent.wait().unwrap();
    wait(&|| children.iter().all(|child| !is(*child, "/bin/sleep")));
}

fn failures() {
    let output = run(&Confinement::default(), "/no/such/program", &[]);
    assert_eq!(output.status.code(), Some(126));
    assert!(String::from_utf8(output.stderr).unwrap().contains("eightcount launch: "));
}

fn tools() {
    let folder = tempfile::tempdir().unwrap();
    let (upload, out) = (folder.path().join("upload.mkv"), folder.path().join("mezzanine.mp4"));
    let made = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-nostdin",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=160x90:r=30:d=2",
            "-f",
            "lavfi",
            "-i",
        ])
        .args(["sine=d=2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "flac"])
        .arg(&upload)
        .status();
    assert!(made.unwrap().success());
    let limits = Limits { performance_min_s: 1.0, song_min_s: 1.0, ..Limits::default() };
    let media = Media::new(Tools::find().unwrap(), Launcher::current_exe().unwrap(), limits);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = ConformOptions { short_side: 90, ..ConformOptions::default() };
        let facts = media.screen_performance(&upload).await.unwrap();
        let small = folder.path().join("small.mp4");
        let (to, mut shown) = tokio::sync::mpsc::channel(2);
        let (shown_to, nobody) = (Some(Shown { small: &small, to }), &mut Watch::nobody());
        let looking = async { while shown.recv().await.is_some() {} };
        let (made, ()) =
            tokio::join!(media.conform(&upload, &facts, &out, &options, shown_to, nobody), looking);
        let mezzanine = made.unwrap();
        assert_eq!((mezzanine.width, mezzanine.height, mezzanine.frames), (160, 90, 60));
        media.thumbnails(&small, &[0.5], folder.path()).await.unwrap();
        media.cut_previews(&small, &[(0.5, 1.5)], folder.path()).await.unwrap();
        assert!(media.screen_song(&upload).await.unwrap().duration_s > 1.9);
    });
}
