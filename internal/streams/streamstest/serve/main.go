// Command serve serves the schema of streamstest over WebSockets and server-sent events on a
// free port of loopback, and prints its address, for clients that others wrote. It ends with
// its standard input.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"customer360/access"
	"customer360/internal/streams"
	"customer360/internal/streams/streamstest"
)

func main() {
	if err := run(context.Background(), os.Stdin, os.Stdout); err != nil {
		slog.Error("the test server failed", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := streams.New(streams.Options{
		Config: streams.Defaults(), Deadline: time.Second, Authenticate: streamstest.Authenticate, Read: read,
	})
	exec := streamstest.New().Executor()
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		transport := s.Events()
		if ws := s.WebSocket(); ws.Supports(r) {
			transport = ws
		} else if caller, err := streamstest.Authenticate(r.Context(), map[string]any{"authorization": r.Header.Get("Authorization")}); err == nil {
			r = r.WithContext(access.With(r.Context(), caller))
		}
		transport.Do(w, r, exec)
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	fmt.Fprintf(stdout, "http://%s/graphql\n", l.Addr())
	_, _ = io.Copy(io.Discard, stdin)
	if err := s.Close(ctx); err != nil {
		return err
	}
	if err := server.Shutdown(ctx); err != nil {
		return err
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// read takes POST only.
func read(w http.ResponseWriter, r *http.Request) *graphql.RawParams {
	var params graphql.RawParams
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.UseNumber()
	if d.Decode(&params) != nil {
		http.Error(w, "the body must be JSON", http.StatusBadRequest)
		return nil
	}
	return &params
}
