package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"stakegate/internal/app"
)

const root = "../.."

func TestTheGeneratedPagesAreWhatTheSourcesMake(t *testing.T) {
	all, err := pages(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range all {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || string(got) != want {
			t.Errorf("%s is not what its sources make (%v); run: go run ./docs/generate", name, err)
		}
	}
}

func TestThePageOfTheConfigurationHasEveryFieldWithWords(t *testing.T) {
	page, err := configurationPage(filepath.Join(root, "internal", "app"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| (.*) \\|$").FindAllStringSubmatch(page, -1) {
		rows[row[1]] = row[2]
	}
	var check func(section reflect.Type, prefix string)
	check = func(section reflect.Type, prefix string) {
		for i := range section.NumField() {
			field := section.Field(i)
			name := prefix + field.Tag.Get("yaml")
			if text := rows[name]; len(strings.TrimSpace(text)) < 12 {
				t.Errorf("%s is described as %q", name, text)
			}
			if field.Type.Kind() == reflect.Struct {
				check(field.Type, name+".")
			}
		}
	}
	check(reflect.TypeFor[app.Config](), "")
	if !strings.Contains(rows["chain.required"], "`1`") || !strings.Contains(rows["stake.allocation.rate"], "DIEM") {
		t.Errorf("defaults or lists are missing: %q, %q", rows["chain.required"], rows["stake.allocation.rate"])
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)

// anchor is how a heading is linked to.
func anchor(heading string) string {
	kept := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
	return kept
}

// Links between pages lead to files and headings that are there.
func TestLinksBetweenPagesLeadSomewhere(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md"} {
		paths = append(paths, filepath.Join(root, name))
	}
	for _, path := range paths {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(string(page), -1) {
			target := path
			if found[1] != "" {
				target = filepath.Join(filepath.Dir(path), found[1])
			}
			text, err := os.ReadFile(target)
			if _, exists := os.Stat(target); exists != nil {
				t.Errorf("%s: %s is not there", path, found[1])
				continue
			}
			if found[2] == "" || err != nil { // a folder
				continue
			}
			there := false
			for _, heading := range regexp.MustCompile("(?m)^#+ (.*)$").FindAllStringSubmatch(string(text), -1) {
				there = there || anchor(heading[1]) == found[2]
			}
			if !there {
				t.Errorf("%s: %s has no heading %q", path, target, found[2])
			}
		}
	}
}

// What is told of the API links to something.
func TestLinksOfThePageOfTheAPILeadSomewhere(t *testing.T) {
	page, err := apiPage()
	if err != nil {
		t.Fatal(err)
	}
	headings := map[string]bool{}
	for _, heading := range regexp.MustCompile("(?m)^### (\\w+)$").FindAllStringSubmatch(page, -1) {
		headings[strings.ToLower(heading[1])] = true
	}
	links := regexp.MustCompile(`\]\(#(\w+)\)`).FindAllStringSubmatch(page, -1)
	if len(links) < 50 {
		t.Errorf("there are %d links", len(links))
	}
	for _, link := range links {
		if !headings[link[1]] {
			t.Errorf("#%s leads nowhere", link[1])
		}
	}
}
