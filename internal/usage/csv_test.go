package usage_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stakegate/internal/money"
	"stakegate/internal/usage"
)

// The rendered page is a contract with whoever reads it by column.
func TestPageAsCSV(t *testing.T) {
	c := usage.Charge{
		Seq: 1, RequestID: "r-1", At: day.Add(1504 * time.Millisecond), ModelID: "glm", ModelType: "text", TokensKnown: true,
		PromptTokens: 339, CompletionTokens: 227, DIEM: 1_000_000, ExecutionTime: 2964 * time.Millisecond,
		Lines: []money.Line{
			{Item: "input", Quantity: 339, Price: 880_000_000, Cost: 300_001}, {Item: "output", Quantity: 227, Price: 2_800_000_000, Cost: 699_999},
		},
	}
	image := usage.Charge{
		Seq: 2, RequestID: "r-2", At: day.Add(2 * time.Second), ModelID: "paint", ModelType: "image", TokensKnown: true, USD: 10_000_000,
		Lines: []money.Line{{Item: "image", Quantity: 1, Price: 10_000_000 * 1_000_000, Cost: 10_000_000}},
	}
	text, err := usage.Page{Entries: append(one(t, c), one(t, image)...)}.CSV()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"timestamp,currency,amount,pricePerUnitUsd,sku,units,notes,requestId,promptTokens,completionTokens,inferenceExecutionTime",
		"2026-11-23T00:00:01.504Z,DIEM,-0.000300001,0.88,glm-llm-input-mtoken,0.000339,API Inference,r-1,339,227,2964",
		"2026-11-23T00:00:01.504Z,DIEM,-0.000699999,2.8,glm-llm-output-mtoken,0.000227,API Inference,r-1,339,227,2964",
		"2026-11-23T00:00:02.000Z,USD,-0.01,0.01,paint-image-unit,1,API Inference,r-2,,,",
		"",
	}, "\r\n")
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if empty, err := (usage.Page{}).CSV(); err != nil || strings.Count(string(empty), "\n") != 1 {
		t.Errorf("an empty page is %q, %v", empty, err)
	}
}

// Whatever a text holds, a reader of CSV gets it back on one line, and no cell
// of text begins with what a spreadsheet takes for a formula.
func TestCSVCellsAreNoFormulas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SampledFrom([]string{"", "=", "+", "-", "@", "\t", "\r", "\n", "＝", "\"", ",", ";", "'", " ="}).Draw(t, "start")
		name := start + rapid.StringOf(rapid.RuneFrom([]rune("ab=+-@,;\"'\t\n 1(|!＝"))).Draw(t, "rest")
		text, err := usage.Page{Entries: []usage.Entry{{At: day, Currency: money.DIEM, Amount: -5, SKU: name, Notes: name, RequestID: name}}}.CSV()
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[1]) != len(usage.Columns) {
			t.Fatalf("%q: %v", text, err)
		}
		for i, cell := range rows[1] {
			if !slices.Contains([]string{"sku", "notes", "requestId"}, usage.Columns[i]) {
				continue
			}
			if strings.IndexAny(strings.TrimSpace(cell), "=+-@＝") == 0 || strings.ContainsAny(cell, "\t\r\n") {
				t.Fatalf("the cell %q is a formula", cell)
			}
			if kept := strings.NewReplacer("\t", " ", "\r", " ", "\n", " ").Replace(name); cell != kept && cell != "'"+kept {
				t.Fatalf("%q became %q", name, cell)
			}
		}
	})
}
