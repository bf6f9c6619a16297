package tag_test

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

func TestTagsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "sum")
		set := tag.Set{
			Location: rapid.StringMatching(`[a-zA-Z0-9q._-]{1,21}`).Draw(t, "location"),
			Name:     rapid.StringN(1, -1, 21).Draw(t, "name"),
			HostKey:  "SHA256:" + base64.RawStdEncoding.EncodeToString(sum),
		}
		tags, err := set.Spell()
		assert.NilError(t, err)
		for key, value := range tags {
			assert.Assert(t, label.MatchString(value), "%s: %s", key, value)
		}
		assert.Equal(t, tag.Read(tags), set)
	})
}

func TestOrdinaryNamesAreTagsAsTheyAre(t *testing.T) {
	tags, err := tag.Set{Location: "eu-west", Name: "eu-west-12"}.Spell()
	assert.NilError(t, err)
	assert.DeepEqual(t, tags, map[string]string{hosts.TagLocation: "eu-west", hosts.TagName: "eu-west-12"})
	tags, err = tag.Set{Location: "EU_q", Name: "-"}.Spell()
	assert.NilError(t, err)
	assert.DeepEqual(t, tags, map[string]string{hosts.TagLocation: "q45q55q5fq71", hosts.TagName: "q2d"})
}

func TestWhatCannotBeSpelledIsRefused(t *testing.T) {
	for _, test := range []struct {
		set  tag.Set
		want string
	}{
		{tag.Set{Location: strings.Repeat("a", 64), Name: "a"}, "the name of location"},
		{tag.Set{Location: "a", Name: strings.Repeat("A", 22)}, "the name of host"},
		{tag.Set{Location: "a", Name: "a", HostKey: "MD5:00"}, `"MD5:00" is no SHA256 fingerprint`},
		{tag.Set{Location: "a", Name: "a", HostKey: "SHA256:AAAA"}, "is no SHA256 fingerprint"},
	} {
		_, err := test.set.Spell()
		assert.ErrorContains(t, err, test.want)
	}
}

func TestStrangeTagsAreAsIfNotThere(t *testing.T) {
	got := tag.Read(map[string]string{hosts.TagLocation: "q4", hosts.TagName: "qzz", hosts.TagHostKey: "sha256-00"})
	assert.Equal(t, got, tag.Set{})
}

func TestNamesOfMachinesAreNamesOfHosts(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)
	seen := map[string]tag.Set{}
	rapid.Check(t, func(t *rapid.T) {
		set := tag.Set{
			Location: rapid.SampledFrom([]string{"a", "a-b", "A-b", "a.b"}).Draw(t, "location"),
			Name:     rapid.OneOf(rapid.StringMatching(`[a-bA-B._-]{1,3}`), rapid.StringN(1, -1, 100)).Draw(t, "name"),
		}
		got := tag.MachineName(set)
		assert.Assert(t, name.MatchString(got), "%q", got)
		other, ok := seen[got]
		assert.Assert(t, !ok || other == set, "%v and %v are both %q", set, other, got)
		seen[got] = set
	})
	assert.Assert(t, strings.HasPrefix(tag.MachineName(tag.Set{Location: "eu", Name: "eu-1"}), "eu-1-"))
}

func TestWhatALocationSharesHasItsName(t *testing.T) {
	name, err := tag.GroupName("eu")
	assert.NilError(t, err)
	assert.Equal(t, name, "clocker-eu")
	_, err = tag.GroupName(strings.Repeat("a", 60))
	assert.ErrorContains(t, err, "too long")
}
