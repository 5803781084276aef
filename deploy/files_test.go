package deploy_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"stakegate/internal/app"
	"stakegate/internal/catalog"
)

func TestSystemdAcceptsTheUnit(t *testing.T) {
	path, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatal("systemd-analyze is missing; run make test-setup, or install Debian's package systemd")
	}
	// The program is installed by whoever uses the unit.
	unit := strings.Replace(read(t, "systemd/stakegate.service"), "/usr/local/bin/stakegate", "/bin/true", 1)
	copied := filepath.Join(t.TempDir(), "stakegate.service")
	if err := os.WriteFile(copied, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.CommandContext(t.Context(), path, "verify", copied).CombinedOutput(); err != nil || len(bytes.TrimSpace(output)) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, output)
	}
	output, err := exec.CommandContext(t.Context(), path, "security", "--offline=yes", "--threshold=15", copied).CombinedOutput()
	if err != nil {
		t.Errorf("the unit is exposed more than 1.5: %v\n%s", err, output)
	}
}

// object is what of a Kubernetes object this test looks at. Everything is
// decoded twice: without a schema, strictly as to YAML itself, and into this.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Data       map[string]string
	Spec       struct {
		Replicas     int
		MinAvailable int `yaml:"minAvailable"`
		Selector     any
		PodSelector  matching `yaml:"podSelector"`
		Ports        []struct {
			TargetPort string `yaml:"targetPort"`
		}
		Ingress  []struct{ Ports []struct{ Port string } }
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     pod
		}
	}
}

type matching struct {
	MatchLabels map[string]string `yaml:"matchLabels"`
}

type pod struct {
	AutomountServiceAccountToken  *bool          `yaml:"automountServiceAccountToken"`
	TerminationGracePeriodSeconds int            `yaml:"terminationGracePeriodSeconds"`
	SecurityContext               map[string]any `yaml:"securityContext"`
	Containers                    []container
	Volumes                       []struct{ Name string }
}

type container struct {
	Name, Image     string
	Args            []string
	Env             []struct{ Name string }
	Ports           []struct{ Name string }
	StartupProbe    probe          `yaml:"startupProbe"`
	LivenessProbe   probe          `yaml:"livenessProbe"`
	ReadinessProbe  probe          `yaml:"readinessProbe"`
	SecurityContext map[string]any `yaml:"securityContext"`
	VolumeMounts    []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

// manifests are the objects of the file, by kind.
func manifests(t *testing.T) map[string]object {
	t.Helper()
	text := read(t, "kubernetes/stakegate.yaml")
	objects := map[string]object{}
	decoder := yaml.NewDecoder(strings.NewReader(text), yaml.Strict()) // no key twice
	plain := yaml.NewDecoder(strings.NewReader(text))
	for {
		var anything map[string]any
		err := decoder.Decode(&anything)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatal(err)
		}
		var one object
		if err := plain.Decode(&one); err != nil {
			t.Fatal(err)
		}
		if one.APIVersion == "" || one.Kind == "" || one.Metadata.Name != "stakegate" {
			t.Errorf("an object is %s %s %q", one.APIVersion, one.Kind, one.Metadata.Name)
		}
		objects[one.Kind] = one
	}
}

func TestKubernetesObjectsFitEachOther(t *testing.T) {
	objects := manifests(t)
	if kinds := slices.Sorted(maps.Keys(objects)); !slices.Equal(kinds, []string{"ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service"}) {
		t.Fatalf("there are %v", kinds)
	}
	deployment := objects["Deployment"].Spec
	labels := deployment.Template.Metadata.Labels
	for kind, selector := range map[string]any{
		"Deployment": deployment.Selector.(map[string]any)["matchLabels"], "Service": objects["Service"].Spec.Selector,
		"PodDisruptionBudget": objects["PodDisruptionBudget"].Spec.Selector.(map[string]any)["matchLabels"],
	} {
		for name, value := range selector.(map[string]any) {
			if labels[name] != value {
				t.Errorf("%s selects %s=%v; pods have %v", kind, name, value, labels)
			}
		}
	}
	if !maps.Equal(objects["NetworkPolicy"].Spec.PodSelector.MatchLabels, labels) {
		t.Errorf("the policy is for %v", objects["NetworkPolicy"].Spec.PodSelector)
	}
	if deployment.Replicas < 2 || objects["PodDisruptionBudget"].Spec.MinAvailable >= deployment.Replicas {
		t.Errorf("%d replicas, of which %d must run", deployment.Replicas, objects["PodDisruptionBudget"].Spec.MinAvailable)
	}
	server := deployment.Template.Spec.Containers[0]
	ports := map[string]bool{}
	for _, port := range server.Ports {
		ports[port.Name] = true
	}
	wanted := []string{server.StartupProbe.HTTPGet.Port, server.LivenessProbe.HTTPGet.Port, server.ReadinessProbe.HTTPGet.Port, objects["Service"].Spec.Ports[0].TargetPort}
	for _, rule := range objects["NetworkPolicy"].Spec.Ingress {
		wanted = append(wanted, rule.Ports[0].Port)
	}
	for _, port := range wanted {
		if !ports[port] {
			t.Errorf("there is no port %q", port)
		}
	}
	if server.LivenessProbe.HTTPGet.Path != "/healthz" || server.ReadinessProbe.HTTPGet.Path != "/readyz" || server.StartupProbe.HTTPGet.Path != "/healthz" {
		t.Error("a probe asks elsewhere") // a database that is away must not restart a server
	}
}

func TestThePodHasNoRightsAndTimeToEnd(t *testing.T) {
	objects := manifests(t)
	spec := objects["Deployment"].Spec.Template.Spec
	server := spec.Containers[0]
	if spec.SecurityContext["runAsNonRoot"] != true || spec.AutomountServiceAccountToken == nil || *spec.AutomountServiceAccountToken ||
		server.SecurityContext["readOnlyRootFilesystem"] != true || server.SecurityContext["allowPrivilegeEscalation"] != false {
		t.Errorf("the pod may %v, the container %v", spec.SecurityContext, server.SecurityContext)
	}
	config := configMap(t, objects)
	if needed := int((config.ShutdownDelay + config.ShutdownGrace) / 1e9); spec.TerminationGracePeriodSeconds < needed+15 {
		t.Errorf("it has %d s to end, and needs %d and some to settle", spec.TerminationGracePeriodSeconds, needed)
	}
	volumes := map[string]bool{}
	for _, volume := range spec.Volumes {
		volumes[volume.Name] = true
	}
	var mounted []string
	for _, mount := range server.VolumeMounts {
		if !volumes[mount.Name] {
			t.Errorf("there is no volume %s", mount.Name)
		}
		mounted = append(mounted, mount.MountPath)
	}
	for _, path := range []string{server.Args[2], config.RootKeyFile, config.Catalog, config.WitnessFile} {
		if !slices.Contains(mounted, filepath.Dir(path)) {
			t.Errorf("%s is in no volume", path)
		}
	}
}

// configMap is the configuration that the pods run with. The catalogue beside it
// is read too.
func configMap(t *testing.T, objects map[string]object) app.Config {
	t.Helper()
	data := objects["ConfigMap"].Data
	path := filepath.Join(t.TempDir(), "stakegate.yaml")
	if err := os.WriteFile(path, []byte(data["stakegate.yaml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := app.LoadConfig(path, []string{"STAKEGATE_DATABASE=postgres://user@host/name"})
	if err != nil {
		t.Fatal(err)
	}
	if models, problems := catalog.Lint([]byte(data["catalog.yaml"]), nil); models == nil {
		t.Errorf("the catalogue: %v", problems)
	}
	for _, variable := range objects["Deployment"].Spec.Template.Spec.Containers[0].Env {
		if _, err := app.LoadConfig("", []string{variable.Name + "=x"}); err != nil && strings.Contains(err.Error(), "not a field") {
			t.Error(err)
		}
	}
	return config
}

// The image cannot be built by a test, which has no registry to ask; what a
// slip of the pen would break is looked at.
func TestTheImageIsAStaticBinaryOfAUserWithoutRights(t *testing.T) {
	text := read(t, "Dockerfile")
	var stages []string
	instructions := map[string][]string{}
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if word == "" || strings.HasPrefix(word, "#") {
			continue
		}
		if !slices.Contains([]string{"ARG", "FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "EXPOSE", "ENTRYPOINT", "CMD"}, word) {
			t.Errorf("%q is no instruction", line)
		}
		if word == "FROM" {
			stages = append(stages, rest)
			instructions = map[string][]string{"built": instructions["RUN"]}
		}
		instructions[word] = append(instructions[word], rest)
	}
	if len(stages) != 2 || stages[1] != "scratch" {
		t.Fatalf("the stages are %v", stages)
	}
	built := strings.Join(instructions["built"], "\n")
	if !strings.Contains(built, "CGO_ENABLED=0 go build") || !strings.Contains(built, "./cmd/stakegate") {
		t.Errorf("it is built by %s", built)
	}
	for _, source := range regexp.MustCompile(`COPY --from=build (?:--chown=\S+ )?/out/(\S+)`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(built, "/out/"+source[1]) && !strings.Contains(built, source[1]+" /out/") {
			t.Errorf("nobody makes /out/%s", source[1])
		}
	}
	if user := instructions["USER"]; !slices.Equal(user, []string{"65532:65532"}) {
		t.Errorf("it runs as %v", user) // a number, so that runAsNonRoot can be checked
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../go.mod"))[1]
	if !strings.Contains(text, "ARG GO_VERSION="+version+"\n") {
		t.Errorf("it is not built with Go %s", version)
	}
}
