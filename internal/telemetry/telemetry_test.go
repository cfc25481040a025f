package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"customer360/internal/telemetry"
	"customer360/sources"
	"customer360/sources/guard"
)

// called gives the lines that are logged for a call.
func called(t *testing.T, c guard.Call) []map[string]any {
	t.Helper()
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	telemetry.New(log, func(context.Context) string { return "r" }).Called(context.Background(), c)
	var lines []map[string]any
	for line := range strings.Lines(b.String()) {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, one)
	}
	return lines
}

// Whoever reads the log is told why, also where the error is only that of a clock.
func TestCauseIsNeverEmpty(t *testing.T) {
	for _, kind := range []sources.Kind{sources.Unavailable, sources.TimedOut, sources.RateLimited, sources.Unauthorized,
		sources.Malformed, sources.BadLink, sources.CircuitOpen, sources.Canceled, sources.Internal, "ANOTHER"} {
		for _, err := range []error{nil, errors.New(""), errors.New(" "), context.DeadlineExceeded, context.Canceled} {
			lines := called(t, guard.Call{Source: "billing/x", Err: &sources.Error{Source: "billing/x", Kind: kind, Err: err}})
			if len(lines) != 1 {
				t.Fatalf("%d lines", len(lines))
			}
			if cause, _ := lines[0]["cause"].(string); len(cause) < 10 || strings.Contains(cause, "context") {
				t.Errorf("%s, %v: the cause is %q", kind, err, cause)
			}
		}
	}
}

// A record that cannot be read is named with its place, unless its key is personal.
func TestRecordsAreNamed(t *testing.T) {
	for key, told := range map[string]bool{
		"contact-5": true, "cus_NffrFeUfNV2Hib": true, "1001": true, "109348712345678901": true, "did:plc:ewvi7nxzyoun6zhxrhs64oiz": true,
		"550e8400-e29b-41d4-a716-446655440000": true, "ACC/77": true, "a.77": true, "account": true,
		"anna@example.com": false, "+49 30 1234567": false, "+493012345678": false, "030-1234567-8": false, "493012345678": false,
		"Anna Schäfer": false, "anna schmidt": false, "anna.schmidt": false, "anna.bsky.social": false, "anna7.bsky.social": false, "田中": false,
		strings.Repeat("x", 200): false,
	} {
		f := []sources.Fault{{Key: key, Place: "tickets[0]", Problem: "is null"}}
		for _, lines := range [][]map[string]any{
			called(t, guard.Call{Source: "support/x", Keys: 3, Answered: 2, Err: &sources.Error{Source: "support/x", Kind: sources.Malformed, Err: errors.New("why"), Records: f}}),
			called(t, guard.Call{Source: "support/x", Keys: 3, Answered: 3, LeftOut: f}),
		} {
			if len(lines) != 1 {
				t.Fatalf("%d lines", len(lines))
			}
			records, _ := lines[0]["records"].(string)
			if !strings.HasSuffix(records, ": tickets[0] is null") || strings.Contains(records, key) != told {
				t.Errorf("%q: %q", key, records)
			}
		}
	}
	many := make([]sources.Fault, 25)
	if lines := called(t, guard.Call{LeftOut: many}); !strings.HasSuffix(lines[0]["records"].(string), "; and 15 more") {
		t.Errorf("%v", lines)
	}
}
