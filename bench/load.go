package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A request is one of a workload's requests.
type request struct {
	base int
	// authorization is another one for each request.
	authorization string
	body          []byte
}

// requests gives a workload's requests, each another one than all before.
type requests struct {
	w      workload
	prefix []byte
	sent   atomic.Int64
}

func newRequests(w workload) *requests {
	query, _ := json.Marshal(w.operation)
	return &requests{w: w, prefix: fmt.Appendf(nil, `{"query":%s,"variables":`, query)}
}

func (r *requests) next() request {
	tag := int(r.sent.Add(1))
	if r.w.draw != nil {
		return r.of(r.w.draw[tag%len(r.w.draw)], tag)
	}
	return r.of(tag%r.w.bases, tag)
}

func (r *requests) of(base, tag int) request {
	body := append(make([]byte, 0, len(r.prefix)+100), r.prefix...)
	body = append(body, r.w.variables(base, tag)...)
	if r.w.draw != nil {
		tag = 0
	}
	return request{base, "Bearer caller-" + strconv.Itoa(tag), append(body, '}')}
}

// A conn is one connection to a server, that requests go over one after the other.
type conn struct {
	net.Conn
	in   *bufio.Reader
	addr string
	out  []byte
	body bytes.Buffer
}

// answerTimeout is far more than any answer takes.
const answerTimeout = 30 * time.Second

func dial(ctx context.Context, addr string) (*conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, in: bufio.NewReaderSize(c, 64<<10), addr: addr}, nil
}

// ask sends a request and gives the answer's body, which is valid until the next call.
func (c *conn) ask(r request) ([]byte, error) {
	c.out = fmt.Appendf(c.out[:0], "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nAccept: application/json\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n", c.addr, r.authorization, len(r.body))
	c.out = append(c.out, r.body...)
	if err := c.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return nil, err
	}
	if _, err := c.Write(c.out); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	c.body.Reset()
	if _, err := io.Copy(&c.body, response.Body); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %s: %.300s", response.Status, c.body.Bytes())
	}
	return c.body.Bytes(), nil
}

// askOnce sends a request over a connection of its own: servers close one that is not used
// for some seconds.
func askOnce(ctx context.Context, addr string, r request) ([]byte, error) {
	c, err := dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.ask(r)
}

// A load is requests that are sent over some connections at once, each connection one
// after the other.
type load struct {
	addr        string
	requests    *requests
	connections int
	// check is asked of each answer, and given its number.
	check func(n int, r request, body []byte) error
}

// run sends n requests, or as many as there is time for, and gives how many were
// answered. The first one that is not, or not correctly, ends it.
func (l load) run(ctx context.Context, n int, atMost time.Duration) (int, error) {
	end := time.Now().Add(atMost)
	var given, answered atomic.Int64
	errs := make([]error, l.connections)
	var wg sync.WaitGroup
	var failed atomic.Bool
	for i := range l.connections {
		wg.Go(func() {
			c, err := dial(ctx, l.addr)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.Close()
			for !failed.Load() && ctx.Err() == nil && time.Now().Before(end) {
				k := given.Add(1)
				if k > int64(n) {
					return
				}
				r := l.requests.next()
				body, err := c.ask(r)
				if err == nil {
					err = l.check(int(k), r, body)
				}
				if err != nil {
					failed.Store(true)
					errs[i] = err
					return
				}
				answered.Add(1)
			}
		})
	}
	wg.Wait()
	return int(answered.Load()), errors.Join(errors.Join(errs...), ctx.Err())
}
