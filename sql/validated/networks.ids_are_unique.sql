-- A network stands once among the current networks.
select
    network_id,
    count(*) as rows
from validated.networks
group by network_id
having count(*) > 1 or network_id is null
