package command

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"customer360/access"
	"customer360/access/keys"
	"customer360/graph"
	"customer360/internal/config"
	"customer360/internal/store"
)

// keysFlags are the commands about API keys.
type keysFlags struct {
	config.Store
	Create keysCreateFlags `cmd:"" help:"Create a key. It is printed once, on standard output, and cannot be shown again."`
	List   struct {
		JSON bool `name:"json" help:"Print the keys as JSON."`
	} `cmd:"" help:"List all keys, their permissions and when they expire, but never the keys themselves."`
	Revoke struct {
		IDs []string `arg:"" name:"id" help:"The ids of keys. A whole key works too, for example one that leaked."`
	} `cmd:"" help:"Revoke keys. This cannot be undone."`
	Rotate struct {
		ID    string        `arg:"" name:"id" help:"The id of the key."`
		Grace time.Duration `name:"grace" default:"24h" help:"How long the old key keeps working."`
	} `cmd:"" help:"Create a key with the same permissions, to replace another. It is printed once, on standard output."`
	Salt keysSaltFlags `cmd:"" help:"Print a partner's salt for pseudonyms, in hexadecimal."`
}

type keysCreateFlags struct {
	Name             string   `name:"name" required:"" placeholder:"NAME" help:"A name for people, such as 'billing dashboard'."`
	Audience         string   `name:"audience" required:"" placeholder:"AUDIENCE" help:"The audience of the key: internal, frontend, analyst or partner."`
	Scope            []string `name:"scope" placeholder:"SCOPE" help:"A scope, such as billing:read, billing:* or *. May be repeated."`
	Purpose          []string `name:"purpose" placeholder:"PURPOSE" help:"A purpose, such as marketing, or * for all. May be repeated."`
	Row              []string `name:"row" sep:"none" placeholder:"RULE" help:"Limit the key to customers that match the rule, such as attribute:region=north|south or link:BILLING/crm. May be repeated: all rules must match."`
	Partner          string   `name:"partner" placeholder:"NAME" help:"The partner that the key belongs to. All keys of a partner see the same pseudonyms and ids."`
	Expires          string   `name:"expires" default:"90d" placeholder:"WHEN" help:"When the key expires: after 90d or 12h, on a day such as 2027-01-31, or never. Default: 90d."`
	CostPerOperation int      `name:"cost-per-operation" placeholder:"COST" help:"The cost limit of one operation. Default: that of the audience."`
	CostPerMinute    int      `name:"cost-per-minute" placeholder:"COST" help:"The cost limit of all operations in a minute. Default: that of the audience."`
}

type keysSaltFlags struct {
	Partner        string `name:"partner" required:"" placeholder:"NAME" help:"The partner's name, as in its keys."`
	MatchingSecret string `name:"matching-secret" env:"C360_MATCHING_SECRET" placeholder:"SECRET" help:"The gateway's matching secret. Others can see it on the command line: set C360_MATCHING_SECRET instead."`
}

// runKeys runs a command about keys, named by its words, as "keys create", and gives the
// exit code.
func runKeys(ctx context.Context, command string, c keysFlags, stdout, stderr io.Writer) int {
	_, command, _ = strings.Cut(command, " ")
	command, _, _ = strings.Cut(command, " ")
	var err error
	if command == "salt" {
		err = printSalt(c.Salt, stdout)
	} else {
		err = withKeys(ctx, c, func(s *keys.Store) error {
			switch command {
			case "create":
				return createKey(ctx, s, c.Create, stdout, stderr)
			case "list":
				return listKeys(ctx, s, c.List.JSON, stdout)
			case "revoke":
				return revokeKeys(ctx, s, c.Revoke.IDs, stderr)
			case "rotate":
				return rotateKey(ctx, s, c.Rotate.ID, c.Rotate.Grace, stdout, stderr)
			}
			return fmt.Errorf("unknown command keys %s", command)
		})
	}
	if err != nil {
		return fail(stderr, err)
	}
	return 0
}

// withKeys opens the keys of the store that is named.
func withKeys(ctx context.Context, c keysFlags, do func(*keys.Store) error) (err error) {
	if err := c.Store.Check(); err != nil {
		return err
	}
	if err := exists(c.Store); err != nil {
		return err
	}
	st, err := store.Open(ctx, store.Config{URI: c.URI(), DataDir: c.DataDir, Share: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	s := keys.New(st.Store)
	defer func() { err = errors.Join(err, s.Close(), st.Optimize(ctx)) }()
	return do(s)
}

// exists refuses an embedded store that is not there: otherwise a misspelt directory would be
// made, with a key in it that no gateway knows, or nothing in it that could be wrong.
func exists(c config.Store) error {
	if _, err := os.Stat(c.DataDir); c.URI() == "" && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no data directory %s: start the gateway once, or name its store with --data-dir or --mongodb-uri", c.DataDir)
	}
	return nil
}

func createKey(ctx context.Context, s *keys.Store, f keysCreateFlags, stdout, stderr io.Writer) error {
	spec := keys.Spec{
		Name: f.Name, Audience: f.Audience, Scopes: f.Scope, Purposes: f.Purpose, Rows: f.Row, Partner: f.Partner,
		CostPerOperation: f.CostPerOperation, CostPerMinute: f.CostPerMinute,
	}
	var err error
	if spec.Expires, err = parseExpiry(f.Expires, time.Now()); err != nil {
		// Together with what else is wrong.
		return errors.Join(err, flagNames(spec.Check(time.Now())))
	}
	secret, k, err := s.Create(ctx, spec)
	if err != nil {
		return flagNames(err)
	}
	for _, scope := range k.Scopes {
		if !asked(scope) {
			fmt.Fprintf(stderr, "Note: nothing in the schema requires the scope %s. Its scopes are %s.\n", scope, strings.Join(graph.Scopes(), ", "))
		}
	}
	return printKey(secret, k, stdout, stderr)
}

// asked reports whether a scope, or one of those that it stands for, is asked for anywhere.
func asked(scope string) bool {
	return slices.ContainsFunc(graph.Scopes(), func(known string) bool { return (access.Scopes{scope}).Has(known) })
}

// printKey prints the key alone where it can be piped from, and the rest beside it.
func printKey(secret string, k keys.Key, stdout, stderr io.Writer) error {
	if _, err := fmt.Fprintln(stdout, secret); err != nil {
		return fmt.Errorf("the key %s was created, but could not be printed: revoke it (%w)", k.ID, err)
	}
	fmt.Fprintf(stderr, "The key %s (%s) for %s %s. It cannot be shown again: store it as a secret.\n", k.ID, k.Name, k.Audience, endsAt(k.ExpiresAt))
	return nil
}

func endsAt(at time.Time) string {
	if at.IsZero() {
		return "does not expire"
	}
	return "expires at " + at.Format(time.RFC3339)
}

// flagNames turns the beginnings of faults, which are names of fields, into flags.
func flagNames(err error) error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, e := range joined.Unwrap() {
			errs = append(errs, flagNames(e))
		}
		return errors.Join(errs...)
	}
	for field, flag := range map[string]string{"name": "name", "audience": "audience", "scope": "scope", "purpose": "purpose", "row": "row", "partner": "partner",
		"expires": "expires", "costPerOperation": "cost-per-operation", "costPerMinute": "cost-per-minute"} {
		if rest, ok := strings.CutPrefix(err.Error(), field+": "); ok {
			return fmt.Errorf("--%s: %s", flag, rest)
		}
	}
	return err
}

// parseExpiry reads when a key ends: "never" is the zero time.
func parseExpiry(text string, now time.Time) (time.Time, error) {
	if text == "never" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= maxDays {
			return now.AddDate(0, 0, n), nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("--expires must be a duration such as 90d or 12h, a date such as 2027-01-31, or never, not %q", text)
}

// maxDays is a hundred years, beyond which a key may as well never end.
const maxDays = 36525

func listKeys(ctx context.Context, s *keys.Store, asJSON bool, stdout io.Writer) error {
	all, err := s.List(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	if asJSON {
		type listed struct {
			keys.Key
			State string `json:"state"`
		}
		list := make([]listed, len(all))
		for i, k := range all {
			list[i] = listed{k, k.State(now)}
		}
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(map[string]any{"keys": list})
	}
	if len(all) == 0 {
		fmt.Fprintln(stdout, "There are no keys. Create one: customer360 keys create")
		return nil
	}
	t := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tAUDIENCE\tSTATE\tEXPIRES\tLAST USED\tSCOPES\tPURPOSES\tROWS\tPARTNER")
	for _, k := range all {
		texts := []string{k.ID, k.Name, string(k.Audience), k.State(now), day(k.ExpiresAt, "never"), day(k.LastUsedAt, "-"),
			strings.Join(k.Scopes, " "), strings.Join(k.Purposes, " "), strings.Join(k.Rows, " "), k.Partner}
		for i := range texts {
			texts[i] = cmp.Or(texts[i], "-")
		}
		fmt.Fprintln(t, strings.Join(texts, "\t"))
	}
	return t.Flush()
}

func day(at time.Time, otherwise string) string {
	if at.IsZero() {
		return otherwise
	}
	return at.Format("2006-01-02 15:04")
}

func revokeKeys(ctx context.Context, s *keys.Store, ids []string, stderr io.Writer) error {
	var errs []error
	for i, id := range ids {
		if err := s.Revoke(ctx, keys.ID(id)); err != nil {
			// What is not an id may be a secret: it is not repeated.
			errs = append(errs, fmt.Errorf("argument %d: %w", i+1, err))
			continue
		}
		fmt.Fprintf(stderr, "The key %s is revoked. Gateways refuse it within %s.\n", keys.ID(id), keys.KnownFor)
	}
	return errors.Join(errs...)
}

func rotateKey(ctx context.Context, s *keys.Store, id string, grace time.Duration, stdout, stderr io.Writer) error {
	id = keys.ID(id)
	secret, k, err := s.Rotate(ctx, id, grace)
	if err != nil {
		return err
	}
	if err := printKey(secret, k, stdout, stderr); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "The key %s, which it replaces, works for another %s, unless it expires earlier.\n", id, grace)
	return nil
}

// minSecret is the least length of the matching secret. A partner knows the salt that is
// made of it, and could try out short ones.
const minSecret = 32

func printSalt(f keysSaltFlags, stdout io.Writer) error {
	var errs []error
	if len(f.MatchingSecret) < minSecret {
		errs = append(errs, fmt.Errorf("C360_MATCHING_SECRET (--matching-secret) is not set, or shorter than %d characters: create one with openssl rand -hex 32, and give the gateway the same", minSecret))
	}
	if strings.TrimSpace(f.Partner) == "" {
		errs = append(errs, errors.New("--partner: give the partner's name, as in its keys"))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, hex.EncodeToString(access.Salt([]byte(f.MatchingSecret), f.Partner)))
	return err
}
