-- The rows that the touched members had at the last judgement.
select members.*
from reconciled.members as members
semi join touched_members as touched on members.kind = touched.kind and members.id = touched.id
