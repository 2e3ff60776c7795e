-- What DmaGrains keeps in PostgreSQL, version 4: grain state, journals, the members of the cluster, and the statements by which Orleans'
-- ADO.NET clustering reaches those. Names of parameters and result columns are Orleans'; tables and statements are ours. A silo runs this when
-- there is no schema "dmagrains"; whoever may not create schemas has it run by somebody who may.

CREATE SCHEMA dmagrains;

CREATE TABLE dmagrains.schema_version (version integer NOT NULL);
INSERT INTO dmagrains.schema_version VALUES (4);

-- A payload begins with a byte that tells a state (1) from a cleared one (0), which stays so that a version is never given twice, and a
-- checksum of eight bytes over key, version and state. Room in the pages keeps updates off the index.
CREATE TABLE dmagrains.state (
    grain text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (grain, name)
) WITH (fillfactor = 80);

-- A journal: a row for its grain with the number of its last row, by which of two writers one is refused; its last snapshot; and the
-- entries after that. Payloads carry a checksum over grain, kind and number. The grain's row is updated with each entry, the snapshot now
-- and then: room in the pages keeps these updates off the indexes.
CREATE TABLE dmagrains.journal (
    grain text COLLATE "C" PRIMARY KEY,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    sequence bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE dmagrains.snapshot (
    journal bigint PRIMARY KEY,
    sequence bigint NOT NULL,
    payload bytea NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE dmagrains.entry (
    journal bigint NOT NULL,
    sequence bigint NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (journal, sequence)
);

CREATE TABLE dmagrains.cluster (
    name text COLLATE "C" PRIMARY KEY,
    version integer NOT NULL
);

CREATE TABLE dmagrains.member (
    cluster text COLLATE "C" NOT NULL REFERENCES dmagrains.cluster,
    address text COLLATE "C" NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    silo_name text NOT NULL,
    host_name text NOT NULL,
    status integer NOT NULL,
    gateway_port integer NOT NULL,
    suspicions text,
    started_at timestamptz NOT NULL,
    alive_at timestamptz NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
);

CREATE TABLE dmagrains.OrleansQuery (
    QueryKey text PRIMARY KEY,
    QueryText text NOT NULL
);

INSERT INTO dmagrains.OrleansQuery VALUES
-- Members. Who adds or changes one names the version of the cluster that it has seen; only one of several gets through.
('InsertMembershipVersionKey', $query$
    WITH added AS (
        INSERT INTO dmagrains.cluster VALUES (@DeploymentId, 0) ON CONFLICT DO NOTHING RETURNING name
    )
    SELECT count(*) = 1 FROM added
$query$),
('InsertMembershipKey', $query$
    WITH seen AS (
        UPDATE dmagrains.cluster SET version = version + 1
        WHERE name = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT FROM dmagrains.member
            WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING name
    ), added AS (
        INSERT INTO dmagrains.member (
            cluster, address, port, generation, silo_name, host_name, status, gateway_port, started_at, alive_at)
        SELECT name, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        FROM seen
        RETURNING cluster
    )
    SELECT count(*) = 1 FROM added
$query$),
('UpdateMembershipKey', $query$
    WITH seen AS (
        UPDATE dmagrains.cluster SET version = version + 1
        WHERE name = @DeploymentId AND version = @Version AND EXISTS (
            SELECT FROM dmagrains.member
            WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING name
    ), changed AS (
        UPDATE dmagrains.member
        SET status = @Status, suspicions = @SuspectTimes, alive_at = @IAmAliveTime
        FROM seen
        WHERE cluster = seen.name AND address = @Address AND port = @Port AND generation = @Generation
        RETURNING cluster
    )
    SELECT count(*) = 1 FROM changed
$query$),
('UpdateIAmAlivetimeKey', $query$
    UPDATE dmagrains.member SET alive_at = @IAmAliveTime
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$query$),
('MembershipReadRowKey', $query$
    SELECT address AS Address, port AS Port, generation AS Generation, silo_name AS SiloName, host_name AS HostName,
        status AS Status, gateway_port AS ProxyPort, suspicions AS SuspectTimes, started_at AS StartTime, alive_at AS IAmAliveTime,
        version AS Version
    FROM dmagrains.cluster LEFT JOIN dmagrains.member
        ON cluster = name AND address = @Address AND port = @Port AND generation = @Generation
    WHERE name = @DeploymentId
$query$),
('MembershipReadAllKey', $query$
    SELECT address AS Address, port AS Port, generation AS Generation, silo_name AS SiloName, host_name AS HostName,
        status AS Status, gateway_port AS ProxyPort, suspicions AS SuspectTimes, started_at AS StartTime, alive_at AS IAmAliveTime,
        version AS Version
    FROM dmagrains.cluster LEFT JOIN dmagrains.member ON cluster = name
    WHERE name = @DeploymentId
$query$),
('GatewaysQueryKey', $query$
    SELECT address AS Address, gateway_port AS ProxyPort, generation AS Generation
    FROM dmagrains.member
    WHERE cluster = @DeploymentId AND status = @Status AND gateway_port > 0
$query$),
('DeleteMembershipTableEntriesKey', $query$
    WITH members AS (DELETE FROM dmagrains.member WHERE cluster = @DeploymentId)
    DELETE FROM dmagrains.cluster WHERE name = @DeploymentId
$query$),
('CleanupDefunctSiloEntriesKey', $query$
    DELETE FROM dmagrains.member
    WHERE cluster = @DeploymentId AND status <> 3 AND alive_at < @IAmAliveTime
$query$);
