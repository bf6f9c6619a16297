package openstack

import "github.com/clocker-compose/clocker-compose/hosts"

// Kind is what stands under provider: openstack.
func Kind() hosts.ProviderKind {
	return hosts.ProviderKind{Name: "openstack", Options: options(), Open: open}
}

func options() []hosts.Option {
	return []hosts.Option{
		{Name: optionCloud, Type: hosts.OptionText, Help: "The cloud's name in clouds.yaml; without it OS_CLOUD or the other OS_ variables name one."},
		{Name: optionNetworks, Type: hosts.OptionList, Help: "Names or IDs of the networks that the machine is on, the one by which it is reached first; without it the cloud chooses."},
		{Name: optionSecurityGroups, Type: hosts.OptionList, Help: "Names or IDs of the security groups; without it the project's default one."},
		{Name: optionKey, Type: hosts.OptionText, Help: "The name of a key pair of the cloud that may log in, too."},
		{Name: optionFloatingNetwork, Type: hosts.OptionText, Help: "The name or ID of the external network from which the machine gets a floating address."},
		{Name: optionConfigDrive, Type: hosts.OptionBool, Help: "Hand user data over on a drive, for clouds without a metadata service."},
	}
}

// open reads what is known here; the cloud is asked when it is first needed.
func open(setup hosts.ProviderSetup) (hosts.Provider, error) {
	wanted, err := readTemplate(setup.Location.Template)
	if err != nil {
		return nil, err
	}
	access, err := findCredentials(setup)
	if err != nil {
		return nil, err
	}
	return &Provider{template: wanted, cloud: &cloud{access: access}}, nil
}
