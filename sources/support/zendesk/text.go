package zendesk

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain gives the text of HTML.
func plain(source string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	silent := atom.Atom(0)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(strings.ReplaceAll(out.String(), "\u00a0", " "))
		case html.TextToken:
			if silent == 0 {
				out.Write(z.Text())
			}
		case html.SelfClosingTagToken, html.StartTagToken:
			name, _ := z.TagName()
			switch tag := atom.Lookup(name); tag {
			case atom.Script, atom.Style, atom.Title:
				silent = tag
			case atom.P, atom.Br, atom.Div, atom.Li, atom.Tr, atom.Blockquote, atom.Pre, atom.H1, atom.H2, atom.H3, atom.H4:
				if out.Len() > 0 && !strings.HasSuffix(out.String(), "\n") {
					out.WriteByte('\n')
				}
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == silent {
				silent = 0
			}
		}
	}
}
