package streams

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Config is what an operator may set.
type Config struct {
	// Origins are the pages that may open a WebSocket besides those of the gateway's own host,
	// each a scheme and a host as browsers send it: "https://app.example.com". Who sends no
	// origin is no browser, and needs none. Server-sent events are requests: they follow the
	// rules for those.
	Origins []string
	// Connections bounds how many are open, ConnectionsPerCaller how many by one credential.
	Connections          int
	ConnectionsPerCaller int
	// OperationsPerConnection bounds what runs at once on a WebSocket: subscriptions, and
	// queries that are not answered yet.
	OperationsPerConnection int
	// MaxMessage bounds a client's message on a WebSocket, in bytes.
	MaxMessage int64
	// InitTimeout is how long a client may take to say who it is.
	InitTimeout time.Duration
	// KeepAlive is how often a client is pinged that has said who it is, and PongTimeout how
	// long it may take to answer. On server-sent events, which cannot be answered, a comment
	// is written.
	KeepAlive   time.Duration
	PongTimeout time.Duration
	// MessageTimeout is how long a client may take to send or to take one message.
	MessageTimeout time.Duration
	// RevalidateEvery is how often a credential is looked up again.
	RevalidateEvery time.Duration
}

// Defaults are for some hundred browsers at once. Proxies commonly cut off what is silent
// for a minute, hence KeepAlive; a key that was revoked is good for RevalidateEvery.
func Defaults() Config {
	return Config{
		Connections: 1000, ConnectionsPerCaller: 200, OperationsPerConnection: 20,
		MaxMessage:  1 << 20,
		InitTimeout: 5 * time.Second, KeepAlive: 20 * time.Second, PongTimeout: 10 * time.Second,
		MessageTimeout: 10 * time.Second, RevalidateEvery: 10 * time.Second,
	}
}

// Check reports all faults, each beginning with its key.
func (c Config) Check() error {
	var errs []error
	for _, o := range c.Origins {
		u, err := url.Parse(o)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.ToLower(u.Scheme+"://"+u.Host) != o {
			errs = append(errs, fmt.Errorf("origins: %q must be a scheme and a host in lower case, such as https://app.example.com", o))
		}
	}
	least := func(key string, value, least int64) {
		if value < least {
			errs = append(errs, fmt.Errorf("%s: must be at least %[3]d, not %[2]d", key, value, least))
		}
	}
	least("connections", int64(c.Connections), 1)
	least("connectionsPerCaller", int64(c.ConnectionsPerCaller), 1)
	least("operationsPerConnection", int64(c.OperationsPerConnection), 1)
	least("maxMessage", c.MaxMessage, minMessage)
	for _, d := range []struct {
		key   string
		value time.Duration
	}{
		{"initTimeout", c.InitTimeout}, {"keepAlive", c.KeepAlive}, {"pongTimeout", c.PongTimeout},
		{"messageTimeout", c.MessageTimeout}, {"revalidateEvery", c.RevalidateEvery},
	} {
		if d.value <= 0 {
			errs = append(errs, fmt.Errorf("%s: must be more than 0, not %s", d.key, d.value))
		}
	}
	return errors.Join(errs...)
}

// minMessage is enough for the messages of the protocol and a short query.
const minMessage = 1 << 10
