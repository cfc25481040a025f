// Package zendesk asks Zendesk Support (API v2) for contacts, their tickets and what was
// said in them. A key is the id of a Zendesk user, as text. It only reads; the token of
// an agent who may see all tickets is enough. What it relies on:
//
//   - Contacts: GET /api/v2/users/show_many.json, 100 ids per call. Deleted users are not
//     in the answer, so they are missing; so is a user who was merged into another one,
//     who is deleted by that, while the tickets go to the other.
//     https://developer.zendesk.com/api-reference/ticketing/users/users/#show-many-users
//   - Tickets of many requesters: GET /api/v2/search.json. A property that is named
//     several times is ORed, a query has at most 64 words, a page 100 results and a query
//     1,000; "count" says how many there are. Archived tickets are found. What is new or
//     changed may take a few minutes to be found.
//     https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/
//     https://support.zendesk.com/hc/en-us/articles/4408886879258
//   - What changed last: GET /api/v2/tickets.json?sort=-updated_at, which is not delayed;
//     100 calls a minute. It makes good for the delay of the search: a new ticket that is
//     not found would be told as none.
//   - Tickets of one requester: GET /api/v2/users/{id}/tickets/requested.json, not
//     delayed, with archived ones, by cursor, 100 per page.
//     https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#list-tickets
//   - When a ticket was solved and last commented: the side-load metric_sets. Where it is
//     not given, when it was solved is not known.
//     https://developer.zendesk.com/documentation/ticketing/using-the-zendesk-api/side_loading/
//   - Custom statuses: GET /api/v2/custom_statuses.json, all in one answer.
//     https://developer.zendesk.com/api-reference/ticketing/tickets/custom_ticket_statuses/
//   - Messages: GET /api/v2/tickets/{id}/comments.json, one ticket per call, by cursor,
//     newest first, 100 per page. There is no call for several tickets: the export of
//     ticket events asks for an administrator and allows 10 calls a minute.
//     https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
//   - Whose the credentials are: GET /api/v2/users/me.json, which is answered to anybody,
//     to one who is not known with the id null.
//     https://developer.zendesk.com/api-reference/ticketing/users/users/#show-self
//   - Limits: 200 requests a minute (Team) to 700 (Enterprise) for an account.
//     https://developer.zendesk.com/api-reference/introduction/rate-limits/
//
// One requester is asked for by the list, several by the search with what changed last
// beside it. A search that has more than 1,000 results is asked again in halves, down to
// single requesters, who are asked for by the list: so it is always known for whom
// something was cut. Where what changed last cannot be told, the answer says that it is
// from before the delay of the search.
//
// A rating is 2 of 2 for good and 1 of 2 for bad, since that is all that a ticket tells;
// when it was given is not in it.
package zendesk

import (
	"cmp"
	_ "embed" // the schema
	"encoding/base64"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"customer360/sources/httpapi"
	"customer360/sources/support"
)

// Schema describes Config in JSON Schema, for editors and validation.
//
//go:embed schema.json
var Schema []byte

// The defaults of the limits. An account on the smallest plan may make 200 requests a
// minute (3.3 a second), and agents and other integrations share them. Half of a minute's
// may be sent at once, as a page of customers needs, eight at a time.
const (
	defaultRate        = 3
	defaultConcurrency = 8
	// window is what Zendesk counts over.
	window = time.Minute
)

// defaultComments is how many tickets of a contact have their comments read: each costs
// a call, and few contacts have more.
const defaultComments = 20

// Config describes the system.
type Config struct {
	// Name is the source's name, as "support/zendesk".
	Name string `yaml:"-"`
	// Subdomain is the account's, as "acme" of acme.zendesk.com.
	Subdomain string `yaml:"subdomain"`
	// URL is the account's address where it is another than that of the subdomain.
	URL string `yaml:"url"`
	// Email is the agent whose token APIToken is.
	Email string `yaml:"email"`
	// APIToken is a token of the Admin Center. Either it or OAuthToken is given.
	APIToken string `yaml:"apiToken"`
	// OAuthToken is an access token with the scope read.
	OAuthToken string `yaml:"oauthToken"`
	// CommentsOfTickets is of how many tickets of a contact the comments are read, those
	// with the newest comments; zero: 20.
	CommentsOfTickets int `yaml:"commentsOfTickets"`
	// Limits are 3 requests a second, as a mean over a minute, and 8 at once where they
	// are zero.
	httpapi.Limits `yaml:",inline"`
}

type source struct {
	name, system string
	// agent is what the addresses in the agents' interface begin with.
	agent       string
	client      *httpapi.Client
	concurrency int
	comments    int
	statuses    statuses
}

// subdomain is one label of a host name.
var subdomain = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$`)

// New makes the source. It does not call the system. The source is an [io.Closer] and has
// a method Check(context.Context) error, which does.
func New(c Config) (support.Source, error) {
	var errs []error
	_, system, _ := strings.Cut(c.Name, "/")
	if system == "" {
		errs = append(errs, errors.New("name: want support/system"))
	}
	switch {
	case (c.Subdomain == "") == (c.URL == ""):
		errs = append(errs, errors.New("subdomain: give either the subdomain (acme of acme.zendesk.com) or the url"))
	case c.URL == "" && !subdomain.MatchString(c.Subdomain):
		errs = append(errs, errors.New("subdomain: want the first part of the host name only, as acme of acme.zendesk.com"))
	}
	authorization := "Bearer " + c.OAuthToken
	switch {
	case (c.APIToken == "") == (c.OAuthToken == ""):
		errs = append(errs, errors.New("apiToken: give either email and apiToken, or oauthToken"))
	case c.APIToken != "" && c.Email == "":
		errs = append(errs, errors.New("email: apiToken requires the e-mail address of its agent"))
	case c.OAuthToken != "" && c.Email != "":
		errs = append(errs, errors.New("email: is for apiToken; remove it when you use oauthToken"))
	case c.APIToken != "":
		authorization = "Basic " + base64.StdEncoding.EncodeToString([]byte(c.Email+"/token:"+c.APIToken))
	}
	if c.CommentsOfTickets < 0 {
		errs = append(errs, errors.New("commentsOfTickets: want a positive number"))
	}
	address := cmp.Or(strings.TrimSuffix(c.URL, "/"), "https://"+c.Subdomain+".zendesk.com")
	if c.URL == "" && errs != nil {
		// The faults of an address that is put together are those of its parts.
		address = "https://acme.zendesk.com"
	}
	limits := httpapi.Limits{
		RequestsPerSecond: cmp.Or(c.RequestsPerSecond, defaultRate),
		Concurrency:       cmp.Or(c.Concurrency, defaultConcurrency),
	}
	client, err := httpapi.New(httpapi.Config{
		Source: c.Name, URL: address, Header: http.Header{"Authorization": {authorization}}, Limits: limits, Window: window,
	})
	if errs = append(errs, err); errors.Join(errs...) != nil {
		return nil, errors.Join(errs...)
	}
	return &source{
		name: c.Name, system: system, agent: address + "/agent/", client: client,
		concurrency: limits.Concurrency, comments: cmp.Or(c.CommentsOfTickets, defaultComments),
	}, nil
}

// Name is the configured name.
func (s *source) Name() string { return s.name }

// Close closes idle connections.
func (s *source) Close() error {
	s.client.Close()
	return nil
}
