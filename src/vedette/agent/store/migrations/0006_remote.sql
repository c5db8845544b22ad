-- What operators want of running processes, one row per wish; `vedette.agent.remote.items` has the kinds.
CREATE TABLE remote_items (
    kind    VARCHAR NOT NULL,
    id      VARCHAR NOT NULL,
    service VARCHAR NOT NULL,  -- empty: all services
    env     VARCHAR NOT NULL,  -- empty: all environments
    value   VARCHAR NOT NULL,  -- JSON
    expires UBIGINT NOT NULL,  -- seconds since the epoch; 0: never
    note    VARCHAR NOT NULL,
    changed UBIGINT NOT NULL,  -- ns since the epoch
    PRIMARY KEY (kind, id, service, env)
);
-- The version of all of it, which only grows: clients refuse an older one.
CREATE TABLE remote_version (version UBIGINT NOT NULL);
INSERT INTO remote_version VALUES (0);
