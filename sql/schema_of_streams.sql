-- The tables that rows of subscriptions, currencies, networks and fee quotes are appended to, as received.

create table if not exists raw.subscriptions (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    subscription_id varchar,
    status varchar,
    billing_mode varchar,
    plan_id varchar,
    price_id varchar,
    pending_price_id varchar,
    customer_id varchar,
    customer_email_digest varchar,
    token_address varchar,
    current_period_start_at varchar,
    current_period_end_at varchar,
    cancel_at_period_end varchar,
    cancellation_pending varchar,
    canceled_at varchar,
    created_at varchar,
    updated_at varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.plans (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    plan_id varchar,
    name varchar,
    description varchar,
    is_active varchar,
    created_at varchar,
    updated_at varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.prices (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    price_id varchar,
    plan_id varchar,
    amount varchar,
    currency varchar,
    recurring_interval varchar,
    interval_count varchar,
    trial_period_days varchar,
    is_active varchar,
    created_at varchar,
    updated_at varchar,
    listed_under_plan_id varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.subscription_invoices (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    invoice_id varchar,
    merchant_invoice_id varchar,
    subscription_id varchar,
    amount varchar,
    currency varchar,
    token_address varchar,
    billing_mode varchar,
    usage_quantity varchar,
    status varchar,
    description varchar,
    due_at varchar,
    paid_at varchar,
    voided_at varchar,
    attempt_count varchar,
    next_attempt_at varchar,
    is_processing varchar,
    created_at varchar,
    updated_at varchar,
    listed_under_subscription_id varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.charge_attempts (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    charge_attempt_id varchar,
    invoice_id varchar,
    subscription_id varchar,
    attempt_number varchar,
    amount varchar,
    currency varchar,
    token_address varchar,
    token_amount varchar,
    status varchar,
    tx_hash varchar,
    error_code varchar,
    attempted_at varchar,
    created_at varchar,
    updated_at varchar,
    listed_under_subscription_id varchar,
    listed_under_invoice_id varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.authorizations (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    authorization_id varchar,
    status varchar,
    tx_hash varchar,
    allowance_units varchar,
    spent_units varchar,
    expires_at varchar,
    revoked_at varchar,
    created_at varchar,
    updated_at varchar,
    listed_under_subscription_id varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.currencies (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    currency_id varchar,
    ticker varchar,
    name varchar,
    network varchar,
    contract_address varchar,
    decimals varchar,
    chain_id varchar,
    is_active varchar,
    updated_at varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.networks (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    network_id varchar,
    name varchar,
    chain_id varchar,
    is_active varchar,
    updated_at varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.subscription_currencies (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    subscription_currency_id varchar,
    ticker varchar,
    name varchar,
    network varchar,
    contract_address varchar,
    decimals varchar,
    chain_id varchar,
    is_active varchar,
    updated_at varchar,
    unknown_fields varchar,
    disagreements varchar
);

create table if not exists raw.fee_quotes (
    arrival bigint not null,
    content_digest varchar not null,
    recorded_from timestamptz not null,
    run_id varchar not null,
    source varchar not null,
    fetched_at varchar,
    quote_id varchar,
    currency varchar,
    network varchar,
    amount varchar,
    fee_amount varchar,
    fee_currency varchar,
    quoted_at varchar,
    updated_at varchar,
    listed_under_currency varchar,
    listed_under_network varchar,
    listed_under_amount varchar,
    unknown_fields varchar,
    disagreements varchar
);

-- Later than the tables: stores of former versions get it here. What ranks a version, see `intake/fresh_versions`.
alter table raw.subscriptions add column if not exists ranked_at timestamptz;
alter table raw.plans add column if not exists ranked_at timestamptz;
alter table raw.prices add column if not exists ranked_at timestamptz;
alter table raw.subscription_invoices add column if not exists ranked_at timestamptz;
alter table raw.charge_attempts add column if not exists ranked_at timestamptz;
alter table raw.authorizations add column if not exists ranked_at timestamptz;
alter table raw.currencies add column if not exists ranked_at timestamptz;
alter table raw.networks add column if not exists ranked_at timestamptz;
alter table raw.subscription_currencies add column if not exists ranked_at timestamptz;
alter table raw.fee_quotes add column if not exists ranked_at timestamptz;
