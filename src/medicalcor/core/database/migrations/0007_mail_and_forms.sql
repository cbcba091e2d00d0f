-- Mail and forms: what stands around a message's text, what brought a lead, and which keys forms came with.

alter table messages add column guest boolean not null default false;
alter table messages add column letter jsonb;
comment on column messages.guest is 'Written into the conversation from an address that is not known to be the person''s.';
create index messages_provider on messages (provider_id) where provider_id is not null;

alter table leads add column campaign jsonb;

create table form_keys (
    form_key text primary key,
    fingerprint text not null,
    received_at timestamptz not null
);
comment on table form_keys is 'Idempotency keys of web forms, as keyed hashes, with the keyed hash of what came with each.';
create index form_keys_old on form_keys (received_at);

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete on form_keys to medicalcor_app;
    end if;
    if exists (select from pg_roles where rolname = 'medicalcor_gateway') then
        grant select, insert on form_keys to medicalcor_gateway;
    end if;
end $$;
