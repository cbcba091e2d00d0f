-- name: standing
-- Our turn with the person and the resources; then who books, what was recorded under the same key before, what already
-- takes these resources then, and the version of the set-up: one trip. $1 person, $2 the person's lock and $3 the numbers
-- to take turns with (in ascending order; null and none: no turns), $4 key, $5 to $7 resources from and to (seconds since
-- 1970), $8 a visit to leave out, $9 now.
select erased_at, stream, clashes, (select version from practice_state) as set_up
from visit_standing($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: appointment
select id, person_id, lead_id, procedure_id, practitioner_id, starts_at, ends_at, status, expires_at, version, moves,
    for_name, relation
from appointments where id = $1;

-- name: for_file
-- What a calendar file says of a visit, with how to prepare for it by language.
select a.id, a.status, a.starts_at, a.ends_at, a.version, a.changed_at, a.for_name, a.relation, c.preparation
from appointments a join procedures c on c.id = a.procedure_id
where a.id = $1;

-- name: taken_by
select resource_no from occupancies where appointment_id = $1;

-- name: lapsed
-- Held too long, and not yet given up.
select id, person_id, version from appointments where status = 'held' and expires_at <= $1 order by expires_at limit $2;

-- name: booked_again
-- Whether somebody has the same visit once more, at the same time and with the same practitioner, since this one ($1) was
-- called off.
select exists (
    select from appointments a join appointments b on b.person_id = a.person_id
        and b.procedure_id = a.procedure_id and b.practitioner_id = a.practitioner_id and b.starts_at = a.starts_at
    where a.id = $1 and b.id <> a.id and b.status in ('booked', 'confirmed') and b.booked_at >= a.changed_at
);

-- name: taken_back
-- The visit that this one ($1) was booked in the place of: the same treatment ($2), practitioner ($3) and time ($4),
-- called off a moment ($5) before at the most.
select b.id from appointments a join appointments b on b.person_id = a.person_id
where a.id = $1 and b.id <> a.id and b.procedure_id = $2 and b.practitioner_id = $3 and b.starts_at = $4
    and b.status = 'cancelled' and b.changed_at between a.booked_at - $5::interval and a.booked_at
order by b.changed_at desc limit 1;

-- name: refused_since
-- How many wishes of a person ($1) were refused and kept since then ($2).
select count(*) from refused_visits where person_id = $1 and at > $2;
