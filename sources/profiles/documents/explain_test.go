package documents_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// indexStages are what servers call the stages that read by an index: MongoDB's, and those of
// PostgreSQL, by which DocumentDB tells its plans.
var indexStages = []string{
	"IXSCAN", "IDHACK", "EXPRESS_IXSCAN", "EXPRESS_CLUSTERED_IXSCAN", "CLUSTERED_IXSCAN", "COUNT_SCAN", "DISTINCT_SCAN",
	"INDEX SCAN", "INDEX ONLY SCAN", "BITMAP INDEX SCAN",
}

// scans says why a plan, as explain gives it, is not known to read by an index only; "": it is. What
// reads are the stages at the ends; one that is not known may read everything.
func scans(explained bson.M) string {
	planner, _ := explained["queryPlanner"].(bson.M)
	winning := planner["winningPlan"]
	if winning == nil {
		return fmt.Sprintf("there is no winning plan in %v", explained)
	}
	ends := endsOf(winning)
	if len(ends) == 0 {
		return fmt.Sprintf("there is no stage in %v", winning)
	}
	for _, end := range ends {
		if !slices.Contains(indexStages, strings.ToUpper(end)) {
			return fmt.Sprintf("%q is no stage that is known to use an index, in %v", end, winning)
		}
	}
	return ""
}

// endsOf gives the names of the stages that have none below.
func endsOf(plan any) []string {
	var below []string
	name := ""
	each := func(key string, v any) {
		if text, ok := v.(string); ok && (key == "stage" || key == "Node Type") {
			name = text
			return
		}
		below = append(below, endsOf(v)...)
	}
	switch plan := plan.(type) {
	case bson.M:
		for key, v := range plan {
			each(key, v)
		}
	case bson.D:
		for _, e := range plan {
			each(e.Key, e.Value)
		}
	case bson.A:
		for _, v := range plan {
			below = append(below, endsOf(v)...)
		}
	}
	if name != "" && len(below) == 0 {
		return []string{name}
	}
	return below
}

func TestScansAreSeen(t *testing.T) {
	stage := func(name string, below ...any) bson.M {
		s := bson.M{"stage": name, "nReturned": 1}
		switch len(below) {
		case 0:
		case 1:
			s["inputStage"] = below[0]
		default:
			s["inputStages"] = bson.A(below)
		}
		return s
	}
	node := func(name string, below ...any) bson.D {
		n := bson.D{{Key: "Node Type", Value: name}, {Key: "Total Cost", Value: 1.5}}
		if below != nil {
			n = append(n, bson.E{Key: "Plans", Value: bson.A(below)})
		}
		return n
	}
	for name, test := range map[string]struct {
		plan any
		fine bool
	}{
		"an index":                  {stage("LIMIT", stage("FETCH", stage("IXSCAN"))), true},
		"by the key":                {stage("PROJECTION_SIMPLE", stage("IDHACK")), true},
		"the express way":           {stage("EXPRESS_IXSCAN"), true},
		"two indexes":               {stage("FETCH", stage("OR", stage("IXSCAN"), stage("IXSCAN"))), true},
		"one of two":                {stage("FETCH", stage("OR", stage("IXSCAN"), stage("COLLSCAN"))), false},
		"the collection":            {stage("SORT", stage("COLLSCAN")), false},
		"below a shard":             {bson.M{"stage": "SHARD_MERGE", "shards": bson.A{bson.M{"winningPlan": stage("COLLSCAN")}}}, false},
		"a stage that is not known": {stage("LIMIT", stage("FASTSCAN")), false},
		"no stage":                  {bson.M{"isCached": false}, false},
		"PostgreSQL's index":        {node("Limit", node("Index Scan")), true},
		"PostgreSQL's bitmap":       {node("Limit", node("Sort", node("Bitmap Heap Scan", node("Bitmap Index Scan")))), true},
		"PostgreSQL's scan":         {node("Limit", node("Sort", node("Seq Scan"))), false},
		"PostgreSQL's scan, by a stage of its own":  {node("Limit", node("Custom Scan", node("Seq Scan"))), false},
		"PostgreSQL's stage that stands by itself":  {node("Limit", node("Custom Scan")), false},
		"PostgreSQL's scan in a plan of MongoDB's":  {stage("LIMIT", node("Seq Scan")), false},
		"PostgreSQL's index in a plan of MongoDB's": {stage("LIMIT", node("Index Scan")), true},
	} {
		why := scans(bson.M{"queryPlanner": bson.M{"winningPlan": test.plan, "rejectedPlans": bson.A{stage("COLLSCAN")}}})
		if (why == "") != test.fine {
			t.Errorf("%s: %q", name, why)
		}
	}
	if scans(bson.M{"ok": 1}) == "" {
		t.Error("without a plan nothing is known")
	}
}
