-- name: listed
-- Runs, newest first, without what went into them.
select * from runs_listed($1, $2, $3, $4, $5, $6, $7);

-- name: steps
select * from run_steps($1);

-- name: place_of_lead
select * from place_of_lead($1);

-- name: place_of_effect
select * from place_of_effect($1);

-- name: place_of_recording
select * from place_of_recording($1);

-- name: start
-- A run; one that is there under this id already stays as it is.
select start_workflow($1, $2, $3, $4::text[]::json[], $5);
