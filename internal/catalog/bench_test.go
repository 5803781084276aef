package catalog_test

import (
	"testing"
	"time"

	"stakegate/internal/catalog"
	"stakegate/internal/money"
)

// What the hot path asks of the catalogue.
func BenchmarkHotPath(b *testing.B) {
	c, err := catalog.Parse([]byte(wide))
	if err != nil {
		b.Fatal(err)
	}
	now := time.Unix(0, 0)
	model, err := c.Named(catalog.Text, "big", now)
	if err != nil {
		b.Fatal(err)
	}
	demand := catalog.Demand{Prompt: 1000, Choices: 1, OutputCap: 500}
	for name, run := range map[string]func(){
		"Resolve": func() { _, _ = c.Resolve(catalog.Text, "big", now) },
		"BoundOf": func() { model.BoundOf(demand) },
		"CapOf":   func() { model.CapOf(money.Unit/1000, demand) },
		"Bill":    func() { model.Bill(catalog.Use{Prompt: 900, Cached: 100, Completion: 200}) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
}
