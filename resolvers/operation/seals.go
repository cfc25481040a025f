package operation

import "customer360/access"

// This file says whose ids and cursors are sealed, and reads them.

// ids are the fields whose values have keys in them.
var ids = map[string]bool{"id": true, "conversationId": true, "cursor": true, "startCursor": true, "endCursor": true}

// seals reports whether the ids and cursors that a caller gets are sealed: in contracts that
// do not show all keys, and from those who may not see the keys of accounts on networks.
func (p *policy) seals(caller *access.Caller) bool {
	return p.seal != nil && !caller.Open && (caller.Audience != access.Internal || !caller.Sees(access.Handle))
}

// open gives an id or a cursor as the graph made it. From who gets them sealed another one is
// none, and "" is given: in what is made by hand could stand what is masked or hidden, and by what
// others were given could be told of whom they speak.
func (p *policy) open(caller *access.Caller, text string) string {
	if p.seal == nil {
		return text
	}
	recipient, opened, ok := p.seal.Open(text)
	switch {
	case !p.seals(caller) && ok:
		return opened
	case !p.seals(caller):
		return text
	case ok && recipient == caller.Recipient():
		return opened
	}
	return ""
}

// keyless reports whether a caller may not know the company's own keys of customers.
func (p *policy) keyless(caller *access.Caller) bool {
	return p.seals(caller) && !p.contract.ShowsField("CustomerBy", "record")
}
