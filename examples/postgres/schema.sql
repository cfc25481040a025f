-- The billing database of a company that wrote its own: a ledger with cents in bigint, local
-- times without a zone and words of its own. The queries in billing-postgres.yaml beside
-- this file bring it into the form that is wanted.
--
--   createdb ledger
--   psql ledger -f examples/postgres/schema.sql
--   psql ledger -c "ALTER ROLE customer360 PASSWORD '…'"

CREATE SCHEMA ledger;

CREATE TABLE ledger.account (
    account_no     bigint PRIMARY KEY,
    holder         text NOT NULL,
    dunning_level  smallint NOT NULL DEFAULT 0,
    direct_debit   boolean NOT NULL DEFAULT false,
    opened_on      date NOT NULL
);

CREATE TABLE ledger.contract (
    contract_no    bigint PRIMARY KEY,
    account_no     bigint NOT NULL REFERENCES ledger.account,
    tariff         text NOT NULL,
    fee_cents      bigint NOT NULL,
    months         integer NOT NULL DEFAULT 1,      -- how many months the fee is for
    begins_on      date NOT NULL,
    ends_on        date                             -- NULL: until further notice
);

CREATE TABLE ledger.bill (
    bill_no        text PRIMARY KEY,
    account_no     bigint NOT NULL REFERENCES ledger.account,
    state          text NOT NULL CHECK (state IN ('entwurf', 'offen', 'bezahlt', 'storniert')),
    total_cents    bigint NOT NULL,
    paid_cents     bigint NOT NULL DEFAULT 0,
    billed_at      timestamp NOT NULL,              -- local time
    due_on         date NOT NULL,
    paid_at        timestamp
);

CREATE TABLE ledger.payment (
    payment_no     bigint PRIMARY KEY,
    account_no     bigint NOT NULL REFERENCES ledger.account,
    result         text NOT NULL,
    amount_cents   bigint NOT NULL,
    returned_cents bigint NOT NULL DEFAULT 0,
    channel        text NOT NULL,
    booked_at      timestamp NOT NULL
);

-- Each query looks rows up by account. Without these, each reads its whole table.
CREATE INDEX ON ledger.contract (account_no);
CREATE INDEX ON ledger.bill (account_no, billed_at DESC);
CREATE INDEX ON ledger.payment (account_no, booked_at DESC);

-- A role of its own, which may read these tables and nothing else.
CREATE ROLE customer360 LOGIN;
GRANT USAGE ON SCHEMA ledger TO customer360;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO customer360;

-- Some rows to try it with.
INSERT INTO ledger.account VALUES
    (1001, 'Account 1001', 0, true, '2019-04-01'),
    (1002, 'Account 1002', 2, false, '2022-11-15');
INSERT INTO ledger.contract VALUES
    (1, 1001, 'Fibre 250', 3990, 1, '2019-04-01', NULL),
    (2, 1001, 'Security, yearly', 4800, 12, '2021-01-01', NULL),
    (3, 1002, 'Fibre 100', 2990, 1, '2022-11-15', '2025-10-31');
INSERT INTO ledger.bill VALUES
    ('B-2026-0001', 1001, 'bezahlt', 3990, 3990, '2026-01-02 08:00', '2026-01-16', '2026-01-09 11:30'),
    ('B-2026-0002', 1001, 'offen', 8790, 0, '2026-02-02 08:00', '2099-12-31', NULL),
    ('B-2025-0777', 1002, 'offen', 2990, 1000, '2025-10-02 08:00', '2025-10-16', NULL);
INSERT INTO ledger.payment VALUES
    (1, 1001, 'gebucht', 3990, 0, 'SEPA', '2026-01-09 11:30'),
    (2, 1002, 'rücklastschrift', 2990, 0, 'SEPA', '2025-10-16 04:00'),
    (3, 1002, 'gebucht', 1000, 0, 'transfer', '2025-10-20 09:15');
