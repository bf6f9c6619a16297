package project

import (
	"io"
	"sync"

	"github.com/sirupsen/logrus"
)

// logMutex guards compose-go's logger while a load listens to it.
var logMutex sync.Mutex

// listen runs load and returns what compose-go warned of meanwhile. compose-go
// warns by logrus's process-wide logger alone, and would write to stderr past
// everything that renders output here.
func listen(load func() error) ([]string, error) {
	logMutex.Lock()
	defer logMutex.Unlock()
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
