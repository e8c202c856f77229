//! Values to store.

use eightcount_domain::*;

pub fn hash(n: u8) -> ContentHash {
    ContentHash::from_digest(&[n; 32])
}

pub fn blob(n: u8) -> BlobHash {
    BlobHash(hash(n))
}

pub fn song(n: u8, uploaded_at_ms: u64) -> Song {
    Song {
        id: SongId(hash(n)),
        title: format!("곡 {n} 🎵 ' \" \\ %"),
        duration_ms: Millis(180_000),
        uploaded_at_ms: Millis(uploaded_at_ms),
        status: SongStatus::Hearing,
        failure: None,
    }
}

pub fn performance(n: u8, uploaded_at_ms: u64) -> Performance {
    Performance {
        id: PerformanceId(hash(n)),
        title: format!("무대 {n}"),
        credit: String::new(),
        uploaded_at_ms: Millis(uploaded_at_ms),
        status: PerformanceStatus::Ingesting,
        failure: None,
        conformed: None,
    }
}

pub fn conformed(steps: u32) -> Conformed {
    Conformed {
        mezzanine: blob(200),
        width: 1280,
        height: 720,
        fps: FrameRate::Fps30,
        frames: 3000,
        tempo: Bpm::try_from(128.0).unwrap(),
        steps,
        beats: Beats::default(),
        analysis: 1,
    }
}

pub fn step(performance: u8, index: u32) -> Step {
    // Thirds and sevenths: values whose decimal form is long, to catch any loss on the way.
    let beats = std::array::from_fn(|beat| (f64::from(index) * 8.0 + beat as f64) / 2.1 + 1.0 / 3.0);
    Step {
        id: StepId { performance: PerformanceId(hash(performance)), index },
        role: Role::Body,
        beats,
        movement: Movement {
            tier: MovementTier::Visual,
            per_beat: std::array::from_fn(|beat| (beat as f32 + 1.0) / 7.0),
        },
        start_box: Some(SubjectBox { centre_x: 1.0 / 3.0, top: 0.1, bottom: 0.9, width: 0.2 }),
        end_box: None,
        start_motion: None,
        end_motion: None,
        start_outline: None,
        end_outline: None,
        start_pose: None,
        end_pose: None,
        sight: Sight::default(),
        features: FeatureVector((0..26).map(|i| (i as f32).sin()).collect()),
        quality: 0.9,
        native_cut: false,
        thumbnail: blob(201),
        preview: None,
        hidden: false,
        on_screen_text: false,
    }
}

pub fn choreography_id(n: u8) -> ChoreographyId {
    format!("00000000-0000-4000-8000-0000000000{n:02x}").parse().unwrap()
}

pub fn choreography(n: u8, version: u64) -> ChoreographyState {
    let selection = Selection {
        step: step(1, 3).id,
        mirrored: true,
        transition: None,
        take: Some(TakeKey(hash(77))),
        rendered: false,
    };
    let eight = |selection| EightState {
        section: Section { start_ms: Millis(10_000), end_ms: Millis(13_750) },
        cluster: Some(ClusterLabel(1)),
        levels: Some([0, 1, 2, 3, 4, 5, 6, 10]),
        role: Role::Intro,
        suggestion: None,
        selection,
    };
    ChoreographyState {
        id: choreography_id(n),
        song: SongId(hash(9)),
        revision: u32::try_from(version / 2).unwrap(),
        version,
        status: ChoreographyStatus::Selecting,
        failure: None,
        hearing: None,
        section: Section { start_ms: Millis(10_000), end_ms: Millis(40_000) },
        options: ChoreographyOptions::default(),
        progress_percent: 50,
        open_eight: Some(1),
        refused_signal: None,
        eights: vec![eight(Some(selection)), eight(None)],
        plan: Some(PlanScore { eights: 2, total: 1.5, greedy_total: 1.25 }),
        stages: vec![stage(StageName::Quarter, 1)],
        analysis: None,
        sound: None,
    }
}

pub fn stage(stage: StageName, revision: u32) -> StageState {
    StageState { stage, revision, blob: blob(33), frames: 112, eights: 1, outdated: false }
}

pub fn suggestion(n: u8, score: f32) -> Suggestion {
    Suggestion {
        id: SuggestionId { choreography: choreography_id(n), eight: 3, serial: 7 },
        candidates: vec![Candidate {
            step: step(1, 2).id,
            mirrored: false,
            score,
            terms: vec![ScoreTerm { term: Term::Energy, value: 1.0 / 3.0, weight: 1.0 }],
            reasons_en: vec!["It moves as it sounds.".to_owned()],
            reasons_ko: vec!["소리만큼 움직여요.".to_owned()],
            take: TakeKey(hash(5)),
        }],
        filtered: Filtered { library: 12, ..Filtered::default() },
        filtered_en: "12 steps, none left out".to_owned(),
        filtered_ko: "동작 12개 모두 남음".to_owned(),
        relaxed: vec![Relaxed::Quality],
        exhausted: false,
        library_version: 4,
        similar: vec![SimilarStep { step: step(1, 2).id, similarity: 0.75 }],
    }
}
