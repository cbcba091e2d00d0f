-- The voice agent: callers who asked for a person, and up to when its provider was asked for lost reports.

alter table leads add column person_wanted_since timestamptz;
comment on column leads.person_wanted_since is 'A caller asked the voice agent for a person, and was not put through.';

create table looked_up (
    provider text primary key,
    until timestamptz not null
);
comment on table looked_up is 'What a provider knows up to this moment has been compared with what arrived. Not made from events.';

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update on looked_up to medicalcor_app;
    end if;
end $$;
