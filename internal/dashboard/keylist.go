package dashboard

import (
	"net/url"
	"strconv"
	"strings"
)

const (
	keysPage   = 25 // keys of a page
	keysFilter = 10 // from so many on they can be searched
)

// keyList is a page of an account's keys.
type keyList struct {
	Keys   []keyView
	All    int    // how many keys there are
	Fit    int    // how many of them fit the search
	Search string // what their names, endings or ids have
	Number int    // of the page, from 1
	Pages  int
}

// listKeys is the page of the keys that a query asks for; a page beyond the last
// one is the last one.
func listKeys(keys []keyView, query url.Values) keyList {
	list := keyList{All: len(keys), Search: strings.TrimSpace(query.Get("q"))}
	var fit []keyView
	for _, key := range keys {
		if key.Fits(list.Search) {
			fit = append(fit, key)
		}
	}
	list.Fit = len(fit)
	list.Pages = max(1, (len(fit)+keysPage-1)/keysPage)
	list.Number, _ = strconv.Atoi(query.Get("page"))
	list.Number = min(max(list.Number, 1), list.Pages)
	from := (list.Number - 1) * keysPage
	list.Keys = fit[from:min(from+keysPage, len(fit))]
	return list
}

// Fits reports whether the key's name, its type, the end of its secret or its id
// has a text, whatever its case.
func (k *keyView) Fits(search string) bool {
	search = strings.ToLower(strings.TrimPrefix(search, "…"))
	return strings.Contains(strings.ToLower(k.Name()), search) || strings.EqualFold(k.APIKeyType, search) ||
		strings.HasSuffix(strings.ToLower(k.Last6Chars), search) || k.ID == search
}

// Searchable reports whether there are so many that a search helps.
func (l keyList) Searchable() bool { return l.All >= keysFilter || l.Search != "" }

// First and Last number the keys of the page among those that fit.
func (l keyList) First() int { return (l.Number-1)*keysPage + 1 }

// Last is the number of the page's last key.
func (l keyList) Last() int { return l.First() + len(l.Keys) - 1 }

// Before and After are the paths of the pages around this one, "" for none.
func (l keyList) Before() string { return l.at(l.Number - 1) }

// After is the path of the next page.
func (l keyList) After() string { return l.at(l.Number + 1) }

func (l keyList) at(number int) string {
	if number < 1 || number > l.Pages {
		return ""
	}
	query := url.Values{"page": {strconv.Itoa(number)}}
	if l.Search != "" {
		query.Set("q", l.Search)
	}
	return "/?" + query.Encode() + "#keys"
}
