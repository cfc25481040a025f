package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"customer360/sources"
)

// kindOf says what an SQLSTATE is to the contract.
func kindOf(code string) sources.Kind {
	switch code {
	case "57014", "25P03", "25P04":
		return sources.TimedOut
	case "42501":
		return sources.Unauthorized
	}
	switch class(code) {
	case "28":
		return sources.Unauthorized
	case "08", "3D", "40", "53", "55", "57", "58", "F0", "HV", "XX":
		return sources.Unavailable
	}
	return sources.Malformed
}

func class(code string) string { return code[:min(2, len(code))] }

// words say what an SQLSTATE, or a class of them, is about. What the server itself says may
// quote values, and stays out of errors.
var words = map[string]string{
	"08":    "the connection failed",
	"0A000": "the server cannot do this in a read-only query (no INSERT, UPDATE or DELETE), or a table has changed",
	"22":    "an expression cannot work with a value",
	"25006": "it writes: want a read-only query",
	"25P03": "the gateway was too slow",
	"25":    "it requires a transaction that is not read-only",
	"28":    "the server refuses the user or the password",
	"3D":    "there is no such database",
	"40":    "it conflicted with another transaction and was cancelled",
	"42501": "the user may not read this: GRANT SELECT on the table, USAGE on its schema",
	"42601": "a syntax error",
	"42702": "a column is in more than one table: qualify it",
	"42703": "there is no such column",
	"42804": "types do not fit: without a cast, $1 takes the type of what it is compared with",
	"42846": "this cannot be cast: without a cast, $1 takes the type of what it is compared with",
	"42883": "there is no such function or operator for these types: without a cast, $1 takes the type of what it is compared with",
	"42P01": "there is no such table: write its schema before it, as billing.invoices",
	"42P18": "the type of $1 is not known: write = ANY($1::text[])",
	"42":    "the query is not right",
	"3F":    "there is no such schema",
	"53300": "the server has too many connections",
	"53":    "the server lacks resources: connections, memory or disk space",
	"55":    "something was locked",
	"57014": "it took longer than statementTimeout, or was cancelled",
	"57P01": "the server, or somebody, ended the connection",
	"57P03": "the server is starting or stopping",
	"57":    "somebody intervened",
	"XX":    "the server has a fault of its own",
}

// sqlError is an error of the server in our own words.
func sqlError(e *pgconn.PgError) error {
	said, ok := words[e.Code]
	if !ok {
		said, ok = words[class(e.Code)]
	}
	if !ok {
		said = "the server refused the query"
	}
	return fmt.Errorf("%s (SQLSTATE %s)", said, e.Code)
}

// inQuery is an error of the server about a query, with its place in what the operator
// wrote; asked has around it what we added.
func inQuery(q query, asked string, e *pgconn.PgError) error {
	if at := place(asked, q.sql, int(e.Position)); at != "" {
		return fmt.Errorf("queries.%s, %s: %w", q.name, at, sqlError(e))
	}
	return fmt.Errorf("queries.%s: %w", q.name, sqlError(e))
}

// place says where in a query something is. The position counts characters of what was
// asked, from 1; zero: it is not known.
func place(asked, sql string, position int) string {
	before := strings.Index(asked, sql)
	if position == 0 || before < 0 {
		return ""
	}
	n := position - 1 - utf8.RuneCountInString(asked[:before])
	text := []rune(sql)
	switch {
	case n < 0:
		return ""
	case n >= len(text):
		return "at its end"
	}
	line, column := 1, 1
	for _, r := range text[:n] {
		if column++; r == '\n' {
			line, column = line+1, 1
		}
	}
	return fmt.Sprintf("line %d, column %d", line, column)
}

// error gives an error of the library as one of the source. The library's own texts hold
// the user's name, the address and what the server said.
func (s *source) error(ctx context.Context, err error) error {
	var (
		ours   *sources.Error
		server *pgconn.PgError
		errno  syscall.Errno
		dns    *net.DNSError
		record tls.RecordHeaderError
		cert   *tls.CertificateVerificationError
	)
	e := &sources.Error{Source: s.name, Kind: sources.Unavailable}
	switch {
	case errors.As(err, &ours):
		return ours
	case ctx.Err() != nil:
		return sources.AsError(s.name, sources.Unavailable, ctx.Err())
	case errors.As(err, &server):
		e.Kind, e.Err = kindOf(server.Code), sqlError(server)
		if located := (*queryError)(nil); errors.As(err, &located) {
			e.Err = inQuery(located.query, located.asked, server)
		}
	case errors.As(err, &cert), errors.As(err, &record):
		e.Err = errors.New("the server's certificate is not accepted, or it speaks no TLS: see sslmode and sslrootcert in dsn")
	case errors.As(err, &dns):
		e.Err = errors.New("the name of its host cannot be resolved")
	case errors.As(err, &errno):
		e.Err = fmt.Errorf("no connection: %w", errno)
	case errors.Is(err, context.DeadlineExceeded):
		e.Err = fmt.Errorf("no connection within %s", connectTimeout)
	default:
		e.Err = errors.New("no connection, or it was lost")
	}
	return e
}

// A queryError is an error of the server about one query.
type queryError struct {
	query query
	asked string
	err   error
}

func (e *queryError) Error() string { return e.err.Error() }
func (e *queryError) Unwrap() error { return e.err }
