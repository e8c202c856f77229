//! How long each stage of hearing takes on one made song: `cargo bench -p eightcount-audio --bench stages`. The
//! throughput is in samples: divided by 44,100 it is the multiple of real time.

use criterion::{Criterion, Throughput};
use eightcount_audio::{amplitude, cluster, evaluation::songs, features, hear, stages};
use std::hint::black_box;

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let song = songs::song(1, 24, 4, false);
    let pulse = stages::pulse(&song.pcm);
    let sounds = features(&song.pcm, &song.eights);
    let mut group = criterion.benchmark_group("a song of 24 eights");
    group.throughput(Throughput::Elements(song.pcm.len() as u64));
    group.bench_function("flux", |b| b.iter(|| stages::pulse(black_box(&song.pcm))));
    group.bench_function("hmm", |b| b.iter(|| stages::beats(black_box(&pulse))));
    group.bench_function("hear", |b| b.iter(|| hear(black_box(&song.pcm))));
    group.bench_function("features", |b| b.iter(|| features(black_box(&song.pcm), &song.eights)));
    group.bench_function("amplitude", |b| b.iter(|| amplitude(black_box(&song.pcm), &song.eights)));
    group.bench_function("clustering", |b| b.iter(|| cluster(black_box(&sounds))));
    group.finish();
    criterion.final_summary();
}
