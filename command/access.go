package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"customer360/access"
	"customer360/access/credentials"
	"customer360/access/keys"
	"customer360/access/signin"
	"customer360/access/tokens"
	"customer360/audit"
	"customer360/graph/cost"
	"customer360/graph/persisted"
	"customer360/internal/config"
	"customer360/internal/gateway"
	"customer360/internal/graphqlhttp"
	"customer360/internal/store"
	"customer360/internal/streams"
	"customer360/internal/telemetry"
	"customer360/resolvers"
	"customer360/sources/documents"
)

// accessSettings are the section access of the configuration file.
type accessSettings struct {
	Anonymous      string                      `yaml:"anonymous"`
	Attempts       int                         `yaml:"attempts"`
	TrustedProxies []string                    `yaml:"trustedProxies"`
	Origins        []string                    `yaml:"origins"`
	MatchingSecret string                      `yaml:"matchingSecret"`
	OIDC           *tokens.Config              `yaml:"oidc"`
	SignIn         *signin.Config              `yaml:"signIn"`
	Audiences      map[string]audienceSettings `yaml:"audiences"`
	Attributes     map[string]attributeRule    `yaml:"attributes"`
	Documents      string                      `yaml:"documents"`
}

type audienceSettings struct {
	CostPerOperation *int   `yaml:"costPerOperation"`
	CostPerMinute    *int   `yaml:"costPerMinute"`
	TrustedDocuments string `yaml:"trustedDocuments"`
}

type attributeRule struct {
	In        []access.Audience `yaml:"in"`
	Sensitive access.Class      `yaml:"sensitive"`
}

// auditSettings are the section audit.
type auditSettings struct {
	Disabled     bool `yaml:"disabled"`
	audit.Config `yaml:",inline"`
}

// minMatchingSecret is how long the secret of pseudonyms must be: with a short one, who has
// one partner's salt could try out those of others.
const minMatchingSecret = 32

// accessOf reads what the file says of access, and everything that is wrong with it.
func accessOf(f *config.File) (accessSettings, auditSettings, error) {
	var s accessSettings
	a := auditSettings{Config: audit.Defaults()}
	errs := []error{f.DecodeSection("access", &s), f.DecodeSection("audit", &a)}
	fault := func(section string, err error) { errs = append(errs, f.SectionFault(section, err)) }
	fault("access", s.credentials().Check())
	fault("audit", a.Check())
	if s.OIDC != nil {
		fault("access", prefixed("oidc.", s.OIDC.Check()))
	}
	if s.SignIn != nil {
		fault("access", prefixed("signIn.", s.SignIn.Check()))
		if s.OIDC == nil {
			fault("access", errors.New("signIn: requires access.oidc, which is not configured"))
		}
	}
	open := streams.Defaults()
	open.Origins = s.Origins
	fault("access", open.Check())
	if s.MatchingSecret != "" && len(s.MatchingSecret) < minMatchingSecret {
		fault("access", fmt.Errorf("matchingSecret: want at least %d characters", minMatchingSecret))
	}
	if s.Documents != "" && !filepath.IsAbs(s.Documents) {
		s.Documents = filepath.Join(filepath.Dir(f.Path), s.Documents)
	}
	costs, of := s.perAudience()
	for _, a := range access.Audiences {
		name := audienceKey(a)
		if c := costs[a]; c.PerMinute > 0 && c.PerOperation > c.PerMinute {
			fault("access", fmt.Errorf("audiences.%s.costPerOperation: must not exceed costPerMinute, %d: such an operation could never be sent", name, c.PerMinute))
		}
		if of[a].Required && s.Documents == "" {
			fault("access", fmt.Errorf("audiences.%s.trustedDocuments: trusted documents are required, but access.documents names no manifest", name))
		}
	}
	if s.Documents != "" {
		m, err := persisted.Load(s.Documents)
		if err == nil && len(m.Documents) == 0 {
			err = errors.New("the manifest has no documents")
		}
		if err != nil {
			fault("access", fmt.Errorf("documents: %w", err))
		}
	}
	return s, a, errors.Join(errs...)
}

func (s accessSettings) credentials() credentials.Config {
	return credentials.Config{Attempts: s.Attempts, TrustedProxies: s.TrustedProxies}
}

// perAudience gives what callers of an audience may spend, and which documents they may name.
func (s accessSettings) perAudience() (map[access.Audience]cost.Limits, map[access.Audience]persisted.Config) {
	costs, of := map[access.Audience]cost.Limits{}, map[access.Audience]persisted.Config{}
	for _, a := range access.Audiences {
		own, limits := s.Audiences[audienceKey(a)], gateway.DefaultCosts[a]
		if own.CostPerOperation != nil {
			limits.PerOperation = *own.CostPerOperation
		}
		if own.CostPerMinute != nil {
			limits.PerMinute = *own.CostPerMinute
		}
		required := own.TrustedDocuments == "required"
		costs[a], of[a] = limits, persisted.Config{Automatic: !required, Manifest: s.Documents, Required: required}
	}
	return costs, of
}

// attributes gives the rules of attributes that are configured.
func (s accessSettings) attributes() map[string]resolvers.AttributeRule {
	rules := map[string]resolvers.AttributeRule{}
	for key, r := range s.Attributes {
		rules[key] = resolvers.AttributeRule{Audiences: r.In, Class: r.Sensitive}
	}
	return rules
}

// prefixed puts a prefix before each of the errors that are joined.
func prefixed(prefix string, err error) error {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		var errs []error
		for _, e := range joined.Unwrap() {
			errs = append(errs, prefixed(prefix, e))
		}
		return errors.Join(errs...)
	}
	return fmt.Errorf("%s%w", prefix, err)
}

// An admission is who is let in, and what is recorded of them.
type admission struct {
	keys   *keys.Store
	tokens *tokens.Verifier
	audit  *audit.Log
	// open: requests without a credential are served.
	open bool
	// demo are the keys of the demo, by audience; nil: it is not the demo.
	demo map[access.Audience]string
	// matching is what pseudonyms are made of, ids what ids are sealed with.
	matching, ids []byte
	find          *credentials.Finder
	// signIn is nil where nobody can sign in at the pages.
	signIn *signin.SignIn
}

// admit opens what credentials are checked by, and what reads are recorded in. A gateway that
// others can reach, and that nobody has a credential for, is not started.
func admit(ctx context.Context, c config.Serve, s accessSettings, a auditSettings, st *store.Store, t *telemetry.Telemetry, log *slog.Logger) (_ *admission, err error) {
	ad := &admission{keys: keys.New(st.Store)}
	defer func() {
		if err != nil {
			err = errors.Join(err, ad.Close())
		}
	}()
	if s.MatchingSecret != "" {
		ad.matching, ad.ids = []byte(s.MatchingSecret), []byte(s.MatchingSecret)
	} else if ad.ids, err = ad.keys.IDSecret(ctx); err != nil {
		return nil, err
	}
	if s.OIDC != nil {
		issuer := *s.OIDC
		issuer.Log = log
		if ad.tokens, err = tokens.New(issuer); err != nil {
			return nil, err
		}
		if s.SignIn != nil {
			ad.signIn = signin.New(issuer.Issuer, *s.SignIn, log)
		}
	}
	if err := ad.openDemo(ctx, c, st.Store); err != nil {
		return nil, err
	}
	issued, err := ad.issued(ctx)
	if err != nil {
		return nil, err
	}
	switch loopback := config.IsLoopback(c.Addr); {
	case s.Anonymous == "allow" && !loopback:
		return nil, fmt.Errorf("access.anonymous is allow, but other machines can reach --addr %s: everybody there would see everything", c.Addr)
	case !loopback && !issued && ad.tokens == nil:
		return nil, fmt.Errorf("other machines can reach --addr %s, but no credential exists: create a key with customer360 keys create, or configure access.oidc", c.Addr)
	case loopback && s.Anonymous == "allow":
		ad.open = true
	default:
		ad.open = loopback && s.Anonymous == "" && !issued && ad.tokens == nil
	}
	checked := s.credentials()
	checked.Keys, checked.Tokens, checked.Observer, checked.Log = ad.keys, ad.tokens, refusals{t}, log
	if ad.find, err = credentials.New(checked); err != nil {
		return nil, err
	}
	if !a.Disabled {
		if err := auditIndexes(ctx, c.Store, st.Store); err != nil {
			return nil, err
		}
		if ad.audit, err = audit.Open(ctx, st.Store, a.Config, telemetry.Audit{Telemetry: t}); err != nil {
			return nil, err
		}
	}
	return ad, st.Optimize(ctx)
}

// issued reports whether there was ever a key beside those of the demo: that the last one
// ended must not open what it has closed.
func (a *admission) issued(ctx context.Context) (bool, error) {
	all, err := a.keys.List(ctx)
	if err != nil {
		return false, err
	}
	demo := map[string]bool{}
	for _, key := range a.demo {
		demo[keys.ID(key)] = true
	}
	return slices.ContainsFunc(all, func(k keys.Key) bool { return !demo[k.ID] }), nil
}

// auditIndexes creates or verifies the indexes of the audit log; the embedded store has no
// others than by key.
func auditIndexes(ctx context.Context, c config.Store, s documents.Store) error {
	switch {
	case c.URI() == "" || c.MongodbIndexes == "create":
		return audit.CreateIndexes(ctx, s)
	case c.MongodbIndexes == "verify":
		return audit.VerifyIndexes(ctx, s)
	}
	return nil
}

// auditClose bounds how long the end of the process waits for entries to be written.
const auditClose = 10 * time.Second

// Close writes what is still to be recorded.
func (a *admission) Close() error {
	var errs []error
	if a.audit != nil {
		ctx, cancel := context.WithTimeout(context.Background(), auditClose)
		defer cancel()
		errs = append(errs, a.audit.Close(ctx))
	}
	if a.tokens != nil {
		errs = append(errs, a.tokens.Close())
	}
	return errors.Join(append(errs, a.keys.Close())...)
}

// Authenticate gives the caller of a request, in the words of the endpoint.
func (a *admission) Authenticate(r *http.Request) (*access.Caller, error) {
	caller, err := a.find.Find(r)
	if err == nil {
		return caller, nil
	}
	var (
		none    credentials.NoCredential
		bad     credentials.BadCredential
		limited credentials.TooManyAttempts
	)
	switch {
	case errors.As(err, &none) && a.open:
		return access.Everyone, nil
	case errors.As(err, &none), errors.As(err, &bad):
		return nil, &graphqlhttp.Refusal{Status: http.StatusUnauthorized, Code: "UNAUTHENTICATED", Message: err.Error()}
	case errors.As(err, &limited):
		return nil, &graphqlhttp.Refusal{Status: http.StatusTooManyRequests, Code: "RATE_LIMITED", Message: err.Error(), RetryAfter: limited.RetryAfter}
	}
	return nil, err
}

// refusals counts refused credentials.
type refusals struct{ t *telemetry.Telemetry }

// Refused counts one.
func (r refusals) Refused(reason string) { r.t.RefusedCredential(reason) }

// into puts what is configured of access into the gateway's configuration.
func (a *admission) into(c *gateway.Config, s accessSettings) {
	c.Authenticate, c.LoopbackHosts, c.Origins = a.Authenticate, a.open, s.Origins
	c.Revalidate, c.Client, c.SignIn = a.revalidate, a.find.Client, a.signIn
	c.Attributes = s.attributes()
	c.Costs, c.Documents = s.perAudience()
	// Without any, those of the demo hold for the demo.
	if a.demo != nil && len(s.Attributes) == 0 {
		c.Attributes = demoAttributes()
	}
	if a.audit != nil {
		c.Audit, c.AccessLog = a.audit, a.audit
	}
	c.Matching, c.IDSecret = a.matching, a.ids
	if a.demo != nil && c.Matching == nil {
		c.Matching = []byte(demoMatchingSecret)
	}
}

// revalidate says whether the key of a connection that stays open is still good. Tokens end
// by themselves.
func (a *admission) revalidate(ctx context.Context, c *access.Caller) error {
	if c.Open {
		return nil
	}
	return a.keys.Valid(ctx, c)
}

// tellKeys prints the demo's keys, one for each audience.
func (a *admission) tellKeys(w io.Writer) {
	switch {
	case a.demo != nil && a.open:
		fmt.Fprintln(w, "Requests without a credential see everything. To see what an audience sees, use its key (Authorization: Bearer KEY):")
	case a.demo != nil:
		fmt.Fprintln(w, "The key of each audience (Authorization: Bearer KEY):")
	case a.open:
		fmt.Fprintln(w, "Anyone who can reach this address sees everything, because no key exists yet. Create one: customer360 keys create")
	}
	for _, audience := range access.Audiences {
		if key, ok := a.demo[audience]; ok {
			fmt.Fprintf(w, "  %-8s  %s\n", audience, key)
		}
	}
}
