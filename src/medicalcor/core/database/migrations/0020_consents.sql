-- What people agree to, by purpose and address; the questions that were asked about it; and every step of it.

alter table consents
    add column address_key text not null default '',
    add column state text not null default 'granted',
    add column since timestamptz,
    add column how text,
    add column text_hash text,
    add column clinic text,
    add column occasion text,
    add column question_id uuid,
    add column evidence_id uuid,
    add column decided_by uuid,
    add column note text,
    add column expires_at timestamptz;
update consents set state = case when withdrawn_at is null then 'granted' else 'withdrawn' end,
    since = coalesce(withdrawn_at, granted_at);
alter table consents drop constraint consents_pkey, add primary key (person_id, purpose, address_key);
comment on table consents is 'Counts while state is granted and expires_at lies ahead. An empty address_key: of the person, whatever the address.';
create index consents_expiring on consents (expires_at) where state = 'granted' and expires_at is not null;

create table consent_questions (
    id uuid primary key,
    person_id uuid not null,
    conversation_id uuid not null,
    effect_id uuid not null,
    channel text not null,
    address_key text not null,
    purposes text[] not null,
    occasion text not null,
    text_version text not null,
    text_hash text not null,
    language text not null,
    clinic text not null,
    asked_at timestamptz not null,
    asked_by uuid,
    state text not null,
    decided_at timestamptz,
    doubt_message_id uuid,
    doubt_at timestamptz
);
create index consent_questions_conversation on consent_questions (conversation_id, asked_at);
create index consent_questions_person on consent_questions (person_id, asked_at);
create index consent_questions_doubt on consent_questions (person_id) where state = 'doubt';

create table consent_steps (
    position bigint primary key,
    person_id uuid not null,
    at timestamptz not null,
    type text not null,
    actor text not null,
    evidence_id uuid,
    data jsonb not null,
    note text
);
create index consent_steps_person on consent_steps (person_id, position);
create index consent_steps_evidence on consent_steps (evidence_id) where evidence_id is not null;
create index conversations_inbound on conversations (last_inbound_at);

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on consent_questions, consent_steps to medicalcor_app;
    end if;
end $$;
