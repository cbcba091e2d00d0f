-- name: open
insert into bookings (id, person_id, lead_id, conversation_id, opened_by, opened_at, changed_at, version)
values ($1, $2, $3, $4, $5, $6, $6, $7);

-- name: understand
update bookings set goal = $2, wanted = $3, asked = $4, missed = $5, appointment_id = $6, message_id = $7, next = $8,
    changed_at = $9, version = $10
where id = $1;

-- name: offer
update bookings set offers = offers || $2::jsonb, chosen_number = null, chosen_place = null, changed_at = $3, version = $4
where id = $1;

-- name: choose
update bookings set chosen_number = $2, chosen_place = $3, changed_at = $4, version = $5 where id = $1;

-- name: confirm
update bookings set appointment_id = $2, changed_at = $3, version = $4 where id = $1;

-- name: close
update bookings set closed_because = $2, asked = null, changed_at = $3, version = $4 where id = $1;

-- name: erase
update bookings set wanted = null where person_id = $1;
