-- A claim may also be that crime moved within the treated area: from one shift, or one category, to another. Then the
-- neighbour is that area itself.
ALTER TABLE alert
ADD COLUMN moved_to text NOT NULL DEFAULT 'neighbour' CHECK (moved_to IN ('neighbour', 'shift', 'category')),
ADD COLUMN from_stratum text NOT NULL DEFAULT '',
ADD COLUMN to_stratum text NOT NULL DEFAULT '',
ADD CONSTRAINT alert_strata CHECK (
    CASE moved_to WHEN 'neighbour' THEN from_stratum = '' AND to_stratum = '' ELSE from_stratum <> to_stratum END
);
