package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"stakegate/agent"
	"stakegate/agent/internal/secretfile"
)

// keysDir holds the keys that key_create made, one file each, named by id.
const keysDir = "mcp-keys"

type keysOutput struct {
	Keys []keyOutput `json:"keys"`
}

type keyOutput struct {
	agent.KeyInfo
	// File is where the key's text is, of a key that was made or is stored here.
	File string `json:"file,omitempty" jsonschema:"the file that holds the key's text"`
}

// keys lists what the stored key can see.
func (s *Server) keys(ctx context.Context, _ *mcp.CallToolRequest, _ nothing) (keysOutput, error) {
	key, client, err := s.stored()
	if err != nil {
		return keysOutput{}, err
	}
	var infos []agent.KeyInfo
	if key.Type == agent.Admin {
		infos, err = client.Keys(ctx)
	} else if infos, err = client.SubKeys(ctx, key.ID); err == nil {
		var own agent.KeyInfo
		if own, err = client.Key(ctx, key.ID); err == nil {
			infos = append([]agent.KeyInfo{own}, infos...)
		}
	}
	out := keysOutput{Keys: []keyOutput{}}
	for _, info := range infos {
		entry := keyOutput{KeyInfo: info}
		if info.ID == key.ID {
			entry.File = s.Options.Keys.Path()
		} else if path, ok := s.made(info.ID); ok {
			entry.File = path
		}
		out.Keys = append(out.Keys, entry)
	}
	return out, err
}

type keyCreateInput struct {
	Description string `json:"description" jsonschema:"what the key is for, at most 64 characters"`
	LimitDIEM   string `json:"limitDiem,omitempty" jsonschema:"the most DIEM that it may spend in each UTC day, a decimal number"`
	LimitUSD    string `json:"limitUsd,omitempty" jsonschema:"the most USD that it may spend in each UTC day, a decimal number"`
	ExpiresAt   string `json:"expiresAt,omitempty" jsonschema:"when it ends: YYYY-MM-DD, or a UTC time such as 2027-01-01T00:00:00Z"`
}

type keyCreateOutput struct {
	ID     string          `json:"id"`
	Last6  string          `json:"last6"`
	Limits agent.KeyLimits `json:"consumptionLimit"`
	File   string          `json:"file" jsonschema:"the file that holds the key's text, readable by its owner only"`
}

func (s *Server) keyCreate(ctx context.Context, _ *mcp.CallToolRequest, in keyCreateInput) (keyCreateOutput, error) {
	spec, err := s.keySpec(in)
	if err != nil {
		return keyCreateOutput{}, err
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	parent, client, err := s.stored()
	if err != nil {
		return keyCreateOutput{}, err
	}
	dir := filepath.Join(s.Dir, keysDir)
	if err := secretfile.EnsureDir(dir); err != nil {
		return keyCreateOutput{}, err
	}
	if err := s.roomForKey(ctx, client, parent.ID); err != nil {
		return keyCreateOutput{}, err
	}
	key, err := client.CreateSubKey(ctx, parent.ID, spec)
	if err != nil {
		return keyCreateOutput{}, err
	}
	text := key.Secret.Reveal()
	s.Redactor.Hide(text)
	path, ok := s.keyFile(key.ID)
	if ok {
		err = secretfile.Create(path, []byte(text+"\n"))
	}
	if !ok || err != nil {
		// A key that nobody can use is only a risk.
		return keyCreateOutput{}, errors.Join(fmt.Errorf("storing the new key: %w", errors.Join(err, errKeyID(ok))), client.DeleteKey(ctx, key.ID))
	}
	return keyCreateOutput{ID: key.ID, Last6: text[len(text)-6:], Limits: key.Limits, File: path}, nil
}

func errKeyID(ok bool) error {
	if ok {
		return nil
	}
	return errors.New("the server's id for it cannot be the name of a file")
}

// keySpec is the key that a model asks for, within the caps.
func (s *Server) keySpec(in keyCreateInput) (agent.KeySpec, error) {
	spec := agent.KeySpec{Type: agent.Inference, Description: in.Description, ExpiresAt: in.ExpiresAt, Period: "EPOCH"}
	if s.Caps.Keys == 0 {
		return spec, errors.New("this server makes no keys: it was started without --keys-max")
	}
	if n := len([]rune(in.Description)); n == 0 || n > 64 {
		return spec, errors.New("description: say in 1 to 64 characters what the key is for")
	}
	limits := s.Caps.KeyLimits
	for _, ask := range []struct {
		name, text string
		limit      **agent.Decimal
	}{{"limitDiem", in.LimitDIEM, &limits.DIEM}, {"limitUsd", in.LimitUSD, &limits.USD}} {
		if ask.text == "" {
			continue
		}
		asked, err := agent.ParseDecimal(ask.text)
		if err != nil {
			return spec, fmt.Errorf("%s: %w", ask.name, err)
		}
		if most := *ask.limit; most != nil && more(asked, *most) {
			return spec, fmt.Errorf("%s: at most %s may be asked for, set by whoever started this server", ask.name, *most)
		}
		*ask.limit = &asked
	}
	if limits.DIEM != nil || limits.USD != nil {
		spec.Limits = &limits
	}
	return spec, nil
}

// more compares two decimals; what cannot be compared is more.
func more(a, b agent.Decimal) bool {
	asked, errA := agent.ParseAmount(string(a))
	most, errB := agent.ParseAmount(string(b))
	return errA != nil || errB != nil || asked.Cmp(most) > 0
}

// roomForKey counts the keys of ours that still live.
func (s *Server) roomForKey(ctx context.Context, client *agent.Client, parent string) error {
	infos, err := client.SubKeys(ctx, parent)
	if err != nil {
		return err
	}
	live := 0
	for _, info := range infos {
		if _, ours := s.made(info.ID); ours {
			live++
		}
	}
	if live >= s.Caps.Keys {
		return fmt.Errorf("there are %d keys that were made here, as many as this server allows: revoke one first", live)
	}
	return nil
}

type keyRevokeInput struct {
	ID string `json:"id" jsonschema:"the key's id, as keys lists it"`
}

type keyRevokeOutput struct {
	ID      string `json:"id"`
	Revoked bool   `json:"revoked"`
}

func (s *Server) keyRevoke(ctx context.Context, _ *mcp.CallToolRequest, in keyRevokeInput) (keyRevokeOutput, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	path, ours := s.made(in.ID)
	if !ours {
		return keyRevokeOutput{}, errors.New("no key with this id was made here: only those can be revoked, see keys")
	}
	_, client, err := s.stored()
	if err != nil {
		return keyRevokeOutput{}, err
	}
	if err := client.DeleteKey(ctx, in.ID); err != nil && !errors.Is(err, agent.ErrNotFound) {
		return keyRevokeOutput{}, err
	}
	// Its text stays unspeakable: hideKeys and keyCreate have told the redactor.
	return keyRevokeOutput{ID: in.ID, Revoked: true}, os.Remove(path)
}

// idShape is what ids look like; one that names another directory is none.
var idShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// keyFile is where the key with the id is kept.
func (s *Server) keyFile(id string) (path string, ok bool) {
	return filepath.Join(s.Dir, keysDir, id), idShape.MatchString(id)
}

// made finds the file of a key that key_create made.
func (s *Server) made(id string) (path string, ok bool) {
	path, ok = s.keyFile(id)
	if !ok {
		return "", false
	}
	_, err := os.Lstat(path)
	return path, err == nil
}

// hideMade tells the redactor of the keys that key_create made before.
func (s *Server) hideMade() error {
	entries, err := os.ReadDir(filepath.Join(s.Dir, keysDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path, ok := s.keyFile(entry.Name())
		if !ok {
			continue
		}
		text, err := secretfile.Read(path, 1<<10)
		if err != nil {
			return err
		}
		s.Redactor.Hide(strings.TrimSpace(string(text)))
	}
	return nil
}
