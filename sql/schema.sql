-- The tables that facts are appended to; everything else is computed from them by a query of its own.

create schema if not exists raw;
create schema if not exists validated;
create schema if not exists reconciled;
create schema if not exists marts;
create schema if not exists delivered;
create schema if not exists ops;

create table if not exists raw.transactions (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    transaction_id varchar,
    business_id varchar,
    type varchar,
    reference varchar,
    external_id varchar,
    description varchar,
    exchange_rate varchar,
    deposit_tx_hash varchar,
    checkout_session_id varchar,
    invoice_id varchar,
    payment_link_id varchar,
    settlement_id varchar,
    status varchar,
    payout_status varchar,
    fiat_amount varchar,
    fiat_currency varchar,
    crypto_expected varchar,
    crypto_received varchar,
    crypto_currency varchar,
    network varchar,
    fee_amount varchar,
    tolerance_percent varchar,
    refund_amount varchar,
    refund_tx_hash varchar,
    customer_email_digest varchar,
    created_at varchar,
    updated_at varchar,
    expires_at varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.checkout_sessions (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    session_id varchar,
    amount varchar,
    currency varchar,
    description varchar,
    customer_email_digest varchar,
    status varchar,
    tolerance_percent varchar,
    crypto_currency varchar,
    network varchar,
    expires_at varchar,
    created_at varchar,
    updated_at varchar,
    unknown_fields varchar
);

-- Later than the tables: stores of former versions get it here. What ranks a version, see `intake/fresh_versions`.
alter table raw.transactions add column if not exists ranked_at timestamptz;
alter table raw.checkout_sessions add column if not exists ranked_at timestamptz;

create table if not exists raw.orders (
    file_digest varchar not null,
    source_row bigint not null,
    recorded_from timestamptz not null,
    order_id varchar,
    status varchar,
    amount varchar,
    currency varchar,
    placed_at varchar,
    paid_at varchar,
    session_ids varchar[],
    transaction_ref varchar,
    customer_email_digest varchar
);

-- Later than the table: what stores of former versions took in has one reference at most.
alter table raw.orders add column if not exists further_refs varchar[];

create table if not exists validated.quarantine (
    stream varchar not null,
    source varchar not null,
    source_digest varchar not null,
    source_row bigint not null,
    key varchar,
    reason varchar not null,
    known_ids varchar[] not null,
    seen_at timestamptz not null
);

create table if not exists validated.minor_units (
    currency varchar not null,
    minor_units integer not null
);

create table if not exists ops.runs (
    run_id varchar not null,
    kind varchar not null,
    first_date date not null,
    last_date date not null,
    as_of timestamptz not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    outcome varchar not null,
    reasons varchar[] not null,
    snapshot_digest varchar,
    policy_version varchar not null,
    rule_version varchar not null
);

create table if not exists ops.pulls (
    run_id varchar not null,
    stream varchar not null,
    window_from timestamptz,
    window_to timestamptz,
    as_of timestamptz not null,
    pages bigint not null,
    rows_received bigint not null,
    distinct_ids bigint not null,
    rows_new bigint not null,
    rows_changed bigint not null,
    declared_total bigint,
    complete boolean not null,
    reason varchar not null,
    digest varchar not null,
    is_closed boolean not null,
    started_at timestamptz not null,
    finished_at timestamptz not null
);

-- Later than the table: stores of former versions get them here.
alter table ops.pulls add column if not exists walks bigint;
alter table ops.pulls add column if not exists rows_outside bigint;
alter table ops.pulls add column if not exists rows_repeated bigint;
alter table ops.pulls add column if not exists rows_enriched bigint;
alter table ops.pulls add column if not exists rows_outdated bigint;
alter table ops.pulls add column if not exists sums varchar;

create table if not exists ops.sweeps (
    run_id varchar not null,
    stream varchar not null,
    as_of timestamptz not null,
    window_from timestamptz not null,
    window_to timestamptz not null,
    complete boolean not null,
    rows_listed bigint not null,
    rows_new bigint not null,
    rows_changed bigint not null,
    rows_gone bigint not null,
    gone_ids varchar[] not null
);

create table if not exists ops.files (
    file_digest varchar not null,
    name varchar not null,
    layout varchar not null,
    state varchar not null,
    reason varchar,
    exported_date date,
    arrival bigint not null,
    rows_received bigint not null,
    rows_accepted bigint not null,
    rows_repeated bigint not null,
    rows_quarantined bigint not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    seen_at timestamptz not null
);

-- Later than the table: stores of former versions get them here.
alter table ops.files add column if not exists lines_received bigint default 0;
alter table ops.files add column if not exists rows_aside bigint default 0;

create table if not exists ops.orders_aside (
    file_digest varchar not null,
    source_row bigint not null,
    order_id varchar not null
);

create table if not exists ops.actions (
    action_no bigint not null,
    verb varchar not null,
    case_id varchar,
    break_id varchar,
    order_id varchar,
    transaction_id varchar,
    reason varchar not null,
    decided_by varchar not null,
    decided_at timestamptz not null,
    effective_at timestamptz not null
);

-- Later than the table: whom a break was given to, and what stood there when it was decided on.
alter table ops.actions add column if not exists assignee varchar;
alter table ops.actions add column if not exists code varchar;
alter table ops.actions add column if not exists currency varchar;
alter table ops.actions add column if not exists amount decimal(38, 18);
alter table ops.actions add column if not exists received_currency varchar;
alter table ops.actions add column if not exists received_amount decimal(38, 18);
alter table ops.actions add column if not exists match_rule varchar;
alter table ops.actions add column if not exists request_key varchar;

create table if not exists ops.deliveries (
    delivery_key varchar not null,
    state varchar not null,
    message_id varchar not null,
    attempted_at timestamptz
);

create table if not exists ops.closings (
    closing_no bigint not null,
    run_id varchar not null,
    first_date date not null,
    last_date date not null,
    as_of timestamptz not null
);

create table if not exists ops.control (
    sequence bigint not null,
    digest varchar not null
);

create table if not exists ops.gateway (
    host varchar not null,
    business_id varchar not null,
    timezone varchar not null
);

create table if not exists reconciled.closed_breaks (
    break_id varchar not null,
    case_id varchar not null,
    code varchar not null,
    secondary_codes varchar[] not null,
    order_id varchar,
    transaction_id varchar,
    session_id varchar,
    subscription_id varchar,
    invoice_id varchar,
    charge_attempt_id varchar,
    currency varchar not null,
    expected_amount decimal(38, 18),
    actual_amount decimal(38, 18),
    money_impact decimal(38, 18) not null,
    detail varchar not null,
    evidence varchar not null,
    business_date date not null,
    first_seen_date date not null,
    last_seen_date date not null,
    age_days bigint not null,
    severity varchar not null,
    state varchar not null,
    assignee varchar,
    rule_version varchar not null,
    policy_version varchar not null,
    recorded_from timestamptz not null
);

-- Later than the table: up to which action the state and the assignee are worked out.
alter table reconciled.closed_breaks add column if not exists last_action_no bigint;
alter table reconciled.closed_breaks add column if not exists holds boolean;

create table if not exists reconciled.closed_versions as
select *, null::timestamptz as recorded_to from reconciled.closed_breaks limit 0;

create table if not exists reconciled.postings (
    closing_no bigint not null,
    business_date date not null,
    currency varchar not null,
    line varchar not null,
    code varchar not null,
    age_band varchar not null,
    amount decimal(38, 18) not null,
    rows bigint not null
);

-- What each closing told of a date, where it differs from the closing before it.
create table if not exists reconciled.closed_figures (
    closing_no bigint not null,
    recorded_from timestamptz not null,
    business_date date not null,
    currency varchar not null,
    figure varchar not null,
    amount decimal(38, 18) not null
);

create table if not exists delivered.reports (
    name varchar not null,
    business_date date not null,
    as_of timestamptz not null,
    digest varchar not null,
    figures varchar not null
);

-- What a report that was drawn stands in the place of, until it is published; nothing where none was.
create table if not exists delivered.replaced_reports (
    name varchar not null,
    business_date date not null,
    as_of timestamptz,
    digest varchar,
    figures varchar
);

create table if not exists ops.checked (
    stream varchar not null,
    arrival bigint not null
);

create table if not exists ops.checked_files (
    file_digest varchar not null
);

create table if not exists ops.turn (
    run_id varchar not null
);

-- Computed anew by every night; the first pull asks it before it was ever computed.
create table if not exists reconciled.refunds_due (
    transaction_id varchar,
    amount decimal(38, 18),
    reason varchar
);
