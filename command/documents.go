package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"customer360/access"
	"customer360/graph"
	"customer360/graph/persisted"
	"customer360/internal/config"
	"customer360/internal/gateway"
	"customer360/internal/graphqlhttp"
	"customer360/sources/guard"
)

// documentsFlags are the commands about trusted documents.
type documentsFlags struct {
	Check struct {
		Manifest string `arg:"" help:"The manifest, in the format of Apollo's tools, or as an object of documents by id (Relay's compiler)."`
		Audience string `required:"" help:"The audience of the contract that the documents must fit: internal, frontend, analyst or partner."`
	} `cmd:"" help:"Report everything in a manifest of trusted documents that the gateway would refuse, such as a field that the contract lacks."`
}

// runDocuments runs a command about trusted documents, and gives the exit code: 0, all of
// them are executed. The rules are those of an audience, as they are served.
func runDocuments(c documentsFlags, rules func(access.Audience) (persisted.Rules, error), stdout, stderr io.Writer) int {
	path := c.Check.Manifest
	audience, ok := access.ParseAudience(c.Check.Audience)
	if !ok {
		return fail(stderr, fmt.Errorf("--audience must be internal, frontend, analyst or partner, not %q", c.Check.Audience))
	}
	r, err := rules(audience)
	if err != nil {
		return fail(stderr, err)
	}
	m, err := persisted.Load(path)
	if m == nil {
		return fail(stderr, named(path, err))
	}
	faults := single(err)
	if len(m.Documents) == 0 {
		faults = append(faults, errors.New("it has no documents"))
	}
	findings, dearest := m.Check(r)
	for _, f := range findings {
		if f.Minor {
			fmt.Fprintf(stdout, "%s: %s\n", path, f)
			continue
		}
		faults = append(faults, errors.New(f.String()))
	}
	if len(faults) > 0 {
		return fail(stderr, named(path, errors.Join(faults...)))
	}
	fmt.Fprintf(stdout, "%s: no faults, documents: %d; they fit the contract of %s, and cost at most %d", path, len(m.Documents), strings.ToLower(string(audience)), dearest)
	if r.PerOperation > 0 {
		fmt.Fprintf(stdout, " each, of %d", r.PerOperation)
	}
	fmt.Fprintln(stdout)
	return 0
}

// named puts a file's name before each of the faults that were found in it.
func named(path string, err error) error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return fmt.Errorf("%s: %w", path, err)
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, fmt.Errorf("%s: %w", path, e))
	}
	return errors.Join(all...)
}

// documentRules gives the rules of an audience as a gateway with this configuration has them.
func documentRules(f *config.File) func(access.Audience) (persisted.Rules, error) {
	return func(a access.Audience) (persisted.Rules, error) {
		settings, _, err := accessOf(f)
		if err != nil {
			return persisted.Rules{}, cmp.Or(allFaults(f, nil), err)
		}
		all, err := openSystems(f, surroundings{defaults: guard.Defaults()})
		if err != nil {
			return persisted.Rules{}, err
		}
		defer func() { _ = all.Close() }()
		contract, err := graph.NewContract(a)
		if err != nil {
			return persisted.Rules{}, err
		}
		costs, _ := settings.perAudience()
		limits := graphqlhttp.DefaultLimits
		return persisted.Rules{
			Schema: contract.Schema, Tokens: limits.Tokens, Limits: func(text string) error { return limits.Check(text, contract.Schema) },
			Cost: gateway.NewCalculator(contract, all.Systems, gateway.Config{Charges: all.charges}), PerOperation: costs[a].PerOperation,
		}, nil
	}
}
