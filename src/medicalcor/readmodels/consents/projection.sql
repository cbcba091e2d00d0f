-- name: ask
insert into consent_questions (
    id, person_id, conversation_id, effect_id, channel, address_key, purposes, occasion, text_version, text_hash,
    language, clinic, asked_at, asked_by, state
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'open');

-- name: claim
-- What the address's owner has said already is not undone by a form.
insert into consents (person_id, purpose, address_key, state, since, channel, how, text_version, text_hash, language, evidence_id)
select $1, purpose, $3, 'pending', $9, $4, 'form', $5, $6, $7, $8 from unnest($2::text[]) as purpose
on conflict (person_id, purpose, address_key) do update
set state = excluded.state, since = excluded.since, channel = excluded.channel, how = excluded.how,
    text_version = excluded.text_version, text_hash = excluded.text_hash, language = excluded.language,
    evidence_id = excluded.evidence_id
where consents.state <> 'granted';

-- name: grant
insert into consents (
    person_id, purpose, address_key, state, since, channel, how, text_version, text_hash, language, clinic, occasion,
    question_id, evidence_id, decided_by, note, granted_at, expires_at
)
select $1, purpose, $3, 'granted', $15, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
from unnest($2::text[]) as purpose
on conflict (person_id, purpose, address_key) do update
set state = excluded.state, since = excluded.since, channel = excluded.channel, how = excluded.how,
    text_version = excluded.text_version, text_hash = excluded.text_hash, language = excluded.language,
    clinic = excluded.clinic, occasion = excluded.occasion, question_id = excluded.question_id,
    evidence_id = excluded.evidence_id, decided_by = excluded.decided_by, note = excluded.note,
    granted_at = excluded.granted_at, withdrawn_at = null, expires_at = excluded.expires_at;

-- name: deny
-- By an address ($3).
insert into consents (person_id, purpose, address_key, state, since, channel, how, evidence_id, decided_by, note, withdrawn_at)
select $1, purpose, coalesce($3, ''), 'denied', $9, $4, $5, $6, $7, $8, $9 from unnest($2::text[]) as purpose
on conflict (person_id, purpose, address_key) do update
set state = excluded.state, since = excluded.since, withdrawn_at = excluded.withdrawn_at, how = excluded.how, evidence_id = excluded.evidence_id,
    decided_by = excluded.decided_by, note = excluded.note;

-- name: withdraw
-- For one address ($3), or for all of them; also of what was never given, so that the wish is kept.
with theirs as (
    update consents
    set state = 'withdrawn', since = $9, withdrawn_at = $9, how = $5, decided_by = $7, note = $8, evidence_id = $6
    where person_id = $1 and purpose = any($2::text[]) and ($3::text is null or address_key in ($3, ''))
)
insert into consents (person_id, purpose, address_key, state, since, channel, how, evidence_id, decided_by, note, withdrawn_at)
select $1, purpose, coalesce($3, ''), 'withdrawn', $9, $4, $5, $6, $7, $8, $9 from unnest($2::text[]) as purpose
on conflict (person_id, purpose, address_key) do nothing;

-- name: expire
update consents set state = 'expired', since = $4
where person_id = $1 and purpose = any($2::text[]) and address_key = $3 and state = 'granted';

-- name: doubt
update consent_questions set state = 'doubt', doubt_message_id = $2, doubt_at = $3 where id = $1 and state in ('open', 'doubt');

-- name: answered
update consent_questions set state = case when $2 = 'settled' and state in ('granted', 'denied') then state else $2 end, decided_at = $3 where id = $1;

-- name: step
insert into consent_steps (position, person_id, at, type, actor, evidence_id, data, note) values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: erase_consents
delete from consents where person_id = $1;

-- name: erase_consent_questions
delete from consent_questions where person_id = $1;

-- name: erase_consent_steps
delete from consent_steps where person_id = $1;
