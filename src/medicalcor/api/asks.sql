-- name: ask
-- Store a question, once, and start the run that answers it.
with stored as (
    insert into asks (id, name, key_day, input, correlation_id, traceparent, asked_at, owner)
    values ($1, $2, $3, $4, $5, $6, $7, $10)
    on conflict (id) do nothing
    returning id
)
select start_workflow($8, $9, $8 || ':' || id, array[to_json(id::text)], null) from stored;

-- name: outcome
select key_day, status, outcome from asks where id = $1;

-- name: asked_by
select name from asks where id = $1 and owner = $2;
