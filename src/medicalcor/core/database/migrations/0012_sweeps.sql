-- What is looked for every half minute is found without reading what is over: through indexes of what is not.

drop index inbox_unhandled;
create index inbox_stranded on inbox (id) where handled_at is null and kind not in ('notice', 'unread');
create index calls_open on calls (started_at) where ended_at is null;
create index calls_without_ai on calls (id) where not_transcribed = 'ai_off';
create index call_recordings_person on call_recordings (person_id) where state in ('said', 'ready', 'kept');
create index people_erased on people (id) where erased_at is not null;
create index effects_sent on effects (split_part(kind, '.', 1), sent_at) where sent_at is not null;
create index call_recordings_said on call_recordings (at) where state = 'said';

-- The list of payments, by the moment that it is ordered by.
drop index payments_newest;
create index payments_newest on payments (coalesce(happened_at, changed_at) desc, id desc) where merged_into is null;
