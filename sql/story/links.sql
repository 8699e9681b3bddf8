-- One row per link, candidate pair or unlinked row of a case, and the rule that found it.
select
    matches.case_id,
    matches.order_id,
    matches.transaction_id,
    matches.match_status,
    matches.match_rule,
    matches.rule_version,
    matches.evidence,
    matches.business_date
from reconciled.matches as matches
where matches.case_id = $case_id
order by matches.order_id, matches.transaction_id
