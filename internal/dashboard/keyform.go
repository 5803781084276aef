package dashboard

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// keyForm is a key as a form has it. Rules about keys are the API's; the form
// only has to become its request.
type keyForm struct {
	Type        string
	Description string
	DIEM, USD   string
	Period      string
	// Expires is a number of days from now, "date" for Date, "" for never, or
	// "keep" for what a key has already.
	Expires, Date string
	Privacy       string
	Models        []string
	Networks      string
	MaxInFlight   string
}

// expiry is a choice of the form.
type expiry struct{ Days, Name string }

var expiries = []expiry{{"1", "in a day"}, {"7", "in 7 days"}, {"30", "in 30 days"}, {"90", "in 90 days"}, {"365", "in a year"}}

func formOf(values url.Values) keyForm {
	text := func(name string) string { return strings.TrimSpace(values.Get(name)) }
	return keyForm{
		Type: text("type"), Description: text("description"), DIEM: text("diem"), USD: text("usd"), Period: text("period"),
		Expires: text("expires"), Date: text("date"), Privacy: text("privacy"), Models: values["models"],
		Networks: text("networks"), MaxInFlight: text("inflight"),
	}
}

// formOfKey is the form that would leave a key as it is.
func formOfKey(key *keyView) keyForm {
	form := keyForm{
		Type: key.APIKeyType, Description: key.Description, Period: key.LimitPeriod, Privacy: key.ModelPrivacy,
		Models: key.AllowedModels, Networks: strings.Join(key.AllowedNetworks, "\n"),
	}
	if limit := key.ConsumptionLimits.DIEM; limit != nil {
		form.DIEM = limit.Exact()
	}
	if limit := key.ConsumptionLimits.USD; limit != nil {
		form.USD = limit.Exact()
	}
	if key.ExpiresAt != nil {
		form.Expires = "keep"
	}
	if key.MaxInFlight > 0 {
		form.MaxInFlight = strconv.FormatInt(key.MaxInFlight, 10)
	}
	return form
}

// Allows reports whether a model is among those chosen.
func (f keyForm) Allows(id string) bool { return slices.Contains(f.Models, id) }

// Narrowed reports whether anything is set that the form folds away.
func (f keyForm) Narrowed() bool {
	return len(f.Models) > 0 || f.Networks != "" || f.MaxInFlight != "" || f.Privacy != "" && f.Privacy != "ALL"
}

// members is the form as the API's request. What is empty is null, which for
// the API is "none"; with full, members that say nothing are there too, so that
// they take away what a key has.
func (f keyForm) members(now time.Time, full bool) map[string]any {
	members := map[string]any{"description": f.Description}
	limits := map[string]any{}
	for name, text := range map[string]string{"diem": f.DIEM, "usd": f.USD} {
		if text != "" || full {
			limits[name] = number(text)
		}
	}
	if len(limits) > 0 {
		members["consumptionLimit"] = limits
	}
	set := func(name string, is bool, value any) {
		switch {
		case is:
			members[name] = value
		case full:
			members[name] = nil
		}
	}
	if f.Period != "" {
		members["limitPeriod"] = f.Period
	}
	if f.Privacy != "" {
		members["modelPrivacy"] = f.Privacy
	}
	set("allowedModels", len(f.Models) > 0, f.Models)
	networks := strings.FieldsFunc(f.Networks, func(r rune) bool { return strings.ContainsRune(" \r\n\t,;", r) })
	set("allowedNetworks", len(networks) > 0, networks)
	set("maxInFlight", f.MaxInFlight != "", number(f.MaxInFlight))
	if f.Expires != "keep" {
		expires := f.expiresAt(now)
		set("expiresAt", expires != "", expires)
	}
	return members
}

// number is a JSON number, null for nothing, or the text as it is, for the API
// to complain about.
func number(text string) any {
	switch {
	case text == "":
		return nil
	case numberPattern.MatchString(text):
		return json.Number(text)
	}
	return text
}

var numberPattern = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})(\.[0-9]{1,18})?$`)

// expiresAt is "" for never.
func (f keyForm) expiresAt(now time.Time) string {
	if f.Expires == "date" {
		return f.Date
	}
	days, err := strconv.Atoi(f.Expires)
	if err != nil {
		return f.Expires
	}
	return now.UTC().Add(time.Duration(days) * 24 * time.Hour).Format("2006-01-02T15:04:05Z")
}

// fieldNames are the API's members by the form's fields.
var fieldNames = map[string]string{
	"apiKeyType": "type", "description": "description", "consumptionLimit": "limits", "limitPeriod": "period", "expiresAt": "expires",
	"modelPrivacy": "privacy", "allowedModels": "models", "allowedNetworks": "networks", "maxInFlight": "inflight",
}

// wrong are complaints that the API cannot have: what was chosen and not filled
// in never reaches it.
func (f keyForm) wrong() map[string]string {
	if f.Expires == "date" && f.Date == "" {
		return map[string]string{"expires": "Choose the last day, or another time."}
	}
	return nil
}

// sentence begins a complaint as a sentence does.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// currencies are the members of a limit, by the names that people see.
var currencies = map[string]string{"diem": "DIEM", "usd": "USD"}

// complaints are what the API says about a form, by its fields. What it says
// about nothing in particular stands under ""; one currency's limit has its own
// field too.
func complaints(refused *problem) map[string]string {
	fields := map[string]string{}
	for member, text := range refused.fields() {
		if first, rest, _ := strings.Cut(text, " "); member == "consumptionLimit" && currencies[first] != "" {
			text = currencies[first] + " " + rest
			fields["limits."+first] = text
		}
		fields[fieldNames[member]] = sentence(text)
	}
	if len(fields) == 0 {
		fields[""] = strings.TrimSuffix(refused.Text, ".") + ". " + refused.Next
	}
	return fields
}
