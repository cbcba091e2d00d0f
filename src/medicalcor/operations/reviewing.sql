-- name: judged
select lead_id, person_id from scores where message_id = $1 and not agreed limit 1;

-- name: decided
-- The latest judgement of each message that somebody decided about; of nobody who was erased.
select distinct on (s.message_id) s.message_id, s.lead_id, s.person_id, s.turns, s.output, s.who_was_right, p.name,
    l.channel, coalesce(l.language, p.language) as language
from scores s join people p on p.id = s.person_id join leads l on l.id = s.lead_id
where not s.agreed and s.who_was_right in ('ai', 'rules') and p.erased_at is null and s.output is not null
order by s.message_id, s.at desc limit 500;
