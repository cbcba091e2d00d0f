-- What triage asks of colleagues, whose lead it is, a language that a colleague set, and translations.

alter table leads
    add column triage_rule text,
    add column triage_also text[] not null default '{}',
    add column health jsonb not null default '{}',
    add column owner_id uuid,
    add column owner_post text,
    add column owner_chosen_by uuid;
comment on column leads.health is 'What the patient said of their health, by code, in their words.';
comment on column leads.owner_chosen_by is 'The colleague who chose the owner; null: the rules did.';
create index leads_owner on leads (owner_id) where archived_at is null;

alter table people add column language_chosen boolean not null default false;

create table lead_work (
    id uuid primary key,
    lead_id uuid not null,
    person_id uuid not null,
    message_id uuid not null,
    rule text not null,
    actions text[] not null,
    owner text not null,
    opened_at timestamptz not null,
    due_at timestamptz not null,
    escalate_at timestamptz,
    escalate_to text,
    escalated_at timestamptz,
    closed_at timestamptz
);
create index lead_work_open on lead_work (lead_id) where closed_at is null;
create index lead_work_by_rule on lead_work (lead_id, rule, opened_at desc);
create index lead_work_escalating on lead_work (escalate_at) where closed_at is null and escalated_at is null;

create table translations (
    message_id uuid not null,
    language text not null,
    person_id uuid not null,
    text text,
    model text not null,
    by uuid not null,
    at timestamptz not null,
    primary key (message_id, language)
);
create index translations_person on translations (person_id);

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on lead_work, translations to medicalcor_app;
    end if;
end $$;
