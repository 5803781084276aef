package calibrate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"stakegate/internal/catalog"
	"stakegate/internal/dialect/anthropic"
	"stakegate/internal/money"
	"stakegate/internal/upstream"
)

// Target is a model at one of its servers.
type Target struct {
	Model    *catalog.Model
	Upstream catalog.Upstream
	// Name is what the server calls the model.
	Name string
}

// Targets lists the models whose prompts are tokens, at each of their servers;
// only those of an upstream or a model's id, unless these are "".
func Targets(c *catalog.Catalog, upstreamName, modelID string) []Target {
	var list []Target
	for _, m := range c.Models() {
		if m.Type != catalog.Text && m.Type != catalog.Embedding || modelID != "" && m.ID != modelID {
			continue
		}
		for _, p := range m.Placements {
			if u, ok := c.Upstream(p.Upstream); ok && (upstreamName == "" || u.Name == upstreamName) {
				list = append(list, Target{Model: m, Upstream: u, Name: p.Model})
			}
		}
	}
	return list
}

// Prompts is how many prompts a run sends.
func Prompts(targets []Target, samples []Sample) int {
	n := 0
	for _, t := range targets {
		n += len(t.samples(samples))
	}
	return n
}

// Cost is the most that a run can cost, at the catalogue's prices.
func Cost(targets []Target, samples []Sample) money.Nano {
	total := money.Nano(0)
	for _, t := range targets {
		for _, s := range t.samples(samples) {
			total = total.Add(t.Model.BoundOf(catalog.Demand{Prompt: t.Model.PromptBound(t.prompt(s)), OutputCap: 1}))
		}
	}
	return total
}

// samples are those that a model of the target's type can be asked.
func (t Target) samples(all []Sample) []Sample {
	if t.Model.Type == catalog.Text && t.Model.Capabilities.FunctionCalling {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(s Sample) bool { return s.Tools != nil })
}

func (t Target) prompt(s Sample) catalog.Prompt {
	p := s.Prompt()
	if t.Model.Type == catalog.Embedding {
		p.Messages = 0
	}
	return p
}

// Report is what a target counted.
type Report struct {
	Model         string `json:"model"`
	Upstream      string `json:"upstream"`
	UpstreamModel string `json:"upstream_model"`
	Tokenizer     string `json:"tokenizer"`
	// Prompts were counted; Refused are those that the server did not answer.
	Prompts int `json:"prompts"`
	Refused int `json:"refused"`
	// Violations are prompts with more tokens than their bound.
	Violations []Violation `json:"violations"`
	// TemplateTokens is the least template_tokens with which every bound would
	// have held, the one of known vocabularies too.
	TemplateTokens int64 `json:"least_template_tokens"`
	// Counted and Bound are the sums over all prompts: how generous the bound
	// is. Tight is that of the model's own vocabulary, or 0.
	Counted int64 `json:"counted_tokens"`
	Bound   int64 `json:"bound_tokens"`
	Tight   int64 `json:"tight_bound_tokens,omitempty"`
	// LastRefusal is for people who wonder.
	LastRefusal string `json:"last_refusal,omitempty"`
}

// Violation is one prompt with more tokens than its bound.
type Violation struct {
	Sample  string `json:"sample"`
	Text    string `json:"text"`
	Counted int64  `json:"counted"`
	Bound   int64  `json:"bound"`
	// Tight: the bound of the model's own vocabulary was broken.
	Tight bool `json:"tight,omitempty"`
}

// Runner asks servers. Pool is needed.
type Runner struct {
	Pool *upstream.Pool
	// Parallel is how many prompts are under way at once; 0 is 4.
	Parallel int
	// Progress, if set, is told after each prompt, one call at a time.
	Progress func(t Target, done, all int)
}

// maxRefusals in a row end a run: something other than the prompts is wrong.
const (
	maxRefusals     = 20
	defaultParallel = 4
)

// Run asks the target for every sample it can be asked. The error says why it
// could not go on; the report holds what was counted until then.
func (r *Runner) Run(ctx context.Context, t Target, samples []Sample) (*Report, error) {
	samples = t.samples(samples)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan Sample)
	a := &account{target: t, tell: func(done int) {
		if r.Progress != nil {
			r.Progress(t, done, len(samples))
		}
	}, report: &Report{
		Model: t.Model.ID, Upstream: t.Upstream.Name, UpstreamModel: t.Name, Tokenizer: t.Model.Tokenizer, Violations: []Violation{},
	}}
	var workers sync.WaitGroup
	for range cmp.Or(r.Parallel, defaultParallel) {
		workers.Go(func() {
			for s := range todo {
				counted, err := r.ask(ctx, t, s)
				if ctx.Err() != nil {
					return // nobody's fault
				}
				if fatal := a.add(s, counted, err); fatal != nil {
					cancel(fatal)
				}
			}
		})
	}
	for _, s := range samples {
		select {
		case todo <- s:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(todo)
	workers.Wait()
	return a.report, context.Cause(ctx)
}

// account adds up a report.
type account struct {
	target   Target
	mu       sync.Mutex
	report   *Report
	refusals int // in a row
	tell     func(done int)
}

// add counts one prompt; an error says that there is no point in going on.
func (a *account) add(s Sample, counted int64, err error) (fatal error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.report
	defer func() { a.tell(r.Prompts + r.Refused) }()
	if err != nil {
		r.Refused++
		r.LastRefusal = err.Error()
		if a.refusals++; a.refusals >= maxRefusals {
			return fmt.Errorf("%d prompts in a row were not answered; the last: %w", a.refusals, err)
		}
		return nil
	}
	a.refusals = 0
	r.Prompts++
	m, p := a.target.Model, a.target.prompt(s)
	plain := m.PromptBound(p)
	r.Counted, r.Bound = r.Counted+counted, r.Bound+plain
	a.compare(s, counted, plain, false)
	if m.CanCount(p) {
		tight := m.TightPromptBound(p, slices.Values([]string{s.Text}))
		r.Tight += tight
		a.compare(s, counted, tight, true)
	} else {
		r.Tight += plain
	}
	return nil
}

// compare holds a count against a bound.
func (a *account) compare(s Sample, counted, bound int64, tight bool) {
	r := a.report
	if bound < a.target.Model.Context || a.target.Model.Type == catalog.Embedding {
		r.TemplateTokens = max(r.TemplateTokens, counted-(bound-a.target.Model.TemplateTokens))
	}
	if counted > bound {
		r.Violations = append(r.Violations, Violation{Sample: s.Name, Text: excerpt(s.Text), Counted: counted, Bound: bound, Tight: tight})
	}
}

func excerpt(text string) string {
	const most = 40
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

const maxAnswer = 4 << 20

// ask sends one prompt and returns the tokens that the server counted.
func (r *Runner) ask(ctx context.Context, t Target, s Sample) (int64, error) {
	only := *t.Model
	only.Placements = []catalog.Placement{{Upstream: t.Upstream.Name, Model: t.Name, Weight: 1}}
	response, err := r.Pool.Send(ctx, upstream.Call{Model: &only, Make: func(u catalog.Upstream, model string) (upstream.Request, error) {
		return request(t, u, model, s)
	}})
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return 0, err
	}
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("status %d", response.StatusCode)
	}
	if t.Upstream.Kind == catalog.KindAnthropic {
		if body, err = (anthropic.Back{}).Answer(body); err != nil {
			return 0, err
		}
	}
	return promptTokens(body)
}

// request is what the gateway would send for the sample, with the least output.
func request(t Target, u catalog.Upstream, model string, s Sample) (upstream.Request, error) {
	path, members := "/embeddings", map[string]any{"model": model, "input": s.Text}
	if t.Model.Type == catalog.Text {
		path, members = "/chat/completions", map[string]any{
			"model": model, "max_tokens": 1, "messages": []any{map[string]any{"role": "user", "content": s.Text}},
		}
	}
	if s.Tools != nil {
		members["tools"] = s.Tools
	}
	body, err := json.Marshal(members)
	if err != nil || u.Kind != catalog.KindAnthropic {
		return upstream.Request{Path: path, Body: [][]byte{body}}, err
	}
	body, err = anthropic.Back{}.Request(body)
	return upstream.Request{Path: anthropic.Back{}.Path(), Body: [][]byte{body}}, err
}

var errNoUsage = errors.New("the answer has no usage.prompt_tokens")

func promptTokens(body []byte) (int64, error) {
	var answer struct {
		Usage struct {
			Prompt *int64 `json:"prompt_tokens"`
			Total  *int64 `json:"total_tokens"` // all that some embedding servers tell
		} `json:"usage"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return 0, err
	}
	switch {
	case answer.Usage.Prompt != nil:
		return *answer.Usage.Prompt, nil
	case answer.Usage.Total != nil:
		return *answer.Usage.Total, nil
	}
	return 0, errNoUsage
}
