package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// A File is a configuration file that was read, without a fault, and whose references
// are resolved. The zero File is one that says nothing.
type File struct {
	// Path is the file's name, as it was given.
	Path string
	// Profiles is what it says of the store of profiles, besides flags.
	Profiles Profiles
	// Systems are the systems to ask, in the order of the file.
	Systems []System

	// text is the file as it was read: secrets are references there.
	text    []byte
	flags   map[string]string
	root    *node
	secrets []string
	// faulty are the sections that have a fault, which is told: what they are decoded into
	// would tell it again.
	faulty map[string]bool
	// unresolved are the places of references that were not looked at.
	unresolved map[string]bool
}

// Profiles are the settings of the store of profiles that are no flags.
type Profiles struct {
	// System is what the store is called in links and status; empty: not said.
	System string
}

// A System is one of the systems to ask. One that is not made by [Load] has no settings.
type System struct {
	// Source is the domain, as "billing"; System its name behind the slash.
	Source, System string
	// Kind is what kind of a system it is, as "stripe".
	Kind string
	// Sample is the key of a record that exists; empty: not said.
	Sample string
	// Charge is what a customer's records of it cost a caller; 1 if it is not said.
	Charge int

	file *File
	node *node
}

// Name is "source/system", as "billing/stripe-eu".
func (s System) Name() string { return s.Source + "/" + s.System }

// Has reports whether the system has a setting of this key.
func (s System) Has(key string) bool { return s.node.get(key) != nil }

// Load reads a configuration file and checks all of it. What is wrong with it is an
// error of the type [Faults], with all that is wrong at once, in the order of the file;
// the file is then given beside it, with the systems that have no fault, so that what
// adapters say of their settings can be told as well.
// No error holds a value of the file, or one that a reference stands for.
func Load(path string, kinds []Kind) (*File, error) {
	return load(path, kinds, os.LookupEnv)
}

// LoadForm reads a configuration file as [Load] does, but neither the environment nor
// files of secrets, so that it can run where there are none. References stay as they are;
// what an adapter says of them is no fault, see [File.Fault].
func LoadForm(path string, kinds []Kind) (*File, error) {
	return load(path, kinds, nil)
}

func load(path string, kinds []Kind, lookup func(string) (string, bool)) (*File, error) {
	rules, err := newRules(kinds)
	if err != nil {
		return nil, err
	}
	data, err := readFile(path, maxSize)
	if err != nil {
		return nil, Faults{{File: path, Problem: "the configuration file " + why(err)}}
	}
	f, err := parse(path, data, rules, lookup)
	if f != nil {
		f.text = data
	}
	return f, err
}

// parse reads a file's content; lookup nil: references are not resolved.
func parse(path string, data []byte, rules *rules, lookup func(string) (string, bool)) (*File, error) {
	r := reader{file: path}
	root := r.read(data)
	if root == nil {
		return nil, r.faults
	}
	faults := r.faults
	t := teller{path, root, rules.doc}
	wrong := map[string]bool{}
	for _, f := range t.tell(rules.asWritten.Validate(root.plain())) {
		faults = append(faults, f.Fault)
		wrong[f.at.id()] = true
	}
	f := &File{Path: path, root: root}
	if lookup != nil {
		resolver := &resolver{folder: filepath.Dir(path), lookup: lookup}
		faults = append(faults, resolve(t, rules, resolver, wrong)...)
		f.secrets = resolver.secrets
	}
	if lookup == nil {
		f.unresolved = map[string]bool{}
		root.walk(nil, func(at location, n *node) {
			f.unresolved[at.id()] = strings.Contains(n.text, "${") || strings.HasPrefix(n.text, "file:")
		})
	}
	f.faulty = map[string]bool{}
	for _, fault := range faults {
		section, _, _ := strings.Cut(fault.Key, ".")
		f.faulty[section] = true
	}
	f.fill(faults)
	if len(faults) > 0 {
		return f, faults.Sorted()
	}
	return f, nil
}

// resolve puts values in the place of references, but for those that are wrong already,
// and checks them there.
func resolve(t teller, rules *rules, r *resolver, wrong map[string]bool) Faults {
	secrets := falses(rules.noSecrets.Validate(t.root.plain()))
	var faults Faults
	changed := map[string]bool{}
	t.root.walk(nil, func(at location, n *node) {
		text, ok := n.scalar.(string)
		if !ok || wrong[at.id()] {
			return
		}
		var value string
		var err error
		if path, isFile := strings.CutPrefix(text, "file:"); isFile && secrets[at.id()] {
			value, err = r.file(path)
		} else {
			value, err = r.text(text)
		}
		if err != nil {
			for _, e := range split(err) {
				faults = append(faults, t.fault(at, false, e.Error()))
			}
			return
		}
		if value != text {
			n.scalar, n.text = value, value
			changed[at.id()] = true
		}
	})
	for _, f := range t.tell(rules.resolved.Validate(t.root.plain())) {
		if changed[f.at.id()] {
			f.Problem += "; the value of the reference does not fit"
			faults = append(faults, f.Fault)
		}
	}
	return faults
}

// fill reads what is told outside of decoding, of what has no fault.
func (f *File) fill(faults Faults) {
	f.flags = map[string]string{}
	for _, section := range []string{"server", "profiles"} {
		n := f.root.get(section)
		if n == nil {
			continue
		}
		for _, key := range n.keys {
			f.flags[flagName(key)] = n.fields[key].flag()
		}
	}
	f.Profiles.System = f.flags["system"]
	delete(f.flags, "system")
	systems := f.root.get("systems")
	if systems == nil {
		return
	}
	for _, name := range systems.keys {
		n := systems.fields[name]
		if at := (location{"systems", name}).String(); slices.ContainsFunc(faults, func(f Fault) bool { return f.Key == at || strings.HasPrefix(f.Key, at+".") }) {
			continue
		}
		kind := n.get("kind")
		if kind == nil {
			continue
		}
		s := System{Kind: kind.text, Charge: 1, file: f, node: n}
		if charge := n.get("charge"); charge != nil {
			if c, err := strconv.Atoi(charge.text); err == nil {
				s.Charge = c
			}
		}
		s.Source, s.System, _ = strings.Cut(name, "/")
		if sample := n.get("sample"); sample != nil {
			s.Sample = sample.text
		}
		f.Systems = append(f.Systems, s)
	}
}

// flag gives a value as the text of a flag.
func (n *node) flag() string {
	if n.items == nil {
		return n.text
	}
	var all []string
	for _, item := range n.items {
		all = append(all, item.text)
	}
	return strings.Join(all, ",")
}

var upper = regexp.MustCompile(`[A-Z]`)

// flagName makes request-timeout of requestTimeout.
func flagName(key string) string {
	return upper.ReplaceAllStringFunc(key, func(c string) string { return "-" + strings.ToLower(c) })
}

// Fault gives what an adapter says of its settings as faults with their places: errors
// that are joined are told one by one, and one that begins with a key and a colon, as
// "paging.limit: …", is placed at that key. Values that references stand for are taken
// out of the text.
func (f *File) Fault(system string, err error) error {
	return f.faultIn(location{"systems", system}, err)
}

// SectionFault is [File.Fault] for what is wrong with a section, as "access".
func (f *File) SectionFault(section string, err error) error {
	return f.faultIn(location{section}, err)
}

func (f *File) faultIn(of location, err error) error {
	if err == nil {
		return nil
	}
	t := teller{file: f.Path, root: f.root}
	if t.root == nil {
		t.root = &node{}
	}
	var faults Faults
	for _, e := range split(err) {
		at, problem := slices.Clone(of), e.Error()
		if key, rest, ok := strings.Cut(problem, ":"); ok && path.MatchString(key) {
			steps := location(strings.FieldsFunc(key, func(c rune) bool { return strings.ContainsRune(".[]", c) }))
			at, problem = append(at, steps...), strings.TrimSpace(rest)
			if _, own := t.root.at(at); !own && steps[0] == "guards" {
				if _, shared := t.root.at(steps); shared {
					at = steps
				}
			}
		}
		if !f.unresolved[at.id()] {
			faults = append(faults, t.fault(at, false, f.redact(problem)))
		}
	}
	if faults == nil {
		return nil
	}
	return faults.Sorted()
}

// path is the way to a key in an adapter's words: queries[0].sql.
var path = regexp.MustCompile(`^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9_-]+|\[[0-9]+\])*$`)

// minSecret: shorter values would be found in common words.
const minSecret = 4

func (f *File) redact(text string) string {
	// A longer one may hold a shorter one.
	all := slices.SortedFunc(slices.Values(f.secrets), func(a, b string) int { return len(b) - len(a) })
	for _, secret := range all {
		if len(secret) >= minSecret {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return text
}

// split gives errors that are joined one by one.
func split(err error) []error {
	// Not those of one that is wrapped, which has words of its own around it.
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, split(e)...)
	}
	return all
}

// Resolver gives the flags of the commands what the file says of them, where neither
// the command line nor the environment does.
func (f *File) Resolver() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			// Kong itself would let the file go over the environment.
			if _, set := os.LookupEnv(name); set {
				return nil, nil
			}
		}
		if text, ok := f.flags[flag.Name]; ok {
			return text, nil
		}
		return nil, nil
	})
}

// FileFlag is the type of the flag --config. It loads the file before the other flags
// are resolved, into the [*File] whose address is bound: kong.Bind(kinds, &file), where
// kinds is a []Kind. Declare it at the root of the command line, so that all commands
// have it, and it is loaded once.
type FileFlag string

// BeforeResolve loads the file; it is kong's hook.
func (FileFlag) BeforeResolve(ctx *kong.Context, trace *kong.Path, kinds []Kind, into **File) error {
	name, _ := ctx.FlagValue(trace.Flag).(FileFlag)
	if name == "" {
		return errors.New("C360_CONFIG (--config) is set but empty: name a file, or unset it")
	}
	file, err := Load(string(name), kinds)
	if file != nil {
		*into = file
	}
	if err != nil {
		return err
	}
	ctx.AddResolver(file.Resolver())
	return nil
}
