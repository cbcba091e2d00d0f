-- The clinic's own words for the scoring rules; who was right where AI and rules disagreed; what AI took for a score.

create table own_phrases (
    id uuid primary key,
    version integer not null,
    means text not null,
    language text not null,
    phrase text not null,
    added_at timestamptz not null,
    added_by text not null,
    removed_at timestamptz,
    removed_by text
);
comment on column own_phrases.version is 'What the last change of the phrase made of the lexicon: scores name the highest that there was.';
create unique index own_phrases_version on own_phrases (version);

alter table scores
    add column seconds double precision,
    add column tokens integer,
    add column who_was_right text,
    add column reviewed_at timestamptz,
    add column reviewed_by uuid;
comment on column scores.seconds is 'How long AI took, when it was asked.';
create index scores_to_review on scores (at) where not agreed;

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on own_phrases to medicalcor_app;
    end if;
end $$;
