-- The files and minor units that the judgement just made rests on.
delete from reconciled.judged_files;

insert into reconciled.judged_files
select file_digest, arrival, exported_date
from ops.files
where state = 'accepted';

delete from reconciled.judged_units;

insert into reconciled.judged_units
select currency, minor_units
from validated.minor_units;
