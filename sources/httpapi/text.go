package httpapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// Errors of answers that are no text.
var (
	errCharset  = errors.New("its answer has an unknown charset: configure it to send UTF-8")
	errEncoding = errors.New("its answer does not match its charset (UTF-8 by default)")
	errTooLarge = fmt.Errorf("its answer is larger than %d MiB", maxBody>>20)
)

// A lostError is the end of a connection, as opposed to an answer of a wrong form.
type lostError struct{ error }

func (e lostError) Unwrap() error { return e.error }

// Text gives the body of an answer in UTF-8, whatever charset it is in, without a byte order
// mark. An error that [Client.Error] does not make one of its own is about the answer and
// holds nothing of it. No letter is replaced: what cannot be read is an error.
func (c *Client) Text(response *http.Response) ([]byte, error) {
	data, err := read(response)
	var lost lostError
	switch {
	case errors.As(err, &lost):
		return nil, c.Error(lost.error)
	case err != nil:
		return nil, c.malformed(err)
	}
	return data, nil
}

func read(response *http.Response) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	switch {
	case len(data) > maxBody:
		return nil, errTooLarge
	case err != nil:
		return nil, lostError{err}
	}
	return decoded(data, response.Header.Get("Content-Type"))
}

// decoded brings a body into UTF-8. A byte order mark goes before what the header says
// (https://encoding.spec.whatwg.org/#decode).
func decoded(data []byte, contentType string) ([]byte, error) {
	var from encoding.Encoding
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		from, data = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), data[2:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		from, data = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), data[2:]
	default:
		var err error
		if from, err = charset(contentType); err != nil {
			return nil, err
		}
	}
	if from == nil {
		if !utf8.Valid(data) {
			return nil, errEncoding
		}
		return data, nil
	}
	text, err := from.NewDecoder().Bytes(data)
	// A decoder replaces what it cannot read.
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, errEncoding
	}
	return text, nil
}

// charset gives the encoding that a header names; nil: UTF-8.
func charset(contentType string) (encoding.Encoding, error) {
	_, parameters, err := mime.ParseMediaType(contentType)
	label := strings.TrimSpace(parameters["charset"])
	if err != nil && label == "" || label == "" || strings.EqualFold(label, "utf8") || strings.EqualFold(label, "utf-8") {
		return nil, nil
	}
	e, err := htmlindex.Get(label)
	if err != nil || e == encoding.Replacement {
		return nil, errCharset
	}
	if name, _ := htmlindex.Name(e); name == "utf-8" {
		return nil, nil
	}
	return e, nil
}
