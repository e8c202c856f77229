-- One row. Its version grows with every change of the library; whoever changes the library changes this row
-- first, so that changes happen one after the other.
CREATE TABLE library (
    library_id INTEGER NOT NULL PRIMARY KEY CHECK (library_id = 1),
    version    INTEGER NOT NULL
) STRICT;
INSERT INTO library (library_id, version) VALUES (1, 0);

CREATE TABLE performances (
    performance_id TEXT    NOT NULL PRIMARY KEY,
    title          TEXT    NOT NULL,
    credit         TEXT    NOT NULL,
    uploaded_at_ms INTEGER NOT NULL,
    status         TEXT    NOT NULL,
    failure        TEXT,
    conformed_json TEXT
) STRICT;
CREATE INDEX performances_newest ON performances (uploaded_at_ms, performance_id);

CREATE TABLE steps (
    performance_id TEXT    NOT NULL REFERENCES performances (performance_id) ON DELETE CASCADE,
    step_index     INTEGER NOT NULL,
    hidden         INTEGER NOT NULL,
    step_json      TEXT    NOT NULL,
    PRIMARY KEY (performance_id, step_index)
) STRICT;
