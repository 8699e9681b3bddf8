-- The tables that tell what computed tables rest on, for the next night to compute only what that changed.

-- What the last judgement rested on; none in a store that no version with this table has judged.
create table if not exists reconciled.judged (
    as_of timestamptz not null,
    rule_version varchar not null,
    policy_version varchar not null,
    timezone varchar not null,
    first_date date not null,
    calendars varchar not null,
    transactions_arrival bigint not null,
    sessions_arrival bigint not null,
    sweeps bigint not null
);

create table if not exists reconciled.judged_files (
    file_digest varchar not null,
    arrival bigint not null,
    exported_date date
);

create table if not exists reconciled.judged_units (
    currency varchar not null,
    minor_units integer not null
);

-- What the validated tables rest on; none in a store that no version with this table has computed.
create table if not exists validated.built (
    rule_version varchar not null,
    timezone varchar not null,
    sweeps bigint not null
);

create table if not exists validated.built_streams (
    stream varchar not null,
    arrival bigint not null
);

create table if not exists validated.built_files (
    file_digest varchar not null,
    arrival bigint not null,
    exported_date date
);

-- The ids whose rows were computed since the claims of their stage held last; one without a field is every row.
create table if not exists ops.unasked (
    stage varchar not null,
    field varchar,
    value varchar
);

-- The file that readers have, as the control chain names it, and the digest of what its tables, views and comments come
-- from: the next one may be made from it.
create table if not exists ops.published (
    file_digest varchar not null,
    form varchar not null
);

-- The ids whose rows were computed since that file was published; one without a field is every row.
create table if not exists ops.unpublished (
    stage varchar not null,
    field varchar,
    value varchar
);

-- Row numbers of tables added up, kept while rows come and go; see `digests`. Of a table that only grows, `upto`
-- is the last arrival that was added.
create table if not exists ops.kept_sums (
    name varchar not null,
    rows bigint not null,
    total hugeint not null,
    upto bigint
);
alter table ops.kept_sums add column if not exists quick hugeint;
alter table ops.kept_sums add column if not exists engine varchar;
