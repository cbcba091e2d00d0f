-- Who waits for work hears of it, instead of asking again and again.

create function ring_for_work() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    perform pg_notify('work', new.queue_name);
    return null;
end $$;
comment on function ring_for_work() is
    'Names the queue in which something may be taken now: a run came, or one ended and left its place.';

create trigger work_came after insert on dbos.workflow_status
    for each row when (new.status = 'ENQUEUED') execute function ring_for_work();
create trigger work_moved after update of status on dbos.workflow_status
    for each row when (
        new.queue_name is not null and new.status is distinct from old.status and new.status not in ('PENDING', 'DELAYED')
    ) execute function ring_for_work();
