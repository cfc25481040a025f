package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// describe gives the lines that say what was measured on, and with what.
func describe(ctx context.Context, b *bench) []string {
	lines := []string{
		"date: " + time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		fmt.Sprintf("machine: %s, %d cores, %s", cpuModel(), runtime.NumCPU(), memory()),
		"kernel: " + firstLine(ctx, "uname", "-sr"),
		"Go: " + strings.TrimPrefix(runtime.Version(), "go"),
		"Node.js: " + strings.TrimPrefix(firstLine(ctx, "node", "--version"), "v"),
	}
	if b.pinned {
		lines = append(lines, "the server that is measured has one core, load and upstream another one (taskset)")
	} else {
		lines = append(lines, "**not pinned**, so that servers, load and upstream share the cores: "+b.unpinned.Error())
	}
	var peers []string
	for _, m := range []string{"github.com/99designs/gqlgen", "github.com/graph-gophers/dataloader/v7"} {
		peers = append(peers, strings.Replace(firstLine(ctx, "go", "list", "-C", "peers/gqlgen", "-m", m), " v", " ", 1))
	}
	for _, m := range []string{"mercurius", "fastify", "@apollo/server", "graphql-yoga", "graphql"} {
		peers = append(peers, m+" "+npmVersion("node", m))
	}
	peers = append(peers, "tailcall "+npmVersion("tailcall", "@tailcallhq/core-linux-x64-gnu"))
	return append(lines, "peers: "+strings.Join(peers, ", "))
}

func firstLine(ctx context.Context, name string, args ...string) string {
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "not known"
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

func npmVersion(peer, name string) string {
	var p struct{ Version string }
	b, err := os.ReadFile(filepath.Join("peers", peer, "node_modules", filepath.FromSlash(name), "package.json"))
	if err != nil || json.Unmarshal(b, &p) != nil {
		return "not installed"
	}
	return p.Version
}

func cpuModel() string { return procField("/proc/cpuinfo", "model name") }

func memory() string {
	kib := strings.TrimSuffix(procField("/proc/meminfo", "MemTotal"), " kB")
	var n int
	if _, err := fmt.Sscan(kib, &n); err != nil {
		return "memory not known"
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<20))
}

// procField gives the value of the first line of a file that has a name.
func procField(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return "not known"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "not known"
}
