// Command stub serves the upstream alone, for looking at one server by hand.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"

	"customer360/bench/stub"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "the address to serve on")
	flag.Parse()
	listener, err := net.Listen("tcp", *addr)
	if err == nil {
		fmt.Println(listener.Addr())
		err = http.Serve(listener, stub.New())
	}
	fmt.Fprintln(os.Stderr, "stub:", err)
	os.Exit(1)
}
