-- What happened to accounts, taken from the spans as they are stored: looking for it in all attributes of three days
-- would take seconds. A row goes with the span that told it.
CREATE TABLE sign_ins (
    seq        UBIGINT NOT NULL,  -- of the span
    start      UBIGINT NOT NULL,  -- ns since the epoch, the sender's clock
    trace_id   UUID NOT NULL,
    service    VARCHAR NOT NULL,  -- of the process
    env        VARCHAR NOT NULL,
    event      VARCHAR NOT NULL,  -- success, failure, signup
    account    VARCHAR NOT NULL,  -- the login, or the id where there is no login
    user_id    VARCHAR NOT NULL,  -- empty: not known
    known      VARCHAR NOT NULL,  -- of a failure: whether there is such an account, `true` or `false`; empty: not known
    address    VARCHAR NOT NULL   -- the client's; empty: not known
);
