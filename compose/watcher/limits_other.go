//go:build !linux

package watcher

func tooMany(err error) error { return err }
