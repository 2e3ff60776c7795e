-- What version 4 adds to version 3 of the schema: journals. A silo runs this when it finds version 3; whoever may not create tables has it
-- run by somebody who may.

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

UPDATE dmagrains.schema_version SET version = 4;
