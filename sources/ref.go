package sources

// A Ref says where a record of a system, or a fact inside one, is found again.
// Domains embed it in what they own.
type Ref struct {
	// System is the name of the system, the part of [Source.Name] behind the
	// slash. The adapter sets it.
	System string `json:"-" bson:"-"`
	// Owner is the key that the record was asked by. A fact inside a record has
	// the record's key here, since it is found again through it. The adapter sets it.
	Owner string `json:"-" bson:"-"`
	// RecordID is the key in the system.
	RecordID string `json:"recordId,omitempty"`
	// URL opens it in the system; empty where that is not known.
	URL string `json:"url,omitempty"`
}
