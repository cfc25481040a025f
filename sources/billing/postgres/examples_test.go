package postgres_test

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"customer360/sources/billing"
	"customer360/sources/billing/postgres"
	"customer360/sources/billing/postgres/postgrestest"
)

// What examples/postgres says is done here, word by word.
func TestExample(t *testing.T) {
	c := postgrestest.Start(t)
	ctx := context.Background()
	boss, err := pgx.Connect(ctx, c.BossDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer boss.Close(ctx)
	// Again, where the tests run more than once.
	for _, sql := range []string{`drop database if exists ledger`, `drop role if exists customer360`, `create database ledger`} {
		if _, err := boss.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	owner, err := pgx.Connect(ctx, c.BossDSN()+" dbname=ledger")
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(ctx)
	schema, err := os.ReadFile("../../../examples/postgres/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(ctx, string(schema)); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(ctx, `alter role customer360 password '`+password+`'`); err != nil {
		t.Fatal(err)
	}

	text, err := os.ReadFile("../../../examples/postgres/billing-postgres.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Systems map[string]postgres.Config `yaml:"systems"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	config := file.Systems["billing/ledger"]
	config.Name = "billing/ledger"
	config.DSN = "host=" + c.Directory + " dbname=ledger user=customer360 password=" + password
	s, err := postgres.New(config)
	if err != nil {
		t.Fatal(err)
	}
	defer s.(io.Closer).Close()
	if err := s.(checked).Check(ctx); err != nil {
		t.Fatal(err)
	}
	answers, err := s.Fetch(ctx, []string{"1001", "1002", "1003"}, billing.AllParts)
	if err != nil {
		t.Fatal(err)
	}
	if !answers["1003"].Missing {
		t.Error("an account that does not exist is told")
	}
	var got []string
	for _, key := range []string{"1001", "1002"} {
		r := answers[key].Value
		got = append(got, r.Balance.String(), r.CreatedAt.Format(time.DateOnly))
		for _, s := range r.Subscriptions {
			got = append(got, string(s.Status)+" "+s.MonthlyRevenue().String())
		}
		for _, i := range r.Invoices {
			got = append(got, string(i.Status)+" "+i.AmountDue.String()+" "+i.IssuedAt.Format(time.RFC3339))
		}
		for _, c := range r.Charges {
			got = append(got, string(c.Status)+" "+c.RawStatus+" "+c.Amount.String())
		}
	}
	want := []string{
		"87.90 EUR", "2019-04-01", "ACTIVE 4.00 EUR", "ACTIVE 39.90 EUR",
		"DUE 87.90 EUR 2026-02-02T07:00:00Z", "PAID 0.00 EUR 2026-01-02T07:00:00Z", "SUCCEEDED  39.90 EUR",
		"19.90 EUR", "2022-11-15", "CANCELED 0.00 EUR", "OVERDUE 19.90 EUR 2025-10-02T06:00:00Z",
		"SUCCEEDED  10.00 EUR", "OTHER rücklastschrift 29.90 EUR",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSchemaIsJSON(t *testing.T) {
	if !json.Valid(postgres.Schema) {
		t.Error("it is not")
	}
}
