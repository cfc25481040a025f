// Package command is the command line: one file for each command, with its flags. It opens
// what the configuration names, and passes it to the packages that do the work.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"customer360/internal/config"
)

// Run runs one command line and gives the exit code: 0 where all went well. It returns when
// the command has ended; ctx ends a command that serves, in order.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var cli struct {
		Version    kong.VersionFlag `help:"Print the version."`
		ConfigFile config.FileFlag  `name:"config" env:"C360_CONFIG" placeholder:"FILE" help:"The configuration file (YAML, see docs/configuration.md). Flags and environment variables override it."`
		Serve      config.Serve     `cmd:"" default:"withargs" help:"Serve the graph (the default)."`
		Import     importFlags      `cmd:"" help:"Import customers from a CSV or NDJSON file."`
		Migrate    migrateFlags     `cmd:"" help:"Upgrade stored data to the format of this version. Gateways keep serving."`
		Backup     backupFlags      `cmd:"" help:"Copy the embedded store. A gateway may run on it."`
		Doctor     doctorFlags      `cmd:"" help:"Check every configured system, and say how to fix what fails."`
		Keys       keysFlags        `cmd:"" help:"Create, list, revoke and rotate API keys."`
		Schema     schemaFlags      `cmd:"" help:"Print the contract of an audience."`
		Documents  documentsFlags   `cmd:"" help:"Check a manifest of trusted documents."`
		Audit      auditFlags       `cmd:"" help:"Verify the audit log."`
		Customer   customerFlags    `cmd:"" help:"Export or erase a customer."`
		Config     configFlags      `cmd:"" help:"Check the configuration file, or print its JSON Schema."`
	}
	file := &config.File{}
	exit := -1
	parser, err := kong.New(&cli,
		kong.Name("customer360"),
		kong.Description("One Customer graph over the systems that a company already has.\n\nFlags of the server: customer360 serve --help."),
		kong.Vars{"version": thisBuild().String()},
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.UsageOnError(),
		kong.Bind(configurable(), &file),
	)
	if err != nil {
		return fail(stderr, err)
	}
	command, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	var faults config.Faults
	switch {
	case errors.As(err, &faults):
		return fail(stderr, allFaults(file, faults))
	case err != nil:
		return fail(stderr, fmt.Errorf("%w%s; see --help", err, meantCommand(parser.Model.Node, err)))
	}
	switch name, _, _ := strings.Cut(command.Command(), " "); name {
	case "import":
		return runImport(ctx, cli.Import, file, stdout, stderr)
	case "migrate":
		return runMigrate(ctx, cli.Migrate, file, stdout, stderr)
	case "backup":
		return runBackup(ctx, cli.Backup, stdout, stderr)
	case "doctor":
		return runDoctor(ctx, cli.Doctor, file, stdout, stderr)
	case "keys":
		return runKeys(ctx, command.Command(), cli.Keys, stdout, stderr)
	case "schema":
		return runSchema(cli.Schema, stdout, stderr)
	case "documents":
		return runDocuments(cli.Documents, documentRules(file), stdout, stderr)
	case "audit":
		return runAudit(ctx, cli.Audit, file, stdout, stderr)
	case "customer":
		return runCustomer(ctx, command.Command(), cli.Customer, file, stdout, stderr)
	case "config":
		return runConfig(command.Command(), cli.Config, file, stdout, stderr)
	}
	if err := serve(ctx, cli.Serve, file, stdout, stderr); err != nil {
		return fail(stderr, err)
	}
	return 0
}

// meantCommand says which command may be meant by one that there is not.
func meantCommand(root *kong.Node, err error) string {
	var wrong *kong.ParseError
	got, ok := strings.CutPrefix(err.Error(), "unexpected argument ")
	if !ok || strings.Contains(got, "did you mean") || !errors.As(err, &wrong) {
		return ""
	}
	at := root
	for _, step := range wrong.Context.Path {
		// Serving is the default, and so it is chosen where nothing else is.
		if step.Command != nil && step.Command.Name != "serve" {
			at = step.Command
		}
	}
	var names []string
	for _, child := range at.Children {
		names = append(names, child.Name)
	}
	if len(names) == 0 {
		return ""
	}
	if meant := config.Meant(got, names); meant != "" {
		return meant
	}
	return ": the commands are " + strings.Join(names, ", ")
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
