package dashboard

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// keyFormView is the form of a new key, or of one that is there.
type keyFormView struct {
	Key    *keyView // nil: a new one
	Form   keyForm
	Wrong  map[string]string // complaints by field
	Models []modelView
	Saved  bool
	Below  int // how many sub-keys the key has
}

type modelView struct {
	ID   string
	Type string
	Spec struct{ Name, Privacy string } `json:"model_spec"`
}

// Name is the model's name for people.
func (m modelView) Name() string {
	if m.Spec.Name == "" {
		return m.ID
	}
	return m.Spec.Name
}

func (v *visit) models() ([]modelView, error) {
	var list struct{ Data []modelView }
	return list.Data, v.get("/models?type=all", &list)
}

func (v *visit) newKey() {
	v.showForm(http.StatusOK, keyFormView{Form: keyForm{Type: "INFERENCE", Period: "EPOCH", Privacy: "ALL"}})
}

// showForm shows the form, with what was typed and what is wrong with it.
func (v *visit) showForm(status int, view keyFormView) {
	var err error
	if view.Models, err = v.models(); err != nil {
		v.fail(err)
		return
	}
	if view.Key == nil {
		v.show(status, "newkey", frame{Title: "New API key", Active: "/", Main: view})
		return
	}
	v.show(status, "key", frame{Title: view.Key.Name(), Active: "/", Main: view})
}

func (v *visit) createKey() {
	form := formOf(v.r.PostForm)
	if wrong := form.wrong(); wrong != nil {
		v.showForm(http.StatusBadRequest, keyFormView{Form: form, Wrong: wrong})
		return
	}
	members := form.members(v.d.config.Now(), false)
	members["apiKeyType"] = form.Type
	var made struct {
		Data struct{ ID, APIKey, APIKeyType, Description string }
	}
	if err := v.send(http.MethodPost, "/api_keys", members, &made); err != nil {
		v.refuseForm(err, keyFormView{Form: form})
		return
	}
	v.showSecret(secretView{
		ID: made.Data.ID, Secret: made.Data.APIKey, Type: made.Data.APIKeyType, Description: made.Data.Description,
		allowed: form.Models, privacy: form.Privacy,
	})
}

// refuseForm shows a form again that the API has refused, with all that was
// typed into it.
func (v *visit) refuseForm(err error, view keyFormView) {
	var refused *problem
	if !errors.As(err, &refused) {
		v.fail(err)
		return
	}
	view.Wrong = complaints(refused)
	v.showForm(refused.Status, view)
}

// secretView is the one page that has a key's secret.
type secretView struct {
	ID, Secret, Type, Description string
	OldUntil                      moment // of a rotation
	Rotated                       bool
	OpenAIBase, APIBase           string
	Model                         string // to try the key with; "" for none

	allowed []string // models of the key, none for all
	privacy string
}

// tries picks a model that the key may call: the default one, or else the first.
func (s secretView) tries(models []modelView, standard string) string {
	first := ""
	for _, model := range models {
		switch {
		case model.Type != "text" || len(s.allowed) > 0 && !slices.Contains(s.allowed, model.ID):
		case strings.HasPrefix(s.privacy, "PRIVATE") && model.Spec.Privacy != "private":
		case model.ID == standard:
			return standard
		case first == "":
			first = model.ID
		}
	}
	return first
}

func (v *visit) showSecret(view secretView) {
	view.OpenAIBase, view.APIBase = v.d.config.PublicURL+"/v1", v.d.config.PublicURL+apiPrefix
	var traits struct{ Data map[string]string }
	_ = v.get("/models/traits?type=text", &traits) // the key is made: it is shown, whatever else fails
	if models, err := v.models(); err == nil {
		view.Model = view.tries(models, traits.Data["default"])
	}
	title := "Your new API key"
	if view.Rotated {
		title = "The key's new secret"
	}
	v.show(http.StatusOK, "secret", frame{Title: title, Active: "/", Scripts: []string{"secret.js"}, Main: view})
}

// key finds the key of the request's path; it answers by itself if there is
// none.
func (v *visit) key() (*keyView, int, bool) {
	keys, err := v.keys()
	if err != nil {
		v.fail(err)
		return nil, 0, false
	}
	at := slices.IndexFunc(keys, func(k keyView) bool { return k.ID == v.r.PathValue("id") })
	if at < 0 {
		v.fail(&problem{Status: http.StatusNotFound, Text: "There is no such key", Next: "It may have been revoked."})
		return nil, 0, false
	}
	below := 0
	for i := range keys {
		for above := keys[i].Parent(); above != nil; above = above.Parent() {
			if above.ID == keys[at].ID {
				below++
			}
		}
	}
	return &keys[at], below, true
}

// path is a key's route of the API.
func (v *visit) path() string { return "/api_keys/" + url.PathEscape(v.r.PathValue("id")) }

func (v *visit) showKey() {
	if key, below, found := v.key(); found {
		v.showForm(http.StatusOK, keyFormView{Key: key, Below: below, Form: formOfKey(key), Saved: v.r.URL.Query().Has("saved")})
	}
}

func (v *visit) editKey() {
	key, below, found := v.key()
	if !found {
		return
	}
	form := formOf(v.r.PostForm)
	form.Type = key.APIKeyType
	if wrong := form.wrong(); wrong != nil {
		v.showForm(http.StatusBadRequest, keyFormView{Key: key, Below: below, Form: form, Wrong: wrong})
		return
	}
	members := form.members(v.d.config.Now(), true)
	members["id"] = key.ID
	var changed struct{}
	if err := v.send(http.MethodPatch, "/api_keys", members, &changed); err != nil {
		v.refuseForm(err, keyFormView{Key: key, Below: below, Form: form})
		return
	}
	v.d.redirect(v.w, "/keys/"+key.ID+"?saved")
}

// keyQuestion asks before something is done to a key.
type keyQuestion struct {
	Key   *keyView
	Below int
}

func (v *visit) askRotate() {
	if key, below, found := v.key(); found {
		v.show(http.StatusOK, "rotate", frame{Title: "Rotate " + key.Name(), Active: "/", Main: keyQuestion{key, below}})
	}
}

func (v *visit) rotateKey() {
	key, _, found := v.key()
	if !found {
		return
	}
	members := map[string]any{}
	if overlap := strings.TrimSpace(v.r.PostForm.Get("overlap")); overlap != "" {
		members["overlapSeconds"] = number(overlap)
	}
	var rotated struct {
		Data struct {
			ID, APIKey, APIKeyType string
			PreviousValidUntil     moment
		}
	}
	if err := v.send(http.MethodPost, v.path()+"/rotate", members, &rotated); err != nil {
		v.fail(err)
		return
	}
	v.showSecret(secretView{
		ID: key.ID, Secret: rotated.Data.APIKey, Type: rotated.Data.APIKeyType, Description: key.Description,
		Rotated: true, OldUntil: rotated.Data.PreviousValidUntil, allowed: key.AllowedModels, privacy: key.ModelPrivacy,
	})
}

func (v *visit) askRevoke() {
	if key, below, found := v.key(); found {
		v.show(http.StatusOK, "revoke", frame{Title: "Revoke " + key.Name(), Active: "/", Main: keyQuestion{key, below}})
	}
}

func (v *visit) revokeKey() {
	var done struct{}
	if err := v.send(http.MethodDelete, v.path(), nil, &done); err != nil {
		v.fail(err)
		return
	}
	v.d.redirect(v.w, "/?revoked")
}
