package graph

import (
	"time"

	"customer360/graph/audience"
)

// Contract is what a caller may see and spend.
type Contract struct {
	Name    string
	Version string
	SDL     string
	// Credential is empty where none was asked for.
	Credential string
	// ExpiresAt is zero where the credential does not expire.
	ExpiresAt    time.Time
	Scopes       []string
	Purposes     []string
	Deprecations []audience.Deprecation
	Limits       ContractLimits
}

// ContractLimits are how much may be asked. Costs are nil where there is no bound.
type ContractLimits struct {
	Tokens, Depth, Aliases, Directives, RootFields int
	// BodySize is in bytes.
	BodySize int
	// PageSize is the largest `first`.
	PageSize                                  int
	CostPerOperation, CostPerMinute, CostLeft *int
	// ResetsAt is zero where there is no bound.
	ResetsAt             time.Time
	TrustedDocumentsOnly bool
}
