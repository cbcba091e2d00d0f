-- name: timeline_of
-- The latest hundred and fifty things that happened around a lead, newest first.
select position, at, type, actor, data from timeline where lead_id = $1 order by position desc limit 150
