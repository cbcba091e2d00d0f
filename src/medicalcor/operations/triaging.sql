-- name: latest_work
-- For each rule, the last work that it asked for; open when it has no end.
select distinct on (rule) rule, opened_at, closed_at
from lead_work where lead_id = $1 order by rule, opened_at desc;

-- name: words_since
-- What the patient said after a moment, oldest first.
select body from messages
where lead_id = $1 and body is not null and not guest and kind <> 'automatic' and received_at > $2
order by received_at, id limit 30;

-- name: owner
-- Whose lead it is and who chose it; `is_here` says whether that colleague can still sign in.
select l.owner_id, l.owner_post, l.owner_chosen_by, u.id is not null and u.disabled_at is null as is_here
from leads l left join users u on u.id = l.owner_id where l.id = $1;

-- name: least_loaded
-- The colleague of a role with the fewest leads; among equals who was here first.
select u.id from users u left join leads l on l.owner_id = u.id and l.archived_at is null
where u.role = $1 and u.disabled_at is null
group by u.id order by count(l.id), u.created_at, u.id limit 1;

-- name: overdue_work
-- Open work whose time is over and of which nobody was told so.
select id, person_id from lead_work
where escalate_at <= $1 and closed_at is null and escalated_at is null
order by escalate_at limit 200;

-- name: work
select w.id, w.lead_id, w.person_id, w.message_id, w.rule, w.escalate_to, m.conversation_id
from lead_work w join messages m on m.id = w.message_id
where w.id = $1 and w.closed_at is null and w.escalated_at is null;

-- name: active_user
select role from users where id = $1 and disabled_at is null;
