-- Why a visit was placed or not: what stood in the way with its times, and the wishes that were refused.

create or replace function visit_standing(
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
            'person_id', a.person_id, 'version', a.version, 'begins', o.begins, 'ends', o.ends
        )), '[]')
        from unnest(nos, begin_at, end_at) as wanted (no, begins, ends)
        join occupancies o on o.resource_no = wanted.no
            and o.begins > wanted.begins - 86400 and o.begins < wanted.ends and o.ends > wanted.begins
        join appointments a on a.id = o.appointment_id
        where o.status in ('held', 'booked', 'confirmed') and o.appointment_id is distinct from moving
    )
    from people p where p.id = about;
end $$;

create table refused_visits (
    id uuid primary key,
    person_id uuid not null,
    lead_id uuid,
    at timestamptz not null,
    actor text not null,
    procedure_id uuid not null,
    practitioner_id uuid not null,
    starts_at timestamptz not null,
    appointment_id uuid,
    verdict text not null,
    reason text not null,
    offered timestamptz[] not null
);
comment on table refused_visits is 'Wishes for a visit that somebody had and that could not be: what for, why not, and what was offered instead. A read model.';
comment on column refused_visits.appointment_id is 'The visit that was to be moved there.';
create index refused_visits_person on refused_visits (person_id, at);
create index refused_visits_at on refused_visits (at);

alter table scores add column merge jsonb;
comment on column scores.merge is 'What AI answered and what the rules found, without what either said in words: enough to judge once more.';

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on refused_visits to medicalcor_app;
    end if;
end $$;
