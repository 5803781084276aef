package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"stakegate/agent"
	"stakegate/agent/wallet"
	"stakegate/api"
	"stakegate/internal/devworld"
	"stakegate/internal/devworld/echo"
)

// reader is an agent that does what the server's pages say: with a shell, in an
// empty home, with this program in its path.
type reader struct {
	t      *testing.T
	world  agent.World
	chain  *devworld.Chain
	origin string
	home   string
	env    []string
}

func newReader(t *testing.T) reader {
	t.Helper()
	path, chain := startWorld(t)
	world, err := agent.LoadWorld(path)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	if err := os.Symlink(program, filepath.Join(home, "stakegate")); err != nil {
		t.Fatal(err)
	}
	return reader{t: t, world: world, chain: chain, home: home, origin: strings.TrimSuffix(world.Network.APIBase, "/api/v1"),
		env: []string{"HOME=" + home, "PATH=" + home + ":" + os.Getenv("PATH"), "STAKEGATE_RPC=" + chain.RPCURL()}}
}

// page reads one of the server's pages.
func (r reader) page(path, contentType string) string {
	r.t.Helper()
	response, err := http.Get(r.origin + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != contentType {
		r.t.Fatalf("%s: %s, %s, %v", path, response.Status, response.Header, err)
	}
	return string(text)
}

// shell runs a script, of which every command must succeed.
func (r reader) shell(script string, env ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = r.home, append(slices.Clone(r.env), env...)
	var words strings.Builder
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("%s\nsays %s%s: %v", script, out, &words, err)
	}
	return string(out)
}

func (r reader) fund(address string) {
	r.t.Helper()
	if err := r.chain.Fund(r.t.Context(), common.HexToAddress(address), agent.MustAmount("1").Int(), nil, nil); err != nil {
		r.t.Fatal(err)
	}
}

var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

func shellBlocks(page string) (blocks []string) {
	for _, match := range shellBlock.FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

// TestTheSkillDoesWhatItSays runs every command of /skill.md, in its order,
// from an empty home and a wallet that gets ETH when the page says so.
func TestTheSkillDoesWhatItSays(t *testing.T) {
	r := newReader(t)
	page := r.page("/skill.md", "text/markdown; charset=utf-8")
	blocks := shellBlocks(page)
	if len(blocks) != 5 || strings.Count(page, "```") != 10 {
		t.Fatalf("%d blocks of commands: the page has others too", len(blocks))
	}
	r.shell(blocks[0] + blocks[1]) // where, and the first plan
	text, err := os.ReadFile(filepath.Join(r.home, "plan-look.json"))
	if err != nil {
		t.Fatal(err)
	}
	var look struct{ Plan agent.Plan }
	if err := json.Unmarshal(text, &look); err != nil {
		t.Fatal(err)
	}
	blocked, is := look.Plan.BlockedBy()
	if !is || blocked.Kind != agent.StepFund || !strings.Contains(blocked.Blocked, look.Plan.Payer.Hex()) {
		t.Fatalf("the first plan is not blocked by missing ETH: %+v", blocked)
	}
	r.fund(look.Plan.Payer.Hex())
	out := r.shell(strings.Join(blocks, ""))
	if !strings.Contains(out, "hello") || strings.Contains(out, "sg_inf_") {
		t.Errorf("got %s", out)
	}
	info, err := os.Stat(filepath.Join(r.home, "auth.header"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file with the key: %v, %v", info, err)
	}
	r.shell(strings.Join(blocks[:3], "")) // once more, which does nothing twice
}

// TestPagesNameWhatIsThere: every command, flag and route of the pages exists.
func TestPagesNameWhatIsThere(t *testing.T) {
	guide := api.Guide{APIBase: "https://api.example.org/api/v1", ChainID: 8453, ChainName: "Base", RPC: "https://rpc.example.org"}
	skill, err := guide.RenderSkill()
	if err != nil {
		t.Fatal(err)
	}
	llms, err := guide.Render()
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string]string{"skill.md": skill, "llms.txt": llms}
	for _, name := range []string{"mcp.md", "agent.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		documents[name] = string(text)
	}
	known := map[string]bool{"--help": true}
	eachCommand(rootCommand(), func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { known["--"+flag.Name] = true })
	})
	flag := regexp.MustCompile("[ `\"]--[a-z][a-z-]+")
	command := regexp.MustCompile("stakegate (agent [a-z][a-z-]*(?: (?:create|list|update|rotate|revoke))?)")
	for name, text := range documents {
		flags := map[string]bool{}
		for _, found := range flag.FindAllString(text, -1) {
			flags[found[1:]] = true
		}
		for found := range flags {
			if !known[found] && !slices.Contains(curlFlags, found) {
				t.Errorf("%s names %s, which no command has", name, found)
			}
		}
		for _, match := range command.FindAllStringSubmatch(text, -1) {
			if cmd, rest, err := rootCommand().Find(strings.Fields(match[1])); err != nil || len(rest) > 0 || cmd.Name() == "stakegate" {
				t.Errorf("%s names stakegate %s, which is not there", name, match[1])
			}
		}
		if name != "llms.txt" && len(flags) < 5 {
			t.Errorf("%s: only the flags %v were found", name, slices.Sorted(maps.Keys(flags)))
		}
	}
	routes(t, skill, 6)
	routes(t, llms, 8)
}

// curlFlags are flags of other programs in the pages.
var curlFlags = []string{"--arg"}

func eachCommand(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, sub := range cmd.Commands() {
		eachCommand(sub, visit)
	}
}

// routes holds the routes that a page names against the description.
func routes(t *testing.T, page string, atLeast int) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, match := range regexp.MustCompile(`https://api\.example\.org(/[a-z0-9_/.-]*[a-z0-9])`).FindAllStringSubmatch(page, -1) {
		path := strings.TrimPrefix(match[1], "/api/v1")
		if path == "" {
			continue // the base itself
		}
		if found++; doc.Paths.Value(path) == nil {
			t.Errorf("a page names %s, which the description does not have", match[1])
		}
	}
	if found < atLeast {
		t.Errorf("only %d routes found", found)
	}
}

// TestTheGuidesCurlsWork runs every curl of /llms.txt, with a real token,
// signature and key in the place of its dots.
func TestTheGuidesCurlsWork(t *testing.T) {
	r := newReader(t)
	page := r.page("/llms.txt", "text/plain; charset=utf-8")
	key, err := wallet.Generate()
	if err != nil {
		t.Fatal(err)
	}
	r.fund(key.Address().Hex())
	store, err := agent.OpenStore(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	options := agent.Options{Network: r.world.Network, Signer: key, Keys: store, Target: agent.Target{Stake: agent.MustAmount("1")}}
	if _, err := agent.Up(t.Context(), options, nil); err != nil {
		t.Fatal(err)
	}
	// Inline, and in blocks that are indented.
	curls := regexp.MustCompile("(?m)`(curl [^`]+)`|^ {7}(curl .*(?:\n {9}.*)*)").FindAllStringSubmatch(page, -1)
	if len(curls) != 3 || strings.Count(page, "curl ") != 3 {
		t.Fatalf("found %q", curls)
	}
	var challenged struct{ Data struct{ Token string } }
	decode(t, r.shell(curls[0][1]), &challenged)
	signature, err := key.SignMessage(t.Context(), challenged.Data.Token)
	if err != nil {
		t.Fatal(err)
	}
	mint := strings.NewReplacer(`"address":"0x..."`, `"address":"`+key.Address().Hex()+`"`, `"token":"eyJ..."`, `"token":"`+challenged.Data.Token+`"`,
		`"signature":"0x..."`, `"signature":"`+hexutil.Encode(signature)+`"`).Replace(curls[1][2])
	var minted struct{ Data struct{ APIKey string } }
	decode(t, r.shell(mint), &minted)
	chat := strings.Replace(curls[2][2], `"model":"..."`, `"model":"`+echo.ChatModel+`"`, 1)
	var answer struct {
		Choices []struct{ Message struct{ Content string } }
	}
	decode(t, r.shell(chat, "KEY="+minted.Data.APIKey), &answer)
	if len(answer.Choices) != 1 || !strings.Contains(answer.Choices[0].Message.Content, "hello") {
		t.Errorf("the model said %+v", answer)
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
