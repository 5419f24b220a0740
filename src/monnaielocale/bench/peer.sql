-- The peer: the least that a transfer can be. Two balances that never fall below zero, one row per transfer, one function.
CREATE TABLE peer_account (
    id integer PRIMARY KEY,
    balance bigint NOT NULL CHECK (balance >= 0)
);
CREATE TABLE peer_transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payer integer NOT NULL,
    payee integer NOT NULL,
    amount bigint NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE FUNCTION peer_transfer(payer integer, payee integer, amount bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE peer_account SET balance = balance - amount WHERE id = payer;
    UPDATE peer_account SET balance = balance + amount WHERE id = payee;
    INSERT INTO peer_transfer (payer, payee, amount) VALUES (payer, payee, amount);
END $$;
INSERT INTO peer_account SELECT n, 100000000 FROM generate_series(0, 1000) AS n;
