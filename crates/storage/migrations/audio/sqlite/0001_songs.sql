-- What the audio context knows of songs.
CREATE TABLE songs (
    song_id        TEXT    NOT NULL PRIMARY KEY,
    title          TEXT    NOT NULL,
    duration_ms    INTEGER NOT NULL,
    uploaded_at_ms INTEGER NOT NULL,
    status         TEXT    NOT NULL,
    failure        TEXT
) STRICT;
CREATE INDEX songs_newest ON songs (uploaded_at_ms, song_id);

-- One hearing for each correction of a song's grid; the hearing itself is a blob.
CREATE TABLE hearings (
    song_id    TEXT NOT NULL,
    correction TEXT NOT NULL,
    blob_hash  TEXT NOT NULL,
    PRIMARY KEY (song_id, correction)
) STRICT;

-- Which correction of its grid a song has: the one of the highest revision; none before the first change.
CREATE TABLE grids (
    song_id    TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    correction TEXT    NOT NULL,
    PRIMARY KEY (song_id, revision)
) STRICT;

-- Amplitude and clusters of a section, by a key made of everything they depend on.
CREATE TABLE section_analyses (
    analysis_key TEXT NOT NULL PRIMARY KEY CHECK (length(analysis_key) <= 255),
    blob_hash    TEXT NOT NULL
) STRICT;
