package zendesk

import (
	"context"

	"customer360/sources"
)

// Check asks Zendesk, in one call, whose the credentials are. Its error is Unauthorized
// where they are nobody's, and else Unavailable: what answers in another form may be a
// proxy while Zendesk is down, so that it says nothing against the configuration.
func (s *source) Check(ctx context.Context) error {
	var page struct {
		User *struct {
			ID int64 `json:"id"`
		} `json:"user"`
	}
	err := s.get(ctx, "api/v2/users/me.json", nil, &page)
	switch {
	case err == nil && page.User == nil:
		err = s.malformed("an answer holds no user")
	case err == nil && page.User.ID == 0:
		err = s.malformed("the credentials belong to nobody")
		err.Kind = sources.Unauthorized
	case err == nil:
		return nil
	}
	if err.Kind != sources.Unauthorized {
		err.Kind = sources.Unavailable
	}
	return err
}
