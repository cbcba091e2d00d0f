-- name: consents_shown
-- What stands of each purpose and address, with the words that were asked.
select c.purpose, c.state, c.since, c.granted_at, c.expires_at, c.how, c.text_version, c.text_hash, c.language, c.clinic,
    c.occasion, c.note, a.value as address, u.name as decided_by, q.purposes as asked_for
from consents c
left join addresses a on a.address_key = c.address_key and a.person_id = c.person_id
left join users u on u.id = c.decided_by
left join consent_questions q on q.id = c.question_id
where c.person_id = $1
order by c.since desc

-- name: consent_doubts
-- Answers that a colleague has to read, the oldest first.
select q.id, q.purposes, q.occasion, q.text_version, q.language, q.clinic, q.doubt_at, m.body
from consent_questions q left join messages m on m.id = q.doubt_message_id
where q.person_id = $1 and q.state = 'doubt' order by q.doubt_at

-- name: consent_history
-- Each step, the newest first, with what was said.
select s.at, s.type, s.data, s.note, m.body as said, u.name as by
from consent_steps s
left join messages m on m.id = s.evidence_id and m.person_id = s.person_id
left join users u on u.id::text = s.data ->> 'by'
where s.person_id = $1 order by s.position desc limit 100

-- name: consent_lines
-- By which ways the person can be asked.
select coalesce(bool_or(kind <> 'email'), false) as whatsapp, coalesce(bool_or(kind = 'email'), false) as email
from addresses where person_id = $1 and value is not null
