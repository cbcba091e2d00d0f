-- name: register
insert into processes (id, kind, host, pid, started_at, last_seen)
values (%(id)s, 'worker', %(host)s, %(pid)s, now(), now())
on conflict (id) do update set last_seen = now(), stopped_at = null;

-- name: beat
-- Seen now; and how its providers stand, when that has changed.
update processes set last_seen = now(), integrations = coalesce(%(integrations)s::jsonb, integrations)
where id = %(id)s;

-- name: stopped
update processes set stopped_at = now() where id = %(id)s;

-- name: take_up
-- Puts back into their queues the runs of workers that are dead: their session's lock is gone and they have not
-- been seen for `grace` seconds. Twice that after a restart of the server, when everybody looks dead. The update
-- is the engine's own for recovery (DBOS 3.4.0, reenqueue_for_recovery); a contract test holds the two together.
with candidates as (
    select distinct executor_id from dbos.workflow_status
    where status = 'PENDING' and application_name = %(app)s and executor_id <> %(id)s
),
dead as (
    select c.executor_id
    from candidates c
    left join processes p on p.id = c.executor_id
    where now() - pg_postmaster_start_time() > make_interval(secs => 2 * %(grace)s)
        and coalesce(p.last_seen, (
            select to_timestamp(max(w.updated_at) / 1000.0) from dbos.workflow_status w
            where w.executor_id = c.executor_id and w.status = 'PENDING'
        )) < now() - make_interval(secs => %(grace)s)
        and not exists (
            select from pg_locks l
            where l.locktype = 'advisory' and l.granted and l.objsubid = 1
                and l.database = (select oid from pg_database where datname = current_database())
                and ((l.classid::bigint << 32) | l.objid::bigint)
                    = ('x' || substr(encode(sha256(convert_to('medicalcor.worker.' || c.executor_id, 'UTF8')), 'hex'), 1, 16))::bit(64)::bigint
        )
)
update dbos.workflow_status w
set status = 'ENQUEUED', owner_xid = null, started_at_epoch_ms = null,
    updated_at = (extract(epoch from now()) * 1000)::bigint,
    queue_name = coalesce(w.queue_name, '_dbos_internal_queue')
from dead
where w.executor_id = dead.executor_id and w.status = 'PENDING' and w.application_name = %(app)s
returning w.workflow_uuid;

-- name: hand_over
update dbos.workflow_status w
set status = 'ENQUEUED', owner_xid = null, started_at_epoch_ms = null,
    updated_at = (extract(epoch from now()) * 1000)::bigint,
    queue_name = coalesce(w.queue_name, '_dbos_internal_queue')
where w.status = 'PENDING' and w.executor_id = %(id)s and w.application_name = %(app)s;
