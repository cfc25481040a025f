package command

import (
	"encoding/json"
	"slices"
	"testing"

	"customer360/access"
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

// What editors are told of a kind's settings is what its adapter takes.
func TestSchemasFitTheirAdapters(t *testing.T) {
	for _, k := range kinds {
		err := config.CheckSchema(k.Schema, k.settings)
		// A record does not come within another part.
		if err != nil && !(k.Kind.Kind == "rest" && err.Error() == "record.from: the configuration has it, the schema does not") {
			t.Errorf("%s/%s: %v", k.Source, k.Kind.Kind, err)
		}
	}
	if _, err := config.Schema(configurable()); err != nil {
		t.Error(err)
	}
}

// Flags name the audiences that there are.
func TestAudiencesOfFlags(t *testing.T) {
	var names []string
	for _, a := range access.Audiences {
		names = append(names, audienceKey(a))
	}
	if !slices.Equal(names, config.Audiences) {
		t.Errorf("flags name %v; there are %v", config.Audiences, names)
	}
}
