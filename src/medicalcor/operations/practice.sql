-- name: next_no
select coalesce(max(no), 0) + 1 from resources;

-- name: resource
select kind, no, version from resources where id = $1;

-- name: procedure
select version from procedures where id = $1;

-- name: procedure_of_code
select id from procedures where code = $1;

-- name: day
select day from practice_days where practitioner_id = $1 and day = $2;

-- name: time_off
select id from time_off where id = $1;

-- name: holiday_on
select id from holidays where day = $1;

-- name: holiday
select id from holidays where id = $1;
