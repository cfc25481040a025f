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

// Lines of a request that belongs to a trace have its id, and no others; requests that have the same
// id by their clients' choice hide no lines of each other.
func TestTraced(t *testing.T) {
	var log bytes.Buffer
	tele := telemetry.New(slog.New(telemetry.Traced(slog.NewTextHandler(&log, nil))), func(ctx context.Context) string {
		return sources.RequestOf(ctx).ID
	})
	const trace = "0af7651916cd43dd8448eb211c80319c"
	for _, parent := range []string{"00-" + trace + "-b7ad6b7169203331-01", ""} {
		ctx := sources.WithRequest(context.Background(), &sources.Request{ID: "mine", Traceparent: parent})
		for range 2 {
			tele.Called(ctx, guard.Call{Source: "billing/stripe", Keys: 1, Err: &sources.Error{Source: "billing/stripe", Kind: sources.Unavailable, Err: errors.New("down")}})
		}
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "request=mine trace="+trace) || strings.Contains(lines[1], "trace=") {
		t.Errorf("the log is %q", lines)
	}
}
