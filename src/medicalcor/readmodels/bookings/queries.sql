-- name: by_id
select id, person_id, lead_id, conversation_id, goal, wanted, asked, missed, message_id, next, offers, chosen_number, chosen_place,
    appointment_id, closed_because, opened_by, opened_at, changed_at, version
from bookings where id = $1;

-- name: latest_of_person
-- The open one first: there is one at most.
select id, person_id, lead_id, conversation_id, goal, wanted, asked, missed, message_id, next, offers, chosen_number, chosen_place,
    appointment_id, closed_because, opened_by, opened_at, changed_at, version
from bookings where person_id = $1 order by closed_because is not null, opened_at desc, id desc limit 1;
