-- name: standing
-- An alert about somebody who is not erased, with what became of it: `open`, `taken` by a colleague, or `done`: resolved, or
-- acted on at the lead's page since. Whatever a colleague reopened counts as done only by what was done after that.
select
    e.id, t.raised_at, e.content ->> 'code' as code, e.content ->> 'to' as post, t.lead_id, t.person_id,
    p.name, l.owner_id, t.taken_at, t.taken_by, t.resolved_at, t.resolved_by, t.acted_at,
    case
        when coalesce(t.resolved_at, t.acted_at) is not null then 'done'
        when t.taken_at is not null then 'taken'
        else 'open'
    end as state
from alert_acts t
join effects e on e.id = t.alert_id and e.status <> 'void'
join people p on p.id = t.person_id and p.erased_at is null
left join leads l on l.id = t.lead_id

-- name: waiting
-- What is still to be seen to: what nobody has taken first, by urgency, then by how long it waits. $1 kinds (null: all),
-- $2 whose: the lead's owner or who has taken it (null: anybody's), $3 only what is nobody's, $4 the kinds from the most
-- urgent on, $5 how many.
with standing as ({standing} where t.resolved_at is null and t.acted_at is null)
select s.*, owner.name as owner, taker.name as taker, resolver.name as resolver, (
    select a.value from addresses a where a.person_id = s.person_id and a.kind = 'phone' order by a.added_at limit 1
) as phone
from standing s
left join users owner on owner.id = s.owner_id
left join users taker on taker.id = s.taken_by
left join users resolver on resolver.id = s.resolved_by
where ($1::text[] is null or s.code = any($1))
    and ($2::uuid is null or $2 in (s.owner_id, s.taken_by))
    and (not $3 or (s.owner_id is null and s.taken_by is null))
order by s.state = 'taken', array_position($4::text[], s.code), s.raised_at, s.id
limit $5

-- name: done
-- What was seen to, the last first; $1 to $3 as above, $4 since when, $5 how many.
with standing as ({standing} where greatest(t.resolved_at, t.acted_at) > $4)
select s.*, owner.name as owner, taker.name as taker, resolver.name as resolver, (
    select a.value from addresses a where a.person_id = s.person_id and a.kind = 'phone' order by a.added_at limit 1
) as phone
from standing s
left join users owner on owner.id = s.owner_id
left join users taker on taker.id = s.taken_by
left join users resolver on resolver.id = s.resolved_by
where ($1::text[] is null or s.code = any($1))
    and ($2::uuid is null or $2 in (s.owner_id, s.taken_by, s.resolved_by))
    and (not $3 or (s.owner_id is null and s.taken_by is null))
order by greatest(s.resolved_at, s.acted_at) desc, s.id
limit $5

-- name: counts
-- How many wait, and how many of them somebody sees to.
with standing as ({standing} where t.resolved_at is null and t.acted_at is null)
select count(*) filter (where state = 'open') as open, count(*) filter (where state = 'taken') as taken
from standing

-- name: one
{standing} where t.alert_id = $1;

-- name: others
-- What else waits about the same lead.
{standing} where t.resolved_at is null and t.acted_at is null and t.lead_id = $1 and t.alert_id <> $2;
