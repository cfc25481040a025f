// Command gqlgen is a server of the benchmark that runs on stock gqlgen, built from the
// project's schema: as `gqlgen init` and the documentation of dataloader have it, or
// tuned as far as that goes.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"customer360/bench/peers/gqlgen/graph"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gqlgen:", err)
		os.Exit(1)
	}
}

func run() error {
	base := flag.String("stub", "", "base URL of the stub")
	addr := flag.String("addr", "127.0.0.1:0", "the address to serve on")
	connections := flag.Int("connections", 64, "connections to the stub that are kept")
	tuned := flag.Bool("tuned", false, "queue the keys of a page in its root field and flush, instead of waiting")
	flag.Parse()

	up := newUpstream(*base, *connections)
	srv := handler.New(graph.NewExecutableSchema(graph.Config{Resolvers: &resolver{upstream: up, tuned: *tuned}}))
	srv.AddTransport(transport.Options{})
	srv.AddTransport(transport.GET{})
	srv.AddTransport(transport.POST{})
	srv.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	srv.Use(extension.Introspection{})
	if !*tuned {
		srv.Use(extension.AutomaticPersistedQuery{Cache: lru.New[string](100)})
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		srv.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), loadersKey{}, newLoaders(up, *tuned))))
	}))
}
