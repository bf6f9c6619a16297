package project

import "time"

// What stands in the files, key by key. The decoder and the JSON Schema follow
// these structs; the exported types hold what they mean.

type declaredProject struct {
	Location  names             `yaml:"location"`
	Placement declaredPlacement `yaml:"placement"`
	Network   declaredNetwork   `yaml:"network"`
	Build     declaredBuild     `yaml:"build"`
	Locations declaredLocations `yaml:"locations"`
}

type declaredService struct {
	Location  names                `yaml:"location"`
	Placement declaredPlacement    `yaml:"placement"`
	Build     declaredServiceBuild `yaml:"build"`
	Image     declaredImage        `yaml:"image"`
}

type declaredBuild struct {
	Host     string      `yaml:"host"`
	Location string      `yaml:"location"`
	Builder  builderName `yaml:"builder"`
}

type declaredImage struct {
	Commit steps `yaml:"commit"`
}

type declaredServiceBuild struct {
	Host     string      `yaml:"host"`
	Location string      `yaml:"location"`
	Builder  builderName `yaml:"builder"`
	Checksum checksum    `yaml:"checksum"`
}

type declaredPlacement struct {
	Strategies strategies `yaml:"strategies"`
	Affinity   affinity   `yaml:"affinity"`
	Exclusive  *bool      `yaml:"exclusive"`
	When       expression `yaml:"when"`
	Prefer     expression `yaml:"prefer"`
}

type declaredNetwork struct {
	CIDR    cidr   `yaml:"cidr"`
	Size    prefix `yaml:"size"`
	Encrypt *bool  `yaml:"encrypt"`
}

type declaredLocations map[string]declaredLocation

type declaredLocation struct {
	Hosts       []declaredHost    `yaml:"hosts"`
	Labels      map[string]label  `yaml:"labels"`
	Strategies  strategies        `yaml:"strategies"`
	Provider    string            `yaml:"provider"`
	Template    declaredTemplate  `yaml:"template"`
	Min         count             `yaml:"min"`
	Max         count             `yaml:"max"`
	Headroom    *declaredHeadroom `yaml:"headroom"`
	RemoveEmpty removal           `yaml:"remove-empty"`
}

// removal is whether hosts that are empty are deleted, and after how long.
type removal struct {
	wanted bool
	delay  time.Duration
}

type declaredHeadroom struct {
	Containers count  `yaml:"containers"`
	Percent    share  `yaml:"percent"`
	CPUs       cpus   `yaml:"cpus"`
	Memory     memory `yaml:"memory"`
}

type declaredHost struct {
	Name     string           `yaml:"name"`
	Endpoint string           `yaml:"endpoint"`
	Context  string           `yaml:"context"`
	Address  string           `yaml:"address"`
	TLS      *declaredTLS     `yaml:"tls"`
	Labels   map[string]label `yaml:"labels"`
	Devices  map[string]count `yaml:"devices"`
}

type declaredTLS struct {
	CA   string `yaml:"ca"`
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

type declaredConfig struct {
	Default   string                     `yaml:"default"`
	Programs  map[string]declaredProgram `yaml:"programs"`
	Locations declaredLocations          `yaml:"locations"`
}
