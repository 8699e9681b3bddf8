-- A charge attempt stands once among the current charge attempts.
select
    charge_attempt_id,
    count(*) as rows
from validated.charge_attempts
group by charge_attempt_id
having count(*) > 1 or charge_attempt_id is null
