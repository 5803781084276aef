package agent

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/internal/strictjson"
)

// ErrForeignToken is matched by every refusal of CheckToken.
var ErrForeignToken = errors.New("refusing to sign what the server sent")

// veniceHost is the one host whose tokens may leave out iss and aud.
const veniceHost = "api.venice.ai"

const (
	minTokenLength = 60
	maxTokenLength = 1024
	maxTokenLife   = 16 * time.Minute // Venice's and ours live 15
	clockSkew      = time.Minute
	mintPath       = "/api_keys/generate_web3_key"
)

// A validation token has the shape of a compact JWS (RFC 7515 section 3.1). No
// transaction hash, EIP-712 digest or sign-in message of another site has it.
var tokenShape = regexp.MustCompile(`^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)

// TokenContext is what a validation token is checked against.
type TokenContext struct {
	// APIBase is the base URL that was dialled, such as
	// https://api.venice.ai/api/v1, without a trailing slash.
	APIBase string
	ChainID uint64
	Address common.Address // the wallet that is about to sign
	Now     time.Time
}

// CheckToken proves that a text is a validation token of the server that was
// dialled, and nothing else that a signature could be abused for; only then
// may a wallet sign it, as UTF-8 text. Errors match ErrForeignToken, say what
// is wrong, and never hold the token.
//
// The text must be a compact JWS of 60 to 1,024 characters, with alg HS256,
// ES256 or EdDSA and typ JWT; iss must have the dialled origin and aud be the
// mint's URL; exp must be in the future and at most 16 minutes away. Tokens of
// api.venice.ai may lack iss and aud; where they are URLs their host must
// match. Claims chainId and sub must match where they are present.
func CheckToken(token string, dialled TokenContext) error {
	if len(token) < minTokenLength || len(token) > maxTokenLength {
		return foreign("it is %d bytes long, a validation token has %d to %d", len(token), minTokenLength, maxTokenLength)
	}
	if !tokenShape.MatchString(token) {
		return foreign("it does not have the shape of a JWT")
	}
	parts := strings.Split(token, ".")
	header, err := tokenObject(parts[0])
	if err != nil {
		return foreign("its header is not a JSON object in base64url")
	}
	if err := checkTokenHeader(header); err != nil {
		return err
	}
	claims, err := tokenObject(parts[1])
	if err != nil {
		return foreign("its payload is not a JSON object in base64url")
	}
	if err := checkTokenOrigin(claims, dialled.APIBase); err != nil {
		return err
	}
	if err := checkTokenTimes(claims, dialled.Now); err != nil {
		return err
	}
	return checkTokenSubject(claims, dialled)
}

func foreign(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrForeignToken, fmt.Sprintf(format, args...))
}

// tokenObject decodes one segment: member name -> raw JSON value.
func tokenObject(segment string) (map[string]json.RawMessage, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	if err != nil {
		return nil, err
	}
	members, err := strictjson.Members(raw)
	if err != nil {
		return nil, err
	}
	object := make(map[string]json.RawMessage, len(members))
	for _, member := range members {
		object[member.Name] = json.RawMessage(member.Value)
	}
	return object, nil
}

// tokenString returns a claim that is a string; ok is false when it is
// missing or something else.
func tokenString(object map[string]json.RawMessage, name string) (text string, ok bool) {
	raw, present := object[name]
	if !present || len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return text, json.Unmarshal(raw, &text) == nil
}

func checkTokenHeader(header map[string]json.RawMessage) error {
	alg, _ := tokenString(header, "alg")
	switch alg {
	case "HS256", "ES256", "EdDSA":
	default:
		return foreign("its alg is not HS256, ES256 or EdDSA")
	}
	if typ, _ := tokenString(header, "typ"); typ != "JWT" {
		return foreign("its typ is not JWT")
	}
	if _, critical := header["crit"]; critical {
		return foreign("it has critical extensions that are not known here")
	}
	return nil
}

func checkTokenOrigin(claims map[string]json.RawMessage, apiBase string) error {
	base, err := url.Parse(apiBase)
	if err != nil {
		return foreign("the dialled address is not a URL")
	}
	if isVenice(apiBase) {
		return checkVeniceOrigin(claims)
	}
	issuer, ok := tokenString(claims, "iss")
	if !ok {
		return foreign("it does not say who issued it (iss)")
	}
	if !sameOrigin(issuer, base) {
		return foreign("it is issued by %q, but %s was dialled", remoteText(issuer), origin(base))
	}
	audience, ok := tokenAudience(claims["aud"])
	if !ok || len(audience) != 1 || audience[0] != apiBase+mintPath {
		return foreign("it is not meant for %s (aud)", apiBase+mintPath)
	}
	return nil
}

// checkVeniceOrigin accepts tokens without iss and aud, and names that are not
// URLs: Venice documents neither.
func checkVeniceOrigin(claims map[string]json.RawMessage) error {
	var named []string
	if raw, present := claims["iss"]; present {
		issuer, ok := tokenString(claims, "iss")
		if !ok {
			return foreign("its iss is not a string: %s", remoteText(string(raw)))
		}
		named = append(named, issuer)
	}
	if raw, present := claims["aud"]; present {
		audience, ok := tokenAudience(raw)
		if !ok {
			return foreign("its aud is not a string")
		}
		named = append(named, audience...)
	}
	for _, name := range named {
		if !strings.Contains(name, "://") {
			continue
		}
		if !sameOrigin(name, &url.URL{Scheme: "https", Host: veniceHost}) {
			return foreign("it is issued by or for %q, but %s was dialled", remoteText(name), veniceHost)
		}
	}
	return nil
}

func sameOrigin(text string, base *url.URL) bool {
	u, err := url.Parse(text)
	return err == nil && u.User == nil && u.Opaque == "" && origin(u) == origin(base)
}

// origin is the scheme, host and port of a URL in one spelling (RFC 6454
// section 6.2): lower case, without the scheme's own port.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return u.Scheme + "://" + host
}

// tokenAudience reads aud: a string or an array of strings (RFC 7519 4.1.3).
func tokenAudience(raw json.RawMessage) ([]string, bool) {
	var one string
	if json.Unmarshal(raw, &one) == nil && len(raw) > 0 && raw[0] == '"' {
		return []string{one}, true
	}
	var many []*string
	if json.Unmarshal(raw, &many) != nil || many == nil {
		return nil, false
	}
	all := make([]string, 0, len(many))
	for _, text := range many {
		if text == nil {
			return nil, false
		}
		all = append(all, *text)
	}
	return all, true
}

func checkTokenTimes(claims map[string]json.RawMessage, now time.Time) error {
	expiry, ok := tokenSeconds(claims["exp"])
	if !ok {
		return foreign("it does not say when it expires (exp)")
	}
	switch {
	case expiry.After(now.Add(maxTokenLife)):
		return foreign("it is valid for more than %s: check this machine's clock, or the server is not to be trusted", maxTokenLife)
	case !expiry.After(now):
		return foreign("it has expired already: check this machine's clock")
	}
	for _, name := range []string{"iat", "nbf"} {
		raw, present := claims[name]
		if !present {
			continue
		}
		from, ok := tokenSeconds(raw)
		if !ok || from.After(now.Add(clockSkew)) {
			return foreign("it is from the future (%s): check this machine's clock", name)
		}
	}
	return nil
}

// tokenSeconds reads a NumericDate that is a whole positive number.
func tokenSeconds(raw json.RawMessage) (time.Time, bool) {
	seconds, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || seconds <= 0 || seconds > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

func checkTokenSubject(claims map[string]json.RawMessage, dialled TokenContext) error {
	if raw, present := claims["chainId"]; present && string(raw) != strconv.FormatUint(dialled.ChainID, 10) {
		return foreign("it is for chain %s, this wallet works on chain %d", remoteText(string(raw)), dialled.ChainID)
	}
	if _, present := claims["sub"]; !present {
		return nil
	}
	subject, ok := tokenString(claims, "sub")
	if !ok || common.IsHexAddress(subject) && common.HexToAddress(subject) != dialled.Address {
		return foreign("it is for another wallet (sub)")
	}
	if !common.IsHexAddress(subject) && !isVenice(dialled.APIBase) {
		return foreign("its sub is not a wallet address")
	}
	return nil
}

func isVenice(apiBase string) bool {
	base, err := url.Parse(apiBase)
	return err == nil && origin(base) == "https://"+veniceHost
}
