// Command floor is a handler that was written by hand for one operation, as a server
// of the benchmark.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"

	"customer360/bench/cmd/internal/profile"
	"customer360/bench/floor"
	"customer360/bench/stub"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run() error {
	upstream := flag.String("stub", "", "base URL of the stub")
	addr := flag.String("addr", "127.0.0.1:0", "the address to serve on")
	connections := flag.Int("connections", 64, "connections to the stub that are kept")
	workload := flag.String("workload", "W2", "the workload that is answered")
	splice := flag.Bool("splice", false, "F1: do not decode")
	static := flag.String("static", "", "answer everything with the bytes of this file")
	file := flag.String("profile", "", "write a CPU profile to this file, until the end")
	flag.Parse()
	if err := profile.Start(*file); err != nil {
		return err
	}
	client, err := stub.NewClient(*upstream, *connections)
	if err != nil {
		return err
	}
	handler, err := floor.New(client, *workload, *splice)
	if *static != "" {
		handler, err = floor.Static(*static)
	}
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return http.Serve(listener, handler)
}
