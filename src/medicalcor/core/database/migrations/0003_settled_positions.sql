-- The order in which events become visible, checkpoints that stay, and keys that are sure to have been kept.

-- A transaction id cannot tell whether a lower position is still to come: ids are given at a transaction's first
-- write, positions at its insert, and the two orders differ. It also means nothing after a restore elsewhere.
-- Instead every insert says which positions were there before it began; `subscription.settled` reads those marks.
alter table domain_events drop column transaction_id;

create function mark_insert() returns trigger language plpgsql as $$
declare
    namespace constant bigint := 19779;
begin
    perform pg_advisory_xact_lock_shared(
        (namespace << 48) | coalesce((select max(position) from public.domain_events), 0)
    );
    return null;
end $$;
comment on function mark_insert is 'A shared lock, so nobody waits; it is held until the positions it marks are visible or given up.';
create trigger events_are_marked before insert on domain_events
    for each statement execute function mark_insert();

create trigger checkpoints_are_immutable before update or delete on event_checkpoints
    for each row execute function refuse_change();
create trigger checkpoints_are_not_truncated before truncate on event_checkpoints
    for each statement execute function refuse_change();

-- A key may be remembered by a process only once the transaction that made it has committed.
alter table subject_keys add column made_by xid8 not null default pg_current_xact_id();
alter table day_keys add column made_by xid8 not null default pg_current_xact_id();
