package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"customer360/access"
	"customer360/access/keys"
	"customer360/demo"
	"customer360/internal/config"
	"customer360/resolvers"
	"customer360/sources/documents"
)

func audienceKey(a access.Audience) string { return strings.ToLower(string(a)) }

// demoSpecs are the keys of the demo: what a company would give to each audience.
var demoSpecs = []keys.Spec{
	{Name: "demo: the company itself", Audience: "internal", Scopes: []string{"*"}, Purposes: []string{"*"}},
	{
		Name: "demo: the agents' desktop", Audience: "frontend",
		Scopes:   []string{"customers:list", "billing:read", "support:read", "social:read", "relations:read", "sensitive:*"},
		Purposes: []string{"service", "marketing", "profiling"},
	},
	{
		Name: "demo: the analysts", Audience: "analyst",
		Scopes:   []string{"customers:list", "billing:read", "support:read", "social:read"},
		Purposes: []string{"profiling"},
	},
	{
		Name: "demo: the donor club", Audience: "partner",
		Scopes: []string{"customers:list", "billing:read"}, Rows: []string{"attribute:programme=donor club"}, Partner: "donor-club",
	},
}

// demoKeysFile keeps the demo's keys beside its store, since the store has their hashes only:
// it is a demo's, of people who do not exist.
const demoKeysFile = "demo-keys.json"

// demoKeys gives the demo's keys, made anew where they are not in the store.
func demoKeys(ctx context.Context, s *keys.Store, dir string) (map[access.Audience]string, error) {
	made, err := readDemoKeys(dir)
	if err != nil {
		return nil, err
	}
	changed := false
	for _, spec := range demoSpecs {
		a, _ := access.ParseAudience(spec.Audience)
		if key, ok := made[a]; ok {
			if _, err := s.Find(ctx, key); err == nil {
				continue
			}
		}
		key, _, err := s.Create(ctx, spec)
		if err != nil {
			return nil, fmt.Errorf("the demo's keys: %w", err)
		}
		made[a], changed = key, true
	}
	if !changed {
		return made, nil
	}
	data, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return nil, err
	}
	return made, os.WriteFile(filepath.Join(dir, demoKeysFile), data, 0o600)
}

// openDemo makes the demo's keys where the demo is what is served, and takes them away where it
// is not: over customers of somebody's own they would open what nobody meant to open.
func (a *admission) openDemo(ctx context.Context, c config.Serve, s documents.Store) error {
	if c.URI() != "" {
		return nil
	}
	made, err := demo.IsIn(ctx, s)
	if err != nil {
		return err
	}
	if made && c.Checked.SeedDemo {
		a.demo, err = demoKeys(ctx, a.keys, c.DataDir)
		return err
	}
	old, err := readDemoKeys(c.DataDir)
	if err != nil || len(old) == 0 {
		return err
	}
	for _, key := range old {
		if err := a.keys.Delete(ctx, keys.ID(key)); err != nil {
			return err
		}
	}
	return os.Remove(filepath.Join(c.DataDir, demoKeysFile))
}

// readDemoKeys gives the keys that a demo made in a data directory, by audience; none where
// there was none.
func readDemoKeys(dir string) (map[access.Audience]string, error) {
	made := map[access.Audience]string{}
	data, err := os.ReadFile(filepath.Join(dir, demoKeysFile))
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		return made, err
	}
	// A file that cannot be read is as if it were not there, and is written anew.
	_ = json.Unmarshal(data, &made)
	return made, nil
}

// demoMatchingSecret is what the demo's pseudonyms are made of.
const demoMatchingSecret = "the demo company's matching secret, known to all"

// demoAttributes say who sees which attribute of the demo company's customers. Those that are
// not here are the company's own.
func demoAttributes() map[string]resolvers.AttributeRule {
	rules := map[string]resolvers.AttributeRule{}
	give := func(class access.Class, to []access.Audience, keys ...string) {
		for _, key := range keys {
			rules[key] = resolvers.AttributeRule{Audiences: to, Class: class}
		}
	}
	agents := []access.Audience{access.Frontend}
	colleagues := []access.Audience{access.Frontend, access.Analyst}
	everybody := []access.Audience{access.Frontend, access.Analyst, access.Partner}
	give("", everybody, "programme", "blood_type", "donations", "last_donation_on", "may_donate_from", "preferred_channel", "online")
	give("", colleagues, "churn_score", "company_size", "contract_ends_on", "data_used_gb", "degree", "device_count", "favourite_plan",
		"home_network", "industry", "left_on", "member_since", "nps", "paperless", "points", "segment", "tier", "viewing_device")
	give(access.FreeText, colleagues, "churn_reasons")
	give("", agents, "contacts_last_7_days", "frequency_cap_per_week", "held_by", "held_until", "job_title", "quiet_hours", "school_entry_on", "school_form")
	return rules
}
