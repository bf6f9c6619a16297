package project

import (
	"io"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"
)

// composeGo guards what compose-go keeps for the whole process: its logger and
// its formats of env files.
var composeGo sync.Mutex //nolint:gochecknoglobals // a lock for globals of others must be one itself

// listen runs load and returns what compose-go warned of meanwhile. compose-go
// warns by logrus's process-wide logger alone, and would write to stderr past
// everything that renders output here.
func listen(load func() error) ([]string, error) {
	composeGo.Lock()
	defer composeGo.Unlock()
	dotenv.RegisterFormat("raw", parseRaw)
	logger := logrus.StandardLogger()
	heard := &hearing{}
	out, hooks := logger.Out, logger.ReplaceHooks(logrus.LevelHooks{logrus.WarnLevel: {heard}})
	logger.SetOutput(io.Discard)
	defer func() {
		logger.SetOutput(out)
		logger.ReplaceHooks(hooks)
	}()
	err := load()
	return heard.warnings, err
}

// hearing is a logrus hook that keeps each warning once.
type hearing struct{ warnings []string }

func (h *hearing) Levels() []logrus.Level { return []logrus.Level{logrus.WarnLevel} }

func (h *hearing) Fire(e *logrus.Entry) error {
	for _, w := range h.warnings {
		if w == e.Message {
			return nil
		}
	}
	h.warnings = append(h.warnings, e.Message)
	return nil
}
