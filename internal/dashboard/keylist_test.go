package dashboard

import (
	"fmt"
	"net/url"
	"strconv"
	"testing"
)

func manyKeys(n int) []keyView {
	keys := make([]keyView, n)
	for i := range keys {
		keys[i] = keyView{ID: fmt.Sprintf("id-%d", i), Description: fmt.Sprintf("Agent %d", i), APIKeyType: "INFERENCE", Last6Chars: fmt.Sprintf("aB%04d", i)}
	}
	return keys
}

// A walk through the pages meets every key once.
func TestThePagesOfTheKeysHaveEachKeyOnce(t *testing.T) {
	for _, n := range []int{0, 1, keysPage - 1, keysPage, keysPage + 1, 1000} {
		keys := manyKeys(n)
		next, met := "/", 0
		for next != "" {
			at, err := url.Parse(next)
			if err != nil {
				t.Fatal(err)
			}
			list := listKeys(keys, at.Query())
			for i, key := range list.Keys {
				if key.ID != keys[met+i].ID {
					t.Fatalf("of %d: %s in the place of %s", n, key.ID, keys[met+i].ID)
				}
			}
			if n > 0 && (list.First() != met+1 || list.Last() != met+len(list.Keys)) {
				t.Errorf("of %d: numbered %d to %d after %d", n, list.First(), list.Last(), met)
			}
			met += len(list.Keys)
			next = list.After()
		}
		if met != n {
			t.Errorf("%d of %d keys", met, n)
		}
	}
}

func TestKeysAreFoundByWhatPeopleSeeOfThem(t *testing.T) {
	keys := manyKeys(300)
	keys[7].APIKeyType, keys[8].Description = "ADMIN", ""
	for search, want := range map[string]int{
		"": 300, "agent 12": 11, "AGENT 299": 1, "…aB0042": 1, "0042": 1, "admin": 1, "id-9": 1, "unnamed": 1, "inference": 299, "nothing": 0, "<b>": 0,
	} {
		if list := listKeys(keys, url.Values{"q": {search}}); list.Fit != want || list.All != 300 || (want == 0) != (len(list.Keys) == 0) {
			t.Errorf("%q finds %d, want %d", search, list.Fit, want)
		}
	}
	for _, page := range []string{"-1", "0", "x", "99999999999999999999", "13"} {
		list := listKeys(keys, url.Values{"page": {page}})
		if len(list.Keys) == 0 || list.Number < 1 || list.Number > list.Pages {
			t.Errorf("page %s is %d of %d with %d keys", page, list.Number, list.Pages, len(list.Keys))
		}
	}
	if list := listKeys(keys, url.Values{"q": {"agent"}, "page": {"2"}}); list.Before() != "/?page=1&q=agent#keys" || list.After() != "/?page=3&q=agent#keys" || list.Pages != (list.Fit+keysPage-1)/keysPage {
		t.Errorf("%s %s %s", list.Before(), list.After(), strconv.Itoa(list.Pages))
	}
}
