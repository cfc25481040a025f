package graphqlhttp

import (
	"mime"
	"strconv"
	"strings"
)

// The media types of answers.
const (
	typeResponse = "application/graphql-response+json"
	typeJSON     = "application/json"
)

// negotiate gives the media type of the answer to a request with these Accept
// headers, or "" where the client takes none that we have (RFC 9110, section 12.5.1).
// JSON is the answer to clients that have no preference, since those are old.
func negotiate(accept []string) string {
	if len(accept) == 0 {
		return typeJSON
	}
	best, bestQ := "", 0.0
	for _, ours := range []string{typeJSON, typeResponse} {
		q, specific := 0.0, -1
		for _, header := range accept {
			for item := range strings.SplitSeq(header, ",") {
				media, params, err := mime.ParseMediaType(strings.TrimSpace(item))
				if err != nil {
					continue
				}
				s := specificity(media, ours)
				if s < 0 || s < specific || !isUTF8(params["charset"]) {
					continue
				}
				specific, q = s, 1
				if text, ok := params["q"]; ok {
					if q, err = strconv.ParseFloat(text, 64); err != nil {
						q = 0
					}
				}
			}
		}
		// The newer type wins a tie where it was asked for by name.
		if q > bestQ || q == bestQ && q > 0 && ours == typeResponse && specific == 2 {
			best, bestQ = ours, q
		}
	}
	return best
}

// specificity says how closely a media range names a type: 2 by name, 1 by its
// first half, 0 by a wildcard, -1 not at all.
func specificity(media, typ string) int {
	switch {
	case media == typ:
		return 2
	case media == "application/*":
		return 1
	case media == "*/*":
		return 0
	}
	return -1
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
