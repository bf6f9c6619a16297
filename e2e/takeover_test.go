//go:build e2e

package e2e

import (
	"testing"

	"gotest.tools/v3/assert"
)

const forEitherTool = "services:\n  web:" + webServer + `
    deploy: {replicas: 2}
    environment: {MODE: test, EMPTY: ""}
    labels: {team: shop}
    depends_on: {store: {condition: service_started}}
    ports: ["127.0.0.1:18080-18081:80"]
  store:` + webServer + `
    volumes: ["data:/data"]
    networks: {back: {aliases: [db]}}
    healthcheck: {test: ["CMD", "true"], interval: 1s}
networks:
  back:
volumes:
  data:
`

// On one host, what one of the two tools started is the other's too: nothing is made again.
func TestDockerComposeAndThisTakeOverFromEachOther(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		dockerCompose(t)
		t.Run("from Docker Compose", func(t *testing.T) {
			p := l.OnOneHost(t, l.Host(1), forEitherTool)
			p.DockerCompose(t, "up", "-d")
			before := p.IDs(t)
			assert.Equal(t, len(before), 3)
			p.Up(t)
			assert.DeepEqual(t, p.IDs(t), before)
			p.Do(t, "down", "-v")
			assert.DeepEqual(t, p.Left(t), []string(nil))
		})
		t.Run("to Docker Compose", func(t *testing.T) {
			p := l.OnOneHost(t, l.Host(1), forEitherTool)
			p.Up(t)
			before := p.IDs(t)
			assert.Equal(t, len(before), 3)
			p.DockerCompose(t, "up", "-d")
			assert.DeepEqual(t, p.IDs(t), before)
			p.DockerCompose(t, "down", "-v")
			assert.DeepEqual(t, p.Left(t), []string(nil))
		})
	})
}

func TestWithoutConfigurationItRunsOnTheCurrentEngine(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.OnOneHost(t, l.Host(2), "services:\n  web:"+webServer+"\n    ports: ['18090:80']\n")
		p.Up(t)
		name := p.Name + "-web-1"
		assert.Equal(t, l.Host(2).Docker(t, "inspect", "-f", "{{.State.Status}}", name), "running")
		assert.Equal(t, l.Host(2).Docker(t, "network", "inspect", "-f", "{{.Driver}}", p.Name+"_default"), "bridge")
		assert.Assert(t, get(t, "http://"+l.Host(2).Address(t)+":18090/") != "")
		p.Do(t, "down")
		assert.DeepEqual(t, p.Left(t), []string(nil))
	})
}
