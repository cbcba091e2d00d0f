-- name: open_links
-- Payment links under $1 that have not been paid.
select r.id, r.person_id, r.lead_id, r.amount, r.currency, r.reason, r.link_id, r.url, p.language
from payment_requests r join people p on p.id = r.person_id
where starts_with(r.url, $1) and not exists (
    select from payments paid where paid.request_ids @> array[r.id] and paid.merged_into is null and paid.paid > 0
);
