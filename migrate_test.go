package main

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/await"
	"customer360/internal/store"
)

// landedBefore gives a data directory with a customer as earlier versions landed them.
func landedBefore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if _, err := s.Database.Collection("customers").InsertOne(t.Context(), bson.D{
		{Key: "_id", Value: "c1"}, {Key: "kind", Value: "PERSON"}, {Key: "name", Value: "Łukasz Dąbek"}, {Key: "nameKey", Value: "łukasz dabek"},
		{Key: "contactPoints", Value: bson.A{bson.D{{Key: "channel", Value: "EMAIL"}, {Key: "value", Value: "lu\u200bkasz@example.com"}}}},
		{Key: "identifiers", Value: bson.A{"email:lu\u200bkasz@example.com"}}, {Key: "createdAt", Value: at}, {Key: "updatedAt", Value: at},
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestMigrateByCommand(t *testing.T) {
	needsEmbedded(t)
	dir := landedBefore(t)
	const what = "1 customers: 1 changed\n  names           1\n  contact points  1\n"
	for _, step := range []struct {
		args []string
		said string
	}{
		{[]string{"--dry-run"}, "nothing was written"},
		{[]string{"--dry-run"}, what},
		{nil, what},
		{nil, "1 customers: 0 changed\n"},
	} {
		if code, out, problems := runs(t, append([]string{"migrate", "--data-dir", dir}, step.args...)...); code != 0 || !strings.Contains(out, step.said) {
			t.Errorf("%v: exit %d: %s%s; want %q", step.args, code, out, problems, step.said)
		}
	}
}

// The embedded store, which no other process has, is migrated while its gateway serves.
func TestMigratedAtTheStart(t *testing.T) {
	needsEmbedded(t)
	s := startServer(t, "--data-dir", landedBefore(t), "--demo", "off")
	await.Until(t, "the customer is found by what the e-mail address looks like", func() bool {
		return strings.Contains(s.ask(t, `{ customer(by: {email: "lukasz@example.com"}) { displayName email } }`), `"email":"lukasz@example.com"`)
	})
	await.Until(t, "the log says what was done", func() bool { return strings.Contains(s.stderr.String(), "migrated to the format of this version") })
	if log := s.stderr.String(); strings.Contains(log, "kasz") {
		t.Errorf("the log names the customer: %s", log)
	}
}
