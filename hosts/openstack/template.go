package openstack

import (
	"cmp"
	"errors"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const (
	optionCloud           = "cloud"
	optionNetworks        = "networks"
	optionSecurityGroups  = "security-groups"
	optionKey             = "key"
	optionFloatingNetwork = "floating-network"
	optionConfigDrive     = "config-drive"
)

// template is a location's template as this cloud understands it. Words for
// images, flavors and networks are names or IDs.
type template struct {
	image, size, key, zone, user, floatingNetwork string
	networks, securityGroups                      []string
	configDrive                                   bool
}

func readTemplate(from hosts.Template) (template, error) {
	t := template{
		image: from.Text("image"), size: from.Text("size"), zone: from.Text("zone"),
		user:            cmp.Or(from.Text("user"), "root"),
		key:             from.Text(optionKey),
		floatingNetwork: from.Text(optionFloatingNetwork),
		networks:        from.List(optionNetworks),
		securityGroups:  from.List(optionSecurityGroups),
		configDrive:     from.Bool(optionConfigDrive),
	}
	if t.image == "" {
		return t, errors.New("the template has no image: 'openstack image list' names those of the cloud")
	}
	return t, nil
}
