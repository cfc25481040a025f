package zendesk

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever a comment is, it is read as plain text or not at all.
func FuzzComment(f *testing.F) {
	for _, seed := range []string{
		`{"id":1,"author_id":101,"html_body":"<p>a</p>","public":true,"created_at":"2026-01-21T02:00:00Z","data":{"transcription_text":"x"}}`,
		`{"id":1,"type":"VoiceComment","html_body":"<script>a</p><br/>&lt;","via":{"channel":9,"source":{"rel":"inbound"}},"data":[]}`,
		`{"plain_body":" &nbsp; ","body":"b","via":{"channel":"Answer Bot"}}`, `null`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var c comment
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		m := (&source{}).message(&c, &ticket{ID: 1}, 101, map[int64]user{7: {ID: 7, Role: "agent"}})
		if m.Body != strings.TrimSpace(m.Body) || !utf8.ValidString(m.Body) {
			t.Errorf("%q", m.Body)
		}
		if m.Automatic && m.Direction == "INBOUND" {
			t.Error("a machine of ours wrote to us")
		}
	})
}
