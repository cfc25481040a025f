package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"customer360/internal/config"
)

// What the schema of the configuration file has of access and audit is what is read.
func TestAccessSettingsFitTheirSchema(t *testing.T) {
	schema, err := config.Schema(configurable())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Defs       map[string]any            `json:"$defs"`
		Properties map[string]map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(schema, &doc); err != nil {
		t.Fatal(err)
	}
	for section, settings := range map[string]any{"access": accessSettings{}, "audit": auditSettings{}} {
		part := doc.Properties[section]
		part["$defs"] = map[string]any{"audience": doc.Defs["audience"], "oidc": doc.Defs["oidc"]}
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		if err := config.CheckSchema(text, settings); err != nil {
			t.Errorf("%s: %v", section, err)
		}
	}
}

func fileWith(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryFaultOfAccessIsTold(t *testing.T) {
	t.Setenv("SHORT", "too short")
	path := fileWith(t, `
access:
  matchingSecret: ${SHORT}
  trustedProxies: [everybody]
  oidc:
    issuer: http://issuer.example.com
    audience: customer360
    claims:
      audience: aud2
      audiences: {x: PARTNER}
      rows: ["region=north"]
  audiences:
    partner: {costPerOperation: 10, costPerMinute: 5, trustedDocuments: required}
audit:
  keep: 1s
`)
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"config", "validate", path}, &out, &errs); code != 1 {
		t.Fatalf("exit %d: %s", code, &out)
	}
	for _, want := range []string{
		"access.matchingSecret: want at least 32", "access.trustedProxies[0]", "access.oidc.issuer", "access.oidc.claims.rows[0]",
		"access.audiences.partner.trustedDocuments", "costPerOperation", "audit.keep",
	} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("not told: %s\n%s", want, &errs)
		}
	}
	if strings.Contains(errs.String(), "too short") {
		t.Errorf("the secret is told: %s", &errs)
	}
}

// Nobody serves everything to a network by mistake.
func TestOpenToTheNetworkIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ config, want string }{
		"no credential at all":  {"", "no credential"},
		"anonymous by a switch": {"access: {anonymous: allow}\n", "everybody there would see everything"},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"--addr", "0.0.0.0:0", "--demo", "records", "--data-dir", t.TempDir()}
			if test.config != "" {
				args = append(args, "--config", fileWith(t, test.config))
			}
			var errs bytes.Buffer
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if code := run(ctx, args, io.Discard, &errs); code != 1 || !strings.Contains(errs.String(), test.want) {
				t.Errorf("exit %d: %s; want %q", code, &errs, test.want)
			}
		})
	}
}
