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
	"sync"
	"text/tabwriter"
	"time"

	"customer360/access/tokens"
	"customer360/demo"
	"customer360/internal/config"
	"customer360/internal/store"
	"customer360/sources"
	"customer360/sources/documents"
	"customer360/sources/guard"
	profiledocs "customer360/sources/profiles/documents"
)

// doctorFlags are the flags of doctor.
type doctorFlags struct {
	config.Store
	JSON bool `name:"json" help:"Print the findings as JSON."`
}

// runDoctor asks every configured system, says what it found, and gives the exit code:
// 0, all of them answer; 1, somebody has to act.
func runDoctor(ctx context.Context, d doctorFlags, f *config.File, stdout, stderr io.Writer) int {
	findings, err := examine(ctx, d, f)
	if err != nil {
		return fail(stderr, err)
	}
	if d.JSON {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		_ = e.Encode(map[string]any{"systems": findings})
	} else {
		table(stdout, findings)
	}
	if slices.ContainsFunc(findings, func(f finding) bool { return !f.ok() }) {
		return 1
	}
	return 0
}

// examine asks all systems at once.
func examine(ctx context.Context, d doctorFlags, f *config.File) (findings []finding, err error) {
	if err := d.Store.Check(); err != nil {
		return nil, err
	}
	settings, _, err := accessOf(f)
	if err != nil {
		return nil, cmp.Or(allFaults(f, nil), err)
	}
	around := surroundings{defaults: guard.Defaults()}
	s, down := store.Open(ctx, store.Config{URI: d.URI(), DataDir: d.DataDir, Share: true})
	name := "profile/" + cmp.Or(f.Profiles.System, demo.System)
	if down == nil {
		defer func() { err = errors.Join(err, s.Close()) }()
		around.store = s.Store
	}
	all, err := openSystems(f, around)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	probes := append([]probe{storeProbe(d, name, s, down)}, all.probes...)
	if settings.OIDC != nil {
		probes = append(probes, issuerProbe(*settings.OIDC))
	}
	findings = make([]finding, len(probes))
	var wg sync.WaitGroup
	for i, p := range probes {
		if i > 0 && p.kind == "documents" && down != nil {
			findings[i] = finding{Source: p.name, Kind: p.kind, Sample: sampleFailed, Code: sources.Unavailable, Advice: "its records are in the same store as " + name}
			continue
		}
		wg.Go(func() { findings[i] = p.examined(ctx, f) })
	}
	wg.Wait()
	return findings, nil
}

// examined runs a probe, and asks the system for what it knows against its configuration
// that a single record did not show.
func (p probe) examined(ctx context.Context, f *config.File) finding {
	found := p.run(ctx)
	if !found.ok() {
		return found
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := sources.AsError(p.name, sources.Malformed, p.check(ctx)); err != nil {
		found.diagnose(err)
		if err.Kind == sources.Malformed {
			found.Problem, found.Advice = f.Fault(p.name, err.Err).Error(), "correct the configuration"
		}
	}
	return found
}

// storeProbe asks the store of the profiles, and for its indexes; down is why it could
// not be opened.
func storeProbe(d doctorFlags, name string, s *store.Store, down error) probe {
	return probe{name: name, kind: "documents",
		check: func(context.Context) error { return nil },
		run: func(ctx context.Context) finding {
			f := finding{Source: name, Kind: "documents", Sample: sampleFailed}
			if down != nil {
				f.Code, f.Problem = sources.Unavailable, down.Error()
				f.Advice = "the gateway cannot start without it; a running gateway locks its embedded store"
				return f
			}
			ctx, cancel := context.WithTimeout(ctx, probeTimeout)
			defer cancel()
			spine := profiledocs.New(name, s.Store)
			began := time.Now()
			n, err := spine.Count(ctx)
			f.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
			if err != nil {
				err = documents.Error(name, err)
			}
			f.diagnose(sources.AsError(name, sources.Unavailable, err))
			if err != nil {
				return f
			}
			f.Sample = fmt.Sprintf("%d customers", n)
			if d.URI() != "" && d.MongodbIndexes != "off" {
				if err := spine.VerifyIndexes(ctx); err != nil {
					f.Problem, f.Advice = err.Error(), "start the gateway once with --mongodb-indexes create"
					return f
				}
			}
			if err := measureList(ctx, spine, config.ProfileTimeout); err != nil {
				f.Problem, f.Advice = err.Error(), adviceOnLists
			}
			return f
		},
	}
}

// issuerProbe asks the issuer of tokens for its keys.
func issuerProbe(c tokens.Config) probe {
	return probe{name: "access.oidc", kind: "oidc",
		check: func(context.Context) error { return nil },
		run: func(ctx context.Context) finding {
			f := finding{Source: "access.oidc", Kind: "oidc", Sample: sampleFailed}
			ctx, cancel := context.WithTimeout(ctx, probeTimeout)
			defer cancel()
			began := time.Now()
			v, err := tokens.New(c)
			if err == nil {
				err = errors.Join(v.Fetch(ctx), v.Close())
			}
			f.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
			reachable := err == nil
			f.Reachable = &reachable
			if err != nil {
				f.Code, f.Problem, f.Advice = sources.Unavailable, err.Error(), "correct issuer or jwksUrl, or find out why it does not answer: until then no token is accepted"
				return f
			}
			f.Sample = "its keys"
			return f
		},
	}
}

// shownValue is how much of a value that does not fit is shown: enough to see why.
const shownValue = 300

// table prints the findings for people.
func table(w io.Writer, findings []finding) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SYSTEM\tKIND\tREACHABLE\tAUTHORIZED\tSAMPLE\tTOOK")
	yes := func(b *bool) string {
		switch {
		case b == nil:
			return "?"
		case *b:
			return "yes"
		}
		return "no"
	}
	for _, f := range findings {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Source, f.Kind, yes(f.Reachable), yes(f.Authorised), f.Sample,
			time.Duration(f.Seconds*float64(time.Second)).Round(time.Millisecond))
	}
	_ = t.Flush()
	for _, f := range findings {
		if f.Holds != nil {
			fmt.Fprintf(w, "\nThe sample of %s has %s", f.Source, strings.Join(f.Holds, ", "))
			if f.Lacks != nil {
				fmt.Fprintf(w, "; nothing in %s", strings.Join(f.Lacks, ", "))
			}
			fmt.Fprintln(w, ".")
		}
	}
	well := true
	for _, f := range findings {
		if f.ok() {
			continue
		}
		if well {
			fmt.Fprintln(w, "\nWhat to do:")
			well = false
		}
		fmt.Fprintf(w, "  %s: %s", f.Source, f.Advice)
		if f.Problem != "" {
			fmt.Fprintf(w, " (%s)", f.Problem)
		}
		fmt.Fprintln(w)
		for _, m := range f.Mappings {
			value, err := json.Marshal(m.Value)
			if err != nil {
				value = fmt.Append(nil, m.Value)
			}
			text := []rune(string(value))
			if len(text) > shownValue {
				text = append(text[:shownValue], '…')
			}
			fmt.Fprintf(w, "    %s.%s: %s: %s\n      value: %s\n", m.Part, m.Field, m.Expression, m.Problem, string(text))
		}
	}
	if well {
		fmt.Fprintln(w, "\nAll systems answer.")
	}
}
