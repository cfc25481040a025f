//go:build linux && !race

package attack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A gateway is the command, running.
type gateway struct {
	addr, admin string
	dir         string
	process     *exec.Cmd
	log         log
	stopped     bool
}

// build makes the command, as an operator has it.
func build(t *testing.T) string {
	binary := filepath.Join(t.TempDir(), "customer360")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "customer360").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// open starts a gateway over the demo company in a folder, configured by a file.
func open(t *testing.T, binary, dir, config string) *gateway {
	t.Helper()
	g := &gateway{dir: dir, admin: freeAddress(t)}
	file := filepath.Join(dir, "customer360.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	// It ends by a signal, and not with the context of the test.
	g.process = exec.Command(binary, "--addr", "127.0.0.1:0", "--admin-addr", g.admin, "--demo", "records", "--data-dir", dir,
		"--config", file, "--log-level", "debug", "--log-format", "json", "--shutdown-delay", "0s")
	g.process.Stderr = &g.log
	out, err := g.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.stop(t) })
	said := bufio.NewReader(out)
	line, err := said.ReadString('\n')
	serves := regexp.MustCompile(`http://([0-9.:]+)/graphql`).FindStringSubmatch(line)
	if err != nil || serves == nil {
		t.Fatalf("it did not say where it serves: %q, %v\n%s", line, err, g.log.String())
	}
	g.addr = serves[1]
	go func() { _, _ = io.Copy(io.Discard, said) }()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if _, err := g.get(t.Context(), "/readyz"); err == nil {
			return g
		} else if time.Now().After(end) {
			t.Fatal("it does not get ready: ", err)
		}
	}
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// stop ends the gateway in order: it must not hang on what attackers left open.
func (g *gateway) stop(t *testing.T) {
	if g.stopped {
		return
	}
	g.stopped = true
	_ = g.process.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(time.Minute, func() { _ = g.process.Process.Kill() })
	defer kill.Stop()
	if err := g.process.Wait(); err != nil {
		t.Errorf("it did not end in order: %v\n%s", err, g.log.tail())
	}
}

// get asks the admin side.
func (g *gateway) get(ctx context.Context, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+g.admin+path, nil)
	if err != nil {
		return "", err
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%d %s", r.StatusCode, text)
	}
	return string(text), err
}

// metric gives a number that has no labels.
func (g *gateway) metric(t *testing.T, name string) float64 {
	t.Helper()
	text, err := g.get(t.Context(), "/metrics")
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text)
	if err != nil || found == nil {
		t.Fatalf("there is no metric %s: %v", name, err)
	}
	n, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tick is the unit of times in /proc: Linux has 100 in a second on all platforms of Go's.
const tick = 10 * time.Millisecond

// cpu gives the processor time that the gateway has used (proc(5): utime and stime).
func (g *gateway) cpu(t *testing.T) time.Duration {
	t.Helper()
	text := g.proc(t, "stat")
	// The name before may have anything in it.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		t.Fatal(text)
	}
	return time.Duration(user+system) * tick
}

// peak gives the most memory that the gateway had, in MiB (proc(5): VmHWM).
func (g *gateway) peak(t *testing.T) float64 {
	t.Helper()
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindStringSubmatch(g.proc(t, "status"))
	if found == nil {
		t.Fatal("there is no VmHWM")
	}
	kb, _ := strconv.Atoi(found[1])
	return float64(kb) / 1024
}

func (g *gateway) proc(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", g.process.Process.Pid, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A log is what the gateway logged.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *log) tail() string {
	text := l.String()
	return text[max(0, len(text)-4000):]
}

// check holds that every line is one record, whatever attackers had in their requests, and
// that none has what is secret, or was not to happen.
func (l *log) check(t *testing.T, secrets []string) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil || record["level"] == nil || record["msg"] == nil {
			t.Errorf("the log has a line that is no record: %q", line)
		}
		if record["level"] == "ERROR" {
			t.Errorf("the log has an error: %s", line)
		}
		for _, s := range secrets {
			if strings.Contains(line, s) {
				t.Errorf("the log has a secret: %s", strings.ReplaceAll(line, s, "…"))
			}
		}
	}
}
