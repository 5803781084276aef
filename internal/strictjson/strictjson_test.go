package strictjson_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"stakegate/internal/strictjson"
)

type inner struct {
	USD *float64 `json:"usd"`
}

type document struct {
	Name   string   `json:"name"`
	Count  int64    `json:"count"`
	Flag   bool     `json:"flag"`
	Inner  *inner   `json:"inner"`
	List   []inner  `json:"list"`
	Custom picky    `json:"custom"`
	Words  []string `json:"words"`
}

type picky struct{}

func (*picky) UnmarshalJSON([]byte) error {
	return &strictjson.Error{Problem: "is not to this type's taste"}
}

// nested returns a text of the given number of nested arrays.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestRefusedTextsNameTheMemberAndNeverAValue(t *testing.T) {
	for _, c := range []struct {
		text, member, problem string
		malformed             bool
	}{
		{``, "", "is empty", true},
		{`   `, "", "is empty", true},
		{`{"name":"secret"`, "", "ends too early", true},
		{`{"name":"secret`, "", "ends too early", true},
		{`{"name":secret}`, "", "is not valid JSON", true},
		{`{"name":'secret'}`, "", "is not valid JSON", true},
		{`{"name":"secret",}`, "", "is not valid JSON", true},
		{`{"count":01}`, "", "is not valid JSON", true},
		{`{"count":NaN}`, "", "is not valid JSON", true},
		{`{/* secret */}`, "", "is not valid JSON", true},
		{"\ufeff{}", "", "is not valid JSON", true},
		{`{} {}`, "", "has data after its end", true},
		{`{}x`, "", "has data after its end", true},
		{"{}\x00", "", "has data after its end", true},
		{`{"name":"a","name":"b"}`, "name", "is given twice", true},
		{`{"name":"a","\u006eame":"b"}`, "name", "is given twice", true},
		{`{"list":[{},{"usd":1,"usd":2}]}`, "list.1.usd", "is given twice", true},
		{"{\"name\":\"secret\xff\"}", "", "is not valid UTF-8", true},
		{"{\"secret\xc0\xaf\":1}", "", "is not valid UTF-8", true},
		{`{"name":"secret\ud800"}`, "", "is not valid UTF-8", true},
		{`{"name":"\udc00secret"}`, "", "is not valid UTF-8", true},
		{`{"name":"\ud800\u0041"}`, "", "is not valid UTF-8", true},
		{`{"name":"secret` + "\n" + `"}`, "", "is not valid JSON", true},
		{`{"list":` + nested(strictjson.MaxDepth) + `}`, "", "nests deeper than 64 levels", true},
		{`{"words":[` + strings.Repeat("1,", strictjson.MaxValues) + `1]}`, "", "has more than 100000 values", true},
		{`null`, "", "must not be null", false},
		{" null\n", "", "must not be null", false},
		{`[]`, "", "must be an object", false},
		{`"secret"`, "", "must be an object", false},
		{`1`, "", "must be an object", false},
		{`{"Name":"secret"}`, "Name", "is not a known member (names are case-sensitive)", false},
		{`{"secret":1}`, "secret", "is not a known member (names are case-sensitive)", false},
		{`{"inner":{"eur":1}}`, "inner.eur", "is not a known member (names are case-sensitive)", false},
		{`{"__proto__":{}}`, "__proto__", "is not a known member (names are case-sensitive)", false},
		{`{"name":12345}`, "name", "must be a string", false},
		{`{"name":["secret"]}`, "name", "must be a string", false},
		{`{"count":"12345"}`, "count", "must be a whole number in range", false},
		{`{"count":1.5}`, "count", "must be a whole number in range", false},
		{`{"count":9223372036854775808}`, "count", "must be a whole number in range", false},
		{`{"flag":1}`, "flag", "must be true or false", false},
		{`{"inner":[]}`, "inner", "must be an object", false},
		{`{"inner":{"usd":true}}`, "inner.usd", "must be a number", false},
		{`{"inner":{"usd":1e400}}`, "inner.usd", "must be a number", false},
		{`{"list":{}}`, "list", "must be an array", false},
		{`{"words":["a",2]}`, "words.1", "must be a string", false},
		{`{"custom":"secret"}`, "custom", "is not to this type's taste", false},
	} {
		var got document
		err := strictjson.Decode([]byte(c.text), &got)
		var refused *strictjson.Error
		if !errors.As(err, &refused) {
			t.Errorf("%.60q: got %v, want a refusal", c.text, err)
			continue
		}
		want := strictjson.Error{Member: c.member, Problem: c.problem, Malformed: c.malformed}
		if *refused != want {
			t.Errorf("%.60q: got %+v, want %+v", c.text, *refused, want)
		}
		if c.member != "secret" && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "12345")) {
			t.Errorf("%.60q: the error quotes a value: %q", c.text, err)
		}
	}
}

func TestLongMemberNamesAreCut(t *testing.T) {
	err := strictjson.Decode([]byte(`{"`+strings.Repeat("é", 10_000)+`":1}`), &document{})
	var refused *strictjson.Error
	if !errors.As(err, &refused) || len(refused.Member) > 210 || !strings.HasSuffix(refused.Member, "é…") {
		t.Errorf("got %v", err)
	}
}

func TestDecodeFillsTheValue(t *testing.T) {
	var got document
	text := " {\"name\":\"\\ud83d\\ude00\u00e9\",\"count\":-9223372036854775808,\"flag\":true,\"inner\":{\"usd\":null},\"list\":[{\"usd\":1.5}],\"words\":null}\r\n"
	if err := strictjson.Decode([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	half := 1.5
	want := document{Name: "😀é", Count: -1 << 63, Flag: true, Inner: &inner{}, List: []inner{{USD: &half}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDepthLimitIsExact(t *testing.T) {
	var got any
	if err := strictjson.Decode([]byte(nested(strictjson.MaxDepth)), &got); err != nil {
		t.Errorf("%d levels: %v", strictjson.MaxDepth, err)
	}
	if err := strictjson.Decode([]byte(nested(strictjson.MaxDepth+1)), &got); err == nil {
		t.Errorf("%d levels were accepted", strictjson.MaxDepth+1)
	}
}

func TestMembersKeepOrderAndText(t *testing.T) {
	text := ` {"z" : 1.50 ,"a":{"b":[1, 2]},"\u0062":"x\u0041","":null} `
	members, err := strictjson.Members([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`z=1.50`, `a={"b":[1, 2]}`, `b="x\u0041"`, `=null`}
	var got []string
	for _, m := range members {
		got = append(got, m.Name+"="+string(m.Value))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if members, err := strictjson.Members([]byte(`{}`)); err != nil || len(members) != 0 {
		t.Errorf("{}: got %v, %v", members, err)
	}
}

func TestMembersChecksTheWholeDocument(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":{"b":1,"b":2}}`:      "a.b is given twice",
		`{"a":1}{"a":2}`:           "document has data after its end",
		`[1]`:                      "document must be an object",
		`null`:                     "document must be an object",
		`{"a":"\ud800"}`:           "document is not valid UTF-8",
		`{"a":` + nested(64) + `}`: "document nests deeper than 64 levels",
	} {
		if _, err := strictjson.Members([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%.40q: got %v, want %q", text, err, want)
		}
	}
}

// Whatever is accepted has the same value for the standard library's parser,
// and its members put together again are the same document.
func FuzzAcceptedTextsHaveOneReading(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"b":[true,null,"x"]}`, `{"a":1,"A":2}`, `{"a":1,"a":2}`, `"\ud800"`, `[1e400]`, `{"":{}}`,
		"{\"a\":\"\xff\"}", `{} {}`, `nul`, `-0`, `{"a":"\u2028\u0000"}`, ` 1 `, nested(70), `{"a" : [ 1 , 2 ]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		original := string(data)
		var got any
		err := strictjson.Decode(data, &got)
		if string(data) != original {
			t.Fatal("the document was changed")
		}
		members, membersErr := strictjson.Members(data)
		if err != nil {
			var refused *strictjson.Error
			if !errors.As(err, &refused) || refused.Problem == "" {
				t.Fatalf("not an *Error: %v", err)
			}
			return
		}
		var want any
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("accepted, but encoding/json says %v", err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("two readings: %#v and %#v", got, want)
		}
		object, isObject := want.(map[string]any)
		if isObject != (membersErr == nil) || len(object) != len(members) {
			t.Fatalf("%d members and %v for an object of %d", len(members), membersErr, len(object))
		}
		for _, m := range members {
			var value any
			if err := json.Unmarshal(m.Value, &value); err != nil || !reflect.DeepEqual(value, object[m.Name]) {
				t.Fatalf("member %q is %#v, want %#v (%v)", m.Name, value, object[m.Name], err)
			}
		}
	})
}
