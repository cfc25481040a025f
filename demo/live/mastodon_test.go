package live_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"customer360/demo"
	"customer360/demo/live"
	"customer360/sources"
	"customer360/sources/httpapi"
	"customer360/sources/social"
	"customer360/sources/social/mastodon"
)

func TestMastodonGivesTheDemoCompany(t *testing.T) {
	now := time.Now()
	records := demo.New(now).Social
	keys := make([]string, len(records))
	for i, r := range records {
		r.RecordID = fmt.Sprint(109_000_000_000_000_000 + i)
		keys[i] = r.RecordID
	}
	server := httptest.NewServer(live.Mastodon(records, now))
	t.Cleanup(server.Close)
	source, err := mastodon.New(mastodon.Config{
		Name: "social/mastodon", URL: server.URL, Domain: live.MastodonDomain, AccessToken: live.MastodonToken, Brand: live.MastodonBrand,
		Limits: httpapi.Limits{RequestsPerSecond: 1000},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.(interface{ Close() error }).Close() })
	if err := check(source); err != nil {
		t.Error(err)
	}

	answers, err := source.Fetch(context.Background(), slices.Concat(keys, []string{"1"}), social.AllParts)
	if err != nil || len(answers) != len(keys)+1 || !answers["1"].Missing {
		t.Fatalf("%d answers of %d, %v", len(answers), len(keys), err)
	}
	mentions := 0
	for _, want := range records {
		got := answers[want.RecordID]
		if got.Truncated || got.Value == nil {
			t.Errorf("%s: truncated %t, record %v", want.RecordID, got.Truncated, got.Value)
			continue
		}
		mentions += len(got.Value.Mentions)
		// What the wire format cannot say.
		want.Network = "mastodon"
		if !strings.Contains(want.Handle, "@") {
			want.Handle += "@" + live.MastodonDomain
		}
		want.LastActiveAt = want.LastActiveAt.Truncate(24 * time.Hour)
		for _, m := range want.Mentions {
			m.Network, m.SentimentValue, m.Reach = "mastodon", nil, nil
		}
		if _, err := want.Settle("mastodon", want.RecordID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Value, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s:\n%s", want.RecordID, diff)
		}
	}
	if mentions < 100 {
		t.Errorf("%d mentions came through", mentions)
	}
}

func TestMastodonWantsTheToken(t *testing.T) {
	server := httptest.NewServer(live.Mastodon(nil, time.Now()))
	t.Cleanup(server.Close)
	source, err := mastodon.New(mastodon.Config{Name: "social/mastodon", URL: server.URL, AccessToken: "other", Brand: live.MastodonBrand})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.(interface{ Close() error }).Close() })
	_, err = source.Fetch(context.Background(), []string{"1"}, social.PartProfile)
	if e := sources.AsError("", "", err); e == nil || e.Kind != sources.Unauthorized {
		t.Error(err)
	}
	if e := sources.AsError("", "", check(source)); e == nil || e.Kind != sources.Unauthorized {
		t.Error(e)
	}
}

func check(s social.Source) error {
	return s.(interface{ Check(context.Context) error }).Check(context.Background())
}
