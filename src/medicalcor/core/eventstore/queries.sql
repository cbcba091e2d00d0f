-- name: heads
-- Where the streams stand, held until we have moved them on.
select stream, version, hash from stream_heads where stream = any($1::text[]) order by stream for update;

-- name: insert_events
-- All events of one append, in order, and where their streams stand after it.
with moved as (
    insert into stream_heads (stream, version, hash)
    select * from unnest($17::text[], $18::int[], $19::bytea[])
    on conflict (stream) do update set version = excluded.version, hash = excluded.hash
)
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

-- name: insert_event
-- The same for an append of one event, as most are: a list costs more than what is in it.
with moved as (
    insert into stream_heads (stream, version, hash) values ($2, $3, $16)
    on conflict (stream) do update set version = excluded.version, hash = excluded.hash
)
insert into domain_events (
    event_id, stream, version, type, schema_version, subject_id, payload, sealed,
    occurred_at, recorded_at, correlation_id, causation_id, actor, idempotency_key, prev_hash, hash
) values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10, $11, $12, $13, $14, $15, $16)
returning position;

-- name: stream_events
-- One stream, oldest first.
select * from domain_events where stream = $1 order by version;

-- name: events_between
-- A range of the log in order, in batches.
select * from domain_events where position > $1 and position <= $2 order by position limit $3;

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

-- name: last_checkpoint
select last_position, root from event_checkpoints order by last_position desc limit 1;

-- name: hashes_between
-- The leaves of a range's Merkle tree.
select position, hash from domain_events where position > $1 and position <= $2 order by position;

-- name: add_checkpoint
insert into event_checkpoints (first_position, last_position, events, root, previous, signed_at, signature)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: count_checkpoint
insert into stream_heads (stream, version, hash) values ($1, 1, $2)
on conflict (stream) do update set version = stream_heads.version + 1, hash = excluded.hash;

-- name: every_event
-- The whole log, stream by stream: what one stream needs to be checked fits in a few variables. A time that only
-- a forger writes (infinity, before Christ) comes as the epoch: it must be found, not stop the search.
select
    position, event_id, stream, version, type, schema_version, subject_id, payload::text as payload, sealed,
    case when occurred_at between '0002-01-01' and '9999-01-01' then occurred_at else 'epoch' end as occurred_at,
    case when recorded_at between '0002-01-01' and '9999-01-01' then recorded_at else 'epoch' end as recorded_at,
    correlation_id, causation_id, actor, idempotency_key, prev_hash, hash
from domain_events order by stream, version;

-- name: wrong_heads
-- Streams whose end is not where their head says it is.
select coalesce(head.stream, tail.stream) as stream, head.version as head_version, tail.version, tail.position
from (select * from stream_heads where stream <> $1) as head
full join (
    select distinct on (stream) stream, version, hash, position from domain_events order by stream, version desc
) as tail on tail.stream = head.stream
where tail.version is distinct from head.version or tail.hash is distinct from head.hash
order by 1;

-- name: every_checkpoint
select
    first_position, last_position, events, root, previous, signature,
    case when signed_at between '0002-01-01' and '9999-01-01' then signed_at else 'epoch' end as signed_at
from event_checkpoints order by last_position;

-- name: every_hash
select position, hash from domain_events order by position;

-- name: checkpoint_count
select version, hash from stream_heads where stream = $1;

-- name: list_events
-- For reading by people: the plain part, by what is known of it. Without a place to start, the latest.
with lead as (select subject_id from domain_events where stream = 'lead-' || $5::text limit 1),
matching as not materialized (
    select position, event_id, stream, version, type, subject_id, payload, sealed is not null as is_sealed,
        occurred_at, actor
    from domain_events
    where ($2::text is null or stream = $2)
        and ($3::text is null or type = $3)
        and ($4::uuid is null or subject_id = $4)
        and ($5::text is null or stream in (
            select stream from domain_events
            where subject_id = (select subject_id from lead)
                and (stream = 'lead-' || $5 or payload ->> 'lead_id' = $5)
        ))
)
select * from (
    (select * from matching where position > $1::bigint order by position limit $6)
    union all
    (select * from matching where $1::bigint is null order by position desc limit $6)
) as found
order by position;

-- name: one_event
select * from domain_events where event_id = $1::uuid or position = $2::bigint;
