-- name: begin
-- The request is ours when nobody has sent it yet.
insert into api_requests (id, fingerprint, token, first_at, begun_at) values ($1, $2, $3, $4, $4)
on conflict (id) do nothing returning token;

-- name: known
select fingerprint, token, begun_at, finished_at, key_day, answer from api_requests where id = $1;

-- name: take_up
-- Somebody began it and has given up, or is gone since `begun_at < $3`.
update api_requests set begun_at = $2
where id = $1 and finished_at is null and (begun_at is null or begun_at < $3) returning token;

-- name: finish
update api_requests set finished_at = $2, key_day = $3, answer = $4 where id = $1;

-- name: give_up
-- The next to send it begins again: under the same token when it may have been done, under a fresh one when it
-- surely failed.
update api_requests set begun_at = null, token = coalesce($2, token) where id = $1 and finished_at is null;
