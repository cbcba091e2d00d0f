-- The payments page counts and adds up by what it shows, without reading every payment there ever was.
create index payments_failed on payments (id)
    where merged_into is null and set_aside_at is null and state in ('failed', 'uncollectible', 'past_due');
create index payments_returned on payments (id)
    where merged_into is null and (refunded > 0 or state in ('disputed', 'dispute_lost'));
create index payments_aside on payments (id) where merged_into is null and set_aside_at is not null;
create index payments_received on payments (coalesce(paid_at, happened_at)) where merged_into is null and paid > 0;

-- An invoice and its intent find each other by when they were paid.
create index payments_paid_at on payments (paid_at) where merged_into is null;
