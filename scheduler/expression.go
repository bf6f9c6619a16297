package scheduler

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// expression is an expression of a user over [variables]. It is checked when it
// is made, and what it can cost is bounded: there are no loops, its length is
// limited, and so is the memory that a run takes.
type expression struct {
	text    string
	program *vm.Program
	// measures tells that it speaks of what hosts use.
	measures bool
}

const (
	// longest is how many parts an expression may have.
	longest = 500
	// longestText is how many bytes.
	longestText = 4096
	// memoryBudget is how many values a run may make.
	memoryBudget = 10_000
)

func newExpression(name string, value any, wants expr.Option) (expression, error) {
	text, ok := value.(string)
	if !ok || strings.TrimSpace(text) == "" {
		return expression{}, fmt.Errorf("%s wants an expression, such as `host.labels.disk == \"ssd\"`, not %s", name, quoted(value))
	}
	if len(text) > longestText {
		return expression{}, fmt.Errorf("%s is longer than %d bytes", name, longestText)
	}
	tree, err := parser.Parse(text)
	if err == nil {
		err = withoutLoops(tree)
	}
	if err != nil {
		return expression{}, fmt.Errorf("%s %w", name, syntaxError(text, err))
	}
	program, err := expr.Compile(text, options(wants)...)
	if err != nil {
		return expression{}, fmt.Errorf("%s %w", name, syntaxError(text, err))
	}
	return expression{text, program, measures(tree)}, nil
}

// withoutLoops refuses what goes over lists, such as all(1..9, …): loops in
// loops may run for years.
func withoutLoops(tree *parser.Tree) error {
	var loop *file.Error
	ast.Find(tree.Node, func(n ast.Node) bool {
		if _, found := n.(*ast.PredicateNode); found {
			loop = &file.Error{Location: n.Location(), Message: "there are no loops over lists here"}
		}
		return loop != nil
	})
	if loop != nil {
		return loop
	}
	return nil
}

// measures tells whether it asks for host.use, or for all of host, of which
// that is a part.
func measures(tree *parser.Tree) bool {
	return ast.Find(tree.Node, func(n ast.Node) bool {
		member, ok := n.(*ast.MemberNode)
		if !ok {
			return false
		}
		of, isName := member.Node.(*ast.IdentifierNode)
		field, isField := member.Property.(*ast.StringNode)
		return isName && of.Value == "host" && (!isField || field.Value == "use")
	}) != nil
}

// options are what an expression may use: the variables, and functions without
// loops and without a clock.
func options(wants expr.Option) []expr.Option {
	all := []expr.Option{wants, expr.Env(variables{}), expr.MaxNodes(longest), expr.DisableAllBuiltins()}
	for _, name := range functions() {
		all = append(all, expr.EnableBuiltin(name))
	}
	return all
}

// functions are those that an expression may call.
func functions() []string {
	return []string{"abs", "ceil", "float", "floor", "int", "len", "lower", "max", "min", "round", "string", "trim", "upper"}
}

// syntaxError has the place of what the compiler says.
func syntaxError(text string, err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return &SyntaxError{Text: text, Message: err.Error()}
	}
	characters := []rune(text)
	return &SyntaxError{
		Text:    text,
		Offset:  len(string(characters[:min(at.From, len(characters))])),
		Message: plainly(at.Message),
	}
}

// run gives the value for a host.
func (e expression) run(t *Task, s *Seat) (any, error) {
	machine := vm.VM{MemoryBudget: memoryBudget}
	return machine.Run(e.program, variablesOf(t, s))
}
