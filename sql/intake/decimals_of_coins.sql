-- One row per coin of the gateway's currency table: the most decimals that any of its networks keeps.
select ticker, max(try_cast(decimals as integer))
from raw.currencies
where ticker <> '' and try_cast(decimals as integer) is not null
group by ticker
