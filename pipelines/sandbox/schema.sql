-- The sandbox's own store. Instants are milliseconds since 1970 (UTC).
-- A row of the API = head (never changes) + the tail of the version in force at the clock.
create table settings (name text primary key, value text not null) without rowid;

-- One row per transaction, numbered without gaps: the book's by (created_at, id), those of calls
-- after them. The order of creation is (created_at, seq).
create table transactions (
    seq integer primary key,
    id text not null,
    reference text not null,
    created_at integer not null,
    session_id text,
    head blob not null
);
-- One row per version of a transaction; its updatedAt is valid_from.
create table transaction_versions (
    seq integer not null,
    valid_from integer not null,
    status text not null,
    tail blob not null,
    primary key (seq, valid_from)
) without rowid;

-- One row per checkout session.
create table sessions (
    seq integer primary key,
    id text not null,
    created_at integer not null,
    head blob not null
);
-- One row per version of a checkout session.
create table session_versions (
    seq integer not null,
    valid_from integer not null,
    tail blob not null,
    primary key (seq, valid_from)
) without rowid;

-- One row per version of an order, as its line stands in an export.
create table order_versions (
    id text not null,
    valid_from integer not null,
    line text not null
);

-- One row per JSON document of any other kind; seq is the order of creation within the kind.
create table documents (
    kind text not null,
    id text not null,
    seq integer not null,
    parent text,
    body blob not null,
    primary key (kind, id)
) without rowid;

-- One row per thing that is to happen at an instant.
create table agenda (
    number integer primary key autoincrement,
    at integer not null,
    action text not null,
    subject text not null,
    details blob not null
);
