package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// outDir holds what is built, and the results of runs that are not whole.
const outDir = "out"

// build makes the servers that will be needed, from the sources as they are now.
func build(ctx context.Context, o options) error {
	if _, err := os.Stat("cmd/gateway"); err != nil {
		return errors.New("run it in the folder bench, as `make bench` does")
	}
	out, err := filepath.Abs(outDir)
	if err != nil {
		return err
	}
	if err := command(ctx, ".", "go", "build", "-o", out+"/", "./cmd/gateway", "./cmd/floor"); err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, w := range workloads {
		for _, s := range w.servers {
			needed[s.family] = needed[s.family] || o.has(w.name) && o.runs(s.key)
		}
	}
	if needed["gqlgen"] {
		// Anew each time, so that it is the schema's of now.
		if err := command(ctx, "peers/gqlgen", "go", "tool", "gqlgen", "generate"); err != nil {
			return err
		}
		if err := command(ctx, "peers/gqlgen", "go", "build", "-o", filepath.Join(out, "gqlgen"), "."); err != nil {
			return err
		}
	}
	for _, family := range []string{"node", "tailcall"} {
		if !needed[family] {
			continue
		}
		dir := filepath.Join("peers", family)
		if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); errors.Is(err, fs.ErrNotExist) {
			if err := command(ctx, dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
				return err
			}
		}
	}
	return nil
}

func command(ctx context.Context, dir, name string, args ...string) error {
	fmt.Fprintf(os.Stderr, "%s: %s %v\n", dir, name, args)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
