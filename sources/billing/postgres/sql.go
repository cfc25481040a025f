package postgres

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// clean gives a query without what stands behind its last word (a semicolon, comments),
// so that it can stand in parentheses; or what is wrong with it.
func clean(sql string) (string, []string) {
	l := lexer{sql: sql}
	var (
		faults      []string
		first       string
		end, depth  int
		keys, ended bool
		params      = map[string]bool{}
	)
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for {
		token, problem := l.next()
		if problem != "" {
			fault("%s", problem)
			break
		}
		if token == "" {
			break
		}
		if token == ";" {
			ended = true
			continue
		}
		if ended {
			if end == 0 {
				fault("nothing precedes the semicolon: want one SELECT")
				break
			}
			fault("there is more after the semicolon: want one SELECT")
			break
		}
		end = l.at
		switch {
		case token == "(":
			depth++
		case token == ")":
			if depth--; depth == -1 {
				fault("there is a ) without its (")
			}
		case first == "":
			first = strings.ToLower(token)
		case token == "$1":
			keys = true
		case token[0] == '$' && len(token) > 1 && token[1] >= '0' && token[1] <= '9':
			params[token] = true
		}
	}
	if depth > 0 {
		fault("there is a ( without its )")
	}
	switch first {
	case "select", "with", "values", "table":
	case "":
		if faults == nil {
			fault("there is none: want a SELECT with = ANY($1), $1 being the list of keys")
		}
		return "", faults
	default:
		fault("want a SELECT, or WITH … SELECT")
	}
	if !keys {
		fault("it does not mention $1, the list of keys: write WHERE … = ANY($1)")
	}
	if len(params) > 0 {
		fault("it has more parameters than $1, the list of keys: write their values into the query")
	}
	return l.sql[:end], faults
}

// A lexer finds the tokens of SQL as far as that is needed to know where a query ends: it
// knows comments and quotes (https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
type lexer struct {
	sql string
	// at is behind the token that was given last.
	at int
}

// next gives the next token: a word, a quoted thing, a parameter, or one other character.
// At the end it is empty.
func (l *lexer) next() (token, problem string) {
	if problem := l.skip(); problem != "" {
		return "", problem
	}
	start := l.at
	rest := l.sql[start:]
	if rest == "" {
		return "", ""
	}
	c := rest[0]
	switch {
	case c == '\'':
		return l.quoted(start, '\'', false)
	case c == '"':
		return l.quoted(start, '"', false)
	case (c == 'e' || c == 'E') && len(rest) > 1 && rest[1] == '\'':
		l.at++
		return l.quoted(start, '\'', true)
	case c == '$':
		if n := word(rest[1:], digits); n > 0 {
			l.at += 1 + n
			return l.sql[start:l.at], ""
		}
		n := word(rest[1:], letters)
		if len(rest) <= n+1 || rest[n+1] != '$' {
			l.at++
			return "$", ""
		}
		tag := rest[:n+2]
		size := strings.Index(rest[n+2:], tag)
		if size < 0 {
			return "", "a text in " + "$…$" + " does not end"
		}
		l.at += 2*len(tag) + size
		return l.sql[start:l.at], ""
	case letters(c) || digits(c):
		l.at += word(rest, func(c byte) bool { return letters(c) || digits(c) || c == '$' })
		return l.sql[start:l.at], ""
	}
	_, size := utf8.DecodeRuneInString(rest)
	l.at += size
	return l.sql[start:l.at], ""
}

// skip goes over white space and comments.
func (l *lexer) skip() (problem string) {
	for {
		rest := strings.TrimLeft(l.sql[l.at:], " \t\n\r\f\v")
		l.at = len(l.sql) - len(rest)
		switch {
		case strings.HasPrefix(rest, "--"):
			n := strings.IndexAny(rest, "\r\n")
			if n < 0 {
				n = len(rest)
			}
			l.at += n
		case strings.HasPrefix(rest, "/*"):
			// They nest.
			depth, i := 1, 2
			for ; depth > 0; i++ {
				switch {
				case i+1 >= len(rest):
					return "a comment does not end"
				case rest[i:i+2] == "/*":
					depth++
					i++
				case rest[i:i+2] == "*/":
					depth--
					i++
				}
			}
			l.at += i
		default:
			return ""
		}
	}
}

// quoted goes behind a quoted thing, in which a doubled quote is none.
func (l *lexer) quoted(start int, quote byte, escapes bool) (token, problem string) {
	for i := l.at + 1; i < len(l.sql); i++ {
		switch {
		case escapes && l.sql[i] == '\\':
			i++
		case l.sql[i] != quote:
		case i+1 < len(l.sql) && l.sql[i+1] == quote:
			i++
		default:
			l.at = i + 1
			return l.sql[start:l.at], ""
		}
	}
	return "", fmt.Sprintf("a text in %c…%[1]c does not end", quote)
}

func digits(c byte) bool { return c >= '0' && c <= '9' }

func letters(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

// word gives how many characters in front of a text belong to a word.
func word(text string, belongs func(c byte) bool) int {
	n := 0
	for n < len(text) && (belongs(text[n]) || n > 0 && digits(text[n])) {
		n++
	}
	return n
}
