-- Accounts under attack: what each sign-in looked like from where it stood, then the accounts that were attacked.
WITH known_from AS (
    -- Whatever the period: the addresses that accounts have signed in from, and since when.
    SELECT account, address, min(start) AS since FROM sign_ins WHERE event = 'success' GROUP BY account, address
),
chosen AS (
    SELECT *, start::BIGINT AS moment FROM sign_ins WHERE event <> 'signup' AND {condition}
    ORDER BY seq DESC LIMIT {most}
),
worth AS (
    -- Windows are dear: only for accounts that could be attacked at all.
    SELECT * FROM chosen WHERE account IN (
        SELECT account FROM chosen GROUP BY account
        HAVING count(*) FILTER (event = 'failure') >= least({account_failures}, {account_addresses})
            OR bool_or(event = 'success' AND list_contains(?::VARCHAR[], address))
    )
),
seen AS (
    SELECT
        *,
        count(*) FILTER (event = 'failure') OVER lately AS in_time,
        count(DISTINCT address) FILTER (event = 'failure' AND address <> '') OVER lately AS from_addresses,
        event = 'success' AND start = since AS is_first
    FROM worth LEFT JOIN known_from USING (account, address)
    WINDOW lately AS (PARTITION BY account ORDER BY moment RANGE BETWEEN {window} PRECEDING AND CURRENT ROW)
),
judged AS (
    -- After an attack, from an address that the account had not signed in from; or from one that tries stolen passwords.
    SELECT
        *,
        is_first AND (
            in_time >= {account_failures} OR from_addresses >= {account_addresses} OR list_contains(?::VARCHAR[], address)
        ) AS is_suspect
    FROM seen
)
SELECT
    account,
    count(*) FILTER (event = 'failure') AS failures,
    count(*) FILTER (event = 'success') AS successes,
    count(DISTINCT address) FILTER (event = 'failure' AND address <> '') AS addresses,
    max(from_addresses) >= {account_addresses} AS is_distributed,
    bool_or(is_suspect) AS is_taken,
    arg_max(replace(trace_id::VARCHAR, '-', ''), moment) FILTER (is_suspect) AS taken_trace,
    max(in_time) >= {account_failures} AS is_forced,
    bool_or(known = 'true') OR count(*) FILTER (event = 'success') > 0 AS is_known,
    bool_or(known = 'false') AS is_unknown,
    histogram(address) FILTER (event = 'failure' AND address <> '') AS by_address,
    list_sort(list(DISTINCT service))[:5] AS services,
    min(start) FILTER (event = 'failure') AS first,
    max(start) AS last,
    histogram((start - ?::UBIGINT) // ?::UBIGINT) FILTER (event = 'failure') AS buckets
FROM judged
GROUP BY account
HAVING max(in_time) >= {account_failures} OR max(from_addresses) >= {account_addresses} OR bool_or(is_suspect)
ORDER BY is_taken DESC, failures DESC, account
LIMIT 100
