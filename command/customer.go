package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"customer360/access"
	"customer360/audit"
	"customer360/demo"
	"customer360/internal/config"
	"customer360/internal/gateway"
	"customer360/internal/store"
	"customer360/internal/telemetry"
	"customer360/rights"
	"customer360/sources/profiles"
	profiledocs "customer360/sources/profiles/documents"
)

// customerFlags are the commands about one customer's rights.
type customerFlags struct {
	config.Store
	SourceTimeout string `name:"source-timeout" default:"10s" help:"The timeout of one call to a system."`
	Export        struct {
		Key string `arg:"" help:"The company's own key of the customer."`
	} `cmd:"" help:"Print everything known about a customer, from every system, as one JSON document. Exit code 2: a system did not answer."`
	Erase struct {
		Key string `arg:"" help:"The company's own key of the customer."`
		Yes bool   `help:"Erase. Without this flag, only list what would be erased."`
	} `cmd:"" help:"Erase a customer from every system that the gateway may write to, and list what is left elsewhere. Exit code 2: something is left."`
}

// incomplete is the exit code where something is lacking, or left.
const incomplete = 2

// runCustomer runs a command about a customer's rights, and gives the exit code.
func runCustomer(ctx context.Context, command string, c customerFlags, f *config.File, stdout, stderr io.Writer) int {
	whole := false
	err := withRights(ctx, c, f, stderr, func(d desk) (err error) {
		if strings.HasPrefix(command, "customer export") {
			whole, err = d.export(ctx, c.Export.Key, stdout)
		} else {
			whole, err = d.erase(ctx, c.Erase.Key, c.Erase.Yes, stdout)
		}
		return err
	})
	switch {
	case err != nil:
		return fail(stderr, err)
	case !whole:
		return incomplete
	}
	return 0
}

// A desk is where one customer's rights are seen to.
type desk struct {
	*rights.Rights
	// record records what is done with a customer, in which systems.
	record func(action audit.Action, key string, systems []string) error
	// erased reports whether a customer of this key was erased before, as far as that is known.
	erased func(ctx context.Context, key string) (bool, error)
}

// errNobody does not repeat the key, which may be a person's address.
var errNobody = errors.New("no customer has this key: give the company's own key of the customer, not an e-mail address or the id in the graph")

func (d desk) export(ctx context.Context, key string, stdout io.Writer) (whole bool, err error) {
	plan, err := d.plan(ctx, key)
	if err != nil {
		return false, err
	}
	if err := d.record(audit.Export, key, systemsOf(plan)); err != nil {
		return false, err
	}
	p, err := d.Export(ctx, key)
	if err != nil {
		return false, err
	}
	e := json.NewEncoder(stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return p.Complete, e.Encode(p)
}

// plan says what there is of a customer who is there, or was.
func (d desk) plan(ctx context.Context, key string) (*rights.Erasure, error) {
	plan, err := d.Plan(ctx, key)
	if err != nil || slices.ContainsFunc(plan.Records, func(one rights.ErasedRecord) bool { return one.State != rights.NothingThere }) {
		return plan, err
	}
	erased, err := d.erased(ctx, key)
	if err == nil && !erased {
		err = errNobody
	}
	return plan, err
}

// systemsOf names the systems that hold something of a customer.
func systemsOf(plan *rights.Erasure) []string {
	var systems []string
	for _, one := range plan.Records {
		if one.Source != profiles.Profile {
			systems = append(systems, strings.ToLower(string(one.Source))+"/"+one.System)
		}
	}
	slices.Sort(systems)
	return slices.Compact(systems)
}

func (d desk) erase(ctx context.Context, key string, really bool, stdout io.Writer) (whole bool, err error) {
	e, err := d.plan(ctx, key)
	if err != nil {
		return false, err
	}
	action := audit.Read
	if really {
		action = audit.Erase
	}
	if err := d.record(action, key, systemsOf(e)); err != nil {
		return false, err
	}
	if really {
		if e, err = d.Erase(ctx, key); err != nil {
			return false, err
		}
	}
	t := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SOURCE\tSYSTEM\tRECORD\tSTATE\tCODE")
	for _, one := range e.Records {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", one.Source, one.System, one.RecordID, one.State, one.Code)
	}
	if err := t.Flush(); err != nil {
		return false, err
	}
	switch {
	case !really && e.State == rights.Planned:
		fmt.Fprintln(stdout, "\nNothing was erased. Run it again with --yes to erase.")
	case e.Retry:
		fmt.Fprintln(stdout, "\nSomething failed: run it again.")
	case e.State != rights.Complete:
		fmt.Fprintln(stdout, "\nErase records that are NOT_SUPPORTED in their own system. Records that are SHARED were kept, because another customer is linked to them.")
	default:
		fmt.Fprintln(stdout, "\nNothing of the customer's own is left in any system that the gateway knows. What other customers' records say about them, such as a relative's name, is kept.")
	}
	return !really || e.State == rights.Complete, nil
}

// withRights opens the store and the systems as a gateway does, with their guards.
func withRights(ctx context.Context, c customerFlags, f *config.File, stderr io.Writer, do func(desk) error) (err error) {
	timeout, err := time.ParseDuration(c.SourceTimeout)
	if err != nil || timeout <= 0 {
		return errors.Join(c.Store.Check(), fmt.Errorf("--source-timeout must be a duration such as 10s, not %q", c.SourceTimeout))
	}
	if err := c.Store.Check(); err != nil {
		return err
	}
	_, auditing, err := accessOf(f)
	if err != nil {
		return cmp.Or(allFaults(f, nil), err)
	}
	if err := exists(c.Store); err != nil {
		return err
	}
	st, err := store.Open(ctx, store.Config{URI: c.URI(), DataDir: c.DataDir, Share: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	spine := profiledocs.New("profile/"+cmp.Or(f.Profiles.System, demo.System), st.Store)
	systems, err := openSystems(f, surroundings{spine: spine, store: st.Store, defaults: defaultGuards(timeout)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, systems.Close()) }()
	log := logger(config.Serve{LogLevel: "warn", LogFormat: "text"}, stderr)
	t := telemetry.New(log, func(context.Context) string { return "" })
	r, closer, err := gateway.NewRights(gateway.Config{
		SystemGuards: systems.guards, ProfileTimeout: timeout, RequestTimeout: 2 * timeout, Log: log, Telemetry: t,
	}, systems.Systems)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	d := desk{
		Rights: r,
		record: func(audit.Action, string, []string) error { return nil },
		erased: func(context.Context, string) (bool, error) { return true, nil },
	}
	if !auditing.Disabled {
		// What is old is for the gateway to remove: a command would end half-way.
		auditing.Keep = 0
		l, err := audit.Open(ctx, st.Store, auditing.Config, telemetry.Audit{Telemetry: t})
		if err != nil {
			return err
		}
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditClose)
			defer cancel()
			err = errors.Join(err, l.Close(ctx))
		}()
		d.record = func(action audit.Action, key string, systems []string) error {
			return l.Record(audit.Entry{Action: action, Credential: "command", Audience: access.Internal, Customers: []string{key}, Sources: systems})
		}
		d.erased = func(ctx context.Context, key string) (bool, error) { return erasedBefore(ctx, l, key) }
	}
	return do(d)
}

// erasedBefore looks for the erasure of a customer in the log.
func erasedBefore(ctx context.Context, log audit.Lister, key string) (bool, error) {
	var after *audit.Position
	for {
		page, err := log.List(ctx, key, after, 100)
		if err != nil {
			return false, err
		}
		for _, e := range page.Entries {
			if e.Action == audit.Erase {
				return true, nil
			}
			after = &audit.Position{At: e.At, ID: e.ID}
		}
		if !page.HasMore {
			return false, nil
		}
	}
}
