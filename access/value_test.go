package access_test

import (
	"strings"
	"testing"

	"customer360/access"
	"customer360/sources/profiles"
)

// TestContactClasses: whatever the channel, what a value is decides who sees it whole: a caller
// with any other scope does not.
func TestContactClasses(t *testing.T) {
	all := []access.Class{access.Email, access.Phone, access.Handle, access.Address, access.Name}
	channels := []profiles.Channel{profiles.Email, profiles.Phone, profiles.SMS, profiles.Messenger, profiles.Web, profiles.Forum,
		profiles.SocialMedia, profiles.InPerson, profiles.OtherChannel}
	for _, test := range []struct {
		// on are the channels, "*" for all but POST; "network:" stands for one with a network.
		on, value, classes string
	}{
		{"*", "+4917012345678", "PHONE"}, {"*", "0049 170 12345678", "PHONE"}, {"*", "tel:+49-170-12345678", "PHONE"}, {"*", "+49 (0)170/1234-5678", "PHONE"},
		{"*", "0170 12345678", "PHONE"}, {"*", "030/90182012", "PHONE"}, {"*", "(030) 9018-2012", "PHONE"}, {"*", "+٤٩ ١٧٠ ١٢٣٤٥٦٧٨", "PHONE"},
		{"*", "+49\u200b170 12345678", "PHONE"}, {"*", "＋４９１７０１２３４５６７８", "PHONE"},
		{"PHONE SMS", "4917012345678", "PHONE"}, {"MESSENGER OTHER EMAIL SOCIAL WEB", "4917012345678", "PHONE HANDLE"},
		{"EMAIL PHONE SMS WEB OTHER IN_PERSON", "anna@example.com", "EMAIL"}, {"EMAIL OTHER", "mailto:anna@example.com", "EMAIL"}, {"EMAIL OTHER", "ａｎｎａ＠example.com", "EMAIL"},
		{"MESSENGER SOCIAL FORUM", "anna@example.com", "EMAIL HANDLE"}, {"*", "4917012345678@s.whatsapp.net", "PHONE EMAIL"},
		{"MESSENGER SOCIAL FORUM WEB OTHER IN_PERSON", "anna_s", "HANDLE"}, {"MESSENGER", "@anna", "HANDLE"}, {"EMAIL", "anna", "EMAIL HANDLE"}, {"PHONE SMS", "anna", "PHONE HANDLE"},
		{"*", "Hauptstraße 1, 10115 Berlin", "ADDRESS PHONE EMAIL HANDLE"}, {"*", "Anna Schmidt", "ADDRESS PHONE EMAIL HANDLE"},
		{"*", "https://wa.me/4917012345678", "PHONE HANDLE"}, {"*", "https://example.social/@anna", "HANDLE"},
		{"*", "https://example.com/?mail=anna@example.com", "EMAIL HANDLE"}, {"*", "https://example.com/u/anna%40example.com", "EMAIL HANDLE"},
		{"*", "https://example.com/4917012345678?mail=anna@example.com", "ADDRESS PHONE EMAIL HANDLE"},
		{"POST", "Hauptstraße 1, 10115 Berlin", "ADDRESS"}, {"POST", "anna@example.com", "ADDRESS"},
		{"network:mastodon", "anna@example.social", "HANDLE"}, {"network:Mastodon", "@anna@example.social", "HANDLE"}, {"network:facebook", "anna@example.com", "EMAIL HANDLE"},
		{"network:whatsapp", "+4917012345678", "PHONE"}, {"network:whatsapp", "4917012345678", "PHONE"}, {"network:whatsapp", "4917012345678@s.whatsapp.net", "PHONE"},
		{"network:telegram", "+4917012345678", "PHONE"}, {"network:signal", "0049 170 12345678", "PHONE"}, {"network:telegram", "123456789", "PHONE HANDLE"}, {"network:vk", "491701234567", "PHONE HANDLE"}, {"network:mastodon", "109348684746583921", "HANDLE"}, {"network:telegram", "anna_s", "HANDLE"},
		{"network:mastodon", "+4917012345678", "PHONE"}, {"network:mastodon", "4917012345678@example.social", "PHONE HANDLE"}, {"network:whatsapp", "anna", "PHONE HANDLE"},
		{"network:x", "https://x.com/anna", "HANDLE"}, {"network:vk", "https://vk.com/id1234567", "PHONE HANDLE"},
	} {
		var points []*profiles.ContactPoint
		switch network, ok := strings.CutPrefix(test.on, "network:"); {
		case ok:
			points = append(points, &profiles.ContactPoint{Channel: profiles.SocialMedia, Network: network}, &profiles.ContactPoint{Channel: profiles.Messenger, Network: network})
			if got := join(access.HandleClasses(network, test.value)); got != test.classes {
				t.Errorf("%s %q is %s; want %s", network, test.value, got, test.classes)
			}
		case test.on == "*":
			for _, c := range channels {
				points = append(points, &profiles.ContactPoint{Channel: c})
			}
		default:
			for _, c := range strings.Fields(test.on) {
				points = append(points, &profiles.ContactPoint{Channel: profiles.Channel(c)})
			}
		}
		for _, p := range points {
			p.Value = test.value
			classes := access.ContactClasses(p)
			if got := join(classes); got != test.classes {
				t.Errorf("%s %s %q is %s; want %s", p.Channel, p.Network, p.Value, got, test.classes)
			}
			for _, one := range all {
				caller := &access.Caller{Scopes: []string{one.Scope()}}
				hidden := caller.Hides(classes...)
				if sees := len(classes) == 1 && classes[0] == one; sees != (hidden == "") {
					t.Errorf("%s %q with %s: hidden as %q", p.Channel, p.Value, one.Scope(), hidden)
				}
				if hidden != "" && hidden.Mask(p.Value) == p.Value {
					t.Errorf("%s %q is masked as %q", p.Channel, p.Value, hidden.Mask(p.Value))
				}
			}
		}
	}
	if got := join(access.ContactClasses(&profiles.ContactPoint{Channel: profiles.OtherChannel, Address: &profiles.Address{}})); got != "ADDRESS" {
		t.Error(got)
	}
}

// TestNameClasses: a name that is an address or a number, or has one in it, is one as well.
func TestNameClasses(t *testing.T) {
	for name, want := range map[string]string{
		"Anna Schmidt": "", "Łukasz Dąbek": "", "": "", "王小明": "", "Team 24/7": "", "3M": "", "R2-D2 @ work": "",
		"anna@example.com": "EMAIL NAME", "Anna <anna@example.com>": "EMAIL NAME", "+4917012345678": "PHONE NAME", "Caller +49 170 1234567": "PHONE NAME",
		"0170/1234567": "PHONE NAME", "anna@example.com +49 170 1234567": "PHONE EMAIL NAME", "+٤٩ ١٧٠ ١٢٣٤٥٦٧٨": "PHONE NAME", "ａｎｎａ＠example.com": "EMAIL NAME",
		"anna\u200b@\u200bexample.com": "EMAIL NAME",
	} {
		if got := join(access.NameClasses(name)); got != want {
			t.Errorf("%q is %q; want %q", name, got, want)
		}
	}
}

func join(classes access.Classes) string {
	all := make([]string, len(classes))
	for i, c := range classes {
		all[i] = string(c)
	}
	return strings.Join(all, " ")
}
