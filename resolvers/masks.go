package resolvers

import (
	"strings"

	"customer360/access"
	"customer360/customer"
	"customer360/graph/relay"
	"customer360/sources/profiles"
)

// This file says how personal values are shown to who may not see them whole.

// masked gives a text as a caller may see it.
func (p *policy) masked(caller *access.Caller, coordinate string, parent any, text string) string {
	class := p.classOf(coordinate, parent)
	switch object := parent.(type) {
	case *profiles.Attribute:
		if coordinate != "Attribute.text" {
			return ""
		}
		if shown := class.Mask(text); shown != "" {
			return shown
		}
		return access.Hidden
	case *profiles.Customer:
		if coordinate == "Customer.displayName" {
			return p.displayName(caller, object)
		}
	}
	shown := class.Mask(text)
	if shown == "" && strings.HasSuffix(coordinate, ".recordId") {
		// There is always one.
		shown = access.Hidden
	}
	return shown
}

// classOf gives the class of a field of an object; "": it is not personal.
func (p *policy) classOf(coordinate string, parent any) access.Class {
	class := p.rules[coordinate].class
	switch object := parent.(type) {
	case *profiles.Attribute:
		return p.attributes[object.Key].Class
	case *profiles.ContactPoint:
		if class == access.ContactPoint {
			return classOf(object)
		}
	case *profiles.Customer:
		// Who has no name is called by something else.
		if coordinate == "Customer.displayName" && object.Name == "" {
			return access.ContactPoint
		}
	case *profiles.Link:
		// On networks, accounts are found by their keys; some have the handle for one.
		if coordinate == "RecordLink.recordId" && object.Source != profiles.Social {
			return ""
		}
	case *customer.Actor:
		if object.ByHandle {
			return access.Handle
		}
	case *customer.Interaction:
		// The title of what a billing system did is made of numbers.
		if coordinate == "Interaction.title" && object.Source == profiles.Billing {
			return ""
		}
	}
	return class
}

// classOf gives the class of a contact point's value, by its channel, else by what it is.
func classOf(p *profiles.ContactPoint) access.Class {
	switch p.Channel {
	case profiles.Email:
		return access.Email
	case profiles.Phone, profiles.SMS:
		return access.Phone
	case profiles.SocialMedia, profiles.Messenger, profiles.Forum:
		return access.Handle
	}
	switch {
	case p.Network != "":
		return access.Handle
	case strings.Contains(p.Value, "@"):
		return access.Email
	case strings.HasPrefix(p.Value, "+"):
		return access.Phone
	}
	return access.Handle
}

// displayName is [profiles.Customer.DisplayName] as a caller may see it: what is masked whole
// is no name, and the next one is taken.
func (p *policy) displayName(caller *access.Caller, c *profiles.Customer) string {
	show := func(class access.Class, value string) string {
		if value == "" || caller.Sees(class) {
			return value
		}
		return class.Mask(value)
	}
	for _, shown := range []string{show(access.Name, c.Name), show(access.Email, c.Email()), show(access.Phone, c.Phone())} {
		if shown != "" {
			return shown
		}
	}
	for i := range c.ContactPoints {
		if point := &c.ContactPoints[i]; point.Value != "" {
			return show(classOf(point), point.Value)
		}
	}
	if p.keyless(caller) {
		return p.seal.Close(caller.Recipient(), relay.NewID("Customer", p.spine, c.ID).String())
	}
	return c.ID
}
