package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"stakegate/internal/calibrate"
	"stakegate/internal/catalog"
	"stakegate/internal/upstream"
)

const defaultCatalog = "catalog.yaml"

func catalogCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "catalog", Short: "Check the catalogue of models and prices, and its bounds"}
	cmd.AddCommand(checkCommand(), calibrateCommand())
	return cmd
}

// catalogFile is the file that a command is about.
func catalogFile(args []string) string {
	if len(args) > 0 {
		return args[0]
	}
	return defaultCatalog
}

func checkCommand() *cobra.Command {
	var asJSON, strict bool
	cmd := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Find what is wrong or suspicious in a catalogue",
		Long: `Check a catalogue (default catalog.yaml): unknown fields, missing prices,
bounds, names, the upstreams' keys. Prices that look like a slip, models and
tiers that nobody uses and the like are warnings.

Nothing is called and nothing is changed. Exits with 1 if the server would
refuse the file; with --strict also for warnings.`,
		Example: `  stakegate catalog check
  stakegate catalog check /etc/stakegate/catalog.yaml --strict --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := catalogFile(args)
			text, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("reading the catalogue: %w", err)
			}
			key := upstream.KeyFiles(filepath.Dir(path))
			c, problems := catalog.Lint(text, func(u catalog.Upstream) error {
				_, err := key(u)
				return err
			})
			report := newCheckReport(path, c, problems)
			if err := report.print(cmd.OutOrStdout(), asJSON); err != nil {
				return err
			}
			switch {
			case report.Errors > 0:
				return errors.New("the catalogue cannot be used")
			case strict && report.Warnings > 0:
				return errors.New("the catalogue has warnings")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 1 for warnings, too")
	return cmd
}

type checkReport struct {
	File      string         `json:"file"`
	OK        bool           `json:"ok"`
	Models    int            `json:"models"`
	Upstreams int            `json:"upstreams"`
	Errors    int            `json:"errors"`
	Warnings  int            `json:"warnings"`
	Problems  []checkProblem `json:"problems"`
}

type checkProblem struct {
	Line     int    `json:"line,omitempty"`
	Severity string `json:"severity"`
	Field    string `json:"field,omitempty"`
	Text     string `json:"text"`
}

func newCheckReport(path string, c *catalog.Catalog, problems catalog.Problems) *checkReport {
	r := &checkReport{File: path, Problems: []checkProblem{}}
	if c != nil {
		r.Models, r.Upstreams = len(c.Models()), len(c.Upstreams())
	}
	for _, p := range problems {
		severity := "error"
		if p.Warning {
			severity = "warning"
			r.Warnings++
		} else {
			r.Errors++
		}
		r.Problems = append(r.Problems, checkProblem{Line: p.Line, Severity: severity, Field: p.Field, Text: p.Text})
	}
	r.OK = r.Errors == 0
	return r
}

// print writes lines that editors can jump to: file:line: severity: ...
func (r *checkReport) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	for _, p := range r.Problems {
		where := r.File
		if p.Line > 0 {
			where = fmt.Sprintf("%s:%d", r.File, p.Line)
		}
		text := p.Text
		if p.Field != "" {
			text = p.Field + ": " + text
		}
		fmt.Fprintf(w, "%s: %s: %s\n", where, p.Severity, text)
	}
	_, err := fmt.Fprintf(w, "%s: %d models, %d upstreams, %d errors, %d warnings\n", r.File, r.Models, r.Upstreams, r.Errors, r.Warnings)
	return err
}

// calibrateOptions are the flags of the command.
type calibrateOptions struct {
	upstream, model     string
	prompts, maxPrompts int
	parallel            int
	seed                uint64
	yes, asJSON         bool
}

func calibrateCommand() *cobra.Command {
	var o calibrateOptions
	cmd := &cobra.Command{
		Use:   "calibrate [FILE]",
		Short: "Measure the bounds of prompts against the model servers",
		Long: `Ask the upstreams of a catalogue (default catalog.yaml) to count prompts that
were made to break a bound: strings that break software, random bytes, 29
languages, emoji, nested tool schemas; one token of answer each. What counts more
than the bound is a violation: every such call would cost you money. For each
model the least template_tokens that would have held is told.

It says first what this can cost. Upstreams that are not on this machine are
called only with --yes. Exits with 1 if there is a violation.`,
		Example: `  stakegate catalog calibrate --model llama-small
  stakegate catalog calibrate --upstream main --prompts 2000 --yes --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, catalogFile(args)) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.upstream, "upstream", "", "only this upstream")
	flags.StringVar(&o.model, "model", "", "only the model with this id")
	flags.IntVar(&o.prompts, "prompts", 300, "prompts for each model at each upstream")
	flags.IntVar(&o.maxPrompts, "max-prompts", 10_000, "refuse to send more prompts than this in all")
	flags.IntVar(&o.parallel, "parallel", 4, "prompts under way at once")
	flags.Uint64Var(&o.seed, "seed", 1, "another seed makes other prompts")
	flags.BoolVar(&o.yes, "yes", false, "call upstreams that are not on this machine, which may bill")
	flags.BoolVar(&o.asJSON, "json", false, "print one JSON object")
	return cmd
}

func (o *calibrateOptions) run(cmd *cobra.Command, path string) error {
	key := upstream.KeyFiles(filepath.Dir(path))
	live, err := catalog.Open(catalog.LiveConfig{Path: path, Check: func(c *catalog.Catalog) error { return upstream.CheckKeys(c, key) }})
	if err != nil {
		return err
	}
	if o.prompts < 1 || o.parallel < 1 {
		return codedError{errors.New("--prompts and --parallel must be at least 1"), exitUsage}
	}
	targets, samples := calibrate.Targets(live.Current(), o.upstream, o.model), calibrate.Corpus(o.prompts, o.seed)
	if err := o.agree(cmd.ErrOrStderr(), targets, samples); err != nil {
		return err
	}
	pool := upstream.New(upstream.Config{Current: live.Current, Key: key, Failures: -1})
	defer pool.Close()
	counter := &promptCounter{w: cmd.ErrOrStderr()}
	runner := &calibrate.Runner{Pool: pool, Parallel: o.parallel, Progress: counter.tell}
	reports, violations := []*calibrate.Report{}, 0
	var broken error
	for _, target := range targets {
		report, err := runner.Run(cmd.Context(), target, samples)
		reports, violations = append(reports, report), violations+len(report.Violations)
		if err != nil {
			broken = fmt.Errorf("%s at %s: %w", target.Model.ID, target.Upstream.Name, err)
			break
		}
	}
	if err := printCalibration(cmd.OutOrStdout(), reports, o.asJSON); err != nil || broken != nil {
		return errors.Join(err, broken)
	}
	if violations > 0 {
		return fmt.Errorf("%d prompts have more tokens than their bound", violations)
	}
	return nil
}

// agree says what a run can cost, and refuses one that was not agreed to.
func (o *calibrateOptions) agree(w io.Writer, targets []calibrate.Target, samples []calibrate.Sample) error {
	if len(targets) == 0 {
		return codedError{errors.New("no text or embedding model of the catalogue fits --upstream and --model"), exitUsage}
	}
	all := calibrate.Prompts(targets, samples)
	fmt.Fprintf(w, "%d prompts to %d models, for at most %s USD at the catalogue's prices\n", all, len(targets), calibrate.Cost(targets, samples))
	if all > o.maxPrompts {
		return codedError{fmt.Errorf("these are %d prompts: name a --model or --upstream, lower --prompts or raise --max-prompts", all), exitUsage}
	}
	away := slices.IndexFunc(targets, func(t calibrate.Target) bool { return !t.Upstream.Loopback() })
	if away >= 0 && !o.yes {
		return codedError{fmt.Errorf("upstream %s is not on this machine and may bill for this; add --yes to go on", targets[away].Upstream.Name), exitUsage}
	}
	return nil
}

// promptCounter is a line for people, now and then.
type promptCounter struct {
	w    io.Writer
	told time.Time
}

const progressEvery = time.Second

// tell is called by the runner, one call at a time.
func (p *promptCounter) tell(t calibrate.Target, done, all int) {
	if now := time.Now(); now.Sub(p.told) >= progressEvery || done == all {
		p.told = now
		fmt.Fprintf(p.w, "%s at %s: %d of %d prompts\n", t.Model.ID, t.Upstream.Name, done, all)
	}
}

func printCalibration(w io.Writer, reports []*calibrate.Report, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(map[string]any{"reports": reports})
	}
	for _, r := range reports {
		for _, v := range r.Violations {
			kind := "bound"
			if v.Tight {
				kind = "bound of " + r.Tokenizer
			}
			fmt.Fprintf(w, "  %s: %d tokens, %s %d: %q\n", v.Sample, v.Counted, kind, v.Bound, v.Text)
		}
		fmt.Fprintf(w, "%s at %s: %d prompts, %d violations, %d not answered; bound %s the count", r.Model, r.Upstream, r.Prompts, len(r.Violations), r.Refused, times(r.Bound, r.Counted))
		if r.Tight > 0 && r.Tight < r.Bound {
			fmt.Fprintf(w, ", with %s %s", r.Tokenizer, times(r.Tight, r.Counted))
		}
		fmt.Fprintf(w, "; least template_tokens %d\n", r.TemplateTokens)
		if r.Refused > 0 {
			fmt.Fprintf(w, "  not answered, the last: %s\n", r.LastRefusal)
		}
	}
	return nil
}

// times is a ratio with one decimal.
func times(bound, counted int64) string {
	if counted == 0 {
		return "(nothing was counted)"
	}
	tenths := (10*bound + counted/2) / counted
	return fmt.Sprintf("%d.%d ×", tenths/10, tenths%10)
}
