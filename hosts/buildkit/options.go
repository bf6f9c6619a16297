package buildkit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/solver/pb"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// options are a build as BuildKit's client wants it.
func (b *Builder) options(spec hosts.BuildSpec) (client.SolveOpt, error) {
	where, err := sources(spec)
	if err != nil {
		return client.SolveOpt{}, err
	}
	session, err := b.attachables(spec)
	if err != nil {
		return client.SolveOpt{}, err
	}
	o := client.SolveOpt{
		Exports:             []client.ExportEntry{export(spec)},
		LocalMounts:         where.mounts,
		OCIStores:           where.layouts,
		SharedKey:           sharedKey(b.o.Machine, cmp.Or(spec.Origin, spec.Context)),
		Frontend:            "dockerfile.v0",
		FrontendAttrs:       where.attributes,
		Session:             session,
		AllowedEntitlements: spec.Entitlements,
	}
	addAttributes(o.FrontendAttrs, spec)
	if o.CacheImports, err = cacheEntries(spec.CacheFrom, "registry"); err != nil {
		return o, err
	}
	o.CacheExports, err = cacheEntries(spec.CacheTo, "registry")
	return o, err
}

// export keeps the image in the engine's own store.
func export(spec hosts.BuildSpec) client.ExportEntry {
	return client.ExportEntry{Type: "moby", Attrs: map[string]string{"name": joined(spec.Tags)}}
}

// sharedKey is the same for all builds of one context, and tells no path.
func sharedKey(machine, context string) string {
	sum := sha256.Sum256([]byte(machine + "\x00" + context))
	return hex.EncodeToString(sum[:16])
}

// resolveMode is where base images are looked for first.
func resolveMode(pull bool) string {
	if pull {
		return pb.AttrImageResolveModeForcePull
	}
	return pb.AttrImageResolveModePreferLocal
}
