-- One row: how many breaks only name another threshold in their sentence or evidence.
select count(*) as breaks
from preview.former as former
inner join preview.proposed as proposed on former.case_id = proposed.case_id
where
    former.match_status is not distinct from proposed.match_status
    and former.code is not distinct from proposed.code
    and former.secondary_codes is not distinct from proposed.secondary_codes
    and former.currency is not distinct from proposed.currency
    and former.money_impact is not distinct from proposed.money_impact
    and former.severity is not distinct from proposed.severity
    and former.state is not distinct from proposed.state
    and (
        former.detail is distinct from proposed.detail
        or former.evidence is distinct from proposed.evidence
    )
