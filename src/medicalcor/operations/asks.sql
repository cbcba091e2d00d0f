-- name: asked
select name, key_day, input, correlation_id, traceparent, answered_at from asks where id = $1;

-- name: answered
update asks set answered_at = $2, status = $3, outcome = $4 where id = $1 and answered_at is null;
