// Package bindings packs calls to the contracts that stakegate talks to, and
// unpacks their answers, events and errors, for go-ethereum's bind/v2. It
// carries no bytecode. Every file but this one is generated: see
// contracts/generate.
package bindings
