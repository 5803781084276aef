package bench_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// job is what the load's process is to do.
type job struct {
	Address     string
	Requests    [][]byte // whole requests, sent in turn
	Connections int
	Rate        float64       // requests a second, spread evenly; 0: as many as go
	Count       int           // of requests, instead of a window; for all connections together
	Warm        time.Duration // before the window
	Window      time.Duration
	Status      string // the one that every answer must have; "": any, and they are counted
	Process     []int  // the server's processes, whose CPU and memory are read
	Core        int    // the server's; -1: not pinned
}

// outcome is what the load saw in the window.
type outcome struct {
	Requests  int
	Failed    int
	Problem   string // the first failure
	Statuses  map[string]int
	Window    time.Duration
	CPU       time.Duration // of the server's processes
	Resident  int64         // bytes of the server's processes, at the end
	Others    float64       // share of the server's core that others had
	Latency   quantiles     // of a whole answer
	FirstByte quantiles     // until the first event of a stream
	Gap       quantiles     // between events
	Lag       quantiles     // from the model's writing of an event to its arrival
	Lasted    quantiles     // of a stream, from its first event to its end
}

// quantiles are of durations.
type quantiles struct{ P50, P99, Max time.Duration }

func quantilesOf(all []time.Duration) quantiles {
	if len(all) == 0 {
		return quantiles{}
	}
	slices.Sort(all)
	return quantiles{all[len(all)/2], all[min(len(all)-1, len(all)*99/100)], all[len(all)-1]}
}

// playLoad reads a job, does it, and prints the outcome.
func playLoad() error {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		return err
	}
	l := &load{job: j}
	return json.NewEncoder(os.Stdout).Encode(l.run())
}

type load struct {
	job     job
	next    atomic.Int64 // request
	begin   time.Time    // of the window
	end     time.Time
	mu      sync.Mutex
	outcome outcome
	lists   [5][]time.Duration
}

func (l *load) run() outcome {
	now := time.Now()
	l.begin = now.Add(l.job.Warm)
	l.end = l.begin.Add(l.job.Window)
	l.outcome.Statuses = map[string]int{}
	var group sync.WaitGroup
	for i := range l.job.Connections {
		group.Go(func() { l.connection(i) })
	}
	time.Sleep(time.Until(l.begin))
	before := look(l.job.Process, l.job.Core)
	if l.job.Count == 0 {
		time.Sleep(time.Until(l.end))
	} else {
		group.Wait()
	}
	after := look(l.job.Process, l.job.Core)
	group.Wait()
	o := &l.outcome
	o.Window, o.CPU, o.Resident = after.at.Sub(before.at), after.cpu-before.cpu, after.resident
	if l.job.Core >= 0 {
		o.Others = float64(after.core-before.core-o.CPU) / float64(o.Window)
	}
	o.Latency, o.FirstByte, o.Gap = quantilesOf(l.lists[0]), quantilesOf(l.lists[1]), quantilesOf(l.lists[2])
	o.Lag, o.Lasted = quantilesOf(l.lists[3]), quantilesOf(l.lists[4])
	return *o
}

// client is one connection and what was measured on it.
type client struct {
	load  *load
	conn  net.Conn
	in    *bufio.Reader
	lists [5][]time.Duration
	sent  time.Time
	last  time.Time // event
	first time.Time // event
	line  []byte
	lags  []time.Duration
	gaps  []time.Duration
}

func (l *load) connection(i int) {
	c := &client{load: l}
	defer func() {
		if c.conn != nil {
			_ = c.conn.Close()
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		for k := range c.lists {
			l.lists[k] = append(l.lists[k], c.lists[k]...)
		}
	}()
	// With a rate, connection i sends at i, i+n, i+2n ... times the pause.
	pause := time.Duration(0)
	if l.job.Rate > 0 {
		pause = time.Duration(float64(time.Second) / l.job.Rate)
	}
	start := l.begin.Add(-l.job.Warm)
	for turn := i; ; turn += l.job.Connections {
		if pause > 0 {
			time.Sleep(time.Until(start.Add(time.Duration(turn) * pause)))
		}
		n := l.next.Add(1) - 1
		if l.job.Count > 0 && n >= int64(l.job.Count) || l.job.Count == 0 && time.Now().After(l.end) {
			return
		}
		c.call(l.job.Requests[n%int64(len(l.job.Requests))])
	}
}

// call makes one request and takes its whole answer.
func (c *client) call(request []byte) {
	status, err := c.exchange(request)
	done := time.Now()
	l := c.load
	inside := l.job.Count > 0 || !done.Before(l.begin) && !done.After(l.end)
	if err != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
	if err == nil && l.job.Status != "" && status != l.job.Status {
		err = fmt.Errorf("status %s", status)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		if l.outcome.Failed++; l.outcome.Problem == "" {
			l.outcome.Problem = err.Error()
		}
		return
	}
	if !inside {
		return
	}
	l.outcome.Requests++
	l.outcome.Statuses[status]++
	c.lists[0] = append(c.lists[0], done.Sub(c.sent))
	if !c.first.IsZero() {
		c.lists[1] = append(c.lists[1], c.first.Sub(c.sent))
		c.lists[2] = append(c.lists[2], c.gaps...)
		c.lists[3] = append(c.lists[3], c.lags...)
		c.lists[4] = append(c.lists[4], done.Sub(c.first))
	}
}

func (c *client) exchange(request []byte) (status string, err error) {
	if c.conn == nil {
		if c.conn, err = net.Dial("tcp", c.load.job.Address); err != nil {
			c.conn = closed{}
			return "", err
		}
		c.in = bufio.NewReaderSize(c.conn, 32<<10)
	}
	c.first, c.last = time.Time{}, time.Time{}
	c.gaps, c.lags, c.line = c.gaps[:0], c.lags[:0], c.line[:0]
	c.sent = time.Now()
	if _, err := c.conn.Write(request); err != nil {
		return "", err
	}
	h, err := readHead(c.in)
	if err != nil {
		return "", err
	}
	_, status, _ = bytesCut(h.first)
	if _, err = readBody(c.in, h, nil, c.take); err != nil {
		return "", err
	}
	return status, nil
}

// closed is a connection that could not be made.
type closed struct{ net.Conn }

func (closed) Close() error { return nil }

// bytesCut takes the status out of a status line.
func bytesCut(line []byte) (version, status string, ok bool) {
	before, after, ok := bytes.Cut(line, []byte{' '})
	code, _, _ := bytes.Cut(after, []byte{' '})
	return string(before), string(code), ok
}

// take looks for the events of a stream in a body.
func (c *client) take(data []byte) {
	now := time.Now()
	for len(data) > 0 {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			c.line = append(c.line, data...)
			return
		}
		c.line = append(c.line, data[:end]...)
		if bytes.HasPrefix(c.line, []byte("data: {")) {
			c.event(now)
		}
		c.line = c.line[:0]
		data = data[end+1:]
	}
}

func (c *client) event(now time.Time) {
	at := bytes.IndexByte(c.line, '@')
	if at < 0 {
		return // not a chunk of text
	}
	if c.first.IsZero() {
		c.first = now
	} else {
		c.gaps = append(c.gaps, now.Sub(c.last))
	}
	c.last = now
	digits, _, _ := bytes.Cut(c.line[at+1:], []byte{' '})
	if written, err := strconv.ParseInt(string(digits), 10, 64); err == nil {
		c.lags = append(c.lags, time.Duration(now.UnixNano()-written))
	}
}
