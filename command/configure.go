package command

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"customer360/internal/config"
	"customer360/sources/guard"
)

// configFlags are the commands about the configuration file.
type configFlags struct {
	Validate struct {
		File         string `arg:"" optional:"" help:"The file. Default: that of --config."`
		NoReferences bool   `name:"no-references" help:"Do not resolve references, for a machine that lacks the variables and files of secrets."`
	} `cmd:"" help:"Report all faults of the configuration file and their places. No system is asked."`
	Schema struct{} `cmd:"" help:"Print the JSON Schema of the configuration file, for editors."`
}

// runConfig runs a command about the configuration file, and gives the exit code.
func runConfig(command string, c configFlags, f *config.File, stdout, stderr io.Writer) int {
	if strings.HasPrefix(command, "config schema") {
		schema, err := config.Schema(configurable())
		if err != nil {
			return fail(stderr, err)
		}
		_, _ = stdout.Write(schema)
		return 0
	}
	said, err := validate(c, f)
	if err != nil {
		return fail(stderr, err)
	}
	fmt.Fprintln(stdout, said)
	return 0
}

// validate finds what is wrong with a file, and says in a line what is in it otherwise.
func validate(c configFlags, f *config.File) (string, error) {
	form, path := "no faults", c.Validate.File
	var err error
	switch {
	case c.Validate.NoReferences && path == "":
		return "", errors.New("config validate --no-references needs the file as an argument: --config resolves references")
	case c.Validate.NoReferences:
		form = "no faults (references not checked)"
		f, err = config.LoadForm(path, configurable())
	case path != "":
		f, err = config.Load(path, configurable())
	case f.Path == "":
		return "", errors.New("config validate needs a file, as an argument or with --config")
	}
	if err := allFaults(f, err); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: %s, systems: %d. To check that they answer: customer360 doctor", f.Path, form, len(f.Systems)), nil
}

// allFaults gives what is wrong with a file by itself, and what adapters say of the
// systems that have no fault so far.
func allFaults(f *config.File, err error) error {
	if f == nil {
		return err
	}
	all, more := openSystems(f, surroundings{defaults: guard.Defaults()})
	if all != nil {
		more = all.Close()
	}
	_, _, ours := accessOf(f)
	return merged(err, more, ours)
}

// merged gives errors as one: faults of the file in its order, each place told once, and what
// else there is behind them.
func merged(errs ...error) error {
	var faults config.Faults
	var others []error
	for _, err := range errs {
		told := map[string]bool{}
		for _, f := range faults {
			told[f.Key] = true
		}
		for _, e := range single(err) {
			var fault config.Fault
			switch {
			case !errors.As(e, &fault):
				others = append(others, e)
			case !told[fault.Key]:
				faults = append(faults, fault)
			}
		}
	}
	if faults != nil {
		others = append([]error{faults.Sorted()}, others...)
	}
	return errors.Join(others...)
}

// single gives errors that are joined one by one.
func single(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, single(e)...)
	}
	return all
}
