// Package plaintext gives the text of HTML, as systems have it in the bodies of posts
// and messages.
package plaintext

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Of gives HTML as plain text, Paragraphs are set apart by an empty line. Of links,
// whose ends an instance hides for show, the whole address is given.
func Of(content string) string {
	var (
		b    []byte
		z    = html.NewTokenizer(strings.NewReader(content))
		skip string // the element that is left out
		deep int
		pre  int
	)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			// A reader of a string does not fail but at its end.
			break
		}
		token := z.Token()
		opens, closes := kind == html.StartTagToken, kind == html.EndTagToken
		if skip != "" {
			if token.Data == skip && opens {
				deep++
			} else if token.Data == skip && closes {
				if deep--; deep == 0 {
					skip = ""
				}
			}
			continue
		}
		switch {
		case kind == html.TextToken && pre > 0:
			b = append(b, token.Data...)
		case kind == html.TextToken:
			text := spaces.ReplaceAllString(token.Data, " ")
			if bytes.HasSuffix(b, newline) {
				text = strings.TrimPrefix(text, " ")
			}
			b = append(b, text...)
		case !opens && !closes && kind != html.SelfClosingTagToken:
		case opens && hidden(token):
			skip, deep = token.Data, 1
		case token.Data == "br":
			b = append(b, '\n')
		case token.Data == "p":
			b = append(b, "\n\n"...)
		case slices.Contains(blocks, token.Data):
			if !bytes.HasSuffix(b, newline) {
				b = append(b, '\n')
			}
			if token.Data == "pre" && opens {
				pre++
			} else if token.Data == "pre" && closes && pre > 0 {
				pre--
			}
		}
	}
	text := edges.ReplaceAllString(string(b), "\n")
	return strings.TrimSpace(gaps.ReplaceAllString(text, "\n\n"))
}

var (
	newline = []byte("\n")
	// What is a space in HTML, so not the one that does not break.
	spaces = regexp.MustCompile(`[ \t\r\n\f]+`)
	edges  = regexp.MustCompile(`[ \t\r\f]*\n[ \t\r\f]*`)
	gaps   = regexp.MustCompile(`\n{3,}`)
	blocks = []string{"div", "blockquote", "pre", "ul", "ol", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
)

// hidden: no text for readers, or the address of a quoted post, which an instance adds for
// clients that cannot show the post (https://docs.joinmastodon.org/client/quotes/).
func hidden(t html.Token) bool {
	if t.Data == "script" || t.Data == "style" {
		return true
	}
	return slices.ContainsFunc(t.Attr, func(a html.Attribute) bool {
		return a.Key == "class" && slices.Contains(strings.Fields(a.Val), "quote-inline")
	})
}
