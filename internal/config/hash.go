package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
)

// Hash gives a short hash of what a server is configured with, by the file and by flags: replicas
// that have the same are configured alike. Secrets are not in it: in the file they are references,
// and of the MongoDB's address the user and password are left out.
func (s Serve) Hash(f *File) string {
	h := sha256.New()
	if f != nil {
		h.Write(f.text)
	}
	// What they are checked into says nothing more.
	s.Checked = Checked{}
	if s.MongodbURI != nil {
		where := ""
		if u, err := url.Parse(*s.MongodbURI); err == nil {
			u.User = nil
			where = u.String()
		}
		s.MongodbURI = &where
	}
	// They are texts, which JSON has no trouble with.
	flags, _ := json.Marshal(s)
	h.Write(flags)
	return hex.EncodeToString(h.Sum(nil)[:8])
}
