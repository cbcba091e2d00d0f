-- Money: payments and subscriptions as they stand, whose they are, and what patients were asked to pay.

create table payments (
    id uuid primary key,
    account text not null,
    state text not null,
    amount bigint,
    paid bigint not null,
    refunded bigint not null,
    currency text,
    failure text,
    happened_at timestamptz,
    paid_at timestamptz,
    failed_at timestamptz,
    next_at timestamptz,
    ending boolean not null,
    sayings jsonb not null,
    hints jsonb not null,
    request_ids uuid[] not null,
    payer_name text,
    payer_email text,
    payer_phone text,
    person_id uuid,
    tied_by text,
    unmatched text,
    candidates uuid[] not null default '{}',
    set_aside_at timestamptz,
    merged_into uuid,
    version integer not null,
    changed_at timestamptz not null
);
comment on table payments is 'One a movement of money, whatever number of objects the provider has for it; amounts in the currency''s smallest unit.';
comment on column payments.account is 'payment or subscription.';
comment on column payments.sayings is 'What each of the provider''s objects said last, by its id.';
comment on column payments.hints is 'Whose it may be: ids of ours and keyed hashes.';
comment on column payments.unmatched is 'nobody or conflict: a colleague decides whose it is.';
comment on column payments.version is 'Of the stream, when the provider told something last.';
create index payments_person on payments (person_id, happened_at desc);
create index payments_newest on payments (happened_at desc) where merged_into is null;
create index payments_unmatched on payments (changed_at) where unmatched is not null and person_id is null;
create index payments_merged on payments (merged_into) where merged_into is not null;
create index payments_requested on payments using gin (request_ids);

create table payment_references (
    reference text primary key,
    payment_id uuid not null
);
comment on table payment_references is 'The provider''s ids of one payment''s objects.';
create index payment_references_payment on payment_references (payment_id);

create table payment_customers (
    customer_key text primary key,
    person_id uuid not null,
    by_staff boolean not null
);
comment on table payment_customers is 'Whose customer at the payment provider is whom, by keyed hash.';
create index payment_customers_person on payment_customers (person_id);

create table payment_requests (
    id uuid primary key,
    person_id uuid not null,
    lead_id uuid not null,
    amount bigint not null,
    currency text not null,
    reason text not null,
    asked_by uuid not null,
    asked_at timestamptz not null,
    link_id text,
    url text,
    made_at timestamptz,
    failed_reason text,
    failed_at timestamptz
);
create index payment_requests_lead on payment_requests (lead_id, asked_at);

do $$
begin
    if exists (select from pg_roles where rolname = 'medicalcor_app') then
        grant select, insert, update, delete, truncate
            on payments, payment_references, payment_customers, payment_requests to medicalcor_app;
    end if;
end $$;
