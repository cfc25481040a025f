package gateway_test

import (
	"encoding/json"
	"net/http"
	"time"

	"customer360/demo"
	"customer360/demo/live"
	"customer360/resolvers"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/social/bluesky"
)

const (
	blueskyHandle   = "meridian.example"
	blueskyPassword = "abcd-efgh-ijkl-mnop"
	blueskyToken    = "access-token-of-the-tests"
)

// blueskyVendor speaks as much of XRPC as the adapter asks for.
func blueskyVendor() vendor {
	return vendor{"bluesky", profiles.Social, []string{blueskyPassword, blueskyToken},
		overHTTP(func(c *demo.Company) http.Handler { return blueskyServer(c.Social) }),
		func(s *resolvers.Systems, name, address string) error {
			made, err := bluesky.New(bluesky.Config{
				Name: name, URL: "http://" + address, Identifier: blueskyHandle, AppPassword: blueskyPassword, Brand: live.MastodonBrand, Limits: unbounded,
			})
			s.Social = append(s.Social, resolvers.System[*social.Record]{Source: made, Kind: "bluesky"})
			return err
		}, did}
}

// did is what an account is called there.
func did(recordID string) string { return "did:plc:" + recordID }

func blueskyServer(records []*social.Record) http.Handler {
	accounts, feeds := map[string]any{}, map[string][]any{}
	for _, r := range records {
		author := did(r.RecordID)
		account := map[string]any{"did": author, "handle": r.Handle, "displayName": r.DisplayName, "postsCount": len(r.Mentions), "viewer": map[string]any{}, "labels": []any{}}
		if r.Followers != nil {
			account["followersCount"] = *r.Followers
		}
		accounts[author] = account
		for _, m := range r.Mentions {
			at := m.PostedAt.Format(time.RFC3339)
			feeds[author] = append(feeds[author], map[string]any{"post": map[string]any{
				"uri": "at://" + author + "/app.bsky.feed.post/" + m.RecordID, "author": account, "indexedAt": at,
				"record": map[string]any{"text": m.Text, "createdAt": at},
			}})
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /xrpc/com.atproto.server.createSession", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Identifier, Password string }
		if json.NewDecoder(r.Body).Decode(&body) != nil || body.Identifier != blueskyHandle || body.Password != blueskyPassword {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"accessJwt": blueskyToken, "refreshJwt": "none", "did": did("brand")})
	})
	query := func(call string, answer func(r *http.Request) any) {
		mux.HandleFunc("GET /xrpc/"+call, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+blueskyToken {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_ = json.NewEncoder(w).Encode(answer(r))
		})
	}
	query("app.bsky.actor.getProfiles", func(r *http.Request) any {
		found := []any{}
		for _, actor := range r.URL.Query()["actors"] {
			if a := accounts[actor]; a != nil {
				found = append(found, a)
			}
		}
		return map[string]any{"profiles": found}
	})
	query("app.bsky.feed.getAuthorFeed", func(r *http.Request) any {
		// No account of the demo has more than one page.
		return map[string]any{"feed": append([]any{}, feeds[r.FormValue("actor")]...)}
	})
	query("app.bsky.notification.listNotifications", func(*http.Request) any { return map[string]any{"notifications": []any{}} })
	return mux
}
