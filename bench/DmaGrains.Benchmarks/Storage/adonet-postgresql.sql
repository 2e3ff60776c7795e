-- What Orleans' ADO.NET storage needs in PostgreSQL: a yardstick, in a schema of its own. One statement for each change.

DROP SCHEMA IF EXISTS yardstick CASCADE;
CREATE SCHEMA yardstick;

CREATE TABLE yardstick.grain_state (
    service text COLLATE "C" NOT NULL,
    grain text COLLATE "C" NOT NULL,
    n0 bigint NOT NULL,
    n1 bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    payload bytea,
    PRIMARY KEY (grain, state, service, n0, n1)
) WITH (fillfactor = 80);

CREATE TABLE yardstick.OrleansQuery (
    QueryKey text PRIMARY KEY,
    QueryText text NOT NULL
);

INSERT INTO yardstick.OrleansQuery VALUES
('ReadFromStorageKey', $query$
    SELECT payload AS PayloadBinary, version AS Version
    FROM yardstick.grain_state
    WHERE grain = coalesce(@GrainIdExtensionString, '') AND state = @GrainTypeString AND service = @ServiceId
        AND n0 = @GrainIdN0 AND n1 = @GrainIdN1
$query$),
('WriteToStorageKey', $query$
    WITH replaced AS (
        UPDATE yardstick.grain_state
        SET payload = @PayloadBinary, version = version % 2147483647 + 1
        WHERE grain = coalesce(@GrainIdExtensionString, '') AND state = @GrainTypeString AND service = @ServiceId
            AND n0 = @GrainIdN0 AND n1 = @GrainIdN1 AND version = @GrainStateVersion::integer
        RETURNING version
    ), added AS (
        INSERT INTO yardstick.grain_state (service, grain, n0, n1, state, version, payload)
        SELECT @ServiceId, coalesce(@GrainIdExtensionString, ''), @GrainIdN0, @GrainIdN1, @GrainTypeString, 1, @PayloadBinary
        WHERE @GrainStateVersion::integer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version
    )
    SELECT version AS NewGrainStateVersion FROM replaced
    UNION ALL
    SELECT version FROM added
$query$),
('ClearStorageKey', $query$
    UPDATE yardstick.grain_state
    SET payload = NULL, version = version % 2147483647 + 1
    WHERE grain = coalesce(@GrainIdExtensionString, '') AND state = @GrainTypeString AND service = @ServiceId
        AND n0 = @GrainIdN0 AND n1 = @GrainIdN1 AND version = @GrainStateVersion::integer
    RETURNING version AS NewGrainStateVersion
$query$);
