-- What the validated tables just computed rest on.
delete from validated.built;

delete from validated.built_streams;

insert into validated.built_streams
select stream, arrival
from ops.checked;

delete from validated.built_files;

insert into validated.built_files
select file_digest, arrival, exported_date
from ops.files
where state = 'accepted';

insert into validated.built by name
with
basis as (
    select * from reconciled.basis
),

sweeps as (
    select count(*) as made from ops.sweeps
)

select
    basis.rule_version,
    basis.timezone,
    sweeps.made as sweeps
from basis
cross join sweeps
