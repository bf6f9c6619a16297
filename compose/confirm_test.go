package compose

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func TestConfirm(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{
		{Host: "h1", Action: plan.StopContainer{Name: "web"}},
		{Host: "h1", Action: plan.RemoveVolume{Name: "data"}, Destructive: true, Risk: "its data is lost"},
		{Host: "h2", Action: plan.RemoveVolume{Name: "data"}, Destructive: true, Risk: "its data is lost"},
	}}
	var asked []string
	answer := func(yes bool, err error) func(string) (bool, error) {
		return func(question string) (bool, error) {
			asked = append(asked, question)
			return yes, err
		}
	}
	const question = "volume data on host h1: its data is lost. Go on?"
	assert.Error(t, (&Env{}).confirm(p, false), "volume data on host h1: its data is lost; confirm it with -y")
	assert.NilError(t, (&Env{Confirm: answer(true, nil)}).confirm(p, false))
	assert.Equal(t, len(asked), 2)
	assert.Equal(t, asked[0], question)
	assert.ErrorIs(t, (&Env{Confirm: answer(false, nil)}).confirm(p, false), ErrDeclined)
	assert.Equal(t, len(asked), 3, "the first no is the last question")
	broken := errors.New("no terminal")
	assert.ErrorIs(t, (&Env{Confirm: answer(true, broken)}).confirm(p, false), broken)
	assert.NilError(t, (&Env{Confirm: answer(false, broken)}).confirm(p, true))
	assert.Equal(t, len(asked), 4, "-y asks nothing")
}
