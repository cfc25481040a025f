// Package importer imports a company's customers: rows of a CSV or NDJSON file become
// profiles, links and landed records, by a mapping in YAML whose values are jq expressions
// over the row. A row adds to what is known, so importing a file twice changes nothing. A
// row that cannot be loaded is set aside with the reason, and the rest is loaded.
package importer
