package store

import (
	"context"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestEmbedded(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(ctx, Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Database.Collection("things").InsertOne(ctx, bson.D{{Key: "_id", Value: "a"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Optimize(ctx); err != nil {
		t.Fatal(err)
	}

	if _, err := Open(ctx, Config{DataDir: dir}); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("a second store on the directory: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s, err = Open(ctx, Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n, err := s.Database.Collection("things").CountDocuments(ctx, bson.D{})
	if err != nil || n != 1 {
		t.Errorf("after a restart: %d documents, %v; want the one that was written", n, err)
	}
}

func TestURIErrorsHoldNoCredentials(t *testing.T) {
	for _, uri := range []string{
		"mongodb://me:s3cr3t%40x@127.0.0.1:1/?connectTimeoutMS=100&serverSelectionTimeoutMS=100",
		"mongodb://me:s3cr3t@127.0.0.1:99999/",
		"mongodb://me:s3cr3t@/",
		"postgres://me:s3cr3t@127.0.0.1/",
	} {
		_, err := Open(context.Background(), Config{URI: uri})
		if err == nil {
			t.Errorf("a server was found")
			continue
		}
		if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v", err)
		}
	}
}

func TestDatabaseOf(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://h/":               DefaultDatabase,
		"mongodb://h":                DefaultDatabase,
		"mongodb://a,b/crm?tls=true": "crm",
	} {
		if got, err := databaseOf(uri); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", uri, got, err, want)
		}
	}
}
