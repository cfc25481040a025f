package hard

import (
	"math"
	"math/big"
	"time"
)

// Leaves has fields of all kinds of scalars and enums, as all kinds of Go types.
type Leaves struct {
	ID             string
	IntID          int
	Text           string
	TextPointer    *string
	TextName       Label
	MustText       string
	MustPointer    *string
	Truth          bool
	Int            int
	Int32          int32
	Int64          int64
	Int64Int       int64
	IntPointer     *int
	Float          float64
	MustFloat      float64
	FloatPointer   *float64
	Number         float64
	Time           time.Time
	MustTime       time.Time
	TimePointer    *time.Time
	Map            map[string]any
	MustMap        map[string]any
	Any            any
	MustAny        any
	Hex            Hex
	HexPointer     *Hex
	MustHexPointer *Hex
	Sealed         Sealed
	MustSealed     Sealed
	SealedPointer  *Sealed
	Cents          int64
	MustCents      int64
	CentsPointer   *int64
	Grams          float64
	MustGrams      float64
	Ratio          float64
	MustRatio      float64
	Stamp          int64
	StampTime      time.Time
	Big            *big.Int
	BigValue       big.Int
	Color          Color
	ColorPointer   *Color
	MustColor      Color
	Level          Level
	LevelPointer   *Level
	Mood           Mood
	MustMood       Mood
	Shape          Shape
	ShapePointer   *Shape
	MustShape      Shape

	Texts             []string
	MustTexts         []string
	TextPointers      []*string
	MustTextPointers  []*string
	Names             []Label
	Ids               []string
	Ints              []int
	Floats            []float64
	MustFloats        []float64
	Centses           []int64
	MustCentses       []int64
	Gramses           []float64
	Ratios            []float64
	Hexes             []Hex
	Sealeds           []Sealed
	Times             []time.Time
	Anys              []any
	MustAnys          []any
	Maps              []map[string]any
	Colors            []Color
	MustColors        []Color
	ColorPointers     []*Color
	MustColorPointers []*Color
	Levels            []Level
	LevelPointers     []*Level
	Moods             []Mood
	MustMoods         []Mood
	ReallyMoods       []Mood
	Shapes            []Shape
	Grid              [][]int
	MustGrid          [][]string
	ColorGrid         [][]Color
}

// IsAnything says that it is of the union.
func (*Leaves) IsAnything() {}

// awkward is a text that is easily written wrongly.
const awkward = "a\"\\/\b\f\n\r\t\x00\x1f\x7f<&>\u2028é😀\xff\xc3"

var noon = time.Date(2026, 1, 31, 12, 0, 0, 987654321, time.FixedZone("", 2*60*60))

// fineLeaves have values, zeroLeaves none, badLeaves those that fail.
var (
	fineLeaves = &Leaves{
		ID: "l1", IntID: 12, Text: awkward, TextPointer: new("text"), TextName: "label", MustText: "must", MustPointer: new("pointer"),
		Truth: true, Int: -1, Int32: math.MinInt32, Int64: math.MaxInt64, Int64Int: math.MinInt64, IntPointer: new(3),
		Float: 1e21, MustFloat: -0.1, FloatPointer: new(1e-7), Number: math.Inf(1), Time: noon, MustTime: noon, TimePointer: new(noon),
		Map: map[string]any{"b": 1, "a": []int{1}}, MustMap: map[string]any{}, Any: map[string]any{"<": nil}, MustAny: "any",
		Hex: "ff", HexPointer: new(Hex("0a")), MustHexPointer: new(Hex("1")), Sealed: "s", MustSealed: "t", SealedPointer: new(Sealed("u")),
		Cents: 1234, MustCents: 5, CentsPointer: new(int64(99)), Grams: 1.25, MustGrams: 2, Ratio: 0.5, MustRatio: 1,
		Stamp: 1, StampTime: noon, Big: big.NewInt(1 << 60), BigValue: *big.NewInt(7), Color: "RED", ColorPointer: new(Color("BLUE")), MustColor: "GREEN",
		Level: High, LevelPointer: new(Low), Mood: "GOOD", MustMood: "BAD", Shape: 1, ShapePointer: new(Shape(0)), MustShape: 1,
		Texts: []string{"", awkward}, MustTexts: []string{"a"}, TextPointers: []*string{nil, new("")}, MustTextPointers: []*string{new("p")},
		Names: []Label{"x", "y"}, Ids: []string{"1", "2"}, Ints: []int{1, -2}, Floats: []float64{1, 2.5}, MustFloats: []float64{},
		Centses: []int64{1, -1, 100}, MustCentses: []int64{7}, Gramses: []float64{1}, Ratios: []float64{0, 1}, Hexes: []Hex{"a"}, Sealeds: []Sealed{"v", "w"},
		Times: []time.Time{noon}, Anys: []any{nil, 1, "x"}, MustAnys: []any{true}, Maps: []map[string]any{{}},
		Colors: []Color{"RED", "?"}, MustColors: []Color{"BLUE"}, ColorPointers: []*Color{nil, new(Color("RED"))}, MustColorPointers: []*Color{new(Color("GREEN"))},
		Levels: []Level{Low, High}, LevelPointers: []*Level{new(High)}, Moods: []Mood{"GOOD", "", "BAD"}, MustMoods: []Mood{"GOOD"}, ReallyMoods: []Mood{"BAD"},
		Shapes: []Shape{0, 1}, Grid: [][]int{{1, 2}, {}, nil}, MustGrid: [][]string{{"a"}, {}}, ColorGrid: [][]Color{{"RED"}, {"BLUE", "GREEN"}},
	}
	zeroLeaves = &Leaves{}
	badLeaves  = &Leaves{
		ID: "l3", MustText: "\x00", Float: math.NaN(), MustFloat: math.Inf(-1), FloatPointer: new(math.NaN()), Number: math.NaN(), Map: nil,
		Sealed: "fail", MustSealed: "fail", SealedPointer: new(Sealed("fail")), Cents: -1, MustCents: -1, CentsPointer: new(int64(-5)),
		Ratio: -1, MustRatio: -2, Color: "PURPLE", Level: 9, LevelPointer: new(Level(-1)), Mood: "?",
		Floats: []float64{1, math.Inf(1)}, MustFloats: []float64{math.NaN(), 1}, MustTextPointers: []*string{new("q"), nil}, Centses: []int64{-1},
		MustCentses: []int64{1, -1}, Gramses: []float64{0, 1}, Ratios: []float64{1, -1}, Sealeds: []Sealed{"fail", "x"}, Times: []time.Time{noon, {}},
		MustAnys: []any{nil, 1}, Maps: []map[string]any{nil}, Colors: []Color{""}, MustColors: []Color{"", "NOT"}, MustColorPointers: []*Color{nil, new(Color("RED")), nil},
		Levels: []Level{5}, LevelPointers: []*Level{new(Low), nil}, Moods: []Mood{""}, MustMoods: []Mood{"", "GOOD", ""}, ReallyMoods: []Mood{"GOOD", ""},
		Grid: [][]int{nil, {1}}, MustGrid: [][]string{nil}, ColorGrid: [][]Color{nil, {""}},
	}
	panickyLeaves = &Leaves{
		ID: "l4", Any: func() {}, MustAny: make(chan int), Hex: "panic", HexPointer: new(Hex("panic")), MustHexPointer: new(Hex("panic")),
		Cents: 666, MustCents: 666, Mood: "PANIC", MustMood: "PANIC", Shape: 5, MustShape: -1,
		Hexes: []Hex{"a", "panic"}, Centses: []int64{1, 666}, MustCentses: []int64{666}, Moods: []Mood{"GOOD", "PANIC"}, MustMoods: []Mood{"PANIC"}, Shapes: []Shape{7},
		Anys: []any{1, func() {}}, MustPointer: new(""), MustMap: map[string]any{"f": func() {}},
	}
)
