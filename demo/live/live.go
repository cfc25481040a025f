// Package live runs the demo company's records behind small servers on loopback that
// speak the wire formats of Stripe, Zendesk and Mastodon, so that the real adapters can
// be tried without an account anywhere. Each server answers the endpoints that its
// adapter calls, with paging, filters and refusals as the vendor has them.
package live

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"customer360/demo"
	"customer360/sources/profiles"
)

// The systems that the demo company's records are in when it is live.
const (
	StripeSystem   = "stripe"
	ZendeskSystem  = "zendesk"
	MastodonSystem = "mastodon"
)

// systems says where the records of a source are.
var systems = map[profiles.SourceName]string{
	profiles.Billing: StripeSystem, profiles.Support: ZendeskSystem, profiles.Social: MastodonSystem,
}

// Company makes the demo company as of now, its records keyed as the vendors key
// theirs, and its customers linked to them there.
func Company(now time.Time) *demo.Company {
	c := demo.New(now)
	for _, customer := range c.Customers {
		for i := range customer.Links {
			l := &customer.Links[i]
			// The links to other systems are there on purpose.
			if l.System == demo.System {
				l.System, l.RecordID = systems[l.Source], Key(l.Source, l.RecordID)
			}
		}
	}
	for _, r := range c.Billing {
		r.RecordID = Key(profiles.Billing, r.RecordID)
	}
	for _, r := range c.Support {
		r.RecordID = Key(profiles.Support, r.RecordID)
	}
	for _, r := range c.Social {
		r.RecordID = Key(profiles.Social, r.RecordID)
	}
	// Nothing that is asked live is old.
	c.Exceptions = nil
	return c
}

// Key gives the key that a record of the demo company has at its vendor: "cus_…" at
// Stripe, a number elsewhere. It does not depend on anything but the demo's own key.
func Key(source profiles.SourceName, recordID string) string {
	if source == profiles.Billing {
		return "cus_" + strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r
			}
			return -1
		}, recordID)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(recordID))
	// Eleven digits, as vendors have them; a test holds that no two are alike.
	return strconv.FormatUint(10_000_000_000+h.Sum64()%90_000_000_000, 10)
}

// Servers are the vendors of a company, on free ports of the loopback address.
type Servers struct {
	// StripeURL, ZendeskURL and MastodonURL are their addresses, without a path.
	StripeURL, ZendeskURL, MastodonURL string
	servers                            []*http.Server
}

// Start serves a company that [Company] made. Faults, by the name of the domain, make
// a vendor fail as far as a wire can show it; the others are for [demo.Faulty].
func Start(c *demo.Company, faults map[string]demo.Fault) (*Servers, error) {
	s := &Servers{}
	var errs []error
	serve := func(h http.Handler, domain string) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			errs = append(errs, err)
			return ""
		}
		server := &http.Server{Handler: faulty(h, faults[domain]), ReadHeaderTimeout: 5 * time.Second}
		s.servers = append(s.servers, server)
		go func() { _ = server.Serve(l) }()
		return "http://" + l.Addr().String()
	}
	s.StripeURL = serve(Stripe(c.Billing, c.Now), "billing")
	s.ZendeskURL = serve(Zendesk(c.Support, c.Now), "support")
	s.MastodonURL = serve(Mastodon(c.Social, c.Now), "social")
	if errs != nil {
		return nil, fmt.Errorf("the demo's vendors could not be served on loopback: %w", errors.Join(errors.Join(errs...), s.Close()))
	}
	return s, nil
}

// Close ends the servers, and calls that hang with them.
func (s *Servers) Close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	return errors.Join(errs...)
}

// slowness is how much longer a request takes for [demo.FaultSlow]; a page is up to five
// of them, one after the other.
const slowness = 100 * time.Millisecond

// faulty makes a vendor fail.
func faulty(h http.Handler, f demo.Fault) http.Handler {
	now := f.Start()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch now() {
		case demo.FaultError:
			w.WriteHeader(http.StatusInternalServerError)
			return
		case demo.FaultHang:
			<-r.Context().Done()
			return
		case demo.FaultSlow:
			wait(r.Context(), slowness)
		}
		h.ServeHTTP(w, r)
	})
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// Profiles makes the demo company as [Company] does, without its records: what the
// gateway itself keeps of it where the records are asked live.
func Profiles(now time.Time) *demo.Company {
	c := Company(now)
	c.Billing, c.Support, c.Social = nil, nil, nil
	return c
}
