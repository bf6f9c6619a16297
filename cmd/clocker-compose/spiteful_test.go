package main

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// spite is what drives a terminal: it sets the title, rings, and moves the cursor.
const spite = "\x1b]0;owned\x07\u009b2J\r\x1b[2J"

// spiteful is an engine that writes spite wherever it is free to say something.
type spiteful struct{ declared }

// fixed are fields that things are known by, or that have a few values only.
// Names are spiteful in the fake itself, so that they are still found.
func fixed(field string) bool {
	return slices.Contains([]string{
		"ID", "ImageID", "NetworkID", "Name", "Network", "Tags", "Digests", "State", "Health", "Type", "Protocol", "Drivers", "Availability",
		"Location", "Endpoint", "Action", "Platform", "NetworkMode",
	}, field)
}

// telling tells whether a label is what a container is recognised by.
func telling(label string) bool {
	return slices.Contains([]string{
		hosts.LabelProject, hosts.LabelService, hosts.LabelOneoff, hosts.LabelContainerNumber, hosts.LabelConfigHash, hosts.LabelNetwork, hosts.LabelVolume,
	}, label)
}

// spoil writes spite into all texts of a value.
func spoil[T any](value T) T {
	spoilAll(reflect.ValueOf(&value).Elem())
	return value
}

func spoilAll(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(v.String() + spite)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() && !fixed(v.Type().Field(i).Name) {
				spoilAll(v.Field(i))
			}
		}
	case reflect.Slice:
		copied := reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v)
		for i := range copied.Len() {
			spoilAll(copied.Index(i))
		}
		v.Set(copied)
	case reflect.Map:
		if labels, ok := v.Interface().(map[string]string); ok {
			v.Set(reflect.ValueOf(spoilLabels(labels)))
		}
	}
}

func spoilLabels(labels map[string]string) map[string]string {
	spoilt := map[string]string{"label" + spite: spite}
	for key, value := range labels {
		if !telling(key) {
			value += spite
		}
		spoilt[key] = value
	}
	return spoilt
}

func (e spiteful) Observe(ctx context.Context) (hosts.Observation, error) {
	o, err := e.declared.Observe(ctx)
	return spoil(o), err
}

func (e spiteful) ObserveContainers(ctx context.Context, f hosts.ContainerFilter) (hosts.Observation, error) {
	o, err := e.declared.ObserveContainers(ctx, f)
	return spoil(o), err
}

func (e spiteful) InspectContainer(ctx context.Context, container string) (hosts.ContainerDetail, error) {
	d, err := e.declared.InspectContainer(ctx, container)
	return spoil(d), err
}

func (e spiteful) InspectImage(ctx context.Context, ref string) (hosts.Image, error) {
	i, err := e.declared.InspectImage(ctx, ref)
	return spoil(i), err
}

func (e spiteful) ContainerImage(ctx context.Context, c hosts.Container) (hosts.Image, error) {
	i, err := e.declared.ContainerImage(ctx, c)
	return spoil(i), err
}

func (e spiteful) Processes(ctx context.Context, container string) (hosts.Processes, error) {
	p, err := e.declared.Processes(ctx, container)
	return spoil(p), err
}

func (e spiteful) ContainerUse(ctx context.Context, container string) (hosts.ContainerUse, error) {
	u, err := e.declared.ContainerUse(ctx, container)
	return spoil(u), err
}

func (e spiteful) Volumes(ctx context.Context, label string) ([]hosts.Volume, error) {
	v, err := e.declared.Volumes(ctx, label)
	return spoil(v), err
}

func (e spiteful) Events(ctx context.Context, o hosts.EventOptions, each func(hosts.ContainerEvent)) error {
	return e.declared.Events(ctx, o, func(event hosts.ContainerEvent) { each(spoil(event)) })
}

func (e spiteful) PullImage(ctx context.Context, ref string, o hosts.PullOptions) error {
	if o.Progress != nil {
		o.Progress(spoil(hosts.PullProgress{Layer: "layer", Status: "Downloading", Current: 1, Total: 2}))
	}
	return e.declared.PullImage(ctx, ref, o)
}

func (e spiteful) PushImage(ctx context.Context, ref string, progress func(hosts.PullProgress)) error {
	if progress != nil {
		progress(spoil(hosts.PullProgress{Layer: "layer", Status: "Pushing", Current: 1, Total: 2}))
	}
	return e.declared.PushImage(ctx, ref, progress)
}

func (e spiteful) Build(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (string, error) {
	progress(hosts.BuildProgress{Step: "step" + spite, State: hosts.BuildRunning})
	progress(hosts.BuildProgress{Step: "step" + spite, State: hosts.BuildRunning, Line: "line" + spite})
	return e.declared.Build(ctx, spec, progress)
}

// ReadArchive has a folder, a device and a file that leads out, all with spiteful names.
func (e spiteful) ReadArchive(context.Context, string, string) (io.ReadCloser, hosts.PathStat, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range []tar.Header{
		{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "data/device" + spite, Typeflag: tar.TypeFifo, Mode: 0o644},
		{Name: "data/../../out" + spite, Typeflag: tar.TypeReg, Mode: 0o644},
	} {
		_ = w.WriteHeader(&h)
	}
	_ = w.Close()
	return io.NopCloser(&b), hosts.PathStat{Name: "data", Mode: 0o755 | 1<<31}, nil
}

// driven are the parts of spite that a text has unspelled.
func driven(text string) []string {
	var found []string
	for _, part := range []string{"\x1b]", "\x07", "\u009b", "\x1b[2J"} {
		if strings.Contains(text, part) {
			found = append(found, part)
		}
	}
	return found
}
