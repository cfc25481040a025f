package command

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"customer360/sources"
	"customer360/sources/profiles"
)

// slowSpine is a store whose lists take their time, of which the clock is virtual.
type slowSpine struct {
	profiles.Spine
	takes []time.Duration
	fails error
	asked int
}

func (s *slowSpine) List(ctx context.Context, q profiles.Query, _ sources.Parts) (profiles.Page, error) {
	takes := s.takes[min(s.asked, len(s.takes)-1)]
	s.asked++
	if q.Limit == 0 {
		return profiles.Page{}, errors.New("no page was asked for")
	}
	select {
	case <-time.After(takes):
		return profiles.Page{}, s.fails
	case <-ctx.Done():
		return profiles.Page{}, ctx.Err()
	}
}

func TestSlowListsAreToldOf(t *testing.T) {
	const within = 1500 * time.Millisecond
	for name, test := range map[string]struct {
		spine slowSpine
		told  string
	}{
		"fast":                       {slowSpine{takes: []time.Duration{20 * time.Millisecond}}, ""},
		"slow":                       {slowSpine{takes: []time.Duration{5636 * time.Millisecond}}, "took=5.636s"},
		"slow enough":                {slowSpine{takes: []time.Duration{900 * time.Millisecond}}, "took=900ms"},
		"slow at the first only":     {slowSpine{takes: []time.Duration{2 * time.Second, 20 * time.Millisecond}}, ""},
		"never":                      {slowSpine{takes: []time.Duration{time.Hour}}, "took=15s"},
		"fails, which requests tell": {slowSpine{takes: []time.Duration{2 * time.Second}, fails: errors.New("down")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log strings.Builder
				warnOfSlowLists(t.Context(), &test.spine, within, slog.New(slog.NewTextHandler(&log, nil)))
				if (log.Len() > 0) != (test.told != "") || !strings.Contains(log.String(), test.told) {
					t.Errorf("the log has %q", log.String())
				}
			})
		})
	}
}

// A gateway that ends while it measures says nothing.
func TestSlowListsAreNotToldOfAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), measureAfter+time.Second)
		defer cancel()
		var log strings.Builder
		warnOfSlowLists(ctx, &slowSpine{takes: []time.Duration{time.Hour}}, 1500*time.Millisecond, slog.New(slog.NewTextHandler(&log, nil)))
		if log.Len() > 0 {
			t.Errorf("the log has %q", log.String())
		}
	})
}
