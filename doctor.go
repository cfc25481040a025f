package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

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
	JSON bool `name:"json" help:"Print the findings as JSON, for machines."`
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
	s, err := store.Open(ctx, store.Config{URI: d.URI(), DataDir: d.DataDir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	spine := profiledocs.New("profile/"+cmp.Or(f.Profiles.System, demo.System), s.Store)
	all, err := openSystems(f, surroundings{spine: spine, store: s.Store, defaults: guard.Defaults()})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	probes := append([]probe{spineProbe(d, s, spine)}, all.probes...)
	findings = make([]finding, len(probes))
	var wg sync.WaitGroup
	for i, p := range probes {
		wg.Go(func() {
			findings[i] = p.run(ctx)
			if findings[i].ok() {
				// What it says of its own configuration, that a single record did not show.
				limited, cancel := context.WithTimeout(ctx, probeTimeout)
				defer cancel()
				if err := sources.AsError(p.name, sources.Malformed, p.check(limited)); err != nil {
					findings[i].diagnose(err)
					if err.Kind == sources.Malformed {
						findings[i].Problem, findings[i].Advice = f.Fault(p.name, err.Err).Error(), "correct the configuration"
					}
				}
			}
		})
	}
	wg.Wait()
	return findings, nil
}

// spineProbe asks the store of the profiles, and for its indexes.
func spineProbe(d doctorFlags, s *store.Store, spine *profiledocs.Spine) probe {
	return probe{name: spine.Name(), kind: "documents",
		check: func(context.Context) error { return nil },
		run: func(ctx context.Context) finding {
			f := finding{Source: spine.Name(), Kind: "documents", Sample: sampleNone}
			ctx, cancel := context.WithTimeout(ctx, probeTimeout)
			defer cancel()
			began := time.Now()
			n, err := spine.Count(ctx)
			f.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
			if err != nil {
				err = documents.Error(spine.Name(), err)
			}
			f.diagnose(sources.AsError(spine.Name(), sources.Unavailable, err))
			if err != nil {
				return f
			}
			f.Sample = sample(fmt.Sprintf("%d customers", n))
			if d.URI() != "" && d.MongodbIndexes != "off" {
				if err := spine.VerifyIndexes(ctx); err != nil {
					f.Problem, f.Advice = err.Error(), "start the gateway once with --mongodb-indexes create"
				}
			}
			return f
		},
	}
}

// table prints the findings for people.
func table(w io.Writer, findings []finding) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SYSTEM\tKIND\tREACHABLE\tAUTHORISED\tSAMPLE\tTOOK")
	yes := map[bool]string{true: "yes", false: "no"}
	for _, f := range findings {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Source, f.Kind, yes[f.Reachable], yes[f.Authorised], f.Sample,
			time.Duration(f.Seconds*float64(time.Second)).Round(time.Millisecond))
	}
	_ = t.Flush()
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
			fmt.Fprintf(w, "    %s.%s: %s: %s\n      gave %s\n", m.Part, m.Field, m.Expression, m.Problem, value)
		}
	}
	if well {
		fmt.Fprintln(w, "\nAll of them answer.")
	}
}
