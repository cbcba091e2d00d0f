-- The calendar under load, and the addresses that calendars are read at.

-- The set-up is read far more often than it changes: whoever has read it once asks only whether it still stands.

create table practice_state (
    only_one boolean primary key default true check (only_one),
    version bigint not null
);
comment on table practice_state is 'Moves on with every change of the set-up, in the same transaction, whoever makes it.';
insert into practice_state (version) values (1);

create function practice_changed() returns trigger language plpgsql as $$
begin
    update practice_state set version = version + 1;
    return null;
end $$;

create trigger changed after insert or update or delete or truncate on resources
    for each statement execute function practice_changed();
create trigger changed after insert or update or delete or truncate on practitioners
    for each statement execute function practice_changed();
create trigger changed after insert or update or delete or truncate on practice_days
    for each statement execute function practice_changed();
create trigger changed after insert or update or delete or truncate on time_off
    for each statement execute function practice_changed();
create trigger changed after insert or update or delete or truncate on holidays
    for each statement execute function practice_changed();
create trigger changed after insert or update or delete or truncate on procedures
    for each statement execute function practice_changed();

create function visit_standing(
    about uuid, person_lock bigint, numbers integer[], known_by text, nos integer[], begin_at bigint[],
    end_at bigint[], moving uuid, moment timestamptz
) returns table (erased_at timestamptz, stream text, clashes jsonb)
language plpgsql volatile
-- planned once: planning it takes five times as long as doing it
set plan_cache_mode = force_generic_plan as $$
declare
    number integer;
begin
    if person_lock is not null then
        perform pg_advisory_xact_lock(person_lock);
    end if;
    foreach number in array numbers loop
        perform pg_advisory_xact_lock(19780, number);
    end loop;
    -- a statement of its own, so that it sees what was committed while we waited
    return query
    select p.erased_at, (select e.stream from domain_events e where e.idempotency_key = known_by), (
        select coalesce(jsonb_agg(jsonb_build_object(
            'appointment_id', o.appointment_id, 'no', o.resource_no, 'lapsed', coalesce(o.expires_at <= moment, false),
            'person_id', a.person_id, 'version', a.version
        )), '[]')
        from unnest(nos, begin_at, end_at) as wanted (no, begins, ends)
        join occupancies o on o.resource_no = wanted.no
            and o.begins > wanted.begins - 86400 and o.begins < wanted.ends and o.ends > wanted.begins
        join appointments a on a.id = o.appointment_id
        where o.status in ('held', 'booked', 'confirmed') and o.appointment_id is distinct from moving
    )
    from people p where p.id = about;
end $$;
comment on function visit_standing is 'Waits for the turn of a person and of resources (their numbers in ascending order), as core/database/transaction.py does, then tells who books, what was recorded under the same key before, and what already takes the resources then.';

create table calendar_feeds (
    practitioner_id uuid primary key,
    secret_hash text not null unique,
    with_names boolean not null,
    made_at timestamptz not null,
    made_by text not null,
    last_read_at timestamptz
);
comment on table calendar_feeds is 'Where a practitioner''s own calendar program reads their visits. A new address ends the one before.';
comment on column calendar_feeds.secret_hash is 'SHA-256 of the secret part of the address: 256 random bits need no slow hash, and the table alone opens nothing.';

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, update on practice_state to medicalcor_app;
        grant select, insert, update, delete on calendar_feeds to medicalcor_app;
    end if;
    if exists (select from pg_roles where rolname = 'medicalcor_gateway') then
        grant select (practitioner_id, secret_hash) on calendar_feeds to medicalcor_gateway;
    end if;
end $$;
