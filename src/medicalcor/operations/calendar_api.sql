-- name: person_of_lead
select person_id from leads where id = $1;

-- name: listed
-- Visits from the earliest on: $1 person, $2 lead, $3 practitioner, $4 status, $5 since, $6 until, $7 and $8 where the
-- page before ended (null: at the beginning), $9 now, $10 how many. A hold that has lapsed is nobody's visit.
select id, person_id, lead_id, procedure_id, practitioner_id, starts_at, ends_at, status, expires_at, version, moves,
    for_name, relation
from appointments
where ($1::uuid is null or person_id = $1)
    and ($2::uuid is null or lead_id = $2)
    and ($3::uuid is null or practitioner_id = $3)
    and ($4::text is null or status = $4)
    and ($5::timestamptz is null or ends_at > $5)
    and ($6::timestamptz is null or starts_at < $6)
    and ($7::timestamptz is null or (starts_at, id) > ($7, $8::uuid))
    and (status <> 'held' or expires_at > $9)
order by starts_at, id
limit $10;
