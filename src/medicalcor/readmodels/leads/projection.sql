-- name: create_lead
insert into leads (id, person_id, conversation_id, channel, source, created_at, status, last_activity_at)
values ($1, $2, $3, $4, $5, $6, 'new', $6);

-- name: message_received
update leads
set last_inbound_at = $2, last_text = coalesce($3, last_text), last_activity_at = $2,
    unanswered_since = case when $4::bool then coalesce(unanswered_since, $2) else unanswered_since end,
    archived_at = null
where id = $1;

-- name: missed_call
update leads
set missed_call_since = $2, missed_call = $3, last_activity_at = greatest(last_activity_at, $2), archived_at = null
where id = $1;

-- name: got_through
update leads
set missed_call_since = null, missed_call = null, last_activity_at = greatest(last_activity_at, $2), archived_at = null
where id = $1;

-- name: person_wanted
update leads
set person_wanted_since = $2, last_activity_at = greatest(last_activity_at, $2), archived_at = null
where id = $1;

-- name: put_through
update leads set person_wanted_since = null where id = $1;

-- name: add_score
insert into scores (
    id, lead_id, person_id, message_id, at, scorer, why, version, score, classification, confidence,
    output, rules_score, agreed, turns, seconds, tokens, merge
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: review_score
update scores set who_was_right = $2, reviewed_at = $3, reviewed_by = $4 where message_id = $1 and at <= $3;

-- name: score_lead
update leads
set score = $2, classification = $3, confidence = $4, scorer = $5, scored_why = $6, scored_at = $7,
    scored_message_id = $8, last_activity_at = greatest(last_activity_at, $7),
    hot_since = case when $3 = 'HOT' then coalesce(hot_since, $7) end,
    language = $9, urgency = $10, emergency = $11, budget = $12, intent_to_book = $13,
    procedures = $14, intent = $15, emergency_since = case when $11 then $7 else emergency_since end
where id = $1;

-- name: triage_lead
-- What the patient said of their health stays known; the signs are those of this judgement.
update leads
set routing = $2, medical_flags = $3, triage_rule = $4, triage_also = $5, health = health || $6::jsonb
where id = $1;

-- name: open_work
insert into lead_work (
    id, lead_id, person_id, message_id, rule, actions, owner, opened_at, due_at, escalate_at, escalate_to
) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: escalate
update lead_work set escalated_at = $2 where id = $1;

-- name: close_work
update lead_work set closed_at = $2 where lead_id = $1 and closed_at is null;

-- name: close_what_may_rest
-- Who wants to be left alone is not called back, unless they are in danger or suffer from what was done here.
update lead_work set closed_at = $2
where person_id = $1 and closed_at is null and rule not in ('emergency', 'complication', 'complaint');

-- name: close_all_work
update lead_work set closed_at = $2 where person_id = $1 and closed_at is null;

-- name: choose_owner
update leads set owner_id = $2, owner_post = $3, owner_chosen_by = $4 where id = $1;

-- name: campaign
-- The first one counts: it is what brought them.
update leads set campaign = coalesce(campaign, $2) where id = $1;

-- name: seen
update leads
set seen_by_staff_at = $2, unanswered_since = null, failed_since = null, last_activity_at = greatest(last_activity_at, $2)
where id = $1;

-- name: seen_by_writing
update leads set seen_by_staff_at = $2 where id = $1;

-- name: archive
update leads set archived_at = $2, status = 'archived' where id = $1;

-- name: answered
-- An automatic "a colleague will look at it" does not answer for the colleague; whoever
-- fills in a form wants to hear from a person. A reminder answers nothing; what is said to a tap answers it, unless a
-- colleague was called for it, too.
update leads l
set unanswered_since = case
        when e.purpose in ('reminder', 'waitlist') then l.unanswered_since
        when e.purpose = 'booking' then (
            select l.unanswered_since from effects called
            where called.cause_id = e.cause_id and called.kind = 'staff.alert' limit 1
        )
        when e.author = 'automatic' and (
            e.purpose = 'missed_call' or l.routing = 'reception'
            or exists (
                select from messages m
                where m.id = e.cause_id and (m.kind not in ('text', 'button', 'interactive', 'email') or m.guest)
            )
        ) then l.unanswered_since
    end,
    failed_since = null, last_activity_at = greatest(l.last_activity_at, $2),
    status = case when l.status = 'new' then 'contacted' else l.status end
from effects e
where e.id = $1 and l.id = e.lead_id;

-- name: not_delivered
update leads l
set failed_since = coalesce(l.failed_since, $2), last_activity_at = greatest(l.last_activity_at, $2)
from effects e
where e.id = $1 and l.id = e.lead_id;

-- name: opted_out
update leads set opt_out = true, unanswered_since = null where person_id = $1;

-- name: erase
with scores_blanked as (update scores set output = null, merge = null where person_id = $1)
update leads
set last_text = null, campaign = null, language = null, urgency = null, emergency = false, budget = false, intent_to_book = false,
    procedures = '{}', intent = null, emergency_since = null, medical_flags = '{}', health = '{}'
where person_id = $1;
