package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"sync"
)

// Scripts and styles, as they are. uplot.js and uplot.css are the build of the
// npm package uplot (MIT, see uplot.LICENSE), unchanged.
//
//go:embed assets
var assetFiles embed.FS

// assetVersion names the assets of this build, so that browsers may keep them
// for good.
var assetVersion = sync.OnceValue(func() string {
	sum := sha256.New()
	entries, _ := assetFiles.ReadDir("assets") // embedded
	for _, entry := range entries {
		text, _ := assetFiles.ReadFile(path.Join("assets", entry.Name()))
		sum.Write(text) // a hash.Hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
})

func assetPath(name string) string { return "/assets/" + assetVersion() + "/" + name }

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

// asset serves scripts and styles to anybody.
func asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	kind := assetTypes[path.Ext(name)]
	text, err := fs.ReadFile(assetFiles, path.Join("assets", path.Base(name)))
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(text)))
	if r.PathValue("version") == assetVersion() { // else of a replica of another release
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(text) // the client may have gone
}
