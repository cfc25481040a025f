//go:build linux && !race

package attack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// An answer is what came back.
type answer struct {
	// status is that of the last answer on the connection, or how the WebSocket was closed.
	status, answers int
	// text is all that came, headers included.
	text string
	took time.Duration
	// open: the gateway did not close the connection.
	open bool
}

// dial connects from an address that a place has. All of 127.0.0.0/8 are this machine.
func dial(ctx context.Context, addr, from string) (net.Conn, error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(from))
	n := h.Sum32()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1+byte(n>>16)%250, byte(n>>8), 1+byte(n)%250)}}
	return d.DialContext(ctx, "tcp", addr)
}

// send sends the attack once, and gives what came back.
func (a *attack) send(ctx context.Context, addr, key, from string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, a.within+time.Second)
	defer cancel()
	// What was refused or answered once may be remembered: another document must not be free.
	head, body, _ := strings.Cut(strings.ReplaceAll(a.request, "UNIQUE", rand.Text()), "\n\n")
	if rest, ok := strings.CutPrefix(head, "WEBSOCKET "); ok {
		return a.sendMessages(ctx, addr, rest, body, key, from)
	}
	conn, err := dial(ctx, addr, from)
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	began := time.Now()
	go a.write(ctx, conn, head, body, key, addr)
	text, err := io.ReadAll(conn)
	got := answer{text: string(text), took: time.Since(began)}
	var late net.Error
	// That the gateway resets a connection which it does not want to read from is an end too.
	got.open = errors.As(err, &late) && late.Timeout()
	rest := bufio.NewReader(bytes.NewReader(text))
	for {
		r, err := http.ReadResponse(rest, &http.Request{Method: strings.SplitN(head, " ", 2)[0]})
		if err != nil {
			return got, nil
		}
		_, _ = io.Copy(io.Discard, r.Body)
		got.status = r.StatusCode
		got.answers++
	}
}

// write writes the request. Where the gateway has seen enough of it, it closes the connection
// and writing fails: what it has answered is what counts.
func (a *attack) write(ctx context.Context, conn net.Conn, head, body, key, addr string) {
	lines := strings.Split(head, "\n")
	if !a.raw {
		if strings.Count(lines[0], " ") == 1 {
			lines[0] += " HTTP/1.1"
		}
		lower := strings.ToLower(head)
		add := func(name, value string) {
			if !strings.Contains(lower, "\n"+strings.ToLower(name)+":") {
				lines = append(lines, name+": "+value)
			}
		}
		add("Host", addr)
		add("Connection", "close")
		if body != "" && !strings.Contains(lower, "\ntransfer-encoding:") {
			add("Content-Length", strconv.Itoa(len(body)))
		}
		if key != "" {
			add("Authorization", "Bearer "+key)
		}
	}
	text := strings.Join(lines, "\r\n") + "\r\n\r\n"
	if !a.slow() {
		_, _ = io.WriteString(conn, text+body)
		return
	}
	if body == "" {
		// The headers themselves come slowly, and never end.
		text, body = lines[0]+"\r\n", strings.Join(lines[1:], "\r\n")+"\r\nX-Slow: "+strings.Repeat("x", 1000)
	}
	_, _ = io.WriteString(conn, text)
	for i := 0; i < len(body) && a.drip > 0; i++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(a.drip):
		}
		if _, err := io.WriteString(conn, body[i:i+1]); err != nil {
			return
		}
	}
}

// sendMessages sends messages over a WebSocket, and gives all that is heard. Where it is not
// to be closed, it waits for as many messages as there are texts to be had.
func (a *attack) sendMessages(ctx context.Context, addr, head, body, key, from string) (answer, error) {
	lines := strings.Split(head, "\n")
	header := http.Header{}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		header.Add(name, strings.TrimSpace(value))
	}
	if key != "" {
		header.Set("Authorization", "Bearer "+key)
	}
	protocols, host := header.Values("Sec-WebSocket-Protocol"), header.Get("Host")
	header.Del("Sec-WebSocket-Protocol")
	header.Del("Host")
	if protocols == nil {
		protocols = []string{"graphql-transport-ws"}
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) { return dial(ctx, addr, from) }}
	defer transport.CloseIdleConnections()
	began := time.Now()
	conn, r, err := websocket.Dial(ctx, "ws://"+addr+lines[0], &websocket.DialOptions{Host: host, Subprotocols: protocols, HTTPHeader: header, HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		if r == nil || r.StatusCode == http.StatusSwitchingProtocols {
			return answer{}, err
		}
		var text bytes.Buffer
		_ = r.Write(&text)
		return answer{status: r.StatusCode, answers: 1, text: text.String(), took: time.Since(began)}, nil
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 20)
	go func() {
		for line := range strings.Lines(body) {
			if conn.Write(ctx, websocket.MessageText, []byte(strings.TrimSuffix(line, "\n"))) != nil {
				return
			}
		}
	}()
	got := answer{answers: 1}
	var heard strings.Builder
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			var closed websocket.CloseError
			if errors.As(err, &closed) {
				got.status = int(closed.Code)
				fmt.Fprintf(&heard, "closed: %d %s\n", closed.Code, closed.Reason)
			}
			got.open = ctx.Err() != nil
			break
		}
		heard.Write(data)
		heard.WriteByte('\n')
		if a.close == 0 && !a.misses(heard.String()) {
			break
		}
	}
	got.text, got.took = heard.String(), time.Since(began)
	return got, nil
}

// misses reports whether a text that has to come back has not come.
func (a *attack) misses(text string) bool {
	for _, h := range a.has {
		if !strings.Contains(text, h) {
			return true
		}
	}
	return false
}
