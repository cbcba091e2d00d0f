-- name: join
-- Who is on the list already keeps their place, and so does who was taken off it by mistake.
insert into waitlist (
    id, person_id, lead_id, appointment_id, procedure_id, practitioner_id, part_of_day, weekdays, notice_minutes, since
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (id) do update
set practitioner_id = excluded.practitioner_id, part_of_day = excluded.part_of_day, weekdays = excluded.weekdays,
    notice_minutes = excluded.notice_minutes, left_at = null, left_why = null;

-- name: leave
update waitlist set left_at = $2, left_why = $3 where id = $1;

-- name: open
insert into openings (id, practitioner_id, starts_at, ends_at, found_at) values ($1, $2, $3, $4, $5);

-- name: close
update openings set closed_at = $2, closed_why = $3 where id = $1;

-- name: offer
insert into offers (id, opening_id, waiting_id, person_id, procedure_id, practitioner_id, starts_at, asked_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: end
update offers set ended_at = $2, ended_why = $3 where id = $1;
