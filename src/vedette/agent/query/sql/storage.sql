-- How much is stored, and since when (ns since the epoch, by the agent's clock).
SELECT
    (SELECT count(*) FROM spans) AS spans,
    (SELECT count(*) FROM logs) AS logs,
    (SELECT count(*) FROM metrics) AS metrics,
    (SELECT min(received) FROM spans) AS oldest,
    (SELECT max(received) FROM spans) AS newest
