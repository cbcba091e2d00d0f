-- name: to_translate
-- A message, and whether it is there in this language already.
select m.body, m.conversation_id, m.lead_id, m.person_id, p.erased_at,
    exists (select from translations t where t.message_id = m.id and t.language = $2) as translated
from messages m join people p on p.id = m.person_id where m.id = $1;

-- name: language
select language, language_chosen, erased_at from people where id = $1;
