package stakegate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	incidentRow  = regexp.MustCompile(`^\| (\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$`)
	incidentTest = regexp.MustCompile("`([a-z0-9/]+): (Test[A-Za-z]+)`")
)

// docs/incidents.md tells the truth: every test in it exists, and one test of
// each row names one of the row's incidents in its comment.
func TestEveryIncidentHasItsTest(t *testing.T) {
	text, err := os.ReadFile("docs/incidents.md")
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]map[string]string{} // by folder and test
	rows := 0
	for line := range strings.Lines(string(text)) {
		row := incidentRow.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			continue
		}
		rows++
		named := false
		tests := incidentTest.FindAllStringSubmatch(row[3], -1)
		for _, test := range tests {
			folder, name := test[1], test[2]
			if comments[folder] == nil {
				comments[folder] = testComments(t, folder)
			}
			comment, exists := comments[folder][name]
			if !exists {
				t.Errorf("row %s: %s has no %s", row[1], folder, name)
			}
			named = named || namesOne(comment, row[2])
		}
		if !named {
			t.Errorf("row %s: no test of it names one of %q in its comment", row[1], row[2])
		}
	}
	if rows < 31 {
		t.Errorf("only %d rows were understood", rows)
	}
}

// namesOne reports whether a comment names a project of the list and, where the
// list has numbers, one of them.
func namesOne(comment, list string) bool {
	comment = strings.Join(strings.Fields(comment), " ")
	for entry := range strings.SplitSeq(list, ";") {
		entry = strings.TrimSpace(entry)
		project, numbers, _ := strings.Cut(entry, " ")
		if !strings.Contains(comment, project) {
			continue
		}
		if !strings.ContainsAny(numbers, "0123456789") {
			return true
		}
		for _, number := range regexp.MustCompile(`\d[\d.-]*`).FindAllString(numbers, -1) {
			if strings.Contains(comment, number) {
				return true
			}
		}
	}
	return false
}

// testComments are the comments of a folder's tests, by name.
func testComments(t *testing.T, folder string) map[string]string {
	t.Helper()
	found := map[string]string{}
	files, err := fs.Glob(os.DirFS("."), path.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Test") {
				found[f.Name.Name] = f.Doc.Text()
			}
		}
	}
	return found
}
