-- The calendar: who works when, what is needed for what, and visits of which no two take the same thing at once.

create table resources (
    id uuid primary key,
    no integer not null unique,
    kind text not null,
    label text,
    groups text[] not null,
    is_active boolean not null,
    version integer not null
);
comment on table resources is 'What a visit takes up: a practitioner, a room, a device. `no` names it in the constraint on occupancies.';
comment on column resources.groups is 'What a room or device can serve as, such as chair or surgery.';

create table practitioners (
    id uuid primary key,
    name text,
    languages text[] not null,
    skills text[] not null,
    weekly jsonb not null default '[]'
);
comment on column practitioners.weekly is 'Working hours by the clock on the wall: weekday (0 is Monday), opens, closes.';

create table practice_days (
    practitioner_id uuid not null,
    day date not null,
    hours jsonb not null,
    primary key (practitioner_id, day)
);
comment on table practice_days is 'Hours of one day in place of the week''s; none at all when the list is empty.';

create table time_off (
    id uuid primary key,
    resource_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    kind text not null,
    note text
);
create index time_off_resource on time_off (resource_id, ends_at);

create table holidays (
    day date primary key,
    id uuid not null,
    title text not null
);

create table procedures (
    id uuid primary key,
    code text not null unique,
    titles jsonb not null,
    minutes integer not null,
    before_minutes integer not null,
    after_minutes integer not null,
    skill text,
    needs jsonb not null,
    price_from bigint,
    price_to bigint,
    currency text not null,
    is_active boolean not null,
    version integer not null
);
comment on column procedures.price_from is 'In the currency''s smallest unit.';
comment on column procedures.before_minutes is 'Kept free on the practitioner''s side; what rooms and devices need is in needs.';

create table appointments (
    id uuid primary key,
    person_id uuid not null,
    lead_id uuid,
    for_name text,
    procedure_id uuid not null,
    practitioner_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    status text not null,
    expires_at timestamptz,
    version integer not null,
    moves integer not null default 0,
    put_over uuid[] not null default '{}',
    put_over_why text,
    booked_by text not null,
    booked_at timestamptz not null,
    changed_at timestamptz not null,
    ended_by text,
    end_reason text
);
comment on column appointments.for_name is 'Who comes, when it is not the person who booked: a child, a parent.';
comment on column appointments.expires_at is 'A held visit counts until then; afterwards it is nobody''s, whether or not the clean-up has come by.';
create index appointments_practitioner on appointments (practitioner_id, starts_at);
create index appointments_start on appointments (starts_at);
create index appointments_person on appointments (person_id, starts_at);
create index appointments_held on appointments (expires_at) where status = 'held';

create table occupancies (
    appointment_id uuid not null,
    resource_no integer not null,
    during tstzrange not null,
    begins bigint not null,
    ends bigint not null,
    status text not null,
    expires_at timestamptz,
    deliberate boolean not null,
    primary key (appointment_id, resource_no),
    constraint no_double_booking exclude using gist (
        int8range(resource_no, resource_no, '[]') with &&, during with &&
    ) where (status in ('held', 'booked', 'confirmed') and not deliberate)
);
comment on table occupancies is 'What a visit takes of a resource, buffers included. Two ordinary visits never share a moment of one.';
comment on column occupancies.deliberate is 'Put over another one by somebody who has the right to, with the reason in the event.';
comment on column occupancies.begins is 'With ends: the same as during, in seconds since 1970. Availability reads nothing but the index.';
create index occupancies_resource on occupancies (resource_no, begins) include (ends, expires_at, appointment_id)
    where status in ('held', 'booked', 'confirmed');

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on
            resources, practitioners, practice_days, time_off, holidays, procedures, appointments, occupancies
            to medicalcor_app;
    end if;
end $$;
