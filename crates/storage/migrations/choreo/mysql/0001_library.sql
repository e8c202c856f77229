-- One row. Its version grows with every change of the library; whoever changes the library changes this row
-- first, so that changes happen one after the other.
CREATE TABLE IF NOT EXISTS library (
    library_id TINYINT NOT NULL PRIMARY KEY CHECK (library_id = 1),
    version    BIGINT  NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT IGNORE INTO library (library_id, version) VALUES (1, 0);

CREATE TABLE IF NOT EXISTS performances (
    performance_id CHAR(64)    NOT NULL PRIMARY KEY,
    title          TEXT        NOT NULL,
    credit         TEXT        NOT NULL,
    uploaded_at_ms BIGINT      NOT NULL,
    status         VARCHAR(32) NOT NULL,
    failure        VARCHAR(64),
    conformed_json LONGTEXT,
    INDEX performances_newest (uploaded_at_ms, performance_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS steps (
    performance_id CHAR(64) NOT NULL,
    step_index     BIGINT   NOT NULL,
    hidden         TINYINT  NOT NULL,
    step_json      LONGTEXT NOT NULL,
    PRIMARY KEY (performance_id, step_index),
    FOREIGN KEY (performance_id) REFERENCES performances (performance_id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
