// Command customer360 serves one Customer graph over the systems that a company
// already has. See README.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"customer360/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends in order; a second one expires at once.
	context.AfterFunc(ctx, stop)
	os.Exit(command.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
