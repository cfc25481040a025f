package gateway

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"customer360/bench/stub"
	"customer360/sources"
	"customer360/sources/profiles"
)

// A spine is the stub's profiles. Of the lists it has the one by creation.
type spine struct{ client *stub.Client }

var _ profiles.Spine = spine{}

var errNotThere = errors.New("the stub has no such look-up")

func (spine) Name() string { return "profile/" + stub.ProfileSystem }

func (p spine) Fetch(ctx context.Context, keys []string, want sources.Parts) (map[string]sources.Answer[*profiles.Customer], error) {
	if len(keys) == 0 {
		return nil, nil
	}
	page, err := p.ask(ctx, stub.IDs(keys), want, len(keys))
	if err != nil {
		return nil, err
	}
	answers := make(map[string]sources.Answer[*profiles.Customer], len(keys))
	for _, c := range page.Customers {
		answers[c.ID] = sources.Answer[*profiles.Customer]{Value: c, AsOf: c.SyncedAt}
	}
	for _, key := range keys {
		if _, ok := answers[key]; !ok {
			answers[key] = sources.Answer[*profiles.Customer]{Missing: true}
		}
	}
	return answers, nil
}

func (p spine) List(ctx context.Context, q profiles.Query, want sources.Parts) (profiles.Page, error) {
	by := q.Where.CreatedAt
	if by == nil || by.Gte == nil || q.After != nil || q.Order.Field != profiles.ByCreatedAt || q.Order.Descending {
		return profiles.Page{}, &sources.Error{Source: p.Name(), Kind: sources.Internal, Err: errNotThere}
	}
	page, err := p.ask(ctx, "first="+strconv.Itoa(q.Limit)+"&since="+url.QueryEscape(by.Gte.Format(time.RFC3339Nano)), want, q.Limit)
	if err != nil {
		return profiles.Page{}, err
	}
	page.Positions = make([]profiles.Position, len(page.Customers))
	for i, c := range page.Customers {
		page.Positions[i] = q.Order.PositionOf(c)
	}
	return page, nil
}

func (p spine) Find(context.Context, profiles.Identifier, sources.Parts) ([]*profiles.Customer, error) {
	return nil, &sources.Error{Source: p.Name(), Kind: sources.Internal, Err: errNotThere}
}

func (p spine) FindByLink(context.Context, profiles.SourceName, string, string, sources.Parts) (*profiles.Customer, error) {
	return nil, &sources.Error{Source: p.Name(), Kind: sources.Internal, Err: errNotThere}
}

func (spine) Definitions(context.Context) ([]profiles.Definition, error) { return nil, nil }

func (p spine) ask(ctx context.Context, query string, want sources.Parts, n int) (profiles.Page, error) {
	body, err := p.client.Get(ctx, "/profiles", query)
	if err != nil {
		return profiles.Page{}, sources.AsError(p.Name(), sources.Unavailable, err)
	}
	page := profiles.Page{Customers: make([]*profiles.Customer, 0, n)}
	s, places := scan(body), make([]profiles.Customer, n)
	s.open('{')
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "hasMore":
			page.HasMore = s.bool()
		case "records":
			for s.open('['); s.more(); {
				if len(places) == 0 {
					s.fail()
					break
				}
				c := &places[0]
				places = places[1:]
				readProfile(s, c, want)
				if c.Settle(want) != nil {
					s.fail()
					break
				}
				page.Customers = append(page.Customers, c)
			}
		default:
			s.skip()
		}
	}
	if s.failed {
		return profiles.Page{}, &sources.Error{Source: p.Name(), Kind: sources.Malformed, Err: errForm}
	}
	return page, nil
}

func readProfile(s *scanner, c *profiles.Customer, want sources.Parts) {
	if !s.open('{') {
		return
	}
	names := want.Has(profiles.Names)
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch {
		case key == "id":
			c.ID = s.string()
		case key == "kind":
			c.Kind = profiles.CustomerKind(s.string())
		case key == "createdAt":
			c.CreatedAt = s.time()
		case key == "updatedAt":
			c.UpdatedAt = s.time()
		case key == "syncedAt":
			c.SyncedAt = s.time()
		case key == "name" && names:
			c.Name = s.string()
		case key == "givenName" && names:
			c.GivenName = s.string()
		case key == "familyName" && names:
			c.FamilyName = s.string()
		case key == "language" && names:
			c.Language = s.string()
		case key == "timeZone" && names:
			c.TimeZone = s.string()
		case key == "contactPoints" && want.Has(profiles.Contacts):
			c.ContactPoints = make([]profiles.ContactPoint, 0, 2)
			for s.open('['); s.more(); {
				c.ContactPoints = append(c.ContactPoints, contactPoint(s))
			}
		case key == "links" && want.Has(profiles.Links):
			c.Links = make([]profiles.Link, 0, 3)
			for s.open('['); s.more(); {
				c.Links = append(c.Links, link(s))
			}
		default:
			s.skip()
		}
	}
}

func contactPoint(s *scanner) (p profiles.ContactPoint) {
	if !s.open('{') {
		return p
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "channel":
			p.Channel = profiles.Channel(s.string())
		case "value":
			p.Value = s.string()
		case "isPrimary":
			p.IsPrimary = s.bool()
		case "isVerified":
			verified := s.bool()
			p.IsVerified = &verified
		default:
			s.skip()
		}
	}
	return p
}

func link(s *scanner) (l profiles.Link) {
	if !s.open('{') {
		return l
	}
	for key, ok := s.key(); ok; key, ok = s.key() {
		switch key {
		case "source":
			l.Source = profiles.SourceName(s.string())
		case "system":
			l.System = s.string()
		case "recordId":
			l.RecordID = s.string()
		case "method":
			l.Method = profiles.MatchMethod(s.string())
		default:
			s.skip()
		}
	}
	return l
}
