-- name: known
-- Whether a calendar is read at the address with this hash.
select practitioner_id from calendar_feeds where secret_hash = $1;
