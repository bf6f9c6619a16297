package docker

import (
	"context"
	"io"
	"time"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// pluginTimeout is what the engine waits for a plugin to answer once started.
const pluginTimeout = 30 * time.Second

// InstallPlugin makes a managed plugin from a tar stream of config.json and
// rootfs. It is disabled at first. A name that exists is hosts.ErrConflict.
func (e *Engine) InstallPlugin(ctx context.Context, name string, content io.Reader) error {
	return e.short(ctx, "install plugin "+name, func(ctx context.Context) error {
		_, err := e.api.PluginCreate(ctx, content, client.PluginCreateOptions{RepoName: name})
		return err
	})
}

// EnablePlugin starts a plugin, and returns when it answers.
func (e *Engine) EnablePlugin(ctx context.Context, name string) error {
	return e.short(ctx, "enable plugin "+name, func(ctx context.Context) error {
		_, err := e.api.PluginEnable(ctx, name, client.PluginEnableOptions{Timeout: int(pluginTimeout / time.Second)})
		return err
	})
}

// DisablePlugin stops a plugin, one that is in use only by force.
func (e *Engine) DisablePlugin(ctx context.Context, name string, force bool) error {
	return e.short(ctx, "disable plugin "+name, func(ctx context.Context) error {
		_, err := e.api.PluginDisable(ctx, name, client.PluginDisableOptions{Force: force})
		return err
	})
}

// RemovePlugin removes a plugin, one that is enabled only by force.
func (e *Engine) RemovePlugin(ctx context.Context, name string, force bool) error {
	return e.short(ctx, "remove plugin "+name, func(ctx context.Context) error {
		_, err := e.api.PluginRemove(ctx, name, client.PluginRemoveOptions{Force: force})
		return err
	})
}

// Plugin returns a managed plugin; hosts.ErrNotFound where there is none.
func (e *Engine) Plugin(ctx context.Context, name string) (hosts.Plugin, error) {
	var found hosts.Plugin
	err := e.short(ctx, "inspect plugin "+name, func(ctx context.Context) error {
		answer, err := e.api.PluginInspect(ctx, name, client.PluginInspectOptions{})
		p := answer.Plugin
		found = hosts.Plugin{ID: p.ID, Name: p.Name, Enabled: p.Enabled, Description: p.Config.Description}
		return err
	})
	return found, err
}
