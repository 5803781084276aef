package catalog

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors of Resolve.
var (
	// ErrUnknownModel: no model has this id, trait or compatibility name.
	ErrUnknownModel = errors.New("no such model")
	// ErrWrongType: the id belongs to a model that another route serves.
	ErrWrongType = errors.New("model is of another type")
	// ErrOffline: the model is known and not served for now.
	ErrOffline = errors.New("model is offline")
	// ErrParameters: what follows the model's name is not name=value pairs.
	ErrParameters = errors.New("the model's suffix must be name=value pairs joined by &, each name once")
)

// Retired is the error for a model that has been removed.
type Retired struct {
	ID            string
	ReplacementID string // "": none
}

// Error says what to use instead.
func (r *Retired) Error() string {
	if r.ReplacementID == "" {
		return fmt.Sprintf("model %q has been retired", r.ID)
	}
	return fmt.Sprintf("model %q has been retired; use %q", r.ID, r.ReplacementID)
}

// Parameter is one pair of a model's suffix, such as enable_web_search=on.
type Parameter struct{ Name, Value string }

// maxParameters is how many pairs a suffix may have.
const maxParameters = 32

// Resolution is what a model's name stands for.
type Resolution struct {
	Model      *Model
	Parameters []Parameter // in the suffix's order
}

// Resolve finds the model of a type that a caller means, in Venice's order: a
// suffix ":name=value&name=value" is split off first, then the name is looked
// up as an id, as a trait and as a compatibility name; a model that is retired
// at the time now is replaced, if the file allows it. The errors are
// ErrUnknownModel, ErrWrongType, ErrParameters, ErrOffline and *Retired.
func (c *Catalog) Resolve(kind Type, name string, now time.Time) (Resolution, error) {
	name, suffix, hasSuffix := cutSuffix(name)
	model, err := c.find(kind, name)
	if err != nil {
		return Resolution{}, err
	}
	resolution := Resolution{Model: model}
	if hasSuffix {
		if resolution.Parameters, err = parseSuffix(suffix); err != nil {
			return Resolution{}, err
		}
	}
	if resolution.Model, err = c.current(model, now); err != nil {
		return Resolution{}, err
	}
	if resolution.Model.Offline {
		return Resolution{}, ErrOffline
	}
	return resolution, nil
}

// Named is the model that a trait, a compatibility name or an id of a type
// stands for at a time, offline or not. The errors are those of Resolve.
func (c *Catalog) Named(kind Type, name string, now time.Time) (*Model, error) {
	model, err := c.find(kind, name)
	if err != nil {
		return nil, err
	}
	return c.current(model, now)
}

// IDOf is the id of the model that a name stands for at a time, whatever its
// type: its id, or a trait or compatibility name that no other type has for
// another model. A suffix is cut off.
func (c *Catalog) IDOf(name string, now time.Time) (id string, known bool) {
	name, _, _ = cutSuffix(name)
	if _, is := c.byID[name]; is {
		return name, true
	}
	for _, kind := range Types() {
		model, err := c.Named(kind, name, now)
		switch {
		case err != nil:
		case known && model.ID != id:
			return "", false
		default:
			id, known = model.ID, true
		}
	}
	return id, known
}

func (c *Catalog) find(kind Type, name string) (*Model, error) {
	if m, ok := c.byID[name]; ok {
		if m.Type != kind {
			return nil, fmt.Errorf("%w: it is %s, not %s", ErrWrongType, m.Type, kind)
		}
		return m, nil
	}
	if id, ok := c.traits[kind][name]; ok {
		return c.byID[id], nil
	}
	if id, ok := c.compatibility[kind][name]; ok {
		return c.byID[id], nil
	}
	return nil, ErrUnknownModel
}

// current follows replacements, which Parse has checked to have an end.
func (c *Catalog) current(m *Model, now time.Time) (*Model, error) {
	for m.RetiredAt(now) {
		if !m.Deprecation.AutoRemap {
			return nil, &Retired{ID: m.ID, ReplacementID: m.Deprecation.ReplacementID}
		}
		m = c.byID[m.Deprecation.ReplacementID]
	}
	return m, nil
}

// RetiredAt reports whether the model has been removed at a time: it is not
// listed any more.
func (m *Model) RetiredAt(now time.Time) bool {
	return m.Deprecation != nil && !now.Before(m.Deprecation.RemovesAt)
}

// cutSuffix splits at the first colon that a parameter's name and "=" follow,
// so that ids with colons, such as "llama3:8b", stay whole.
func cutSuffix(name string) (id, suffix string, found bool) {
	for at := 0; ; {
		i := strings.IndexByte(name[at:], ':')
		if i < 0 {
			return name, "", false
		}
		at += i + 1
		if end := strings.IndexByte(name[at:], '='); end > 0 && isWord(name[at:at+end]) {
			return name[:at-1], name[at:], true
		}
	}
}

func isWord(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func parseSuffix(suffix string) ([]Parameter, error) {
	if strings.Count(suffix, "&") >= maxParameters {
		return nil, ErrParameters
	}
	var list []Parameter
	for pair := range strings.SplitSeq(suffix, "&") {
		name, value, found := strings.Cut(pair, "=")
		if !found || !isWord(name) || value == "" {
			return nil, ErrParameters
		}
		for _, earlier := range list {
			if earlier.Name == name {
				return nil, ErrParameters
			}
		}
		list = append(list, Parameter{Name: name, Value: value})
	}
	return list, nil
}
