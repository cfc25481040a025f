package profiles

import (
	"slices"
	"strings"

	"customer360/sources"
)

// Normalize gives an identifier in the form of today; one that is none stays as it is.
func (id Identifier) Normalize() Identifier {
	kind, value, _ := strings.Cut(string(id), ":")
	now, err := id, error(nil)
	switch kind {
	case "email":
		now, err = EmailIdentifier(value)
	case "phone":
		now, err = PhoneIdentifier(value)
	case "handle":
		network, handle, _ := strings.Cut(value, ":")
		now, err = HandleIdentifier(network, handle)
	}
	if err != nil {
		return id
	}
	return now
}

// Kind is what sort of identifier it is: email, phone or handle.
func (id Identifier) Kind() string {
	kind, _, _ := strings.Cut(string(id), ":")
	return kind
}

// Normalize brings names and contact points of a profile that is kept into the form of today.
// Of contact points that are one by that, one stays.
func (c *Customer) Normalize() {
	c.Name, c.GivenName, c.FamilyName = sources.Visible(c.Name), sources.Visible(c.GivenName), sources.Visible(c.FamilyName)
	for i := range c.Relations {
		c.Relations[i].Name = sources.Visible(c.Relations[i].Name)
	}
	var points []ContactPoint
	for _, p := range c.ContactPoints {
		p.normalize()
		i := slices.IndexFunc(points, func(o ContactPoint) bool {
			return p.Value != "" && o.Channel == p.Channel && o.Value == p.Value && o.Network == p.Network
		})
		if i < 0 {
			points = append(points, p)
			continue
		}
		o := &points[i]
		o.IsPrimary = o.IsPrimary || p.IsPrimary
		if o.IsVerified == nil || p.IsVerified != nil && *p.IsVerified {
			o.IsVerified = p.IsVerified
		}
		if o.Address == nil {
			o.Address = p.Address
		}
	}
	c.ContactPoints = points
}

func (p *ContactPoint) normalize() {
	value, network := sources.OnlyVisible(p.Value), p.Network
	var err error
	switch {
	case p.Channel == Email:
		value, err = NormalizeEmail(p.Value)
	case p.Channel == Phone || p.Channel == SMS:
		value, err = NormalizePhone(p.Value)
	case p.Network != "":
		network, value, err = NormalizeHandle(p.Network, p.Value)
	}
	if err != nil {
		value, network = sources.OnlyVisible(p.Value), sources.OnlyVisible(p.Network)
	}
	p.Value, p.Network = value, network
}
