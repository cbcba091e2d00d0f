-- Who comes may be known by what they are to the person who booked: a son whose name was not told.
alter table appointments add column relation text, add column folded text;
comment on column appointments.folded is 'The name of whoever comes, when it is somebody else, as one searches for it.';
comment on column appointments.relation is 'What whoever comes is to the person who booked: son, mother, other.';

-- What colleagues do with alerts; the alerts themselves are effects.
create table alert_acts (
    alert_id uuid primary key,
    person_id uuid not null,
    taken_at timestamptz,
    taken_by uuid,
    resolved_at timestamptz,
    resolved_by uuid,
    reopened_at timestamptz
);
create index effects_alerts on effects (planned_at) where kind = 'staff.alert';

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on alert_acts to medicalcor_app;
    end if;
end $$;
