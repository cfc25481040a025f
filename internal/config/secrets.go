package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// maxSecret bounds a secret's file: keys and certificates are some kilobytes.
const maxSecret = 64 << 10

// reference is ${NAME}, and what it is not: $${, which stands for ${.
var reference = regexp.MustCompile(`\$\$\{|\$\{[^}]*\}?`)

var (
	variable = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)
	// usual is a variable's name that can be told; another may be a secret that
	// somebody put into ${}.
	usual = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// A resolver puts values in the place of references.
type resolver struct {
	// folder is what the paths of files are relative to.
	folder string
	lookup func(name string) (string, bool)
	// secrets are the values that were put in.
	secrets []string
}

// text resolves the references in a text. The error has all that is wrong with them.
func (r *resolver) text(s string) (string, error) {
	var errs []error
	resolved := reference.ReplaceAllStringFunc(s, func(found string) string {
		if found == "$${" {
			return "${"
		}
		value, err := r.variable(found)
		if err != nil {
			errs = append(errs, err)
		}
		return value
	})
	return resolved, errors.Join(errs...)
}

func (r *resolver) variable(found string) (string, error) {
	name := variable.FindStringSubmatch(found)
	if name == nil {
		return "", errors.New("want ${NAME}, an environment variable; for a literal ${, write $${")
	}
	what := "the environment variable named here"
	if usual.MatchString(name[1]) {
		what = "the environment variable " + name[1]
	}
	value, ok := r.lookup(name[1])
	switch {
	case !ok:
		return "", errors.New(what + " is not set")
	case value == "":
		return "", errors.New(what + " is empty")
	}
	r.secrets = append(r.secrets, value)
	return value, nil
}

// file reads a secret from a file. One line break at its end is not of the secret.
func (r *resolver) file(path string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.folder, path)
	}
	data, err := readFile(path, maxSecret)
	if err != nil {
		// The path itself is not told: it may be a secret.
		return "", errors.New("the file named here " + why(err) + "; paths are relative to the folder of this file")
	}
	value := strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
	if strings.TrimSpace(value) == "" {
		return "", errors.New("the file named here is empty")
	}
	r.secrets = append(r.secrets, value)
	return value, nil
}

var errTooLarge = errors.New("too large")

// readFile reads a file of at most so many bytes.
func readFile(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, errIsFolder
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = errTooLarge
	}
	return data, err
}

var errIsFolder = errors.New("is a folder")

// why says why a file cannot be read, without its name.
func why(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "is not readable by this process"
	case errors.Is(err, errIsFolder):
		return "is a folder"
	case errors.Is(err, errTooLarge):
		return "is too large"
	}
	return "cannot be read"
}
