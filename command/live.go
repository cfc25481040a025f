package command

import (
	"errors"
	"maps"

	"customer360/demo"
	"customer360/demo/live"
	"customer360/sources/billing"
	"customer360/sources/billing/stripe"
	"customer360/sources/guard"
	"customer360/sources/httpapi"
	"customer360/sources/social"
	"customer360/sources/social/mastodon"
	"customer360/sources/support"
	"customer360/sources/support/zendesk"
)

// ownVendors: they are in this process, and take as much as is asked.
var ownVendors = httpapi.Limits{RequestsPerSecond: 100_000, Concurrency: 64}

// addLive adds the systems of the live demo: the real adapters, pointed at the demo's
// own vendors.
func (all *systems) addLive(vendors *live.Servers, guards guard.Settings) error {
	// What a wire can show is shown there.
	all.faults = maps.Clone(all.faults)
	maps.DeleteFunc(all.faults, func(_ string, f demo.Fault) bool { return f.Kind != demo.FaultPartial })
	b, err1 := stripe.New(stripe.Config{Name: "billing/" + live.StripeSystem, URL: vendors.StripeURL, APIKey: live.StripeKey, Limits: ownVendors})
	p, err2 := zendesk.New(zendesk.Config{Name: "support/" + live.ZendeskSystem, URL: vendors.ZendeskURL, Email: live.ZendeskEmail, APIToken: live.ZendeskToken, Limits: ownVendors})
	n, err3 := mastodon.New(mastodon.Config{Name: "social/" + live.MastodonSystem, URL: vendors.MastodonURL, Domain: live.MastodonDomain, AccessToken: live.MastodonToken, Brand: live.MastodonBrand, Limits: ownVendors})
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	add(all, "billing", "stripe", "", b, billing.AllParts, billingOf)
	add(all, "support", "zendesk", "", p, support.AllParts, supportOf)
	add(all, "social", "mastodon", "", n, social.AllParts, socialOf)
	for _, p := range all.probes {
		all.guards[p.name] = guards
	}
	return nil
}
