package weave

import (
	"context"
	"errors"
	"net/url"
	"path"
	"strconv"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// news is what routers take to tell each other of names, with much to spare.
const news = 2 * time.Second

// Withhold keeps a container of the host, which may have yet to be created, from
// being found by its names, for at most the given time; 0 lets it be found again.
// It returns for how long some may still use what they were told before.
func (f *Fabric) Withhold(ctx context.Context, host hosts.Host, container string, atMost time.Duration) (remembered time.Duration, err error) {
	e, err := f.o.Connect(host)
	if err == nil {
		err = control{e}.withhold(ctx, container, atMost)
	}
	if err != nil {
		return 0, failure(host, "withhold names of "+container, err, "")
	}
	return hosts.NameTTL + news, nil
}

// withhold asks the host's driver, in the folder that it shares with the router.
func (c control) withhold(ctx context.Context, container string, atMost time.Duration) error {
	form := url.Values{notes.ValueContainer: {container}, notes.ValueSeconds: {strconv.Itoa(int(atMost.Seconds()))}}
	_, err := c.curl(ctx, "--unix-socket", path.Join("/weavedb", notes.Control), "-X", "POST", "-d", form.Encode(), "http://driver"+notes.PathWithhold)
	if errors.Is(err, errSilent) {
		return errors.New("the network driver doesn't answer")
	}
	return err
}
