-- name: standing
-- Every alert with what became of it: `open`, `taken` by a colleague, or `done`: resolved, or acted on at the lead's page
-- since. Whatever a colleague reopened counts as done only by what was done after that.
select
    e.id, e.planned_at as raised_at, e.content ->> 'code' as code, e.content ->> 'to' as post, e.lead_id, e.person_id,
    p.name, p.erased_at is not null as erased, l.owner_id, t.taken_at, t.taken_by, t.resolved_at, t.resolved_by,
    case when l.seen_by_staff_at > greatest(e.planned_at, t.reopened_at) then l.seen_by_staff_at end as acted_at,
    case
        when t.resolved_at is not null or l.seen_by_staff_at > greatest(e.planned_at, t.reopened_at) then 'done'
        when t.taken_at is not null then 'taken'
        else 'open'
    end as state
from effects e
join people p on p.id = e.person_id
left join leads l on l.id = e.lead_id
left join alert_acts t on t.alert_id = e.id
where e.kind = 'staff.alert' and e.status not in ('refused', 'void')

-- name: waiting
-- What is still to be seen to: what nobody has taken first, by urgency, then by how long it waits. $1 kinds (null: all),
-- $2 whose: the lead's owner or who has taken it (null: anybody's), $3 only what is nobody's, $4 the kinds from the most
-- urgent on, $5 how many.
with standing as ({standing})
select s.*, owner.name as owner, taker.name as taker, resolver.name as resolver, (
    select a.value from addresses a where a.person_id = s.person_id and a.kind = 'phone' order by a.added_at limit 1
) as phone
from standing s
left join users owner on owner.id = s.owner_id
left join users taker on taker.id = s.taken_by
left join users resolver on resolver.id = s.resolved_by
where s.state <> 'done'
    and ($1::text[] is null or s.code = any($1))
    and ($2::uuid is null or $2 in (s.owner_id, s.taken_by))
    and (not $3 or (s.owner_id is null and s.taken_by is null))
order by s.state = 'taken', array_position($4::text[], s.code), s.raised_at, s.id
limit $5

-- name: done
-- What was seen to, the last first; $1 to $3 as above, $4 how many.
with standing as ({standing})
select s.*, owner.name as owner, taker.name as taker, resolver.name as resolver, (
    select a.value from addresses a where a.person_id = s.person_id and a.kind = 'phone' order by a.added_at limit 1
) as phone
from standing s
left join users owner on owner.id = s.owner_id
left join users taker on taker.id = s.taken_by
left join users resolver on resolver.id = s.resolved_by
where s.state = 'done'
    and ($1::text[] is null or s.code = any($1))
    and ($2::uuid is null or $2 in (s.owner_id, s.taken_by, s.resolved_by))
    and (not $3 or (s.owner_id is null and s.taken_by is null))
order by greatest(s.resolved_at, s.acted_at) desc, s.id
limit $4

-- name: counts
-- How many wait, and how many of them somebody sees to.
with standing as ({standing})
select count(*) filter (where state = 'open') as open, count(*) filter (where state = 'taken') as taken
from standing

-- name: one
select e.id, e.person_id, t.taken_at, t.taken_by, t.resolved_at
from effects e left join alert_acts t on t.alert_id = e.id
where e.id = $1 and e.kind = 'staff.alert';
