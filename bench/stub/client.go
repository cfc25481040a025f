package stub

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Client asks a stub over HTTP/1.1, with connections that are kept.
type Client struct {
	base *url.URL
	http http.Client
}

// NewClient makes a client of the stub at a base URL that keeps as many idle connections.
func NewClient(base string, connections int) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return &Client{base: u, http: http.Client{Transport: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		MaxIdleConns:        connections,
		MaxIdleConnsPerHost: connections,
		IdleConnTimeout:     5 * time.Minute,
		DisableCompression:  true,
	}}}, nil
}

// Get gives the answer to one call.
func (c *Client) Get(ctx context.Context, path, query string) ([]byte, error) {
	u := *c.base
	u.Path, u.RawQuery = path, query
	r := &http.Request{Method: http.MethodGet, URL: &u, Host: u.Host, Header: http.Header{}}
	response, err := c.http.Do(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", path, response.Status)
	}
	if response.ContentLength < 0 {
		return io.ReadAll(response.Body)
	}
	body := make([]byte, response.ContentLength)
	_, err = io.ReadFull(response.Body, body)
	return body, err
}

// IDs is the query of a call for records.
func IDs(ids []string) string { return "ids=" + strings.Join(ids, ",") }
