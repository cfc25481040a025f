package signin_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"customer360/access/signin"
)

// an issuer that gives tokens for one code, to one client.
type issuer struct {
	*httptest.Server
	asked []map[string]string
	down  bool
	fault string
}

func newIssuer(t *testing.T) *issuer {
	i := &issuer{}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{
			"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token",
			"end_session_endpoint": "http://elsewhere.example/end", "jwks_uri": i.URL + "/keys",
		})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		form := map[string]string{}
		_ = r.ParseForm()
		for name := range r.PostForm {
			form[name] = r.PostForm.Get(name)
		}
		if id, secret, ok := r.BasicAuth(); ok {
			form["basic"] = id + ":" + secret
		}
		i.asked = append(i.asked, form)
		w.Header().Set("Content-Type", "application/json")
		switch {
		case i.fault != "":
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": i.fault, "error_description": "the code sesame is used up"})
		case i.down:
			w.WriteHeader(http.StatusBadGateway)
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 300, "refresh_token": "rt", "id_token": "it"})
		}
	})
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func post(s *signin.SignIn, body string, headers ...string) (int, map[string]any) {
	r := httptest.NewRequest(http.MethodPost, "/console/token", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", "https://c360.example")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.Exchange(w, r)
	var answer map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &answer)
	return w.Code, answer
}

const code = `{"code": "sesame", "codeVerifier": "v", "redirectUri": "https://c360.example/signed-in"}`

func TestExchange(t *testing.T) {
	i := newIssuer(t)
	s := signin.New(i.URL, signin.Config{ClientID: "console", Parameters: map[string]string{"resource": "urn:c360"}}, slog.New(slog.DiscardHandler))
	status, answer := post(s, code)
	if status != http.StatusOK || answer["accessToken"] != "at" || answer["expiresIn"] != 300.0 || answer["refreshToken"] != "rt" || answer["idToken"] != "it" {
		t.Errorf("%d %v", status, answer)
	}
	want := map[string]string{
		"grant_type": "authorization_code", "code": "sesame", "code_verifier": "v", "redirect_uri": "https://c360.example/signed-in",
		"client_id": "console", "resource": "urn:c360",
	}
	for name, value := range want {
		if i.asked[0][name] != value {
			t.Errorf("%s is %q", name, i.asked[0][name])
		}
	}
	if status, answer := post(s, `{"refreshToken": "rt"}`); status != http.StatusOK || answer["accessToken"] != "at" || i.asked[1]["grant_type"] != "refresh_token" || i.asked[1]["refresh_token"] != "rt" {
		t.Errorf("%d %v, asked %v", status, answer, i.asked[1])
	}

	// A confidential client proves itself.
	secret := signin.New(i.URL, signin.Config{ClientID: "console", ClientSecret: "s3cret"}, slog.New(slog.DiscardHandler))
	if status, _ := post(secret, code); status != http.StatusOK || i.asked[2]["basic"] != "console:s3cret" {
		t.Errorf("%d, asked %v", status, i.asked[2])
	}
}

// What goes wrong is told in words, and neither the page nor the log repeats what was sent.
func TestExchangeRefuses(t *testing.T) {
	i := newIssuer(t)
	var log strings.Builder
	s := signin.New(i.URL, signin.Config{ClientID: "console"}, slog.New(slog.NewTextHandler(&log, nil)))
	for name, test := range map[string]struct {
		body    string
		headers []string
		status  int
	}{
		"no JSON":              {`code`, nil, 400},
		"nothing":              {`{}`, nil, 400},
		"half of it":           {`{"code": "sesame"}`, nil, 400},
		"both":                 {`{"refreshToken": "rt", "code": "c", "codeVerifier": "v", "redirectUri": "u"}`, nil, 400},
		"too much":             {`{"code": "` + strings.Repeat("x", 20<<10) + `"}`, nil, 400},
		"a form":               {code, []string{"Content-Type", "application/x-www-form-urlencoded"}, 403},
		"text, of a form":      {code, []string{"Content-Type", "text/plain"}, 403},
		"a code for elsewhere": {strings.Replace(code, "c360.example", "evil.example", 1), nil, 400},
		"another page's":       {strings.Replace(code, "signed-in", "elsewhere", 1), nil, 400},
		"no page's":            {code, []string{"Origin", ""}, 400},
		"a page of other site": {code, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"one of the same site": {code, []string{"Sec-Fetch-Site", "same-site"}, 403},
	} {
		if status, answer := post(s, test.body, test.headers...); status != test.status || answer["error"] == nil {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	if len(i.asked) > 0 {
		t.Errorf("the issuer was asked %d times", len(i.asked))
	}
	i.fault = "invalid_grant"
	if status, answer := post(s, code); status != 400 || answer["error"] != "The issuer refused (invalid_grant). Sign in again." {
		t.Errorf("%d %v", status, answer)
	}
	i.fault = "sesame"
	if status, answer := post(s, code); status != 400 || strings.Contains(answer["error"].(string), "sesame") {
		t.Errorf("%d %v", status, answer)
	}
	i.fault, i.down = "", true
	if status, answer := post(s, code); status != 503 {
		t.Errorf("%d %v", status, answer)
	}
	i.Close()
	gone := signin.New(i.URL, signin.Config{ClientID: "console"}, slog.New(slog.NewTextHandler(&log, nil)))
	if status, answer := post(gone, code); status != 503 {
		t.Errorf("%d %v", status, answer)
	}
	if strings.Contains(log.String(), "sesame") || strings.Contains(log.String(), "used up") {
		t.Errorf("the log repeats what was sent: %s", log.String())
	}
}

func TestDescribe(t *testing.T) {
	i := newIssuer(t)
	describe := func(s *signin.SignIn) (int, string) {
		w := httptest.NewRecorder()
		s.Describe(w, httptest.NewRequest(http.MethodGet, "/console/sign-in.json", nil))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	s := signin.New(i.URL, signin.Config{ClientID: "console", ClientSecret: "s3cret", Scope: "openid email"}, slog.New(slog.DiscardHandler))
	want := `{"issuer":"` + i.URL + `","authorizationEndpoint":"` + i.URL + `/auth","clientId":"console","scope":"openid email","parameters":{}}`
	if status, text := describe(s); status != 200 || text != want {
		t.Errorf("%d %s", status, text)
	}
	if status, text := describe(nil); status != 200 || text != "null" {
		t.Errorf("%d %s", status, text)
	}
	i.Close()
	if status, _ := describe(signin.New(i.URL, signin.Config{ClientID: "console"}, slog.New(slog.DiscardHandler))); status != 503 {
		t.Errorf("an issuer that is down: %d", status)
	}
	if status, text := describe(s); status != 200 || text != want {
		t.Errorf("what was said before does not count: %d %s", status, text)
	}
}

func TestConfig(t *testing.T) {
	err := signin.Config{Scope: "email", Parameters: map[string]string{"state": "x"}}.Check()
	if err == nil {
		t.Fatal("no fault")
	}
	for _, key := range []string{"clientId: ", "scope: ", "parameters.state: "} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("no fault of %s in %v", key, err)
		}
	}
	if err := (signin.Config{ClientID: "console", Scope: "openid offline_access"}).Check(); err != nil {
		t.Error(err)
	}
}
