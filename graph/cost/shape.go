package cost

// A shape is the cost of an operation, as far as it is known without its variables.
type shape struct {
	// conditions are the variables that the shape depends on as a whole; where there are
	// some, the shapes themselves are kept by their values.
	conditions []string
	// nodes are what depends on variables, what is below before what is above.
	nodes []node
	root  part
}

// An amount is the cost of a selection: fixed, and for each element of the page that it
// describes, if it is on a connection.
type amount struct{ fixed, page int64 }

// A part is a selection: an amount, or the node of the number that it depends on.
type part struct {
	amount
	node int
}

// constant is the number of no node.
const constant = -1

// A node is a selection whose cost depends on variables: the highest of its kinds counts.
type node []kind

// A kind is what is selected on one possible type: what is known, and what depends.
type kind struct {
	amount
	items []item
}

// An item is a field, or a fragment, and what is below it.
type item struct {
	weight int64
	// inputs are the variables whose values its arguments cost, as often as they have them.
	inputs []string
	below  part
	by     by
	// size is the number of elements of a list, times that of lists in it.
	size  size
	times int64
}

// by is how what is below an item counts.
type by int

const (
	// element: for each element of a list; an object is a list of one.
	element by = iota
	// connection: once, and for each element of its page what counts by inherited.
	connection
	// inherited: for each element of the connection's page.
	inherited
	// fragment: once, as if it stood where the fragment stands.
	fragment
	// introspection: in part.
	introspection
)

const (
	// introspectionShare is how many values of introspection count as one: they are read from
	// memory and kept as bytes. The introspection query of common tools then costs less than
	// a page of customers with two sources.
	introspectionShare = 100
	// introspectionList is assumed of the lists of introspection but the list of all types:
	// types have some more fields than that, and fields and directives fewer arguments.
	introspectionList = 5
)

// A size is a number of elements.
type size struct {
	// given is the number in the document, no larger than the cap, -1 if there is none;
	// assumed is in place of it.
	given, assumed int64
	variables      []string
	// whole: the number is not cut at the cap.
	whole bool
}

// of gives the number: the largest of those that are given, variables no larger than the
// cap.
func (s *size) of(variable func(string) (int64, bool), most int64) int64 {
	n := s.given
	for _, name := range s.variables {
		if v, ok := variable(name); ok {
			if !s.whole {
				v = min(v, most)
			}
			n = max(n, v, 0)
		}
	}
	if n < 0 {
		return s.assumed
	}
	return n
}

func plus(a, b int64) int64  { return min(a+b, Max) }
func times(a, b int64) int64 { return min(a*b, Max) }

// add adds an item of n elements, of which b is below.
func (a *amount) add(i *item, n int64, b amount) {
	a.fixed = plus(a.fixed, i.weight)
	switch i.by {
	case element:
		a.fixed = plus(a.fixed, times(times(n, i.times), b.fixed))
	case connection:
		a.fixed = plus(a.fixed, plus(b.fixed, times(n, b.page)))
	case inherited:
		a.page = plus(a.page, times(i.times, b.fixed))
	case fragment:
		a.fixed, a.page = plus(a.fixed, b.fixed), plus(a.page, b.page)
	case introspection:
		a.fixed = plus(a.fixed, (b.fixed+introspectionShare-1)/introspectionShare)
	}
}

// upTo raises an amount to another one.
func (a *amount) upTo(b amount) {
	a.fixed, a.page = max(a.fixed, b.fixed), max(a.page, b.page)
}

// cost gives the cost for the values of variables, and what these cost as inputs. Each node
// is looked at once.
func (s *shape) cost(variable func(string) (int64, bool), input func(string) int64, most int64) int {
	if s.root.node == constant {
		return int(s.root.fixed)
	}
	// As many as common operations have need no memory of their own.
	var few [32]amount
	costs := append(few[:0], make([]amount, len(s.nodes))...)
	for n := range s.nodes {
		for k := range s.nodes[n] {
			kind := &s.nodes[n][k]
			sum := kind.amount
			for i := range kind.items {
				it := &kind.items[i]
				below := it.below.amount
				if it.below.node != constant {
					below = costs[it.below.node]
				}
				sum.add(it, it.size.of(variable, most), below)
				for _, name := range it.inputs {
					sum.fixed = plus(sum.fixed, input(name))
				}
			}
			costs[n].upTo(sum)
		}
	}
	return int(costs[s.root.node].fixed)
}
