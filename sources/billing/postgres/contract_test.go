package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/billing/postgres/postgrestest"
	"customer360/sources/sourcetest"
)

func holds(r *billing.Record) sources.Parts {
	held := billing.PartAccount
	if len(r.Subscriptions) > 0 {
		held |= billing.PartSubscriptions
	}
	if len(r.Invoices) > 0 {
		held |= billing.PartInvoices
	}
	if len(r.Charges) > 0 {
		held |= billing.PartCharges
	}
	if r.Balance != nil {
		held |= billing.PartBalance
	}
	return held
}

func TestContract(t *testing.T) {
	for _, test := range []struct {
		keys, unknown string
		known         []string
	}{
		{"text", "no such key", []string{"first-key", `second "key", \ {}`, "third'key"}},
		{"bigint", "not-a-number", []string{"4000000001", "4000000002", "-4000000003"}},
		{"uuid", "not-a-uuid", []string{"0190a5a2-7c3b-7e51-9d6c-000000000001", "0190a5a2-7c3b-7e51-9d6c-000000000002", "0190a5a2-7c3b-7e51-9d6c-000000000003"}},
	} {
		t.Run(test.keys, func(t *testing.T) {
			postgrestest.Start(t)
			sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*billing.Record] {
				w := newWorld(t, test.keys)
				for _, key := range test.known {
					w.fill(escaped(key))
				}
				secrets := []string{password, w.schema, "postgres://", "invoices\""}
				return sourcetest.Fixture[*billing.Record]{
					Source: w.source(), Known: test.known, Unknown: test.unknown,
					Parts: []sources.Parts{billing.PartAccount, billing.PartSubscriptions, billing.PartInvoices, billing.PartCharges, billing.PartBalance},
					Holds: holds,
					Calls: func() int { return int(w.trips.Load()) },
					Failures: []sourcetest.Failure{
						{Kind: sources.Unavailable, Secrets: secrets, Arm: w.down},
						{Kind: sources.TimedOut, Secrets: secrets, Arm: func() { w.stuck.Store(true) }},
						{Kind: sources.TimedOut, Secrets: secrets, Arm: func() { lock(w, t) }},
						{Kind: sources.Unauthorized, Secrets: secrets, Arm: func() { w.do(`revoke select on invoices from ` + w.schema) }},
						{Kind: sources.Unauthorized, Secrets: secrets, Arm: func() { w.do(`alter role ` + w.schema + ` password 'another'`) }},
						{Kind: sources.Unavailable, Secrets: secrets, Arm: func() { w.do(`alter role ` + w.schema + ` connection limit 0`) }},
						{Kind: sources.Malformed, Secrets: secrets, Arm: func() { w.do(`alter table payments drop column amount`) }},
						{Kind: sources.Malformed, Secrets: secrets, Arm: func() { w.do(`update invoices set currency = 'ducats'`) }},
					},
					Break: func(key string) { w.do(`update invoices set issued = null where customer::text = $1`, key) },
				}
			})
		})
	}
}

func escaped(key string) string {
	var out []rune
	for _, r := range key {
		if out = append(out, r); r == '\'' {
			out = append(out, r)
		}
	}
	return string(out)
}

// lock lets every query wait until the test ends.
func lock(w *world, t *testing.T) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, postgrestest.Start(t).BossDSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(ctx) })
	if _, err := conn.Exec(ctx, `begin; lock table `+w.schema+`.customers in access exclusive mode`); err != nil {
		t.Fatal(err)
	}
}
