-- name: ranked
-- Every lead with what it needs of a person: 1 emergency, 2 HOT, 3 not delivered, 4 unanswered, 5 judges disagree, 6 WARM, 7 nothing owed.
-- $1 archived or not; callers who reached nobody or asked for a person wait too; $2 patients who wrote before this moment and got nothing wait for a person.
select l.*,
    case
        when l.emergency_since > coalesce(l.seen_by_staff_at, '-infinity') then 1
        when exists (
            select from lead_work w where w.lead_id = l.id and w.closed_at is null and w.rule = 'emergency') then 1
        when l.hot_since is not null and l.scored_at > coalesce(l.seen_by_staff_at, '-infinity') then 2
        when l.failed_since > coalesce(l.seen_by_staff_at, '-infinity') then 3
        when exists (select from consent_questions q where q.person_id = l.person_id and q.state = 'doubt') then 4
        when l.unanswered_since < $2 and (coalesce(l.routing, 'reception') <> 'none' or l.opt_out) then 4
        when l.missed_call_since > coalesce(l.seen_by_staff_at, '-infinity') then 4
        when l.person_wanted_since > coalesce(l.seen_by_staff_at, '-infinity') then 4
        when exists (select from lead_work w where w.lead_id = l.id and w.closed_at is null) then 4
        when l.scored_at > coalesce(l.seen_by_staff_at, '-infinity') and not l.opt_out and exists (
            select from scores s where s.lead_id = l.id and s.at = l.scored_at and not s.agreed) then 5
        when l.classification = 'WARM' then 6
        else 7
    end as need,
    (
        select min(q.doubt_at) from consent_questions q where q.person_id = l.person_id and q.state = 'doubt'
    ) as consent_unclear_since,
    coalesce(l.person_wanted_since > coalesce(l.seen_by_staff_at, '-infinity'), false) as person_wanted,
    (
        select w.rule from lead_work w where w.lead_id = l.id and w.closed_at is null
        order by w.escalated_at is null, w.due_at limit 1
    ) as owed_rule,
    (select min(w.opened_at) from lead_work w where w.lead_id = l.id and w.closed_at is null) as owed_since,
    exists (
        select from lead_work w where w.lead_id = l.id and w.closed_at is null and w.escalated_at is not null
    ) as escalated
from leads l
where (l.archived_at is not null) = $1

-- name: page
-- One page of the list: most needed first, newest need first within.
with ranked as ({ranked}), placed as (
    select r.*, case r.need
        when 1 then coalesce(r.emergency_since, r.owed_since)
        when 2 then r.hot_since
        when 3 then r.failed_since
        when 4 then greatest(
            r.unanswered_since, r.missed_call_since, r.person_wanted_since, r.consent_unclear_since, r.owed_since
        )
        when 5 then r.scored_at
        else r.last_activity_at
    end as need_at
    from ranked r
), chosen as (
    select * from placed p
    where ($3::text is null or p.classification = $3)
      and ($4::text is null or p.channel = $4)
      and ($5::text is null or p.language = $5)
      and (not $6::bool or p.need <= 5)
      and ($7::text[] is null or exists (
          select from people who where who.id = p.person_id and who.folded like all ($7))
          or exists (select from appointments v where v.person_id = p.person_id and v.folded like all ($7))
          or exists (select from addresses a where a.person_id = p.person_id and a.value like any ($8)))
    order by p.need, p.need_at desc, p.id
    limit $9
)
select c.id, c.person_id, who.name, c.channel, coalesce(who.language, c.language) as language, c.score,
    c.classification, c.need, c.need_at, c.last_text, c.last_activity_at, c.procedures, c.budget, c.intent_to_book,
    c.medical_flags, c.missed_call, c.missed_call_since, c.opt_out, c.archived_at, c.status, who.erased_at is not null as erased, address.value as phone, mail.value as email,
    c.person_wanted, c.consent_unclear_since, c.owed_rule, c.owed_since, c.escalated, keeper.name as keeper, talk.channel as talk_channel, owner.taken_over_by, owner.name as owner, talk.last_inbound_at, talk.last_outbound_at,
    latest.rules_score, latest.scorer, earlier.score as earlier_score, array(
        select distinct v.for_name from appointments v
        where v.person_id = c.person_id and v.for_name is not null and v.status in ('booked', 'confirmed') and v.ends_at > $2
    ) as family
from chosen c
join people who on who.id = c.person_id
left join users keeper on keeper.id = c.owner_id
left join lateral (
    select t.* from conversations t where t.person_id = c.person_id and t.lead_id = c.id
    order by t.channel = 'whatsapp' or t.reply_kind = 'email' desc, t.last_inbound_at desc nulls last, t.opened_at limit 1
) talk on true
left join lateral (
    select o.taken_over_by, o.taken_over_at, colleague.name from conversations o
    join users colleague on colleague.id = o.taken_over_by
    where o.person_id = c.person_id and o.lead_id = c.id limit 1
) owner on true
left join lateral (
    select a.value from addresses a where a.person_id = c.person_id and a.kind = 'phone' order by a.added_at limit 1
) address on true
left join lateral (
    select a.value from addresses a where a.person_id = c.person_id and a.kind = 'email' order by a.added_at limit 1
) mail on true
left join lateral (
    select s.rules_score, s.scorer, s.at from scores s where s.lead_id = c.id order by s.at desc limit 1
) latest on true
left join lateral (
    select s.score from scores s where s.lead_id = c.id and s.at < latest.at order by s.at desc limit 1
) earlier on true
order by c.need, c.need_at desc, c.id

-- name: facets
-- How many leads there are of each kind, for the filters' counts.
with ranked as ({ranked})
select r.classification, r.channel, r.language, r.need <= 5 as needs, count(*) as leads
from ranked r group by 1, 2, 3, 4

-- name: archived_count
select count(*) from leads where archived_at is not null

-- name: lead_card
-- Everything known of one lead, for its page; `talk` is the conversation in which they can be answered.
with ranked as ({ranked} and l.id = $3)
select l.*, who.name, coalesce(who.language, l.language) as spoken, who.opted_out_at,
    who.erased_at is not null as erased, address.value as phone,
    talk.id as talk_id, talk.channel as talk_channel, talk.reply_kind, talk.reply_to,
    talk.last_inbound_at as talk_inbound_at, talk.last_outbound_at, owner.taken_over_by, owner.taken_over_at,
    owner.name as owner, mail.value as email, link.external_id as crm_id, who.language_chosen, keeper.name as keeper,
    who.language as kept_language
from ranked l
join people who on who.id = l.person_id
left join lateral (
    select t.* from conversations t where t.person_id = l.person_id and t.lead_id = l.id
    order by t.channel = 'whatsapp' or t.reply_kind = 'email' desc, t.last_inbound_at desc nulls last, t.opened_at limit 1
) talk on true
left join lateral (
    select o.taken_over_by, o.taken_over_at, colleague.name from conversations o
    join users colleague on colleague.id = o.taken_over_by
    where o.person_id = l.person_id and o.lead_id = l.id limit 1
) owner on true
left join crm_links link on link.person_id = l.person_id
left join users keeper on keeper.id = l.owner_id
left join lateral (
    select a.value from addresses a where a.person_id = l.person_id and a.kind = 'phone' order by a.added_at limit 1
) address on true
left join lateral (
    select a.value from addresses a where a.person_id = l.person_id and a.kind = 'email' order by a.added_at limit 1
) mail on true

-- name: is_archived
select archived_at is not null from leads where id = $1

-- name: scores_of
-- Every judgement of a lead, newest first.
select id, message_id, at, scorer, why, version, score, classification, confidence, output, rules_score, agreed, turns
from scores where lead_id = $1 order by at desc, id desc limit 50

-- name: disagreements
-- Where AI came to another class than the rules, latest first: those nobody has decided about, or those somebody has.
select s.message_id, s.lead_id, p.name, s.at, s.score, s.classification, s.rules_score, s.who_was_right, s.reviewed_at
from scores s join people p on p.id = s.person_id
where not s.agreed and (s.who_was_right is not null) = $1 and p.erased_at is null
    and not exists (select from scores later where later.message_id = s.message_id and later.at > s.at)
order by coalesce(s.reviewed_at, s.at) desc limit 100;

-- name: verdicts
select who_was_right, count(distinct message_id) as decided from scores
where not agreed and who_was_right is not null group by who_was_right order by who_was_right;

-- name: work_of
-- What is asked of colleagues for a lead, what is open first, and what was done lately.
select id, message_id, rule, actions, owner, opened_at, due_at, escalate_at, escalate_to, escalated_at, closed_at
from lead_work where lead_id = $1 order by closed_at desc nulls first, due_at limit 12
