// Command customer360 serves one Customer graph over the systems that a company
// already has. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"customer360/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends in order; a second one ends at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs one command line and gives the exit code: 0 where all went well.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cli struct {
		Version kong.VersionFlag `help:"Say which version this is."`
		Serve   config.Serve     `cmd:"" default:"withargs" help:"Serve the graph (the default)."`
		Import  importFlags      `cmd:"" help:"Load customers that you already have from a CSV or NDJSON file."`
	}
	exit := -1
	parser, err := kong.New(&cli,
		kong.Name("customer360"),
		kong.Description("One Customer graph over the systems that a company already has."),
		kong.Vars{"version": version()},
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.UsageOnError(),
	)
	if err != nil {
		return fail(stderr, err)
	}
	command, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		return fail(stderr, fmt.Errorf("%w; --help lists all flags", err))
	}
	if strings.HasPrefix(command.Command(), "import") {
		return runImport(ctx, cli.Import, stdout, stderr)
	}
	if err := serve(ctx, cli.Serve, stdout, stderr); err != nil {
		return fail(stderr, err)
	}
	return 0
}

// fail tells every fault on a line of its own.
func fail(stderr io.Writer, err error) int {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			if e != nil {
				fail(stderr, e)
			}
		}
		return 1
	}
	fmt.Fprintln(stderr, "customer360:", strings.ReplaceAll(err.Error(), "\n", " "))
	return 1
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version + " " + info.GoVersion
	}
	return "unknown"
}
