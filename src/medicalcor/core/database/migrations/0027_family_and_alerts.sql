-- Who comes may be known by what they are to the person who booked: a son whose name was not told.
alter table appointments add column relation text, add column folded text;
comment on column appointments.folded is 'The name of whoever comes, when it is somebody else, as one searches for it.';
-- As `core.text.folded` does it. What has no accents after NFKD is ASCII, which every collation makes small.
update appointments set folded = regexp_replace(
    lower(normalize(
        replace(replace(replace(replace(replace(replace(
            translate(for_name, 'łŁđĐøØ', 'llddoo'),
            'ß', 'ss'), 'ẞ', 'ss'), 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'Œ', 'oe'), nfkd)),
    '[\u0300-\u036f]', '', 'g')
where for_name is not null;
comment on column appointments.relation is 'What whoever comes is to the person who booked: son, mother, other.';

-- What became of alerts; what they say is in effects.
create table alert_acts (
    alert_id uuid primary key,
    person_id uuid not null,
    lead_id uuid,
    raised_at timestamptz not null,
    taken_at timestamptz,
    taken_by uuid,
    resolved_at timestamptz,
    resolved_by uuid,
    acted_at timestamptz
);
comment on column alert_acts.acted_at is 'When a colleague last acted on the lead, after it was raised or reopened.';
create index alert_acts_waiting on alert_acts (raised_at) where resolved_at is null and acted_at is null;
create index alert_acts_done on alert_acts (greatest(resolved_at, acted_at));
create index alert_acts_lead on alert_acts (lead_id);

insert into alert_acts (alert_id, person_id, lead_id, raised_at, acted_at)
select e.id, e.person_id, e.lead_id, e.planned_at, case when l.seen_by_staff_at > e.planned_at then l.seen_by_staff_at end
from effects e left join leads l on l.id = e.lead_id
where e.kind = 'staff.alert' and e.status <> 'refused';

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate on alert_acts to medicalcor_app;
    end if;
end $$;
