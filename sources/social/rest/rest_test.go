package rest_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"customer360/sources"
	common "customer360/sources/rest"
	"customer360/sources/rest/resttest"
	"customer360/sources/social"
	"customer360/sources/social/rest"
	"customer360/sources/sourcetest"
)

var known = []string{"first-key", "second-key", "third-key"}

func items() map[string][]map[string]any {
	all := map[string][]map[string]any{}
	for _, key := range known {
		all["people"] = append(all["people"], map[string]any{"owner": key, "nick": "somebody", "fans": 12})
		all["posts"] = append(all["posts"], map[string]any{"owner": key, "no": 1, "at": "2026-01-31T09:30:00Z", "text": "A post", "mood": -0.5, "lang": "pt-br"})
	}
	return all
}

func settings(url string, change func(c *rest.Config)) rest.Config {
	c := rest.Config{
		Connection: common.Connection{Name: "social/board", URL: url, Headers: resttest.Headers()},
		Record: &common.Request{Path: "/people", Batch: common.Batch{By: "body", Body: "{ids: $ids}"}, Items: ".data[]", Key: ".owner",
			Paging: common.Paging{By: "next", Next: ".next"},
			Fields: map[string]string{"network": `"Board"`, "handle": ".nick", "followers": ".fans"}},
		Mentions: &common.Request{Path: "/posts/{id}", Items: ".data[]", Paging: common.Paging{By: "cursor", Next: ".cursor", Parameter: "cursor"},
			Fields: map[string]string{"recordId": ".no", "postedAt": ".at", "text": ".text", "sentiment": ".mood", "language": ".lang"}},
	}
	if change != nil {
		change(&c)
	}
	return c
}

var ways = map[string]func(c *rest.Config){
	"a body, and one each": nil,
	"repeated": func(c *rest.Config) {
		c.Record.Batch = common.Batch{By: "repeat", Parameter: "id"}
		c.Mentions.Path, c.Mentions.Batch, c.Mentions.Key = "/posts", common.Batch{By: "repeat", Parameter: "id"}, ".owner"
	},
}

func holds(r *social.Record) sources.Parts {
	var held sources.Parts
	if r.Network == "board" && r.Handle == "somebody" && *r.Followers == 12 {
		held = social.PartProfile
	}
	if len(r.Mentions) == 1 && r.Mentions[0].Language == "pt-BR" && r.Mentions[0].Sentiment().Value == -0.5 {
		held |= social.PartMentions
	}
	return held
}

func open(t *testing.T, c rest.Config) social.Source {
	t.Helper()
	s, err := rest.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.(io.Closer).Close() })
	return s
}

func TestContract(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			sourcetest.Test(t, func(t *testing.T) sourcetest.Fixture[*social.Record] {
				server := resttest.New(t, items())
				secrets := []string{resttest.Secret}
				return sourcetest.Fixture[*social.Record]{
					Source: open(t, settings(server.URL, way)), Known: known, Unknown: "other-key",
					Parts: []sources.Parts{social.PartProfile, social.PartMentions},
					Holds: holds,
					Calls: func() int { return len(server.Calls()) },
					Failures: []sourcetest.Failure{
						{Kind: sources.Unauthorized, Arm: func() { server.Fail(401) }, Secrets: secrets},
						{Kind: sources.RateLimited, Arm: func() { server.Fail(429) }, Secrets: secrets},
						{Kind: sources.Unavailable, Arm: func() { server.Fail(503) }, Secrets: secrets},
						{Kind: sources.Malformed, Arm: func() { server.Text("{}") }, Secrets: secrets},
						{Kind: sources.TimedOut, Arm: server.Hang, Secrets: secrets},
					},
					Break: func(key string) { server.Change("posts", key, "mood", 2) },
					Odd: func(t *testing.T) sourcetest.Oddity[*social.Record] {
						address, change := sourcetest.Between(t, server.URL)
						return sourcetest.Oddity[*social.Record]{Source: open(t, settings(address, way)), Change: change}
					},
				}
			})
		})
	}
}

func TestValuesAreChecked(t *testing.T) {
	for _, test := range []struct {
		field string
		value any
		want  string
	}{
		{"mood", 1.01, "mentions.fields.sentiment: expected a number from -1 to 1: .mood"},
		{"lang", "not a language", "mentions.fields.language: expected a language, as de or pt-BR: .lang"},
		{"at", nil, "mentions.fields.postedAt: it gives nothing, and each of the mentions must have it: .at"},
	} {
		server := resttest.New(t, items())
		server.Change("posts", "first-key", test.field, test.value)
		_, err := open(t, settings(server.URL, nil)).Fetch(context.Background(), known, social.AllParts)
		var fault *common.MappingError
		if !errors.As(err, &fault) || fault.Error() != test.want || fault.Count != 1 {
			t.Errorf("%v; want %s", err, test.want)
		}
	}
}
