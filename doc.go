// Package stakegate holds only the test of the house's floors. The product is
// in cmd/stakegate, its map in ARCHITECTURE.md.
package stakegate
