-- Each repository that is tracked or has $least lifetime downloads or more, the largest first; the others are one row without an id.
-- Tables: listing, its times in UTC, tracked (model: the ids that tracked models have and had, each once).
-- The listing is gone through twice, for what stands in one place is kept whole before it is used, tags and all.
SELECT
    listing.model, created_at, downloads_all_time, tags, library_name, pipeline_tag, tracked.model IS NOT NULL AS tracked,
    1 AS repositories
FROM listing LEFT JOIN tracked ON tracked.model = listing.model
WHERE tracked.model IS NOT NULL OR downloads_all_time >= $least
UNION ALL
SELECT NULL, NULL, sum(downloads_all_time)::BIGINT, NULL, NULL, NULL, false, count(*)
FROM listing LEFT JOIN tracked ON tracked.model = listing.model
WHERE tracked.model IS NULL AND coalesce(downloads_all_time < $least, true)
ORDER BY downloads_all_time DESC NULLS LAST, model
