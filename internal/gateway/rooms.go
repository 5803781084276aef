package gateway

import (
	"math/bits"
	"sync"
)

// rooms are buffers for long bodies, each for one call at a time: making and
// clearing them anew costs more than reading what they are for. Short bodies
// have none, so that many open streams hold little. The zero value is ready.
type rooms [longestRoom - shortestRoom + 1]sync.Pool

// Sizes of a room, as powers of two: 64 KiB to 16 MiB.
const (
	shortestRoom = 16
	longestRoom  = 24
)

// take returns an empty buffer with room for at least size bytes. What is in it
// is another call's until it is written.
func (r *rooms) take(size int) []byte {
	power := max(bits.Len(uint(max(size, 1)-1)), shortestRoom)
	if power > longestRoom {
		return make([]byte, 0, size)
	}
	if room, is := r[power-shortestRoom].Get().(*[]byte); is {
		return *room
	}
	return make([]byte, 0, 1<<power)
}

// give takes a buffer back that nothing uses any more; others than take's are
// left to the collector.
func (r *rooms) give(room []byte) {
	power := bits.Len(uint(cap(room))) - 1
	if power < shortestRoom || power > longestRoom || cap(room) != 1<<power {
		return
	}
	room = room[:0]
	r[power-shortestRoom].Put(&room)
}
