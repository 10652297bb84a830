-- name: columns
SELECT table_name, column_name
FROM information_schema.columns
WHERE
    table_schema = 'public'
    AND table_name NOT IN ('spatial_ref_sys', 'geometry_columns', 'geography_columns', 'raster_columns', 'raster_overviews')
ORDER BY table_name, ordinal_position

-- name: sources
SELECT source.source, source.synthetic, max(batch.imported_at)::date AS last_import, coalesce(sum(batch.created), 0)::bigint AS taken
FROM source
LEFT JOIN import_batch AS batch ON batch.partnership = source.partnership AND batch.source = source.source
WHERE source.partnership = %(partnership)s
GROUP BY source.source, source.synthetic
ORDER BY source.source
