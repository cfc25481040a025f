package require

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A whole is the run of `go test ./...` that this test binary is a part of.
type whole struct {
	pid int
	// directory has a file for each test that was skipped, named after the missing part.
	directory string
}

// thisRun gives the run; ok is false where this is another run, or it cannot be told.
func thisRun() (run whole, ok bool) {
	run.pid = os.Getppid()
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", run.pid))
	if err != nil {
		return run, false
	}
	words := strings.Split(string(command), "\x00")
	if filepath.Base(words[0]) != "go" || !slices.Contains(words, "test") || !slices.Contains(words, "./...") {
		return run, false
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/%d/cwd/go.mod", run.pid)); err != nil {
		return run, false
	}
	parent, ok := processes()[run.pid]
	// A number is given to another process one day, and not in the same moment.
	run.directory = filepath.Join(os.TempDir(), fmt.Sprintf("customer360-skipped-%d-%s", run.pid, parent.started))
	return run, ok
}

// note keeps in mind that a test was skipped.
func note(p Part) {
	doNotCache()
	run, ok := thisRun()
	if !ok || os.MkdirAll(run.directory, 0o700) != nil {
		return
	}
	if f, err := os.CreateTemp(run.directory, p.name+"-"); err == nil {
		_ = f.Close()
	}
}

// doNotCache keeps go test from caching the package's result, since it would stay what it is
// when the missing part is there. Without the log of what a test looked at there is nothing to
// know a result by.
func doNotCache() {
	if f := flag.Lookup("test.testlogfile"); f != nil && f.Value.String() != "" {
		_ = os.Remove(f.Value.String())
	}
}

// Report tells what the other packages of `go test ./...` skipped for want of a part, in one
// line. It is for the test of the package that is started last. The go command shows nothing of
// what a package that passes writes, so that the line goes to the go command's own standard error.
// Where that cannot be done, and where skipped tests are shown anyway, nothing is told.
func Report(t *testing.T) {
	doNotCache()
	run, ok := thisRun()
	if !ok {
		return
	}
	defer func() { _ = os.RemoveAll(run.directory) }()
	patience, ok := t.Deadline()
	for quiet := 0; quiet < 2; {
		if ok && time.Until(patience) < 10*time.Second {
			return
		}
		// All others were started by now.
		time.Sleep(50 * time.Millisecond)
		if quiet++; run.hasOthers() {
			quiet = 0
		}
	}
	entries, _ := os.ReadDir(run.directory)
	var missing []string
	for _, e := range entries {
		name, _, _ := strings.Cut(e.Name(), "-")
		missing = append(missing, name)
	}
	if text := line(missing); text != "" && !testing.Verbose() && os.Getenv("C360_REQUIRE") == "" {
		run.tell(text + "\n")
	}
}

// hasOthers reports whether the go command runs anything but this process.
func (w whole) hasOthers() bool {
	for pid, p := range processes() {
		if p.parent == w.pid && pid != os.Getpid() {
			return true
		}
	}
	return false
}

// These numbers are the same on all architectures that Go runs on.
const (
	pidfdOpen  = 434
	pidfdGetfd = 438
)

// tell writes a text to the standard error of the go command.
func (w whole) tell(text string) {
	// As the go command would write it.
	if process, _, failed := syscall.Syscall(pidfdOpen, uintptr(w.pid), 0, 0); failed == 0 {
		defer func() { _ = syscall.Close(int(process)) }()
		if its, _, failed := syscall.Syscall(pidfdGetfd, process, 2, 0); failed == 0 {
			defer func() { _ = syscall.Close(int(its)) }()
			_, _ = syscall.Write(int(its), []byte(text))
			return
		}
	}
	// Where one process may not use what another has open, it is opened once more. Into a file
	// this would write over what is there.
	name := fmt.Sprintf("/proc/%d/fd/2", w.pid)
	if info, err := os.Stat(name); err != nil || info.Mode().IsRegular() {
		return
	}
	f, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	_ = f.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = f.WriteString(text)
}

type process struct {
	parent  int
	started string
}

// processes gives those that run, and those that have ended and were not waited for.
func processes() map[int]process {
	all := map[int]process{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// The name of the command may have blanks and parentheses.
		_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
		fields := strings.Fields(rest)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if len(fields) > 19 {
			parent, _ := strconv.Atoi(fields[1])
			all[pid] = process{parent, fields[19]}
		}
	}
	return all
}
