-- Reminders of visits, and who waits for an earlier time.

alter table appointments add column settled_at timestamptz;
update appointments set settled_at = booked_at;
comment on column appointments.settled_at is 'When its time was agreed on: booked, kept, or last moved.';

create table reminders (
    appointment_id uuid not null,
    moves integer not null,
    ahead text not null,
    person_id uuid not null,
    outcome text not null,
    message_id uuid not null,
    effect_key text,
    decided_at timestamptz not null,
    primary key (appointment_id, moves, ahead)
);
comment on table reminders is 'What was decided about reminding of a visit; once for each place in time that it had.';
create index reminders_effect on reminders (effect_key);
create index reminders_message on reminders (message_id);

create table waitlist (
    id uuid primary key,
    person_id uuid not null,
    lead_id uuid,
    appointment_id uuid,
    procedure_id uuid not null,
    practitioner_id uuid,
    part_of_day text not null,
    weekdays integer[] not null,
    notice_minutes integer not null,
    since timestamptz not null,
    left_at timestamptz,
    left_why text
);
create index waitlist_procedure on waitlist (procedure_id) where left_at is null;
create index waitlist_person on waitlist (person_id);

create table openings (
    id uuid primary key,
    practitioner_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    found_at timestamptz not null,
    closed_at timestamptz,
    closed_why text
);
comment on table openings is 'Times that visits have given back.';
create index openings_open on openings (starts_at) where closed_at is null;

create table offers (
    id uuid primary key,
    opening_id uuid not null,
    waiting_id uuid not null,
    person_id uuid not null,
    procedure_id uuid not null,
    practitioner_id uuid not null,
    starts_at timestamptz not null,
    asked_at timestamptz not null,
    ended_at timestamptz,
    ended_why text,
    unique (opening_id, waiting_id)
);
create index offers_waiting on offers (waiting_id, asked_at);
create index offers_person on offers (person_id, asked_at);

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on reminders, waitlist, openings, offers to medicalcor_app;
    end if;
end $$;
