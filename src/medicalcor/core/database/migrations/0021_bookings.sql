-- Visits being arranged in conversations: what is wanted, what was offered, what became of it.

create table bookings (
    id uuid primary key,
    person_id uuid not null,
    lead_id uuid not null,
    conversation_id uuid not null,
    goal text not null default 'book',
    wanted jsonb,
    asked text,
    missed integer not null default 0,
    message_id uuid,
    next text,
    offers jsonb not null default '[]',
    chosen_number integer,
    chosen_place integer,
    appointment_id uuid,
    closed_because text,
    opened_by uuid,
    opened_at timestamptz not null,
    changed_at timestamptz not null,
    version integer not null
);
comment on table bookings is 'A dialogue that ends with a visit, or not. Open while closed_because is null; one of a person at a time.';
comment on column bookings.wanted is 'Procedure, practitioner and when, as understood so far.';
comment on column bookings.next is 'What the message message_id leads to: a run that is begun again goes on with it.';
comment on column bookings.offers is 'Every list of times that was offered, in order: a choice may come from an old one.';
comment on column bookings.appointment_id is 'The visit that was booked, moved or cancelled, or is to be.';
create index bookings_person on bookings (person_id, opened_at);
create index bookings_lead on bookings (lead_id, opened_at);

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on bookings to medicalcor_app;
    end if;
end $$;
