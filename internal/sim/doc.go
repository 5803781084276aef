// Package sim is a simulation of whole replicas under fake time, for tests
// only: the production ledger engines and gateways on a transactional store,
// with an upstream that keeps its own tally and bills on arrival, whatever
// becomes of the caller. A seed decides what happens and when: requests,
// clients that leave, crashes at any point of a commit, lost answers of the
// database, clock steps, midnights, stakes, revocations and changed limits; on
// the product's own store backups and restores too. After every step the books are held against the tally.
//
//	go test ./internal/sim -run TestSimulation -seeds 5000
//	go test ./internal/sim -run TestSimulation -seed 17 -v
package sim
