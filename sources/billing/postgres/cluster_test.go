package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"customer360/internal/require"
)

// A cluster is a PostgreSQL server of the tests' own. It listens on a Unix socket in its
// own directory, so that no port is in the way, and ends with the tests, however they end.
type cluster struct {
	directory string
	// alive is closed by the end of this process: the server's shell waits for that.
	alive io.WriteCloser
	shell *exec.Cmd
}

// boss may do everything, without a password.
const boss = "boss"

var (
	started   *cluster
	startOnce = sync.OnceValue(func() error { return start() })
)

func TestMain(m *testing.M) {
	code := m.Run()
	if started != nil {
		started.stop()
	}
	os.Exit(code)
}

// server gives the server of the tests, which the first one starts.
func server(t testing.TB) *cluster {
	t.Helper()
	require.Tool(t, binaries() != "", "PostgreSQL's server (on Debian: apt-get install postgresql)")
	if err := startOnce(); err != nil {
		t.Fatal(err)
	}
	return started
}

// binaries gives the directory of the server's programs; empty: there are none.
func binaries() string {
	var found []string
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, filepath.Dir(path))
	}
	// Debian keeps them out of the PATH; the newest version comes last.
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for i := len(debian) - 1; i >= 0; i-- {
		found = append(found, debian[i])
	}
	for _, directory := range append(found, "/usr/local/bin", "/usr/local/pgsql/bin") {
		if has(directory, "initdb") && has(directory, "postgres") {
			return directory
		}
	}
	return ""
}

func has(directory, name string) bool {
	_, err := os.Stat(filepath.Join(directory, name))
	return err == nil
}

func start() error {
	directory, err := os.MkdirTemp("", "c360pg")
	if err != nil {
		return err
	}
	c := &cluster{directory: directory}
	started = c
	var as []string
	if os.Geteuid() == 0 {
		// The server does not run as root.
		if as, err = another(directory); err != nil {
			return err
		}
	}
	data, bin := filepath.Join(directory, "data"), binaries()
	if out, err := c.command(as, filepath.Join(bin, "initdb"), "-D", data, "-U", boss, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	hba := "local all " + boss + " trust\nlocal all all scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(hba), 0o600); err != nil {
		return err
	}
	// Quick and careless: nothing here is worth keeping.
	c.shell = c.command(as, "sh", "-c", `"$@" & server=$!; cat; kill -QUIT $server; wait $server`, "sh",
		filepath.Join(bin, "postgres"), "-D", data, "-k", directory, "-c", "listen_addresses=", "-c", "max_connections=200",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "timezone=Asia/Kathmandu")
	if c.alive, err = c.shell.StdinPipe(); err != nil {
		return err
	}
	var log bytes.Buffer
	c.shell.Stdout, c.shell.Stderr = &log, &log
	if err := c.shell.Start(); err != nil {
		return err
	}
	for range 300 {
		conn, err := pgx.Connect(context.Background(), c.bossDSN())
		if err == nil {
			return conn.Close(context.Background())
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the server did not start")
}

// command is a program, run as somebody else where as says so.
func (c *cluster) command(as []string, words ...string) *exec.Cmd {
	words = append(as, words...)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir = c.directory
	return cmd
}

// another gives the directory to a user who may run the server, and how to be that user.
func another(directory string) ([]string, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		return []string{"runuser", "-u", name, "--"}, os.Chown(directory, uid, gid)
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

func (c *cluster) stop() {
	if c.shell != nil && c.shell.Process != nil {
		_ = c.alive.Close()
		_ = c.shell.Wait()
	}
	_ = os.RemoveAll(c.directory)
}

func (c *cluster) socket() string { return filepath.Join(c.directory, ".s.PGSQL.5432") }

func (c *cluster) bossDSN() string {
	return "host=" + c.directory + " port=5432 dbname=postgres user=" + boss
}
