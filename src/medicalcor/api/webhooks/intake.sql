-- name: take_in
-- Stores a batch of items, each once, and starts the work of those that are new, in the same commit.
-- Stored in the order of the keys, so that two gateways with the same items never wait for each other in a circle;
-- started in the order of the ids, which is the order in which the items came.
with stored as (
    insert into inbox (
        id, provider, event_key, kind, partition_key, key_day, body, correlation_id, traceparent, reason, received_at
    )
    select id, provider, event_key, kind, partition_key, $10, body, correlation_id, traceparent, reason, $11
    from unnest(
        $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::text[]
    ) as came (id, provider, event_key, kind, partition_key, body, correlation_id, traceparent, reason)
    order by provider, event_key
    on conflict (provider, event_key) do nothing
    returning id, provider, kind, partition_key
),
work as (
    select provider, kind, workflow, queue, together
    from unnest($12::text[], $13::text[], $14::text[], $15::text[], $16::boolean[])
        as known (provider, kind, workflow, queue, together)
),
one_each as (
    select start_workflow(
        workflow, queue, workflow || ':' || id, array[to_json(id::text)], partition_key
    ) as run
    from (select * from stored join work using (provider, kind) where not together order by id) as items
),
one_for_all as (
    select start_workflow(workflow, queue, workflow || ':' || $17::bigint, array[to_json($17::bigint)], null) as run
    from (
        select distinct workflow, queue from stored join work using (provider, kind) where together
    ) as shared
)
select provider, kind, count(*) as rows, (select count(run) from one_each) + (select count(run) from one_for_all) as runs
from stored
group by provider, kind
