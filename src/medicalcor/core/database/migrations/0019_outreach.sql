-- Until when a message is worth sending, what lets it go, and what is known of the templates that Meta approves.

alter table effects add column useless_after timestamptz;
alter table effects add column asked_at timestamptz;
create index effects_person on effects (person_id, planned_at);

create table templates (
    name text not null,
    language text not null,
    state text not null,
    reason text,
    told_by text not null,
    at timestamptz not null,
    until timestamptz,
    primary key (name, language)
);
comment on table templates is 'What WhatsApp says of each template; `until` ends what is only a guess.';

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on templates to medicalcor_app;
    end if;
end $$;
