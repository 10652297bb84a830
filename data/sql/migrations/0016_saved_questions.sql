-- Questions that an account asks again: filters of a view, no figure. The title is made from them, and the subject is a
-- code from a closed list, so that no text can name anybody. Whoever saved one deletes it; nobody changes one.
CREATE TABLE saved_question (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership text NOT NULL,
    account     text NOT NULL,
    subject     text NOT NULL CHECK (
        subject IN ('standing', 'alert', 'effort', 'planning', 'meeting', 'inquiry')
    ),
    filters     text NOT NULL CHECK (filters ~ '^[A-Za-z0-9_.=&%-]+$' AND length(filters) <= 2000),
    saved_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX saved_question_of ON saved_question (partnership, account, id);
CREATE TRIGGER saved_question_stays BEFORE UPDATE OR TRUNCATE ON saved_question
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
