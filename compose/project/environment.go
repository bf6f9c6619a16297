package project

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/consts"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
)

// environment is the process's environment as a map.
func environment(o Options) types.Mapping {
	env := types.Mapping{}
	for _, pair := range o.Environ {
		if key, value, ok := strings.Cut(pair, "="); ok && key != "" {
			env[key] = value
		}
	}
	if _, ok := env["PWD"]; !ok {
		env["PWD"] = o.WorkingDir
	}
	return env
}

// envFiles are the env files that the user names, absolute.
func envFiles(o Options, env types.Mapping) []string {
	files := o.EnvFiles
	if len(files) == 0 {
		files = strings.FieldsFunc(env["COMPOSE_ENV_FILES"], func(r rune) bool { return r == ',' })
	}
	return absolute(o.WorkingDir, files)
}

// addEnvFiles adds to env what the named files set, or the .env of dir where
// none is named. What is set already stays.
func addEnvFiles(env types.Mapping, files []string, dir string) error {
	if len(files) == 0 {
		file, err := defaultEnvFile(env, dir)
		if err != nil || file == "" {
			return err
		}
		files = []string{file}
	}
	for _, file := range files {
		if err := isFile(file); err != nil {
			return fmt.Errorf("env file %s: %w", file, err)
		}
	}
	added, err := dotenv.GetEnvFromFile(env, files)
	if err != nil {
		return envFileError(err)
	}
	env.Merge(added)
	return nil
}

func defaultEnvFile(env types.Mapping, dir string) (string, error) {
	if v, ok := env[consts.ComposeDisableDefaultEnvFile]; ok {
		off, err := strconv.ParseBool(v)
		if err != nil {
			return "", fmt.Errorf("%s must be true or false, not %q", consts.ComposeDisableDefaultEnvFile, v)
		}
		if off {
			return "", nil
		}
	}
	file := filepath.Join(dir, ".env")
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return "", nil //nolint:nilerr // the default file is a convenience: one that can't be seen is none
	}
	return file, nil
}
