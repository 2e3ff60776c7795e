-- What Orleans' ADO.NET storage needs in SQLite: a yardstick. One statement for each change, which is faster than several.

PRAGMA journal_mode = WAL;

CREATE TABLE grain_state (
    grain TEXT NOT NULL,
    state TEXT NOT NULL,
    service TEXT NOT NULL,
    n0 INTEGER NOT NULL,
    n1 INTEGER NOT NULL,
    version INTEGER NOT NULL,
    payload BLOB,
    PRIMARY KEY (grain, state, service, n0, n1)
) WITHOUT ROWID;

CREATE TABLE OrleansQuery (
    QueryKey TEXT PRIMARY KEY,
    QueryText TEXT NOT NULL
);

INSERT INTO OrleansQuery VALUES
('ReadFromStorageKey', '
    SELECT payload AS PayloadBinary, version AS Version
    FROM grain_state
    WHERE grain = coalesce(@GrainIdExtensionString, '''') AND state = @GrainTypeString AND service = @ServiceId
        AND n0 = @GrainIdN0 AND n1 = @GrainIdN1
'),
('WriteToStorageKey', '
    INSERT INTO grain_state (grain, state, service, n0, n1, version, payload)
    VALUES (coalesce(@GrainIdExtensionString, ''''), @GrainTypeString, @ServiceId, @GrainIdN0, @GrainIdN1, 1, @PayloadBinary)
    ON CONFLICT DO UPDATE SET payload = excluded.payload, version = version + 1 WHERE version = @GrainStateVersion
    RETURNING version AS NewGrainStateVersion
'),
('ClearStorageKey', '
    UPDATE grain_state SET payload = NULL, version = version + 1
    WHERE grain = coalesce(@GrainIdExtensionString, '''') AND state = @GrainTypeString AND service = @ServiceId
        AND n0 = @GrainIdN0 AND n1 = @GrainIdN1 AND version = @GrainStateVersion
    RETURNING version AS NewGrainStateVersion
');
