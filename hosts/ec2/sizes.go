package ec2

import (
	"context"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// instanceType is a type as EC2 describes it.
type instanceType struct {
	Name          string   `xml:"instanceType"`
	CPUs          int64    `xml:"vCpuInfo>defaultVCpus"`
	MiB           int64    `xml:"memoryInfo>sizeInMiB"`
	Architectures []string `xml:"processorInfo>supportedArchitectures>item"`
}

// Sizes are the types of instances of the current generation that the region
// has. EC2 tells no prices.
func (p *provider) Sizes(ctx context.Context, _ hosts.Location) ([]hosts.Size, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	parameters := filtered(filter{"current-generation", []string{"true"}}, filter{"bare-metal", []string{"false"}}, filter{"supported-virtualization-type", []string{"hvm"}})
	parameters.Set("MaxResults", "100")
	var sizes []hosts.Size
	for {
		var page struct {
			Types     []instanceType `xml:"instanceTypeSet>item"`
			NextToken string         `xml:"nextToken"`
		}
		if err := p.api.call(ctx, "DescribeInstanceTypes", parameters, &page); err != nil {
			return nil, failed("list types of instances", err)
		}
		for _, t := range page.Types {
			sizes = append(sizes, t.size())
		}
		if page.NextToken == "" {
			return sizes, nil
		}
		parameters.Set("NextToken", page.NextToken)
	}
}

func (t instanceType) size() hosts.Size {
	s := hosts.Size{Name: t.Name, Resources: hosts.Resources{NanoCPUs: t.CPUs * 1e9, MemoryBytes: t.MiB << 20}}
	switch {
	case slices.Contains(t.Architectures, "x86_64"):
		s.Arch = "amd64"
	case slices.Contains(t.Architectures, "arm64"):
		s.Arch = "arm64"
	}
	return s
}
