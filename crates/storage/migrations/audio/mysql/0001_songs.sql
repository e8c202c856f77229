-- What the audio context knows of songs.
CREATE TABLE IF NOT EXISTS songs (
    song_id        CHAR(64)    NOT NULL PRIMARY KEY,
    title          TEXT        NOT NULL,
    duration_ms    BIGINT      NOT NULL,
    uploaded_at_ms BIGINT      NOT NULL,
    status         VARCHAR(32) NOT NULL,
    failure        VARCHAR(64),
    INDEX songs_newest (uploaded_at_ms, song_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- One hearing for each correction of a song's grid; the hearing itself is a blob.
CREATE TABLE IF NOT EXISTS hearings (
    song_id    CHAR(64)     NOT NULL,
    correction VARCHAR(255) NOT NULL,
    blob_hash  CHAR(64)     NOT NULL,
    PRIMARY KEY (song_id, correction)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Which correction of its grid a song has: the one of the highest revision; none before the first change.
CREATE TABLE IF NOT EXISTS grids (
    song_id    CHAR(64)     NOT NULL,
    revision   BIGINT       NOT NULL,
    correction VARCHAR(255) NOT NULL,
    PRIMARY KEY (song_id, revision)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Amplitude and clusters of a section, by a key made of everything they depend on.
CREATE TABLE IF NOT EXISTS section_analyses (
    analysis_key VARCHAR(255) NOT NULL PRIMARY KEY,
    blob_hash    CHAR(64)     NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
