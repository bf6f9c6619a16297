package project

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// Load reads a project. Errors name the file and, where it is known, line and
// column as FILE:LINE:COLUMN; they never hold values of secrets.
func Load(ctx context.Context, o Options) (*Project, error) {
	dir, err := filepath.Abs(o.WorkingDir)
	if err != nil {
		return nil, fmt.Errorf("find working directory: %w", err)
	}
	o.WorkingDir = dir
	env := environment(o)
	p, err := load(ctx, o, env)
	if err != nil {
		return nil, scrub(err, env)
	}
	return p, nil
}

func load(ctx context.Context, o Options, env types.Mapping) (*Project, error) {
	o.fetcher = newFetcher(o)
	in, err := findInput(ctx, o, env)
	if err != nil {
		return nil, err
	}
	o.namesake = in.namesake
	src, err := readSources(o.WorkingDir, in.details)
	if err != nil {
		return nil, err
	}
	if len(src) == 0 {
		return nil, &Error{Position{File: display(o.WorkingDir, in.details.ConfigFiles[0].Filename)}, "is empty"}
	}
	p := &Project{EnvFiles: in.envFiles, Fetched: in.fetched, Separator: separator(o, env), sources: src}
	heard, err := listen(func() error { return p.read(ctx, o, in.details) })
	if err != nil {
		return nil, src.explain(err)
	}
	p.warnings = append(in.warnings, heard...)
	return p, nil
}

// separator is what names are joined by.
func separator(o Options, env types.Mapping) string {
	if old, err := strconv.ParseBool(env["COMPOSE_COMPATIBILITY"]); o.Compatibility || (err == nil && old) {
		return "_"
	}
	return "-"
}

// input is what a project is loaded from.
type input struct {
	details types.ConfigDetails
	// envFiles are those that the user named.
	envFiles []string
	// fetched are the files that are from elsewhere.
	fetched  []Fetched
	warnings []string
	namesake string
}

// findInput finds the files and the environment, and reads the files.
func findInput(ctx context.Context, o Options, env types.Mapping) (input, error) {
	in := input{envFiles: envFiles(o, env)}
	elsewhere := len(o.Files) > 0 && remote(o.Files[0]) // where no .env of this machine belongs to it
	if !elsewhere || len(in.envFiles) > 0 {
		if err := addEnvFiles(env, in.envFiles, directory(o, absolute(o.WorkingDir, o.Files))); err != nil {
			return in, err
		}
	}
	files, warnings, err := composeFiles(o, env)
	if err != nil {
		return in, err
	}
	in.warnings = warnings
	elsewhere = remote(files[0])
	if files, in.fetched, err = o.fetcher.local(ctx, files); err != nil {
		return in, err
	}
	in.details = types.ConfigDetails{WorkingDir: directory(o, files), Environment: env}
	if in.namesake = in.details.WorkingDir; elsewhere && o.Directory == "" {
		in.namesake = o.WorkingDir // a folder of the cache says nothing
	}
	// The compose file may be elsewhere, with another .env beside it.
	if err := addEnvFiles(env, in.envFiles, in.details.WorkingDir); err != nil {
		return in, err
	}
	for _, f := range files {
		content, err := readFile(f, o.Stdin)
		if err != nil {
			return in, err
		}
		in.details.ConfigFiles = append(in.details.ConfigFiles, types.ConfigFile{Filename: f, Content: content})
	}
	return in, nil
}

// directory is the project's directory: as asked for, the first file's, or the
// working directory.
func directory(o Options, files []string) string {
	if o.Directory != "" {
		return absolute(o.WorkingDir, []string{o.Directory})[0]
	}
	for _, f := range files {
		if f != stdin && !remote(f) {
			return filepath.Dir(f)
		}
	}
	return o.WorkingDir
}

// read fills in the project from its files.
func (p *Project) read(ctx context.Context, o Options, details types.ConfigDetails) error {
	if o.NoInterpolate {
		return p.readModel(ctx, o, details)
	}
	loaded, err := loader.LoadWithContext(ctx, details, loadOptions(o, details)...)
	if err != nil {
		return err
	}
	for _, f := range details.ConfigFiles {
		loaded.ComposeFiles = append(loaded.ComposeFiles, f.Filename)
	}
	p.Project = loaded
	if err := p.decode(o); err != nil {
		return err
	}
	if err := p.checkConfig(o); err != nil {
		return err
	}
	if !o.AsWritten {
		p.install()
	}
	return p.narrow(o)
}

// checkConfig checks what can be told only with the user's config file.
func (p *Project) checkConfig(o Options) error {
	if o.Config == nil {
		return nil
	}
	if _, err := o.Config.decode(o.Strategies); err != nil {
		return err
	}
	if o.Location == "" {
		return p.checkLocations(*o.Config)
	}
	return chosenExist(p, *o.Config, splitNames(o.Location))
}

// readModel reads the files without interpolation. Values that ${VARIABLES}
// stand for are missing, so that neither types nor x-clocker can be checked.
func (p *Project) readModel(ctx context.Context, o Options, details types.ConfigDetails) error {
	options := loadOptions(o, details)
	env := details.Environment
	details.Environment = nil // or variables without a value would get one
	model, err := loader.LoadModelWithContext(ctx, details, options...)
	if err != nil {
		return err
	}
	p.model = model
	name, _ := model["name"].(string)
	p.Project = &types.Project{Name: name, WorkingDir: details.WorkingDir, Environment: env}
	return nil
}

// narrow keeps the services that are asked for, and resolves their environment.
func (p *Project) narrow(o Options) error {
	if p.Name == "" {
		return errors.New("project name can't be empty; give one with -p")
	}
	narrowed, err := p.WithServicesEnabled(o.Services...)
	if err != nil {
		return err
	}
	if narrowed, err = narrowed.WithSelectedServices(o.Services); err != nil {
		return err
	}
	if !o.NoConsistency {
		if err := uniqueContainers(narrowed.Services); err != nil {
			return err
		}
	}
	if !o.AllResources {
		narrowed = narrowed.WithoutUnnecessaryResources()
	}
	p.Project, err = resolveFiles(narrowed, o)
	return err
}

// uniqueContainers checks that no two services name one container.
func uniqueContainers(services types.Services) error {
	named := map[string]string{}
	for _, service := range slices.Sorted(maps.Keys(services)) {
		container := services[service].ContainerName
		if other, taken := named[container]; taken && container != "" {
			return fmt.Errorf("services %s and %s have the same container_name %q", other, service, container)
		}
		named[container] = service
	}
	return nil
}

func loadOptions(o Options, details types.ConfigDetails) []func(*loader.Options) {
	return []func(*loader.Options){
		loader.WithProfiles(profiles(o, details.Environment)),
		func(lo *loader.Options) {
			lo.ResolvePaths = !o.NoPathResolution
			lo.SkipInterpolation = o.NoInterpolate
			lo.SkipNormalization = o.NoNormalize
			lo.SkipValidation = o.NoValidation
			lo.SkipConsistencyCheck = o.NoConsistency
			lo.SkipResolveEnvironment = true
			lo.SkipResolveLabels = true
			lo.ResourceLoaders = []loader.ResourceLoader{o.fetcher}
			nameProject(lo, o, details)
		},
	}
}

func profiles(o Options, env types.Mapping) []string {
	if o.AllProfiles {
		return []string{"*"}
	}
	if len(o.Profiles) > 0 {
		return o.Profiles
	}
	var names []string
	for name := range strings.SplitSeq(env[consts.ComposeProfiles], ",") {
		names = append(names, strings.TrimSpace(name))
	}
	return names
}

// nameProject tells compose-go the project's name: a given one is final, the
// directory's gives way to the files' own `name:`.
func nameProject(lo *loader.Options, o Options, details types.ConfigDetails) {
	switch {
	case o.Name != "":
		lo.SetProjectName(o.Name, true)
	case details.Environment[consts.ComposeProjectName] != "":
		lo.SetProjectName(details.Environment[consts.ComposeProjectName], true)
	default:
		lo.SetProjectName(loader.NormalizeProjectName(filepath.Base(o.namesake)), false)
	}
}
