package apikey

import "time"

// Window is one window of a period: Start is in it, End is not. LIFETIME has
// the zero time for both.
type Window struct {
	// ID names the window within its period: "20261123", "202611" or "life".
	ID         string
	Start, End time.Time // UTC
}

// Window returns the window that the instant falls into. Windows are cut by
// UTC, so neither a time zone nor its summer time moves them. An unknown
// period counts as LIFETIME, the strictest.
func (p Period) Window(now time.Time) Window {
	now = now.UTC()
	year, month, day := now.Date()
	switch p {
	case Epoch:
		start := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		return Window{ID: start.Format("20060102"), Start: start, End: start.AddDate(0, 0, 1)}
	case Month:
		start := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
		return Window{ID: start.Format("200601"), Start: start, End: start.AddDate(0, 1, 0)}
	default:
		return Window{ID: "life"}
	}
}

// Admits reports whether a key of this privacy may call a model of the given
// type ("text", "embedding", "image", ...), private or not. An unknown privacy
// admits nothing.
func (p Privacy) Admits(modelType string, private bool) bool {
	switch p {
	case PrivacyAll:
		return true
	case PrivacyPrivateText:
		return private || modelType != "text" && modelType != "embedding"
	case PrivacyPrivateOnly:
		return private
	default:
		return false
	}
}
