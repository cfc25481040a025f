// Command gateway is the project's own gateway as a server of the benchmark.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"customer360/bench/cmd/internal/profile"
	"customer360/bench/gateway"
	"customer360/bench/stub"
	core "customer360/internal/gateway"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}

func run() error {
	upstream := flag.String("stub", "", "base URL of the stub")
	addr := flag.String("addr", "127.0.0.1:0", "the address to serve on")
	connections := flag.Int("connections", 64, "connections to the stub that are kept")
	var o gateway.Options
	flag.BoolVar(&o.Stock, "stock", false, "run every operation on gqlgen's own executor")
	flag.BoolVar(&o.Cache, "cache", false, "keep answers, for the caller who asked")
	flag.DurationVar(&o.Budget, "budget", 0, "how long a request may take, with breakers off; 0: as long as it wants")
	file := flag.String("profile", "", "write a CPU profile to this file, until the end")
	flag.Parse()
	if err := profile.Start(*file); err != nil {
		return err
	}
	client, err := stub.NewClient(*upstream, *connections)
	if err != nil {
		return err
	}
	handler, err := gateway.New(client, o)
	if err != nil {
		return err
	}
	// As the command does.
	core.TuneGC()
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	server := &http.Server{
		Handler: handler,
		// As the command sets them.
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
	return server.Serve(listener)
}
