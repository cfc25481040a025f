package main

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/internal/store"
)

// The documents of docs/documents.md are read as they stand there: every field that
// they show comes out of the graph.
func TestDocumentedDocumentsAreRead(t *testing.T) {
	needsEmbedded(t)
	text, err := os.ReadFile("docs/documents.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s, err := store.Open(context.Background(), store.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)## (\\w+)\n.*?```json\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) != 6 {
		t.Fatalf("there are %d examples; want one for each collection", len(blocks))
	}
	for _, block := range blocks {
		var doc bson.D
		if err := bson.UnmarshalExtJSON(block[2], false, &doc); err != nil {
			t.Fatalf("%s: %v", block[1], err)
		}
		if _, err := s.Database.Collection(string(block[1])).InsertOne(context.Background(), doc); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	server := startServer(t, "--data-dir", dir)
	got := server.ask(t, `{
	  found: customers(where: {attributes: [{key: "tier", eq: "GOLD"}], email: "anna@example.com", name: {startsWith: "Anna Sch"}, link: {source: SOCIAL, system: "documents"}}) { totalCount }
	  customer(by: {email: "anna@example.com"}) {
	    displayName birthDate attributes { text } consents { purpose } relations { name } contactPoints { value address { locality } } links { recordId evidence }
	    billing { balance { amount } mrr { amount } invoices { totalCount } lastPayment { amount { amount } } }
	    support { openTickets csat { rating } } social { followers sentiment { value } }
	    timeline { edges { node { kind } } missingSources } sources { source state }
	  }
	  record: customer(by: {record: {source: BILLING, system: "documents", recordId: "acc-77"}}) { name }
	}`)
	for _, want := range []string{
		`"found":{"totalCount":1}`, `"displayName":"Anna Schäfer"`, `"birthDate":"1988-04-12"`, `"text":"GOLD"`, `"purpose":"marketing"`, `"name":"Mia"`,
		`"locality":"Berlin"`, `"evidence":"customer number"`, `"balance":{"amount":"12.50"}`, `"mrr":{"amount":"39.90"}`, `"totalCount":1`,
		`"lastPayment":{"amount":{"amount":"27.40"}}`, `"rating":4`, `"followers":120`, `"value":0.8`, `"kind":"CALL"`, `"missingSources":[]`, `"record":{"name":"Anna Schäfer"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if strings.Contains(got, `"errors"`) {
		t.Error(got)
	}
}
