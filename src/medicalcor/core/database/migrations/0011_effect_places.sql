-- Effects of each provider wait in a queue of its own: whoever starts one at the gateway needs to know which.

drop function place_of_effect(uuid);

create function place_of_effect(wanted uuid) returns table (partition_key text, refusal text, kind text)
language sql stable security definer set search_path = pg_catalog, public as $$
    select
        case when e.kind like 'hubspot.%' then 'crm:' || e.person_id else 'conversation:' || e.conversation_id end,
        case when e.status not in ('planned', 'held', 'unknown', 'delayed') then 'effect_has_ended' end,
        e.kind
    from effects e where e.id = wanted
$$;

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_gateway') then
        revoke execute on function place_of_effect(uuid) from public;
        grant execute on function place_of_effect(uuid) to medicalcor_gateway;
    end if;
end $$;
