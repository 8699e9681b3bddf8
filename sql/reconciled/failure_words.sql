-- One row per word for why a charge failed: soft when the same charge may succeed later, hard when a person must act.
-- The gateway documents none of these words; they are those of the sandbox and near forms, compared in capitals.
select
    error_code,
    failure_class,
    meaning
from (
    values
    ('INSUFFICIENT_FUNDS', 'soft', 'the wallet holds too little of the token'),
    ('INSUFFICIENT_BALANCE', 'soft', 'the wallet holds too little of the token'),
    ('INSUFFICIENT_ALLOWANCE', 'soft', 'the wallet allows less than the charge'),
    ('ALLOWANCE_TOO_LOW', 'soft', 'the wallet allows less than the charge'),
    ('GAS_PRICE_TOO_HIGH', 'soft', 'gas cost more than the relay pays'),
    ('INSUFFICIENT_GAS', 'soft', 'the relay had too little for gas'),
    ('RPC_TIMEOUT', 'soft', 'the chain did not answer in time'),
    ('TIMEOUT', 'soft', 'no answer came in time'),
    ('NETWORK_ERROR', 'soft', 'the chain could not be reached'),
    ('NETWORK_CONGESTED', 'soft', 'the chain was too busy'),
    ('AUTHORIZATION_REVOKED', 'hard', 'the payer has revoked the authorization'),
    ('AUTHORIZATION_EXPIRED', 'hard', 'the authorization has ended'),
    ('INVALID_AUTHORIZATION', 'hard', 'the authorization does not hold for this charge'),
    ('INVALID_SIGNATURE', 'hard', 'the signature of the authorization is not right'),
    ('CAP_EXCEEDED', 'hard', 'the charge exceeds what is left of the cap of the authorization'),
    ('MAX_PER_CHARGE_EXCEEDED', 'hard', 'the charge exceeds what the authorization allows at once'),
    ('SUBSCRIPTION_CANCELED', 'hard', 'the subscription was cancelled'),
    ('CANCELED', 'hard', 'the charge was cancelled')
) as spelled(error_code, failure_class, meaning)
