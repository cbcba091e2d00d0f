-- name: grant
insert into consents (person_id, purpose, channel, text_version, language, granted_at)
select $1, purpose, $3, $4, $5, $6 from unnest($2::text[]) as purpose
on conflict (person_id, purpose) do update
set channel = excluded.channel, text_version = excluded.text_version, language = excluded.language,
    granted_at = excluded.granted_at, withdrawn_at = null;

-- name: withdraw
insert into consents (person_id, purpose, withdrawn_at)
select $1, purpose, $3 from unnest($2::text[]) as purpose
on conflict (person_id, purpose) do update set withdrawn_at = excluded.withdrawn_at;

-- name: erase
delete from consents where person_id = $1;
