package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// Metadata is what an issuer says of itself, as far as it is used here (OpenID Connect Discovery
// 1.0, section 3, and RP-Initiated Logout 1.0, section 2.1). Endpoints are as the issuer has them:
// who uses one looks whether it is [Safe].
type Metadata struct {
	Issuer                string `json:"issuer"`
	JWKSURI               string `json:"jwks_uri"`
	AuthorizationEndpoint string `json:"authorization_endpoint"`
	TokenEndpoint         string `json:"token_endpoint"`
	// EndSessionEndpoint is empty where there is none.
	EndSessionEndpoint string `json:"end_session_endpoint"`
	// TokenAuthMethods are how clients prove themselves at TokenEndpoint; nil: by client_secret_basic.
	TokenAuthMethods []string `json:"token_endpoint_auth_methods_supported"`
}

// TakesBasic reports whether a client may prove itself by HTTP Basic.
func (m Metadata) TakesBasic() bool {
	return m.TokenAuthMethods == nil || slices.Contains(m.TokenAuthMethods, "client_secret_basic")
}

// Discover asks an issuer for its metadata. It is an error if that is another issuer's.
func Discover(ctx context.Context, client *http.Client, issuer string) (Metadata, error) {
	var m Metadata
	body, err := get(ctx, client, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return m, err
	}
	// OpenID Connect Discovery 1.0, section 4.3: the issuer must be the same.
	if err := json.Unmarshal(body, &m); err != nil || m.Issuer != issuer {
		return Metadata{}, errors.New("the issuer's openid-configuration does not have this issuer")
	}
	return m, nil
}
