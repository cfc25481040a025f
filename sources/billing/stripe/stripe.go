// Package stripe asks Stripe for customers as billing accounts: balance, subscriptions
// with their monthly revenue, invoices and charges. The key of a record is the
// customer's id, as "cus_NffrFeUfNV2Hib".
//
// Facts about the API that it relies on, as of version 2026-06-24.dahlia, which the
// library github.com/stripe/stripe-go/v86 asks for (https://docs.stripe.com/api):
//
//   - One customer is GET /v1/customers/{id}; there is no call for several. One that
//     does not exist is 404 with the code resource_missing, a deleted one comes with
//     "deleted": true (https://docs.stripe.com/api/customers/retrieve).
//   - GET /v1/subscriptions?status=all, /v1/invoices and /v1/charges list those of one
//     customer, newest first, at most 100 a page, with starting_after and has_more
//     (https://docs.stripe.com/api/pagination). Subscriptions that ended are listed only
//     with status=all.
//   - GET /v1/products takes up to 100 ids at once; a coupon and a price with its tiers
//     are one call each. They cannot come along with subscriptions: expand goes four
//     levels deep, and data.items.data.price.product is five
//     (https://docs.stripe.com/api/expanding_objects).
//   - 100 requests a second in live mode, 25 in a sandbox, 25 to one endpoint; above is
//     429, commonly without Retry-After (https://docs.stripe.com/rate-limits).
//   - Amounts are integers in a currency's smallest unit, with exceptions
//     (https://docs.stripe.com/currencies#special-cases).
//   - A restricted key (rk_…) is enough, with read access to customers, subscriptions,
//     invoices, charges, products, prices and coupons (https://docs.stripe.com/keys).
//
// # Balance
//
// What Stripe calls a customer's balance is only what was not put on an invoice yet:
// positive, the next invoice is higher by it; negative, it is a credit. It does not
// reflect unpaid invoices. What an account owes is both, so the balance told here is
// Stripe's balance and what is left to pay of open invoices; drafts, void and
// uncollectible invoices are not in it. Hence the account takes a second call: the open
// invoices, unless all invoices are asked for anyway. Where more than a thousand are
// open, the balance is not known, and told to be cut. It is not known either where amounts
// in several currencies are owed, or where nothing was ever billed, so that there is no
// currency.
//
// # Monthly revenue
//
// See the rule and its examples at [monthly]. A customer is left out where a coupon or a
// price did not answer; the names of products may lack.
package stripe

import (
	_ "embed"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/stripe/stripe-go/v86"

	"customer360/sources/billing"
	"customer360/sources/httpapi"
)

// Config describes the system.
type Config struct {
	// Name is the source's name, "billing/system".
	Name string `yaml:"-"`
	// APIKey is a restricted (rk_…) or secret (sk_…) key; read access is enough.
	APIKey string `yaml:"apiKey"`
	// Account is a connected account (acct_…) that is asked instead of the key's own.
	Account string `yaml:"account"`
	// URL is the API's address, Stripe's own where it is empty.
	URL string `yaml:"url"`
	// DashboardURL is where links to records lead. Empty: to Stripe's Dashboard where URL
	// is Stripe's own, else there are no links.
	DashboardURL string `yaml:"dashboardUrl"`
	// Limits bound the requests; zero requests a second are [liveRate] or [testRate].
	httpapi.Limits `yaml:",inline"`
}

// Every second up to twice the rate can be sent, since a second's worth may come as a
// burst, and at least two endpoints share it. So 20 stay below the 25 requests a second
// that one endpoint takes, and leave more than half of the 100 that the account has to
// the company's other programs. A sandbox takes 25 in all.
const (
	liveRate = 20
	testRate = 10
)

const dashboard = "https://dashboard.stripe.com"

// Schema describes Config in JSON Schema, for editors and validation.
//
//go:embed schema.json
var Schema []byte

// source is one account at Stripe.
type source struct {
	name, system string
	stripe       *stripe.Client
	http         *httpapi.Client
	concurrency  int
	// links is what the links to records begin with; empty: there are none.
	links string
}

// New makes the source; it does not call Stripe. The error lists every fault of the
// configuration. The source is an [io.Closer].
func New(c Config) (billing.Source, error) {
	var errs []error
	_, system, _ := strings.Cut(c.Name, "/")
	if system == "" {
		errs = append(errs, errors.New("name: want domain/system, as billing/stripe"))
	}
	switch {
	case c.APIKey == "":
		errs = append(errs, errors.New("apiKey: missing: create a restricted key with read access in Stripe's Dashboard, under Developers, API keys"))
	case strings.HasPrefix(c.APIKey, "pk_"):
		errs = append(errs, errors.New("apiKey: this is a publishable key, which cannot read: want a restricted or secret key, rk_… or sk_…"))
	case strings.ContainsFunc(c.APIKey, func(r rune) bool { return r <= ' ' || r > '~' }):
		errs = append(errs, errors.New("apiKey: contains a space or another character that no key has: copy it again"))
	}
	if c.Account != "" && (!strings.HasPrefix(c.Account, "acct_") || !idForm.MatchString(c.Account)) {
		errs = append(errs, errors.New("account: want the id of a connected account, acct_…, or nothing"))
	}
	if c.DashboardURL == "" && c.URL == "" {
		c.DashboardURL = dashboard
	} else if u, err := url.Parse(c.DashboardURL); c.DashboardURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		errs = append(errs, errors.New("dashboardUrl: want an address like "+dashboard+", or nothing"))
	}
	if c.URL == "" {
		c.URL = stripe.APIURL
	} else if u, err := url.Parse(c.URL); err == nil && strings.Trim(u.Path, "/") != "" {
		errs = append(errs, errors.New("url: want it without a path: the library adds /v1"))
	}
	if c.RequestsPerSecond == 0 {
		c.RequestsPerSecond = testRate
		if strings.Contains(c.APIKey, "_live_") {
			c.RequestsPerSecond = liveRate
		}
	}
	client, err := httpapi.New(httpapi.Config{
		Source: c.Name, URL: c.URL, Header: header(c), Limits: c.Limits, Endpoint: endpoint,
	})
	if errs = append(errs, err); errors.Join(errs...) != nil {
		return nil, errors.Join(errs...)
	}
	s := &source{
		name: c.Name, system: system, http: client, concurrency: c.Concurrency,
		stripe: newClient(c.APIKey, c.URL, client),
	}
	if c.DashboardURL != "" {
		s.links = strings.TrimSuffix(c.DashboardURL, "/") + "/"
		if c.Account != "" {
			s.links += c.Account + "/"
		}
	}
	return s, nil
}

// header gives what is sent with each request. The library's own headers tell what the
// program is run by and with, which is nobody's business.
func header(c Config) http.Header {
	h := http.Header{"User-Agent": {"customer360"}, "X-Stripe-Client-User-Agent": nil}
	if c.Account != "" {
		h.Set("Stripe-Account", c.Account)
	}
	return h
}

// Name is the configured name.
func (s *source) Name() string { return s.name }

// Close closes idle connections.
func (s *source) Close() error {
	s.http.Close()
	return nil
}

// link leads to a record in the Dashboard, as "customers", "cus_1".
func (s *source) link(live bool, kind, id string) string {
	if s.links == "" || id == "" {
		return ""
	}
	if !live {
		kind = "test/" + kind
	}
	return s.links + kind + "/" + url.PathEscape(id)
}
