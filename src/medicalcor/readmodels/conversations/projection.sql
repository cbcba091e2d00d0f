-- name: open_conversation
insert into conversations (
    id, person_id, lead_id, channel, partition_key, clinic_address, reply_kind, reply_to, opened_at
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: add_message
-- What a machine writes, or somebody from an address of their own, is no sign of life of the person.
with received as (
    insert into messages (
        id, conversation_id, person_id, lead_id, kind, body, media, provider_id, in_reply_to, sent_at, received_at,
        guest, letter, choice
    ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
)
update conversations
set last_inbound_at = greatest(last_inbound_at, $10), last_inbound_id = $1
where id = $2 and $5 <> 'automatic' and not $12;

-- name: take_over
update conversations set taken_over_by = $2, taken_over_at = $3 where id = $1;

-- name: release
update conversations set taken_over_by = null, taken_over_at = null where id = $1;

-- name: outbound
update conversations c
set last_outbound_at = $2,
    last_automatic_at = case when e.author = 'automatic' then $2 else c.last_automatic_at end
from effects e
where e.id = $1 and c.id = e.conversation_id;

-- name: erase
with blanked as (
    update messages set body = null, media = null, provider_id = null, in_reply_to = null, letter = null, choice = null where person_id = $1
)
update conversations set reply_to = null where person_id = $1;

-- name: translate
insert into translations (message_id, language, person_id, text, model, by, at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (message_id, language) do update
set text = excluded.text, model = excluded.model, by = excluded.by, at = excluded.at;

-- name: erase_translations
update translations set text = null where person_id = $1;
