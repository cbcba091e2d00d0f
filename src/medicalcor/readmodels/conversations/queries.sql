-- name: messages_of
-- The newest messages of a lead on all channels, oldest first.
select * from (
    select id, kind, body, media, letter, guest, sent_at, received_at from messages
    where lead_id = $1 order by received_at desc, id desc limit $2
) newest order by received_at, id

-- name: messages_count
select count(*) from messages where lead_id = $1

-- name: translations_of
select t.message_id, t.language, t.text, t.model, t.by, t.at, colleague.name
from translations t join messages m on m.id = t.message_id left join users colleague on colleague.id = t.by
where m.lead_id = $1 and t.language = $2
