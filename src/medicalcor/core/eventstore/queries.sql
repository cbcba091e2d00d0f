-- name: heads
-- Where the streams stand, held until we have moved them on.
select stream, version, hash from stream_heads where stream = any($1::text[]) order by stream for update;

-- name: insert_events
-- All events of one append, in order.
insert into domain_events (
    event_id, stream, version, type, schema_version, subject_id, payload, sealed,
    occurred_at, recorded_at, correlation_id, causation_id, actor, idempotency_key, prev_hash, hash
)
select
    event_id, stream, version, type, schema_version, subject_id, payload::jsonb, sealed,
    occurred_at, recorded_at, correlation_id, causation_id, actor, idempotency_key, prev_hash, hash
from unnest(
    $1::uuid[], $2::text[], $3::int[], $4::text[], $5::smallint[], $6::uuid[], $7::text[], $8::bytea[],
    $9::timestamptz[], $10::timestamptz[], $11::text[], $12::uuid[], $13::text[], $14::text[], $15::bytea[], $16::bytea[]
) with ordinality as e (
    event_id, stream, version, type, schema_version, subject_id, payload, sealed,
    occurred_at, recorded_at, correlation_id, causation_id, actor, idempotency_key, prev_hash, hash, nth
)
order by nth
returning position;

-- name: move_heads
insert into stream_heads (stream, version, hash)
select * from unnest($1::text[], $2::int[], $3::bytea[])
on conflict (stream) do update set version = excluded.version, hash = excluded.hash;

-- name: stream_events
-- One stream, oldest first.
select * from domain_events where stream = $1 order by version;

-- name: events_after
-- The log in order, in batches.
select * from domain_events where position > $1 order by position limit $2;

-- name: known_key
-- Whether an act was recorded already.
select event_id from domain_events where idempotency_key = $1;

-- name: horizon
-- The highest position there was before any insert that is still open began. `max` is as of the statement's
-- start and the locks are read after it: an insert that begins in between gets a higher position.
select least(
    coalesce((select max(position) from domain_events), 0),
    (
        select min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << 48) - 1))
        from pg_locks
        where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock' and granted
            and classid::bigint >> 16 = 19779
            and database = (select oid from pg_database where datname = current_database())
    )
);

-- name: notices
-- What happened in a range of positions, without what was in it.
select position, type, stream, subject_id from domain_events
where position > $1 and position <= $2 order by position limit $3;

-- name: last_upto
select coalesce(max(position), 0) from domain_events where position <= $1;
