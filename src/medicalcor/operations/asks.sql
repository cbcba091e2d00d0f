-- name: asked
select name, key_day, input, correlation_id, traceparent, answered_at from asks where id = $1;

-- name: answered
update asks set answered_at = $2, status = $3, outcome = $4 where id = $1 and answered_at is null;

-- name: ask
-- Store a colleague's question and start the run that answers it.
with stored as (
    insert into asks (id, name, key_day, input, correlation_id, traceparent, asked_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    returning id
)
select start_workflow($8, $9, $8 || ':' || id, array[to_json(id::text)], null) from stored;

-- name: outcome
select status, outcome from asks where id = $1;
