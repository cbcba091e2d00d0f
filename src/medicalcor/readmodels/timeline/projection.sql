-- name: of_lead
insert into timeline (position, lead_id, person_id, at, type, actor, data) values ($1, $2, $3, $4, $5, $6, $7);

-- name: of_effect
insert into timeline (position, lead_id, person_id, at, type, actor, data)
select $1, e.lead_id, e.person_id, $3, $4, $5, $6
from effects e where e.id = $2 and e.lead_id is not null;

-- name: of_person
insert into timeline (position, lead_id, person_id, at, type, actor, data)
select $1, l.id, l.person_id, $3, $4, $5, $6
from leads l where l.person_id = $2 order by l.created_at desc limit 1;

-- name: of_visit
-- On the lead that it was booked from, or else the person's latest one then.
insert into timeline (position, lead_id, person_id, at, type, actor, data)
select $1, l.id, $3, $4, $5, $6, $7
from appointments a
cross join lateral (
    select id from leads where person_id = $3 and created_at <= $4 and (id = a.lead_id or a.lead_id is null)
    order by created_at desc limit 1
) l
where a.id = $2;

-- name: of_refusal
-- On the lead that the visit was asked from ($2), or else the person's latest one then.
insert into timeline (position, lead_id, person_id, at, type, actor, data)
select $1, l.id, $3, $4, $5, $6, $7
from leads l
where l.person_id = $3 and l.created_at <= $4 and (l.id = $2 or $2 is null)
order by l.created_at desc limit 1;
