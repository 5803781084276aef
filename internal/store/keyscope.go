package store

import (
	"fmt"
	"net/netip"
	"strings"

	"stakegate/internal/apikey"
)

// storedLine is the column line: the keys above a key.
func storedLine(parentIDs []string) string {
	if len(parentIDs) == 0 {
		return ""
	}
	return "/" + strings.Join(parentIDs, "/")
}

func readLine(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text[1:], "/")
}

// storedScope is the column scope: a record for each thing that narrows the
// key, its name first.
func storedScope(scope apikey.Scope) string {
	var text []byte
	if scope.Models != nil {
		text = append(text, "models"...)
		for _, id := range scope.Models {
			text = appendText(append(text, ' '), id)
		}
		text = append(text, ';')
	}
	if scope.Networks != nil {
		text = append(text, "networks"...)
		for _, network := range scope.Networks {
			text = appendText(append(text, ' '), network.String())
		}
		text = append(text, ';')
	}
	if scope.MaxInFlight > 0 {
		text = append(appendInt(append(text, "calls"...), scope.MaxInFlight), ';')
	}
	return string(text)
}

// readScope reads what storedScope wrote. A record that is not known is an
// error: the key would be wider than it was made.
func readScope(text string) (apikey.Scope, error) {
	var scope apikey.Scope
	if text == "" {
		return scope, nil
	}
	err := eachRecord(text, func(f *fields) {
		switch f.string() {
		case "models":
			for f.more {
				scope.Models = append(scope.Models, f.string())
			}
		case "networks":
			for f.more {
				network, err := netip.ParsePrefix(f.string())
				if err != nil {
					f.err = err
				}
				scope.Networks = append(scope.Networks, network)
			}
		case "calls":
			scope.MaxInFlight = f.int()
		default:
			f.err = errUnreadable
		}
	})
	if err != nil {
		return scope, fmt.Errorf("what narrows the key: %w", err)
	}
	return scope, nil
}
