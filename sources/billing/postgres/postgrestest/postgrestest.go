// Package postgrestest starts a PostgreSQL server for tests.
package postgrestest

import (
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
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"customer360/internal/require"
)

// A Server is a PostgreSQL server of the test binary's own. It listens on a Unix socket
// in its own directory, so that no port is in the way, and ends with the process, however
// that ends.
type Server struct {
	// Directory is where the socket is: the host of a DSN.
	Directory string
	// alive is closed by the end of this process: the server's shell waits for that.
	alive io.Closer
}

// Password is that of the roles that [Server.Schema] makes.
const Password = "correct-horse-7391"

// boss may do everything, without a password.
const boss = "boss"

var once = sync.OnceValues(start)

// Start gives the server, which the first call starts. Where PostgreSQL is not installed
// the test is skipped, see [require.Tool].
func Start(t testing.TB) *Server {
	t.Helper()
	require.Tool(t, Installed(), require.PostgreSQL)
	s, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Installed reports whether there is a PostgreSQL to start.
func Installed() bool { return binaries() != "" }

// Socket is the socket's path.
func (s *Server) Socket() string { return filepath.Join(s.Directory, ".s.PGSQL.5432") }

// BossDSN is for who may do everything.
func (s *Server) BossDSN() string {
	return "host=" + s.Directory + " port=5432 dbname=postgres user=" + boss
}

var schemas atomic.Int32

// Schema makes a schema with tables, and a role of the same name who may read them with
// [Password]. The connection is that of who may do everything; its search_path is the
// schema. It is closed with the test.
func (s *Server) Schema(t testing.TB, tables string) (name string, boss *pgx.Conn) {
	t.Helper()
	ctx := context.Background()
	boss, err := pgx.Connect(ctx, s.BossDSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = boss.Close(ctx) })
	name = fmt.Sprintf("world%d", schemas.Add(1))
	if _, err := boss.Exec(ctx, fmt.Sprintf(`create schema %[1]s; create role %[1]s login password '%[2]s'; set search_path = %[1]s; %[3]s;
		grant usage on schema %[1]s to %[1]s; grant select on all tables in schema %[1]s to %[1]s`, name, Password, tables)); err != nil {
		t.Fatal(err)
	}
	return name, boss
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

func start() (*Server, error) {
	directory, err := os.MkdirTemp("", "c360pg")
	if err != nil {
		return nil, err
	}
	// A file, since a buffer would want a goroutine, which tests that count those find.
	log, err := os.Create(filepath.Join(directory, "log"))
	if err != nil {
		return nil, err
	}
	var as []string
	if os.Geteuid() == 0 {
		// The server does not run as root.
		if as, err = another(directory); err != nil {
			return nil, err
		}
	}
	command := func(words ...string) *exec.Cmd {
		words = append(as[:len(as):len(as)], words...)
		cmd := exec.CommandContext(context.Background(), words[0], words[1:]...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = directory, log, log
		return cmd
	}
	failed := func(err error) (*Server, error) {
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("PostgreSQL's server did not start: %w\n%s", err, said)
	}
	data, bin := filepath.Join(directory, "data"), binaries()
	if err := command(filepath.Join(bin, "initdb"), "-D", data, "-U", boss, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C").Run(); err != nil {
		return failed(err)
	}
	hba := "local all " + boss + " trust\nlocal all all scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(hba), 0o600); err != nil {
		return failed(err)
	}
	// Quick and careless: nothing here is worth keeping. An interrupt from the keyboard
	// reaches the shell too, which must live on to clear away.
	shell := command("sh", "-c", `trap "" INT; "$@" & server=$!; cat; kill -QUIT $server; wait $server; rm -rf "$PWD"`, "sh",
		filepath.Join(bin, "postgres"), "-D", data, "-k", directory, "-c", "listen_addresses=", "-c", "max_connections=200",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "timezone=Asia/Kathmandu")
	s := &Server{Directory: directory}
	if s.alive, err = shell.StdinPipe(); err != nil {
		return failed(err)
	}
	if err := shell.Start(); err != nil {
		return failed(err)
	}
	for range 300 {
		var conn *pgx.Conn
		if conn, err = pgx.Connect(context.Background(), s.BossDSN()); err == nil {
			return s, conn.Close(context.Background())
		}
		time.Sleep(50 * time.Millisecond)
	}
	return failed(err)
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
