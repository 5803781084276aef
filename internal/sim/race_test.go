//go:build race

package sim

// defaultSeeds are fewer under the race detector, which takes ten times as long.
const defaultSeeds = 60
