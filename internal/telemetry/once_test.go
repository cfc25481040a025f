package telemetry_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"customer360/internal/telemetry"
	"customer360/sources"
	"customer360/sources/guard"
)

// However often one request meets a failure, the log tells it once; another cause, source or
// request is another line.
func TestAFailureIsToldOnceForARequest(t *testing.T) {
	var log bytes.Buffer
	type key struct{}
	tele := telemetry.New(slog.New(slog.NewTextHandler(&log, nil)), func(ctx context.Context) string {
		id, _ := ctx.Value(key{}).(string)
		return id
	})
	call := func(request, source, cause string) {
		tele.Called(context.WithValue(context.Background(), key{}, request), guard.Call{
			Source: source, Keys: 1, Err: &sources.Error{Source: source, Kind: sources.Unavailable, Err: errors.New(cause)},
		})
	}
	for range 20 {
		call("r1", "profile/documents", "it is down")
	}
	if n := strings.Count(log.String(), "source failed"); n != 1 || !strings.Contains(log.String(), "it is down") {
		t.Errorf("twenty of one cause are %d lines: %s", n, log.String())
	}
	call("r1", "profile/documents", "it is slow")
	call("r1", "billing/stripe", "it is down")
	call("r2", "profile/documents", "it is down")
	// What belongs to no request cannot be told to be the same.
	call("", "profile/documents", "it is down")
	call("", "profile/documents", "it is down")
	if n := strings.Count(log.String(), "source failed"); n != 6 {
		t.Errorf("%d lines; want 6: %s", n, log.String())
	}
}
