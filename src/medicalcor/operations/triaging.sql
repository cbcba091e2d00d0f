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

-- name: seen_to
-- Open work since which a colleague has said that they see to an alert about the lead. $1 are kinds that speak for every
-- work, $2 those that do for work that is no danger.
select o.id from lead_work o
join alert_acts a on a.lead_id = o.lead_id and greatest(a.taken_at, a.resolved_at) > o.opened_at
join effects e on e.id = a.alert_id
where o.closed_at is null and e.content ->> 'code' = any(
    case when o.rule in ('emergency', 'complication', 'child_acute', 'acute') then $1::text[] else $2::text[] end)

-- name: overdue_work
-- Open work whose time is over, to which nobody sees and of which nobody was told so.
select w.id, w.person_id from lead_work w
where w.escalate_at <= $3 and w.closed_at is null and w.escalated_at is null and w.id not in ({seen_to})
order by w.escalate_at limit 200;

-- name: work
select w.id, w.lead_id, w.person_id, w.message_id, w.rule, w.escalate_to, m.conversation_id
from lead_work w join messages m on m.id = w.message_id
where w.id = $3 and w.closed_at is null and w.escalated_at is null and w.id not in ({seen_to});

-- name: active_user
select role from users where id = $1 and disabled_at is null;
