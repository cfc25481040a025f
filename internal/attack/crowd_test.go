//go:build linux && !race

package attack

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"
)

// crowdSize is more WebSockets than the gateway keeps open at all (streams.Defaults).
const crowdSize = 1050

// crowd opens WebSockets that never say who they are, and holds that an honest caller has one
// all the same. Nobody has asked them for a credential yet, so that they cost their owner nothing.
func (w *world) crowd(t *testing.T) {
	var conns []net.Conn
	var statuses []int
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	for i := range crowdSize {
		c, err := dial(t.Context(), w.gateway.addr, fmt.Sprintf("crowd/%d", i%10))
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		_, err = io.WriteString(c, "GET /graphql HTTP/1.1\r\nHost: "+w.gateway.addr+"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n")
		if err != nil {
			t.Fatal(err)
		}
		// It was let in, or not.
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		statuses = append(statuses, r.StatusCode)
	}
	slices.Sort(statuses)
	t.Logf("a crowd of %d WebSockets was answered %v", crowdSize, slices.Compact(statuses))
	honest := &attack{
		class: "a crowd of WebSockets", name: "an honest one", who: "honest", within: time.Minute, close: 0, has: []string{`"__typename":"Query"`},
		request: "WEBSOCKET /graphql\n\n{\"type\": \"connection_init\"}\n{\"id\": \"1\", \"type\": \"subscribe\", \"payload\": {\"query\": \"{ __typename }\"}}",
	}
	got, err := honest.send(t.Context(), w.gateway.addr, w.keys["honest"], "honest")
	if err != nil || honest.misses(got.text) {
		t.Errorf("beside %d WebSockets that say nothing, an honest one was answered %d, %v: %.300s", crowdSize, got.status, err, got.text)
	}
	if text, err := w.gateway.get(t.Context(), "/readyz"); err != nil {
		t.Errorf("the gateway is not ready any more: %s, %v", text, err)
	}
}
