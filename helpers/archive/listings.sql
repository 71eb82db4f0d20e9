-- Whether a listing, or a run of its rows, holds to the contract raw/derivatives, and rises by model from row to row, so that none comes
-- twice; and from which model to which it goes.
-- Lengths are code points. Wanted: a predicate no weaker than the contract; what fails it is looked at row by row.
WITH judged AS (
    SELECT row, model, length(model) BETWEEN 1 AND $longest AND created_at IS NOT NULL AND coalesce(downloads_all_time, 0) >= 0
        AND tags IS NOT NULL AND length(coalesce(library_name, '')) <= $longest
        AND length(coalesce(pipeline_tag, '')) <= $longest AS holds
    FROM listing
)
SELECT
    coalesce(bool_and(coalesce(holds AND (before IS NULL OR before < model), false)), true)
        AND (SELECT count(*) = count(tag) FROM (SELECT unnest(tags) AS tag FROM listing)) AS sound,
    min(model) AS first,
    max(model) AS last
FROM (SELECT *, lag(model) OVER (ORDER BY row) AS before FROM judged)
