package libvirt

import (
	"errors"
	"fmt"
	"strings"

	"github.com/digitalocean/go-libvirt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func isCode(err error, code libvirt.ErrorNumber) bool {
	var answer libvirt.Error
	return errors.As(err, &answer) && answer.Code == uint32(code)
}

// withCapacity marks errors that say that the hypervisor is full, for which
// libvirt has no code.
func withCapacity(err error) error {
	words := strings.ToLower(err.Error())
	for _, sign := range []string{"cannot allocate memory", "no space left", "not enough free space", "unable to allocate"} {
		if strings.Contains(words, sign) {
			return fmt.Errorf("%w: %w", hosts.ErrCapacity, err)
		}
	}
	return err
}
