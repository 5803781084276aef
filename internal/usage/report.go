package usage

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"stakegate/internal/money"
)

// topNames is how many models and keys the daily charts show.
const topNames = 8

// Report is an account's usage in a period as Venice's usage-analytics has it.
// byDate has every day of the period, the newest first; the charts have them
// in ascending order. Charts show spending in both currencies together.
type Report struct {
	Lookback     string     `json:"lookback"`
	ByDate       []DateSum  `json:"byDate"`
	ByModel      []ModelSum `json:"byModel"`
	ByModelDaily []ChartDay `json:"byModelDaily"`
	TopModels    []string   `json:"topModels"`
	ByKey        []KeySum   `json:"byKey"`
	ByKeyDaily   []ChartDay `json:"byKeyDaily"`
	TopKeyNames  []string   `json:"topKeyNames"`
}

// DateSum is one day.
type DateSum struct {
	Date string     `json:"date"`
	USD  money.Nano `json:"USD"`
	DIEM money.Nano `json:"DIEM"`
}

// ModelSum is one model.
type ModelSum struct {
	ModelName  string     `json:"modelName"`
	UnitType   string     `json:"unitType"`
	ModelType  *string    `json:"modelType"`
	TotalUSD   money.Nano `json:"totalUsd"`
	TotalDIEM  money.Nano `json:"totalDiem"`
	TotalUnits int64      `json:"totalUnits"`
	// Breakdown is there if the model's bills have more than one item.
	Breakdown []ItemSum `json:"breakdown,omitempty"`
}

// ItemSum is one item of a model's bills.
type ItemSum struct {
	Type  string     `json:"type"`
	USD   money.Nano `json:"usd"`
	DIEM  money.Nano `json:"diem"`
	Units int64      `json:"units"`
}

// KeySum is one key.
type KeySum struct {
	APIKeyID    string     `json:"apiKeyId"`
	Description string     `json:"description"`
	TotalUSD    money.Nano `json:"totalUsd"`
	TotalDIEM   money.Nano `json:"totalDiem"`
	TotalUnits  int64      `json:"totalUnits"`
}

// ChartDay is one day of a chart, by name.
type ChartDay struct {
	Day   time.Time
	Spend map[string]money.Nano
}

// MarshalJSON writes the day as Unix milliseconds beside the names.
func (d ChartDay) MarshalJSON() ([]byte, error) {
	members := make(map[string]any, len(d.Spend)+1)
	for name, spend := range d.Spend {
		members[name] = spend
	}
	members[chartDate] = d.Day.UnixMilli()
	return json.Marshal(members)
}

// chartDate is the member of a chart's day that is no name.
const chartDate = "date"

// modelTypes are the names that Venice gives to types of models; other types
// have none.
var modelTypes = map[string]string{
	typeText: "LLM", typeImage: "IMAGE", typeSpeech: "TTS", typeTranscription: "ASR",
}

var modelUnits = map[string]string{
	typeImage: unitImages, typeSpeech: unitCharacters, typeTranscription: unitSeconds,
}

// report turns the sums into a report.
func (t tally) report(period Period, now time.Time, modelName func(string) string, labels map[string]KeyLabel) Report {
	days := period.days(now)
	report := Report{Lookback: period.Label, ByDate: t.byDate(days)}
	models := groupBy(t, func(at cell) modelID { return modelID{at.model, at.kind} })
	names := chartNames(models, func(id modelID) (string, string) { return modelName(id.model), id.model })
	report.ByModel = make([]ModelSum, len(models))
	for i, m := range models {
		report.ByModel[i] = modelSum(m, names[m.id])
	}
	report.TopModels, report.ByModelDaily = chart(models, names, days)

	keys := groupBy(t, func(at cell) string { return at.key })
	keyNames := chartNames(keys, func(id string) (string, string) {
		label := labels[id]
		return cmp.Or(label.Description, "API key "+cmp.Or(label.Last6, id)), cmp.Or(label.Last6, id)
	})
	report.ByKey = make([]KeySum, len(keys))
	for i, k := range keys {
		report.ByKey[i] = KeySum{k.id, labels[k.id].Description, k.total.usd, k.total.diem, k.total.units}
	}
	report.TopKeyNames, report.ByKeyDaily = chart(keys, keyNames, days)
	return report
}

// days lists the period's days up to the present one, in order.
func (p Period) days(now time.Time) []time.Time {
	days := []time.Time{}
	for day := p.First; !day.After(p.Last) && !day.After(now); day = day.AddDate(0, 0, 1) {
		days = append(days, day)
	}
	return days
}

func (t tally) byDate(days []time.Time) []DateSum {
	totals := map[int64]sum{}
	for at, s := range t {
		totals[at.day] = totals[at.day].plus(s)
	}
	dates := make([]DateSum, len(days))
	for i, day := range days {
		total := totals[dayNumber(day)]
		dates[len(days)-1-i] = DateSum{day.Format(dateFormat), total.usd, total.diem}
	}
	return dates
}

func dayNumber(day time.Time) int64 { return day.Unix() / int64(24*time.Hour/time.Second) }

type modelID struct{ model, kind string }

// group is everything of one model or key.
type group[ID comparable] struct {
	id    ID
	total sum // its units are those that the model's type is counted in
	daily map[int64]money.Nano
	items map[string]sum
}

// groupBy sums the cells up, in no order.
func groupBy[ID comparable](t tally, idOf func(cell) ID) []*group[ID] {
	byID := map[ID]*group[ID]{}
	for at, s := range t {
		id := idOf(at)
		g := byID[id]
		if g == nil {
			g = &group[ID]{id: id, daily: map[int64]money.Nano{}, items: map[string]sum{}}
			byID[id] = g
		}
		g.daily[at.day] = g.daily[at.day].Add(s.spend())
		g.items[at.itemKey] = g.items[at.itemKey].plus(s)
		if itemOf(at.itemKey).unit != unitOf(at.kind) {
			s.units = 0 // a surcharge's uses are no tokens
		}
		g.total = g.total.plus(s)
	}
	groups := make([]*group[ID], 0, len(byID))
	for _, g := range byID {
		groups = append(groups, g)
	}
	return groups
}

func unitOf(kind string) string { return cmp.Or(modelUnits[kind], unitTokens) }

// bySpend orders by spending, then by use, the greatest first, then by name.
func bySpend(a, b sum, nameA, nameB string) int {
	return cmp.Or(cmp.Compare(b.spend(), a.spend()), cmp.Compare(b.units, a.units), cmp.Compare(nameA, nameB))
}

// chartNames orders the groups and gives each a name that no other has, by
// adding what tells them apart where the names for people do not.
func chartNames[ID comparable](groups []*group[ID], describe func(ID) (name, distinction string)) map[ID]string {
	slices.SortFunc(groups, func(a, b *group[ID]) int {
		nameA, moreA := describe(a.id)
		nameB, moreB := describe(b.id)
		return bySpend(a.total, b.total, nameA+"\x00"+moreA, nameB+"\x00"+moreB)
	})
	often := map[string]int{chartDate: 1}
	for _, g := range groups {
		name, _ := describe(g.id)
		often[name]++
	}
	names, taken := map[ID]string{}, map[string]bool{chartDate: true}
	for _, g := range groups {
		name, more := describe(g.id)
		if often[name] > 1 {
			name += " (" + more + ")"
		}
		unique := name
		for n := 2; taken[unique]; n++ {
			unique = name + " " + strconv.Itoa(n)
		}
		names[g.id], taken[unique] = unique, true
	}
	return names
}

// chart is the spending of each of the first groups on each day.
func chart[ID comparable](groups []*group[ID], names map[ID]string, days []time.Time) ([]string, []ChartDay) {
	groups = groups[:min(len(groups), topNames)]
	top := make([]string, len(groups))
	for i, g := range groups {
		top[i] = names[g.id]
	}
	chart := make([]ChartDay, len(days))
	for i, day := range days {
		chart[i] = ChartDay{Day: day, Spend: make(map[string]money.Nano, len(groups))}
		for _, g := range groups {
			chart[i].Spend[names[g.id]] = g.daily[dayNumber(day)]
		}
	}
	return top, chart
}

// modelSum describes a model.
func modelSum(g *group[modelID], name string) ModelSum {
	m := ModelSum{
		ModelName: name, UnitType: unitOf(g.id.kind),
		TotalUSD: g.total.usd, TotalDIEM: g.total.diem, TotalUnits: g.total.units,
	}
	if kind, known := modelTypes[g.id.kind]; known {
		m.ModelType = &kind
	}
	if len(g.items) < 2 {
		return m
	}
	for name, s := range g.items {
		m.Breakdown = append(m.Breakdown, ItemSum{itemOf(name).label, s.usd, s.diem, s.units})
	}
	slices.SortFunc(m.Breakdown, func(a, b ItemSum) int {
		return bySpend(sum{a.DIEM, a.USD, a.Units}, sum{b.DIEM, b.USD, b.Units}, a.Type, b.Type)
	})
	return m
}
