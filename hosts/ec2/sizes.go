package ec2

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Sizes are the types of instances of the current generation that the region
// has. EC2 tells no prices.
func (p *provider) Sizes(ctx context.Context, _ hosts.Location) ([]hosts.Size, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pages := ec2.NewDescribeInstanceTypesPaginator(typeDescriber(p.client.DescribeInstanceTypes), &ec2.DescribeInstanceTypesInput{MaxResults: aws.Int32(100), Filters: []types.Filter{
		filter("current-generation", "true"), filter("bare-metal", "false"), filter("supported-virtualization-type", "hvm"),
	}})
	var sizes []hosts.Size
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed("list types of instances", err)
		}
		for _, t := range page.InstanceTypes {
			sizes = append(sizes, size(t))
		}
	}
	return sizes, nil
}

func size(t types.InstanceTypeInfo) hosts.Size {
	s := hosts.Size{Name: string(t.InstanceType)}
	if t.VCpuInfo != nil {
		s.Resources.NanoCPUs = int64(aws.ToInt32(t.VCpuInfo.DefaultVCpus)) * 1e9
	}
	if t.MemoryInfo != nil {
		s.Resources.MemoryBytes = aws.ToInt64(t.MemoryInfo.SizeInMiB) << 20
	}
	if t.ProcessorInfo == nil {
		return s
	}
	switch {
	case slices.Contains(t.ProcessorInfo.SupportedArchitectures, types.ArchitectureTypeX8664):
		s.Arch = "amd64"
	case slices.Contains(t.ProcessorInfo.SupportedArchitectures, types.ArchitectureTypeArm64):
		s.Arch = "arm64"
	}
	return s
}
